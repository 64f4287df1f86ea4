// A worker thread that reads the firmware volumes of an image with their compressed sections, which takes seconds of
// decompression: the extension host itself never does.

import { parentPort, workerData } from 'node:worker_threads';
import { parseOvmf } from '../core/ovmf/image';
import { readContents, type VolumeContents } from '../core/ovmf/volumes/contents';
import { decompressSection } from '../files/lzma';

const bytes = workerData as Uint8Array;
parentPort?.postMessage(
  readContents(bytes, parseOvmf(bytes).value, decompressSection) satisfies VolumeContents,
);
