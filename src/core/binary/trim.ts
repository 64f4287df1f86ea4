// Where text ends but for some characters. The regular expression for it, `[x]+$`, takes quadratic time on
// text that is full of them and does not end with them.

/** The length of a text without these characters at its end. */
export function lengthWithout(text: string, characters: string): number {
  let end = text.length;
  while (end > 0 && characters.includes(text[end - 1]!)) end--;
  return end;
}
