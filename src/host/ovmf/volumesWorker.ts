// A worker thread that reads an image with its firmware volumes, or compares the volumes of two, including
// compressed sections: decompression takes seconds and must not block the extension host. Started with the sizes
// of the images; each part of the answer is requested separately, so that the host can do other work in between.

import { parentPort, workerData } from 'node:worker_threads';
import { parseFirmware } from '../../core/ovmf/firmwareFile';
import { compareVolumes } from '../../core/ovmf/compare/compareVolumes';
import { inParts } from '../../core/ovmf/contentParts';
import { parseContents } from '../../core/ovmf/contents';
import { decompressSection } from '../../node/lzma';
import type { ContentAnswer, ContentRequest } from './contents';

const images = (workerData as readonly number[]).map((size) => new Uint8Array(size));
let parts: Generator<ContentAnswer, undefined> | undefined;

const parsed = (index: number) => {
  const bytes = images[index] ?? new Uint8Array(0);
  const { value: image, findings } = parseFirmware(bytes);
  return { bytes, image, findings };
};

function* partsOfFirst(): Generator<ContentAnswer, undefined> {
  const { bytes, image, findings } = parsed(0);
  yield { type: 'tables', findings };
  yield* inParts(parseContents(bytes, image, decompressSection));
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
      const comparison = compareVolumes(parsed(0), parsed(1), decompressSection);
      parentPort?.postMessage({ type: 'comparison', comparison } satisfies ContentAnswer);
    }
  }
});
