// Lists in English sentences.

/**
 * Words as one phrase: `a`, `a and b`, `a, b, and c`. `Intl.ListFormat` says the same, but the first one of a process takes longer than
 * all else that a short run does before it.
 */
export function conjunction(words: readonly string[]): string {
  const [last = '', ...rest] = [...words].reverse();
  if (rest.length === 0) return last;
  return `${rest.reverse().join(', ')}${rest.length > 1 ? ',' : ''} and ${last}`;
}
