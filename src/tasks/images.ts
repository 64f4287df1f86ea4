// Reads an image with its firmware volumes, or compares two, including compressed sections: erased flash is read to its end,
// decompression takes seconds, and a hostile image may use up all the memory that its thread has.

import { bytesToHex } from '../core/binary/hex';
import { computeImageDigests, digestRows } from '../core/check/imageDigests';
import { parseFirmware } from '../core/ovmf/firmwareFile';
import type { Hashes } from '../core/launch/hasher';
import { compareImages } from '../core/ovmf/compare/compare';
import { compareWhole } from '../core/ovmf/compare/compareWhole';
import { parseContents } from '../core/ovmf/contents';
import type { OvmfImage } from '../core/ovmf/image';
import { imageTables } from '../core/ovmf/imageTables';
import { sectionsBy } from '../core/ovmf/volumes/decoders';
import type { Decompress } from '../core/ovmf/volumes/tree';
import { tablesAtEnd } from '../core/ovmf/tablesAtEnd';
import { snpParts } from '../core/tech/snp/measuredParts';
import type { DigestRow, ImageFound } from '../protocol/ovmf';
import { isObject } from '../core/binary/values';
import type { TaskCode } from './serve';

function* inImage(
  bytes: Uint8Array,
  decompress: Decompress,
  hashes: Hashes,
): Generator<ImageFound, undefined> {
  const image = parseFirmware(bytes);
  const measured = (of: OvmfImage) => snpParts(of, bytes);
  const tables = imageTables(image, measured);
  // Whoever asks has those of the ends already.
  const more = isEqual(tables, tablesAtEnd(bytes, measured)) ? {} : { tables };
  if ('tables' in more) yield more;
  let contents = parseContents(bytes, image);
  yield { ...more, contents };
  if (contents.pending) {
    contents = parseContents(bytes, image, decompress);
    yield { ...more, contents };
  }
  yield {
    ...more,
    contents,
    digests: { rows: digestRows(computeImageDigests(bytes, hashes)).map(digestRow) },
  };
}

/** Whether two plain values are equal. */
function isEqual(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => isEqual(item, b[i]));
  if (!isObject(a) || !isObject(b)) return Object.is(a, b);
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isEqual(a[name], b[name]))
  );
}

const digestRow = ({ title, value }: ReturnType<typeof digestRows>[number]): DigestRow =>
  typeof value === 'string' ? { title, none: value } : { title, value: bytesToHex(value) };

/** Reads an image: its tables if its ends do not tell them, its volumes without and then with their compressed sections, its digests. */
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
