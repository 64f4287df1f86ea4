// All findings about an OVMF image. What its tables lack means something else when its volumes tell what build it is.

import { hex } from '../binary/hex';
import type { Finding, Parsed } from '../binary/region';
import type { OvmfImage } from './image';
import type { ImageBuild } from './imageBuild';
import { isOvmf } from './imageBuild';
import type { OvmfRule } from './rules';
import { ovmfFinding } from './rules';
import type { VolumeTree } from './volumes/tree';
import { checkVerifier } from './volumes/verifier';

const NO_TABLE: OvmfRule = 'no-table';

/**
 * The findings about tables, metadata and volumes, and whether they are consistent.
 * @param build of the same volumes
 */
export function allFindings(
  image: Parsed<OvmfImage>,
  volumes: Parsed<VolumeTree>,
  build: ImageBuild,
): Finding[] {
  const ofTables = image.findings.map((found) => {
    if (found.rule !== NO_TABLE) return found;
    if (isOvmf(build)) return beforeTables(found);
    return build.part === 'vars' ? onlyVariables(image.value) : found;
  });
  const unverified = image.value.fileKind ? [] : checkVerifier(image.value, volumes.value);
  return [...ofTables, ...volumes.findings, ...unverified];
}

function beforeTables({ offset, size }: Finding): Finding {
  const message = `OVMF without a table and a reset block before ${hex(offset + size)}: a build of before edk2-stable202008, or one for Xen. QEMU stops SEV-ES and SNP guests, and takes no kernel hashes.`;
  return ovmfFinding('before-tables', offset, size, message);
}

/** A store that only the spare block of fault-tolerant writes has does not show at the start of the file. */
function onlyVariables({ fileSize }: OvmfImage): Finding {
  const message = 'The file holds variables only (VARS), and no firmware. Give the matching CODE file.';
  return ovmfFinding('variable-store-only', 0, fileSize, message);
}
