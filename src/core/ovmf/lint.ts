// Everything about an OVMF image at once: its table and metadata, its firmware volumes, its uses, and all findings.

import { SEVERITIES, type Finding, type Parsed } from '../binary/region';
import { imageFacts, type ImageFacts } from './facts';
import { allFindings } from './findings';
import type { OvmfImage } from './image';
import { parseFirmware } from './firmwareFile';
import { imageBuild, type ImageBuild } from './imageBuild';
import { parseImageVolumes } from './imageVolumes';
import type { VolumeTree } from './volumes/tree';
import type { ParseVolumesOptions } from './volumes/volumes';

/** An image with its volumes. */
export interface WholeOvmf {
  readonly image: OvmfImage;
  readonly volumes: VolumeTree;
  readonly build: ImageBuild;
  /** What it is, and what it can be used for. */
  readonly facts: ImageFacts;
}

/**
 * Reads a whole image with its volumes. Rules about compressed content need a decompressor.
 * @param bytes the whole file
 */
export function lintOvmf(bytes: Uint8Array, options: ParseVolumesOptions = {}): Parsed<WholeOvmf> {
  const image = parseFirmware(bytes);
  const volumes = parseImageVolumes(image.value, bytes, options);
  const build = imageBuild(volumes.value);
  const facts = imageFacts({ image: image.value, bytes }, build);
  return {
    value: { image: image.value, volumes: volumes.value, build, facts },
    findings: allFindings(image, volumes, build),
  };
}

/** Findings with the worst first, grouped by rule, each rule in file order. */
export function bySeverity(findings: readonly Finding[]): Finding[] {
  const rank = ({ severity }: Finding) => SEVERITIES.indexOf(severity);
  return [...findings].sort(
    (a, b) => rank(a) - rank(b) || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : a.offset - b.offset),
  );
}
