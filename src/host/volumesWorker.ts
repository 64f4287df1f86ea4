// A worker thread that reads the firmware volumes of an image with their compressed sections, which takes seconds of
// decompression: the extension host itself never does. Started with the size of the image; talks as contentParts.ts says.

import { parentPort, workerData } from 'node:worker_threads';
import { parseOvmf } from '../core/ovmf/image';
import { readContents } from '../core/ovmf/volumes/contents';
import { decompressSection } from '../files/lzma';
import { inParts, type ContentPart, type ContentRequest } from './contentParts';

const image = new Uint8Array(workerData as number);
let parts: Generator<ContentPart, undefined> | undefined;

parentPort?.on('message', (request: ContentRequest) => {
  if (request.type === 'bytes') {
    image.set(request.bytes, request.offset);
    return;
  }
  parts ??= inParts(readContents(image, parseOvmf(image).value, decompressSection));
  parentPort?.postMessage(parts.next().value);
});
