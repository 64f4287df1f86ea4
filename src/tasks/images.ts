// Reads an image with its firmware volumes, or compares two, including compressed sections: erased flash is read to its end,
// decompression takes seconds, and a hostile image may use up all the memory that its thread has.

import { bytesToHex } from '../core/binary/hex';
import { computeImageDigests, digestRows } from '../core/check/imageDigests';
import { parseFirmware } from '../core/ovmf/firmwareFile';
import type { Hashes } from '../core/launch/hasher';
import { compareImages } from '../core/ovmf/compare/compare';
import { compareWhole } from '../core/ovmf/compare/compareWhole';
import { parseContents } from '../core/ovmf/contents';
import { imageTables } from '../core/ovmf/imageTables';
import { tablesAtEnd } from '../core/ovmf/tablesAtEnd';
import { sectionsBy } from '../core/ovmf/volumes/decoders';
import type { Decompress } from '../core/ovmf/volumes/tree';
import type { DigestRow, ImageFound } from '../protocol/ovmf';
import type { TaskCode } from './serve';

function* inImage(
  bytes: Uint8Array,
  decompress: Decompress,
  hashes: Hashes,
): Generator<ImageFound, undefined> {
  const image = parseFirmware(bytes);
  const tables = imageTables(image);
  // Who asks has those of the ends already.
  const known = JSON.stringify(tables) === JSON.stringify(tablesAtEnd(bytes)) ? {} : { tables };
  if (known.tables) yield known;
  let contents = parseContents(bytes, image);
  yield { ...known, contents };
  if (contents.pending) {
    contents = parseContents(bytes, image, decompress);
    yield { ...known, contents };
  }
  yield {
    ...known,
    contents,
    digests: { rows: digestRows(computeImageDigests(bytes, hashes)).map(digestRow) },
  };
}

const digestRow = ({ title, value }: ReturnType<typeof digestRows>[number]): DigestRow =>
  typeof value === 'string' ? { title, none: value } : { title, value: bytesToHex(value) };

/** Reads an image: its tables, its volumes without and then with their compressed sections, its digests. */
export const readImage: TaskCode<'readImage'> = async ({ image }, { decoders, hashes, answer }) => {
  const all = inImage(image, sectionsBy(await decoders()), await hashes());
  for (const found of all) await answer(found);
};

/** Compares two images, without and then with their compressed sections. */
export const compareTwo: TaskCode<'compareImages'> = async (both, { decoders, answer }) => {
  const [a, b] = [both.a, both.b].map((bytes) => ({ bytes, image: parseFirmware(bytes).value }));
  const comparison = compareImages(a!, b!);
  await answer({ comparison: { ...comparison, pending: !comparison.equal } });
  if (comparison.equal) return;
  const volumes = compareWhole(a!, b!, sectionsBy(await decoders()));
  await answer({ comparison: { ...compareImages(a!, b!, { volumes }), pending: false } });
};
