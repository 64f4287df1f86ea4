// Compares two OVMF images: how their tables, lists and volumes differ, where their bytes differ, and which
// guests would be measured differently as a result.

import type { ByteDifferences } from './compareBytes';
import { compareBytes } from './compareBytes';
import type { ComparedFile, ImageChange } from './change';
import { compareTrees } from './compareRegions';
import type { EffectId, MeasurementEffect } from './effects';
import { effectsOf, effectsOfChange } from './effects';
import type { ImageWithBytes } from '../image';
import { UNDESCRIBED } from '../image';
import type { VolumeComparison } from './compareVolumes';
import { compareVolumes } from './compareVolumes';

/** A change with the effects that it contributes to. */
export interface ComparedChange extends ImageChange {
  readonly effects: readonly EffectId[];
}

/** All that differs between a first and a second image. */
export interface ImageComparison {
  /** Whether sizes and all available bytes are the same. */
  readonly equal: boolean;
  readonly changes: readonly ComparedChange[];
  readonly effects: readonly MeasurementEffect[];
  readonly differences: ByteDifferences;
  /** The parts of the volumes that could not be read, in whole sentences. */
  readonly unread: readonly string[];
}

/** What is known about the volumes of two images. */
export interface CompareOptions {
  /** The result of compareWhole; without it, compressed sections are compared as bytes. */
  readonly volumes?: VolumeComparison | undefined;
}

/** Compares two images, whatever their content; `b` is the newer or the other one. */
export function compareImages(
  a: ImageWithBytes,
  b: ImageWithBytes,
  options: CompareOptions = {},
): ImageComparison {
  const [fileA, fileB] = [fileOf(a), fileOf(b)];
  const differences = compareBytes(fileA, fileB);
  const equal = differences.bytes === 0;
  const volumes = equal ? undefined : (options.volumes ?? compareVolumes(a, b));
  const { launch } = volumes ?? {};
  const effects = effectsOf({ a: a.image, b: b.image, launch, differences });
  const changes = equal ? [] : allChanges(a, b, volumes);
  return {
    equal,
    changes: changes.map((change) => ({ ...change, effects: effectsOfChange(change, effects) })),
    effects,
    differences,
    unread: volumes?.unread ?? [],
  };
}

/** Changes in tables, lists and vectors first, then in the volumes, which explain the remaining bytes. */
function allChanges(
  a: ImageWithBytes,
  b: ImageWithBytes,
  volumes: VolumeComparison | undefined,
): readonly ImageChange[] {
  const [left, right] = [a, b].map((image) => ({ file: fileOf(image), regions: image.image.regions }));
  const regions = compareTrees(left!, right!);
  if (!volumes) return regions;
  const described = regions.filter(({ what, path }) => path.length > 1 || !UNDESCRIBED.includes(what));
  const all = [...described, ...volumes.changes];
  return all.length > 0 ? all : regions;
}

const fileOf = ({ image, bytes }: ImageWithBytes): ComparedFile => ({
  bytes,
  offset: image.offset,
  fileSize: image.fileSize,
});
