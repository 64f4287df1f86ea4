// What the page of an OVMF image waits for before its tree is there: table, metadata and volumes, for an image of 16 MiB. A
// thread reads them.
// Bundled and run by bench.mjs.

import { parseOvmf } from '../../src/core/ovmf/image';
import { parseVolumes } from '../../src/core/ovmf/volumes/volumes';
import { largeImage } from '../helpers/largeImage';

const SIZE = 16 * 2 ** 20;

/** An image of 16 MiB made from a real one. */
export const imageOf = (real: Uint8Array): Uint8Array => largeImage(real, SIZE);

/** All that is read before the tree is there. @returns how many regions and volumes there are at the top */
export function readForTree(image: Uint8Array): number {
  return parseOvmf(image).value.regions.length + parseVolumes(image).value.nodes.length;
}
