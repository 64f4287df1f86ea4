// A worker thread that reads an image with its firmware volumes, or compares the volumes of two, including
// compressed sections: decompression takes seconds and must not block the extension host. Started with the sizes
// of the images; each part of the answer is requested separately, so that the host can do other work in between.

import { parentPort, workerData } from 'node:worker_threads';
import { parseFirmware } from '../../core/ovmf/firmwareFile';
import { compareWhole } from '../../core/ovmf/compare/compareWhole';
import { inParts } from '../../core/ovmf/contentParts';
import { parseContents } from '../../core/ovmf/contents';
import { lintOvmf } from '../../core/ovmf/lint';
import { decompressSection } from '../../node/decompress';
import type { ContentAnswer, ContentRequest } from './contents';

const images = (workerData as readonly number[]).map((size) => new Uint8Array(size));
let parts: Generator<ContentAnswer, undefined> | undefined;

const bytesOf = (index: number) => images[index] ?? new Uint8Array(0);
const imageOf = (index: number) => ({ bytes: bytesOf(index), image: parseFirmware(bytesOf(index)).value });

function* partsOfFirst(): Generator<ContentAnswer, undefined> {
  const bytes = bytesOf(0);
  const { value, findings } = lintOvmf(bytes);
  yield { type: 'first', first: { findings, facts: value.facts } };
  yield* inParts(parseContents(bytes, parseFirmware(bytes), decompressSection));
}

parentPort?.on('message', (request: ContentRequest) => {
  switch (request.type) {
    case 'bytes':
      images[request.image]?.set(request.bytes, request.offset);
      return;
    case 'next':
      parts ??= partsOfFirst();
      parentPort?.postMessage(parts.next().value);
      return;
    case 'compare': {
      const comparison = compareWhole(imageOf(0), imageOf(1), decompressSection);
      parentPort?.postMessage({ type: 'comparison', comparison } satisfies ContentAnswer);
    }
  }
});
