// Which launches a table of digests has, from texts that somebody typed: numbers of vCPUs, CPUs and profiles.

import * as errors from './errors';
import { ALL_CPUS, MATRIX_PROFILES, type MatrixCpu } from '../core/check/matrix';
import { MAX_VCPUS } from '../core/launch/inputKinds';
import { readInput } from '../core/launch/readInput';
import { unknownCpuModel } from '../core/vmsa/errors';
import { similarCpuModel } from '../core/vmsa/launch/cpuModels';
import type { KnownProfile } from '../core/vmsa/launch/profiles';

/** What stands for every CPU or profile. */
export const ALL = 'all';

/** A number of vCPUs, or `1-8,16` as ascending numbers. @throws CheckError (usage) */
export function vcpuCounts(text: string): number[] {
  const counts = new Set<number>();
  for (const part of text.split(',')) {
    const ends = part.split('-');
    const [first, last = first] = ends.map((end) =>
      readInput('vcpus', end.trim(), () => errors.badVcpuList(text, MAX_VCPUS)),
    );
    if (ends.length > 2 || first! > last!) throw errors.badVcpuList(text, MAX_VCPUS);
    for (let n = first!; n <= last!; n++) counts.add(n);
  }
  return [...counts].sort((a, b) => a - b);
}

/** One CPU of a list: a model by name, or its numbers. @throws CheckError (usage) */
export const cpuOf = (text: string): MatrixCpu => ({
  name: text,
  id: readInput('cpu', text, () =>
    text.includes('/') ? errors.badMatrixCpu(text) : unknownCpuModel(text, similarCpuModel(text)),
  ),
});

/** The CPUs of a table. @throws CheckError (usage) */
export function cpuList(text: string): readonly MatrixCpu[] {
  return text === ALL ? ALL_CPUS : text.split(',').map((name) => cpuOf(name.trim()));
}

/** The kinds of launches that a table can have. */
export type TableMode = keyof typeof MATRIX_PROFILES;

/** Profiles by their names. @throws CheckError (usage) for one of another mode */
export function profilesNamed(ids: readonly string[], mode: TableMode): readonly KnownProfile[] {
  const known: readonly KnownProfile[] = MATRIX_PROFILES[mode];
  return ids.map((id) => {
    const found = known.find((p) => p.id === id);
    if (found) return found;
    throw errors.otherMode(
      id,
      mode,
      known.map((p) => p.id),
    );
  });
}
