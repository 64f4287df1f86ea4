// Compares the firmware volumes of two images: which volumes, files and variables were added,
// removed, changed or moved, including inside compressed sections. Each change is reported once, at
// the deepest part that describes it well.

import type { ImageChange } from './change';
import type { ImageWithBytes } from '../image';
import { UNDESCRIBED } from '../image';
import type { LaunchComparison } from './launchEffects';
import { compareParts } from './compareParts';
import { changeOf, joinMoves } from './drafts';
import { partsOfFile } from './parts';
import { Budget, Spent } from '../volumes/budget';
import type { VolumeRule } from '../volumes/rules';
import type { Parsed } from '../../binary/region';
import type { VolumeTree } from '../volumes/tree';
import { parseVolumes } from '../volumes/volumes';

/** The differences between the volumes of two images; plain data without bytes, small enough to send to a page. */
export interface VolumeComparison {
  readonly changes: readonly ImageChange[];
  /** The parts that could not be read and were compared as bytes, in whole sentences. */
  readonly unread: readonly string[];
  /** What the volumes tell of launches, if that was looked at. */
  readonly launch?: LaunchComparison;
}

/** The steps of a comparison; that of two builds of OVMF takes 12 million. */
const MOST_STEPS = 80_000_000;
const TOO_MUCH =
  'The volumes were compared as bytes only: part by part would take longer than with any two firmware images.';

/** The rule of findings about parts that were not read. */
const LIMITS: VolumeRule = 'volume-limits';

/**
 * Compares the volumes of two whole files, except for what their tables, lists and vectors cover. Never throws on content.
 * @param parsed the volumes of both; sections that are not decompressed there are compared as bytes
 * @returns undefined when neither has a volume, or only a part of a file is available
 */
export function compareVolumes(
  a: ImageWithBytes,
  b: ImageWithBytes,
  parsed: readonly [Parsed<VolumeTree>, Parsed<VolumeTree>] = [parseVolumes(a.bytes), parseVolumes(b.bytes)],
): VolumeComparison | undefined {
  if (a.image.offset > 0 || b.image.offset > 0) return undefined;
  if (!parsed.some(({ value }) => value.nodes.some(({ kind }) => kind === 'volume'))) return undefined;
  const budget = new Budget(MOST_STEPS);
  const [left, right] = [a, b].map(({ image, bytes }, i) => {
    const described = image.regions.filter(({ kind }) => !UNDESCRIBED.includes(kind));
    return partsOfFile(parsed[i]!.value.nodes, bytes, described, budget);
  });
  const opaque: string[] = [];
  const changes = affordable(() => {
    const drafts = compareParts(left!, right!, {
      path: [],
      outermost: true,
      opaque: (path) => opaque.push(path.join(' › ')),
    });
    return joinMoves(drafts).map(changeOf);
  });
  const limits = ['first', 'second'].flatMap((which, i) =>
    parsed[i]!.findings.filter(({ rule }) => rule === LIMITS).map(
      ({ message }) => `The ${which} image: ${message}`,
    ),
  );
  const all = changes ? opaqueText(opaque) : [TOO_MUCH];
  return { changes: changes ?? [], unread: [...all, ...limits] };
}

/** The result of a comparison; undefined when it takes more than its budget. */
function affordable<T>(compare: () => T): T | undefined {
  try {
    return compare();
  } catch (error) {
    if (error instanceof Spent) return undefined;
    throw error;
  }
}

function opaqueText(paths: readonly string[]): string[] {
  const [first] = paths;
  if (first === undefined) return [];
  const what =
    paths.length === 1 ? 'An encoded section that differs' : `${paths.length} encoded sections that differ`;
  const where = paths.length === 1 ? first : `the first is ${first}`;
  return [
    `${what} could not be decoded and ${paths.length === 1 ? 'is' : 'are'} compared as bytes: ${where}.`,
  ];
}
