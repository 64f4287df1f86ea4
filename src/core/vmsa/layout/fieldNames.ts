// Suggestions for mistyped field names.

import { distance, farFrom } from '../../binary/similar';
import { leaves } from '../../binary/struct';
import { VMSA } from './layout';

const MOST = 3;
const LONGEST_NAME = 40;

/** At most three fields whose names are similar to this one or contain it, the nearest first. */
export function similarFields(name: string): string[] {
  const wanted = name.trim().toLowerCase().slice(0, LONGEST_NAME);
  if (wanted.length < 2) return [];
  const far = farFrom(wanted);
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
