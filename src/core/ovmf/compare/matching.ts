// Matches the items of two lists for comparisons: those with equal content first, then by order; and finds
// the pairs that changed their order.

/** The items of two lists, matched. */
export interface Matched<T> {
  readonly pairs: readonly (readonly [T, T])[];
  readonly removed: readonly T[];
  readonly added: readonly T[];
}

/**
 * Pairs items with the same key: first those that `same` pairs, then the rest in order.
 * Items without a key stay unmatched.
 * @param same pairs those of one key with equal content; each item at most once
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

/**
 * The smallest set of pairs whose removal leaves the others in order. `a` and `b` are the lists that they come from.
 */
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

/** The indexes of a longest increasing subsequence of distinct numbers (patience sorting). */
function longestRise(numbers: readonly number[]): ReadonlySet<number> {
  /** For each length, the index of the smallest number that ends an increasing sequence. */
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
