// All findings about an OVMF image: its table and metadata, its firmware volumes, and whether they are consistent.

import type { Finding, Parsed, Severity } from '../binary/region';
import type { OvmfImage } from './image';
import { parseFirmware } from './firmwareFile';
import { imageBuild, type ImageBuild } from './imageBuild';
import { parseImageVolumes } from './imageVolumes';
import type { VolumeTree } from './volumes/tree';
import { checkVerifier } from './volumes/verifier';
import type { ParseVolumesOptions } from './volumes/volumes';

/** An image with its volumes. */
export interface WholeOvmf {
  readonly image: OvmfImage;
  readonly volumes: VolumeTree;
  readonly build: ImageBuild;
}

/** Severities, the worst first. */
export const SEVERITIES: readonly Severity[] = ['error', 'warning', 'info'];

/**
 * Reads a whole image with its volumes. Rules about compressed content need a decompressor.
 * @param bytes the whole file
 */
export function lintOvmf(bytes: Uint8Array, options: ParseVolumesOptions = {}): Parsed<WholeOvmf> {
  const { value: image, findings: ofTable } = parseFirmware(bytes);
  const { value: volumes, findings: ofVolumes } = parseImageVolumes(image, bytes, options);
  const unverified = options.decompress ? checkVerifier(image, volumes) : [];
  return {
    value: { image, volumes, build: imageBuild(volumes) },
    findings: [...ofTable, ...ofVolumes, ...unverified],
  };
}

/** Findings with the worst first, grouped by rule, each rule in file order. */
export function bySeverity(findings: readonly Finding[]): Finding[] {
  const rank = ({ severity }: Finding) => SEVERITIES.indexOf(severity);
  return [...findings].sort(
    (a, b) => rank(a) - rank(b) || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : a.offset - b.offset),
  );
}
