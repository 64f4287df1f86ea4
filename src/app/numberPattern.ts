// A regular expression for the texts of numbers in a range, in decimal and 0x form: a JSON schema knows no other way to say it.

/** Characters for the digits from one on, below another. */
function between(first: number, end: number): string {
  if (end <= 10) return `[${first}-${end - 1}]`;
  const last = (end - 1).toString(16);
  return `[${first}-9a-${last}A-${last.toUpperCase()}]`;
}

/** A digit in both cases. */
const same = (text: string): string =>
  text.replaceAll(/[a-f]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);

/** Texts of at most as many digits whose value is not greater. @param any matches one digit */
function atMost(most: string, any: string): string {
  const size = most.length;
  const smaller = Array.from(most, (digit, i) => {
    const [first, end] = [i === 0 && size > 1 ? 1 : 0, Number.parseInt(digit, 16)];
    const rest = size - i - 1;
    // What begins with a zero is shorter, or has that among the zeros before it.
    return end <= first
      ? []
      : [`${same(most.slice(0, i))}${between(first, end)}${rest > 0 ? `${any}{${rest}}` : ''}`];
  }).flat();
  const shorter = size > 1 ? [`${any}{1,${size - 1}}`] : [];
  return `0*(?:${[...shorter, ...smaller, same(most)].join('|')})`;
}

/** The pattern, not anchored. @param least 0 or 1 */
export function numberPattern(least: number, most: number): string {
  const digits = most.toString(16);
  const hex = /^f+$/.test(digits) ? `0*[0-9a-fA-F]{1,${digits.length}}` : atMost(digits, '[0-9a-fA-F]');
  const notZero = least > 0 ? '(?!0*$|0[xX]0*$)' : '';
  return `${notZero}(?:0[xX]${hex}|${atMost(String(most), '[0-9]')})`;
}
