// Compares the volumes of two images with their compressed sections, and what these tell of launches. Takes seconds, and the
// result is small enough to send to a page.

import type { ImageWithBytes } from '../image';
import { imageBuild } from '../imageBuild';
import { Budget } from '../volumes/budget';
import type { Decompress } from '../volumes/tree';
import { parseVolumes } from '../volumes/volumes';
import type { VolumeComparison } from './compareVolumes';
import { compareVolumes } from './compareVolumes';
import { compareLaunches } from './launchEffects';

/** @returns undefined when neither has a volume, or only a part of a file is available */
export function compareWhole(
  a: ImageWithBytes,
  b: ImageWithBytes,
  decompress: Decompress,
): VolumeComparison | undefined {
  // Both walks share the budget of one.
  const options = { decompress, budget: new Budget() };
  const parsed = [parseVolumes(a.bytes, options), parseVolumes(b.bytes, options)] as const;
  const volumes = compareVolumes(a, b, parsed);
  const builds = [a, b].map(({ image }, i) => ({ image, build: imageBuild(parsed[i]!.value) }));
  return volumes && { ...volumes, launch: compareLaunches(builds[0]!, builds[1]!) };
}
