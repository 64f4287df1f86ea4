// What an OVMF image can be used for, as short facts with reasons, for the header line of the viewer and the
// command line. The reasons follow QEMU's requirements at launch.

import { countOf, hex } from '../binary/hex';
import type { AreaInput } from './areaChecks';
import { LEAST_HASH_AREA } from './areaChecks';
import type { KnownEntry } from './entries';
import { IGVM_METADATA_OFFSET, SEV_METADATA_OFFSET, SVSM_INFO, TDX_METADATA_OFFSET } from './entries';
import type { OvmfTable } from './guidedTable';
import { findEntry } from './guidedTable';

/** Whether a use is possible, and why. */
export interface Support {
  readonly feature: string;
  readonly ok: boolean;
  readonly reason: string;
}

/** The parts of an image that decide what it supports. */
export interface SupportInput extends AreaInput {
  readonly sevMetadata?: {
    readonly sections: readonly { readonly name: string; readonly gpa: number; readonly size: number }[];
  };
  readonly tdxMetadata?: { readonly sections: readonly { readonly memory_size: bigint }[] };
  readonly igvmMetadata?: { readonly sections: readonly { readonly size: number }[] };
}

const tests: readonly (readonly [string, (image: SupportInput) => readonly [boolean, string]])[] = [
  ['SEV-ES', sevEs],
  ['kernel hashes', kernelHashes],
  ['secret area', secretArea],
  ['SNP', snp],
  ['TDX', tdx],
  ['IGVM', igvm],
  ['SVSM', svsm],
];

/** The facts about an image: always the same features in the same order. */
export function describeSupport(image: SupportInput): Support[] {
  return tests.map(([feature, test]) => {
    const [ok, reason] = test(image);
    return { feature, ok, reason };
  });
}

function sevEs({ table, resetAddress }: SupportInput): readonly [boolean, string] {
  if (resetAddress === undefined) return [false, missing(table, 'SEV-ES reset block')];
  if (resetAddress === 0) return [false, 'the reset address is 0'];
  return [true, `APs start at ${hex(resetAddress, 8)}`];
}

function kernelHashes({ table, hashArea }: SupportInput): readonly [boolean, string] {
  if (!hashArea) return [false, missing(table, 'hash area')];
  if (hashArea.base === 0) return [false, 'the hash area has no address'];
  const where = `${hex(hashArea.size)} bytes at ${hex(hashArea.base, 8)}`;
  if (hashArea.size < LEAST_HASH_AREA) return [false, `${where}; QEMU needs ${LEAST_HASH_AREA}`];
  return [true, where];
}

function secretArea({ table, secretArea: area }: SupportInput): readonly [boolean, string] {
  if (!area) return [false, missing(table, 'secret area')];
  if (area.base === 0 || area.size === 0) return [false, 'the secret area is empty'];
  return [true, `${hex(area.size)} bytes at ${hex(area.base, 8)}`];
}

function snp({ table, sevMetadata }: SupportInput): readonly [boolean, string] {
  const ranges = sevMetadata?.sections.filter(({ size }) => size > 0);
  return listed(table, SEV_METADATA_OFFSET, 'SEV metadata', ranges?.length);
}

function tdx({ table, tdxMetadata }: SupportInput): readonly [boolean, string] {
  const ranges = tdxMetadata?.sections.filter((section) => section.memory_size > 0n);
  return listed(table, TDX_METADATA_OFFSET, 'TDX metadata', ranges?.length);
}

function igvm({ table, igvmMetadata }: SupportInput): readonly [boolean, string] {
  const ranges = igvmMetadata?.sections.filter(({ size }) => size > 0);
  return listed(table, IGVM_METADATA_OFFSET, 'IGVM metadata', ranges?.length);
}

function svsm({ table, sevMetadata }: SupportInput): readonly [boolean, string] {
  if (findEntry(table, SVSM_INFO)) return [true, 'this is an SVSM: it has an SVSM info entry'];
  const area = sevMetadata?.sections.find(({ name, size }) => name === 'SVSM_CAA' && size > 0);
  if (area) return [true, `calling area at ${hex(area.gpa, 8)}`];
  return [false, 'no SVSM calling area among the SEV metadata'];
}

function missing(table: OvmfTable | undefined, what: string): string {
  if (!table) return 'no GUIDed table';
  return table.complete
    ? `the table has no usable ${what}`
    : `no ${what} in the part of the table that was read`;
}

function listed(
  table: OvmfTable | undefined,
  entry: KnownEntry,
  title: string,
  ranges: number | undefined,
): readonly [boolean, string] {
  if (!findEntry(table, entry)) return [false, missing(table, entry.title)];
  if (ranges === undefined) return [false, `the table leads to no readable ${title}`];
  if (ranges === 0) return [false, `the ${title} list no memory`];
  return [true, `${title} with ${countOf(ranges, 'range')}`];
}
