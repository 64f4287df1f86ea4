// Compares the firmware volumes of two images: which volumes, files and variables were added,
// removed, changed or moved, including inside compressed sections. Each change is reported once, at
// the deepest part that describes it well.

import type { ImageChange } from './change';
import type { ImageWithBytes } from '../image';
import { UNDESCRIBED } from '../image';
import { imageBuild, type ImageBuild } from '../imageBuild';
import { compareParts } from './compareParts';
import { changeOf, joinMoves } from './drafts';
import { partsOfFile } from './parts';
import type { VolumeRule } from '../volumes/rules';
import type { Decompress } from '../volumes/tree';
import { parseVolumes } from '../volumes/volumes';

/** The differences between the volumes of two images; plain data without bytes, small enough to send to a page. */
export interface VolumeComparison {
  readonly changes: readonly ImageChange[];
  /** The parts that could not be read and were compared as bytes, in whole sentences. */
  readonly unread: readonly string[];
  /** What the volumes of both tell about the images. */
  readonly builds: readonly [ImageBuild, ImageBuild];
}

/** The rule of findings about parts that were not read. */
const LIMITS: VolumeRule = 'volume-limits';

/**
 * Compares the volumes of two whole files, except for what their tables, lists and vectors cover. Never
 * throws on content; with `decompress` it takes seconds where much is compressed. Sections that are not
 * decompressed are compared as bytes.
 * @returns undefined when neither has a volume, or only a part of a file is available
 */
export function compareVolumes(
  a: ImageWithBytes,
  b: ImageWithBytes,
  decompress?: Decompress,
): VolumeComparison | undefined {
  if (a.image.offset > 0 || b.image.offset > 0) return undefined;
  const options = decompress ? { decompress } : {};
  const parsed = [parseVolumes(a.bytes, options), parseVolumes(b.bytes, options)] as const;
  if (!parsed.some(({ value }) => value.nodes.some(({ kind }) => kind === 'volume'))) return undefined;
  const [left, right] = [a, b].map(({ image, bytes }, i) => {
    const described = image.regions.filter(({ kind }) => !UNDESCRIBED.includes(kind));
    return partsOfFile(parsed[i]!.value.nodes, bytes, described);
  });
  const opaque: string[] = [];
  const drafts = compareParts(left!, right!, {
    path: [],
    outermost: true,
    opaque: (path) => opaque.push(path.join(' › ')),
  });
  const limits = ['first', 'second'].flatMap((which, i) =>
    parsed[i]!.findings.filter(({ rule }) => rule === LIMITS).map(
      ({ message }) => `The ${which} image: ${message}`,
    ),
  );
  const builds = [imageBuild(parsed[0].value), imageBuild(parsed[1].value)] as const;
  return { changes: joinMoves(drafts).map(changeOf), unread: [...opaqueText(opaque), ...limits], builds };
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
