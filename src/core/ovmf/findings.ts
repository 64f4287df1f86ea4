// All findings about an OVMF image. What its tables lack means something else when its volumes tell what build it is.

import { hex } from '../binary/hex';
import type { Finding, Parsed } from '../binary/region';
import type { OvmfImage } from './image';
import type { ImageBuild } from './imageBuild';
import { hasLostTable, isForeign, isOvmf } from './imageBuild';
import { X86_ONLY } from './kinds/foreign';
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
    if (isForeign(build)) return otherProcessor(image.value, build);
    if (isOvmf(build)) return withoutTable(found, image.value, build);
    return build.part === 'vars' ? onlyVariables(image.value) : found;
  });
  const unverified = image.value.fileKind ? [] : checkVerifier(image.value, volumes.value);
  return [...ofTables, ...volumes.findings, ...unverified];
}

/** OVMF that ends in no table: it never had one, or its end is damaged. */
function withoutTable({ offset, size }: Finding, { fileKind }: OvmfImage, build: ImageBuild): Finding {
  const end = hex(offset + size);
  // A file of no known kind lacks the signature before the reset vector, too, which every release has.
  if (fileKind !== undefined || hasLostTable(build)) {
    const signature = fileKind === undefined ? '' : ', and no VTF signature follows';
    const message = `OVMF whose end is damaged: no table ends at ${end}${signature}. Copy or build the image again.`;
    return ovmfFinding(NO_TABLE, offset, size, message);
  }
  const message = `OVMF without a table and a reset block before ${end}: a build of before edk2-stable202008, or one for Xen. QEMU stops SEV-ES and SNP guests, and takes no kernel hashes.`;
  return ovmfFinding('before-tables', offset, size, message);
}

/** Code for another processor that does not show at the start of the file, as behind a variable store. */
function otherProcessor({ fileSize }: OvmfImage, { sec }: ImageBuild): Finding {
  return ovmfFinding('other-processor', 0, fileSize, `The file is firmware for ${sec}. ${X86_ONLY}`);
}

/** A store that only the spare block of fault-tolerant writes has does not show at the start of the file. */
function onlyVariables({ fileSize }: OvmfImage): Finding {
  const message = 'The file holds variables only (VARS), and no firmware. Give the matching CODE file.';
  return ovmfFinding('variable-store-only', 0, fileSize, message);
}
