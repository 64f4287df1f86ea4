// Numbers whose digits were read in another base than they were written in.

/** What a number is when its digits are read in base 16: 25 for 19. */
const asHex = (n: number): number => parseInt(String(n), 16);

/** What a number is when its hexadecimal digits are read in base 10: 19 for 25; itself when they have letters. */
const asDecimal = (n: number): number => {
  const digits = n.toString(16);
  return /^\d+$/.test(digits) ? Number(digits) : n;
};

/** The number if its digits were meant in the other base. */
export const inOtherBase = (n: number): number[] => [asHex(n), asDecimal(n)];

/** How the digits of one number give another, a clause; undefined when they do not. */
export function baseText(given: number, found: number): string | undefined {
  if (given === found) return undefined;
  if (asHex(given) === found) return `the digits ${given} read in base 16 are ${found}`;
  return asDecimal(given) === found
    ? `the digits of 0x${given.toString(16)} read in base 10 are ${found}`
    : undefined;
}
