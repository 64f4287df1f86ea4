// What somebody meant who typed a name that is not known.

/** The edit distance between two texts: how many characters have to be changed, added or removed, or swapped with the next. */
export function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let k = 1; k <= b.length; k++) {
      const same = a[i - 1] === b[k - 1] ? 0 : 1;
      const isSwapped = i > 1 && k > 1 && a[i - 1] === b[k - 2] && a[i - 2] === b[k - 1];
      const swapped = isSwapped ? before[k - 2]! + 1 : Infinity;
      next.push(Math.min(row[k]! + 1, next[k - 1]! + 1, row[k - 1]! + same, swapped));
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}

/** What is longer is no name, and would take long to compare. */
const LONGEST_NAME = 40;

/** How far names of a length may be from what is meant by them. */
export const farFrom = (name: string): number => Math.max(1, Math.floor(name.length / 3));

/** Case and punctuation are what people get wrong first. */
const folded = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** From so many characters on, a text may be a part of a name. */
const LEAST_PART = 4;

/**
 * The name that is most like a text; undefined where none is.
 * @param also other words for a name
 */
export function similarName<N extends string>(
  text: string,
  names: readonly N[],
  also: (name: N) => readonly string[] = () => [],
): N | undefined {
  const wanted = folded(text.trim());
  if (wanted.length < 2 || text.length > LONGEST_NAME) return undefined;
  const far = farFrom(wanted);
  const nearness = (word: string): number => {
    const isPart = wanted.length >= LEAST_PART && word.includes(wanted);
    return isPart ? Math.min(far, distance(wanted, word)) : distance(wanted, word);
  };
  const scored = names
    .map((name) => ({ name, near: Math.min(...[name, ...also(name)].map(folded).map(nearness)) }))
    .filter(({ name, near }) => near <= Math.min(far, farFrom(name)))
    .sort((a, b) => a.near - b.near);
  return scored[0]?.name;
}

/** The question after a sentence about a name; nothing where no other is like it. */
export const didYouMean = (name: string | undefined): string =>
  name === undefined ? '' : ` Did you mean ${name}?`;
