// Which item of one list is which of another, for comparisons: those with the same content first, then by their order;
// and which of them have left that order.

/** The items of two lists, matched. */
export interface Matched<T> {
  readonly pairs: readonly (readonly [T, T])[];
  readonly removed: readonly T[];
  readonly added: readonly T[];
}

/**
 * Pairs items of one key: what `same` pairs of them, then the rest in order. Items without a key stay alone.
 * @param same pairs those of one key that have the same content; each item at most once
 */
export function matchByKey<T extends object>(
  a: readonly T[],
  b: readonly T[],
  keyOf: (item: T) => string | undefined,
  same: (a: readonly T[], b: readonly T[]) => readonly (readonly [T, T])[],
): Matched<T> {
  const groups = new Map<string, { readonly a: T[]; readonly b: T[] }>();
  const sort = (side: 'a' | 'b', items: readonly T[]) => {
    for (const item of items) {
      const key = keyOf(item);
      if (key === undefined) continue;
      const group = groups.get(key) ?? { a: [], b: [] };
      group[side].push(item);
      groups.set(key, group);
    }
  };
  sort('a', a);
  sort('b', b);
  const pairs: (readonly [T, T])[] = [];
  const paired = new Set<T>();
  const isAlone = (item: T) => !paired.has(item);
  for (const group of groups.values()) {
    const add = (pair: readonly [T, T]) => {
      pairs.push(pair);
      for (const item of pair) paired.add(item);
    };
    same(group.a, group.b).forEach(add);
    const rest = group.b.filter(isAlone);
    group.a.filter(isAlone).forEach((item, i) => {
      const other = rest[i];
      if (other !== undefined) add([item, other]);
    });
  }
  return { pairs, removed: a.filter(isAlone), added: b.filter(isAlone) };
}

/** The pairs that have left the order of the others: as few as there can be. `a` and `b` are the lists that they are from. */
export function movedPairs<T>(
  pairs: readonly (readonly [T, T])[],
  a: readonly T[],
  b: readonly T[],
): ReadonlySet<readonly [T, T]> {
  const [placeA, placeB] = [a, b].map((list) => new Map(list.map((item, i) => [item, i]))) as [
    Map<T, number>,
    Map<T, number>,
  ];
  const sorted = [...pairs].sort(([x], [y]) => placeA.get(x)! - placeA.get(y)!);
  const kept = longestRise(sorted.map(([, other]) => placeB.get(other)!));
  return new Set(sorted.filter((_, i) => !kept.has(i)));
}

/** Which of some distinct numbers make the longest rising subsequence, by their index (patience sorting). */
function longestRise(numbers: readonly number[]): ReadonlySet<number> {
  /** The index of the least last number of a rising sequence of each length. */
  const ends: number[] = [];
  const before: (number | undefined)[] = [];
  numbers.forEach((number, i) => {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (numbers[ends[middle]!]! < number) low = middle + 1;
      else high = middle;
    }
    before.push(ends[low - 1]);
    ends[low] = i;
  });
  const kept = new Set<number>();
  for (let i = ends.at(-1); i !== undefined; i = before[i]) kept.add(i);
  return kept;
}
