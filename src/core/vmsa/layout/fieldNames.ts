// Suggestions for mistyped field names.

import { leaves } from '../../binary/struct';
import { VMSA } from './layout';

/** The edit distance between two texts: how many characters have to be changed, added or removed. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let k = 1; k <= b.length; k++) {
      const same = a[i - 1] === b[k - 1] ? 0 : 1;
      next.push(Math.min(row[k]! + 1, next[k - 1]! + 1, row[k - 1]! + same));
    }
    row = next;
  }
  return row[b.length]!;
}

const MOST = 3;
const LONGEST_NAME = 40;

/** At most three fields whose names are similar to this one or contain it, the nearest first. */
export function similarFields(name: string): string[] {
  const wanted = name.trim().toLowerCase().slice(0, LONGEST_NAME);
  if (wanted.length < 2) return [];
  const far = Math.max(1, Math.floor(wanted.length / 3));
  const scored = leaves(VMSA).map((leaf) => {
    const names = [leaf.path, ...Object.values(leaf.row.aliases ?? {})].map((n) => n.toLowerCase());
    const nearest = Math.min(...names.map((n) => distance(wanted, n)));
    const isPart = wanted.length >= 3 && leaf.path.toLowerCase().includes(wanted);
    return { path: leaf.path, score: isPart ? Math.min(nearest, far) : nearest };
  });
  return scored
    .filter(({ score }) => score <= far)
    .sort((a, b) => a.score - b.score)
    .slice(0, MOST)
    .map(({ path }) => path);
}
