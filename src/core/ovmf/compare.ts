// Two OVMF images side by side: what their tables, lists and regions have that differs, where their bytes differ,
// and which guests would be measured differently for it.

import type { ByteDifferences } from './compareBytes';
import { compareBytes } from './compareBytes';
import type { ComparedFile, ImageChange } from './compareRegions';
import { compareTrees } from './compareRegions';
import type { EffectId, MeasurementEffect } from './effects';
import { effectsOf, effectsOfChange } from './effects';
import type { OvmfImage } from './image';
import { isVariableStore } from './image';

/** A parsed image and the bytes that it was parsed from: all of it, or its end. */
export interface ImageWithBytes {
  readonly image: OvmfImage;
  readonly bytes: Uint8Array;
}

/** A change with the effects that it has a part in. */
export interface ComparedChange extends ImageChange {
  readonly effects: readonly EffectId[];
}

/** All that differs between a first and a second image. */
export interface ImageComparison {
  /** True when sizes and all bytes that are at hand are the same. */
  readonly equal: boolean;
  readonly changes: readonly ComparedChange[];
  readonly effects: readonly MeasurementEffect[];
  readonly differences: ByteDifferences;
}

/** Compares two images, whatever they hold; `b` is the newer or the other one. */
export function compareImages(a: ImageWithBytes, b: ImageWithBytes): ImageComparison {
  const [fileA, fileB] = [fileOf(a), fileOf(b)];
  const differences = compareBytes(fileA, fileB);
  const variables = isVariableStore(fileA) || isVariableStore(fileB);
  const effects = effectsOf({ a: a.image, b: b.image, differences, variables });
  const changes =
    differences.bytes === 0
      ? []
      : compareTrees({ file: fileA, regions: a.image.regions }, { file: fileB, regions: b.image.regions });
  return {
    equal: differences.bytes === 0,
    changes: changes.map((change) => ({ ...change, effects: effectsOfChange(change, effects) })),
    effects,
    differences,
  };
}

const fileOf = ({ image, bytes }: ImageWithBytes): ComparedFile => ({
  bytes,
  offset: image.offset,
  fileSize: image.fileSize,
});
