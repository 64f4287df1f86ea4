// A worker thread that reads an image with its firmware volumes, or compares two, including compressed sections:
// decompression takes seconds and must not block the extension host. Started with the sizes of the images; each
// part of the answer is requested separately, so that the host can do other work in between.

import { isDeepStrictEqual } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import { bytesToHex } from '../../core/binary/hex';
import { computeImageDigests, digestRows } from '../../core/check/imageDigests';
import { parseFirmware } from '../../core/ovmf/firmwareFile';
import { compareImages } from '../../core/ovmf/compare/compare';
import { compareWhole } from '../../core/ovmf/compare/compareWhole';
import { parseContents } from '../../core/ovmf/contents';
import { imageTables } from '../../core/ovmf/imageTables';
import { decompressSection } from '../../node/decompress';
import { nodeHashes } from '../../node/hashes';
import type { DigestRow, ImageFound, ImagesFound } from '../../protocol/ovmf';
import { inParts } from '../../protocol/parts';
import type { ContentAnswer, ContentRequest } from './contents';
import { tablesAtEnd } from './tablesAtEnd';

const images = (workerData as readonly number[]).map((size) => new Uint8Array(size));
const [first = new Uint8Array(0), second] = images;

function* inImage(bytes: Uint8Array): Generator<ImageFound, undefined> {
  const image = parseFirmware(bytes);
  const tables = imageTables(image);
  // The page has those of the ends already.
  if (!isDeepStrictEqual(tables, tablesAtEnd(bytes))) yield { tables };
  const contents = parseContents(bytes, image);
  yield { contents };
  if (contents.pending) yield { contents: parseContents(bytes, image, decompressSection) };
  yield { digests: { rows: digestRows(computeImageDigests(bytes, nodeHashes)).map(digestRow) } };
}

const digestRow = ({ title, value }: ReturnType<typeof digestRows>[number]): DigestRow =>
  typeof value === 'string' ? { title, none: value } : { title, value: bytesToHex(value) };

function* between(...both: readonly Uint8Array[]): Generator<ImagesFound, undefined> {
  const [a, b] = both.map((bytes) => ({ bytes, image: parseFirmware(bytes).value }));
  const comparison = compareImages(a!, b!);
  yield { comparison: { ...comparison, pending: !comparison.equal } };
  if (comparison.equal) return;
  const volumes = compareWhole(a!, b!, decompressSection);
  yield { comparison: { ...compareImages(a!, b!, { volumes }), pending: false } };
}

function* answers(): Generator<ContentAnswer, undefined> {
  for (const found of second ? between(first, second) : inImage(first))
    for (const [name, value] of Object.entries(found) as [string, object][])
      for (const part of inParts(value)) yield { type: 'part', name, part };
}

let answering: Generator<ContentAnswer, undefined> | undefined;

parentPort?.on('message', (request: ContentRequest) => {
  switch (request.type) {
    case 'bytes':
      images[request.image]?.set(request.bytes, request.offset);
      return;
    case 'next':
      answering ??= answers();
      parentPort?.postMessage(answering.next().value ?? ({ type: 'end' } satisfies ContentAnswer));
  }
});
