// A worker thread that reads the firmware volumes of an image, or compares those of two, with their compressed sections, which
// takes seconds of decompression: the extension host itself never does.

import { parentPort, workerData } from 'node:worker_threads';
import { parseOvmf } from '../core/ovmf/image';
import { compareVolumes, type VolumeComparison } from '../core/ovmf/volumes/compareVolumes';
import { readContents, type VolumeContents } from '../core/ovmf/volumes/contents';
import { decompressSection } from '../files/lzma';

/** What the thread is started for. */
export type VolumesRequest =
  | { readonly kind: 'read'; readonly bytes: Uint8Array }
  | { readonly kind: 'compare'; readonly a: Uint8Array; readonly b: Uint8Array };

/** What it posts once, by the kind of the request. */
export interface VolumeAnswers {
  readonly read: VolumeContents;
  /** Undefined when neither image has a volume. */
  readonly compare: VolumeComparison | undefined;
}

const imageOf = (bytes: Uint8Array) => ({ bytes, image: parseOvmf(bytes).value });

function answer(request: VolumesRequest): VolumeAnswers[VolumesRequest['kind']] {
  switch (request.kind) {
    case 'read':
      return readContents(request.bytes, imageOf(request.bytes).image, decompressSection);
    case 'compare':
      return compareVolumes(imageOf(request.a), imageOf(request.b), decompressSection);
  }
}

parentPort?.postMessage(answer(workerData as VolumesRequest));
