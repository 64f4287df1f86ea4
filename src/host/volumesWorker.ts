// A worker thread that reads the firmware volumes of an image, or compares those of two, with their compressed sections, which
// takes seconds of decompression: the extension host itself never does. Started with the sizes of the images; talks as
// contentParts.ts says.

import { parentPort, workerData } from 'node:worker_threads';
import { parseOvmf } from '../core/ovmf/image';
import { compareVolumes } from '../core/ovmf/volumes/compareVolumes';
import { readContents } from '../core/ovmf/volumes/contents';
import { decompressSection } from '../files/lzma';
import { inParts, type ContentPart, type ContentRequest } from './contentParts';

const images = (workerData as readonly number[]).map((size) => new Uint8Array(size));
let parts: Generator<ContentPart, undefined> | undefined;

const parsed = (index: number) => {
  const bytes = images[index] ?? new Uint8Array(0);
  return { bytes, image: parseOvmf(bytes).value };
};

function partsOfFirst(): Generator<ContentPart, undefined> {
  const { bytes, image } = parsed(0);
  return inParts(readContents(bytes, image, decompressSection));
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
      parentPort?.postMessage({ type: 'comparison', comparison } satisfies ContentPart);
    }
  }
});
