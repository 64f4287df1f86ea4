// The entries of OVMF's GUIDed table (edk2, OvmfPkg/ResetVector/Ia16/ResetVectorVtf0): one row per GUID that
// edk2, COCONUT or QEMU define, with the layout of its data. Parser and builder share this table.

import { bits } from '../binary/bits';
import type { Bit, Row, Struct } from '../binary/struct';
import { row, struct } from '../binary/struct';
import type { OvmfRule } from './rules';

/** The GUID that ends the table, 48 bytes before the end of the file. */
export const FOOTER_GUID = '96b582de-1fb2-45f7-baea-a366c55a082d';

/** What is said of an area of guest memory that does not do. */
interface AreaNeeds {
  /** What it is called in a sentence. */
  readonly words: string;
  /** Of one without address or size: the rule, and a clause. */
  readonly empty?: { readonly rule: OvmfRule; readonly effect: string };
  /** Of one with less than so many bytes: the rule, and a clause. */
  readonly small?: { readonly rule: OvmfRule; readonly least: number; readonly effect: string };
}

/** A table entry with a known meaning. */
export interface KnownEntry<R extends Row = Row> {
  readonly guid: string;
  /** Short key for code, JSON and tests. */
  readonly name: string;
  /** The title for people. */
  readonly title: string;
  readonly payload: Struct<R>;
  readonly doc: string;
  /** The software that uses it. */
  readonly reader: string;
  /** The first release that has it. */
  readonly since: string;
  /** What a whole table without it is told. */
  readonly absent?: { readonly rule: OvmfRule; readonly effect: string };
  /** Of an entry that is an area (`AREA_ENTRIES`). */
  readonly area?: AreaNeeds;
}

/** Follows the data of every entry and ends the table; lengths include these 18 bytes. */
export const TRAILER = struct('GUIDed table trailer', 18, [
  row(
    0x00,
    'length',
    'u16',
    'bytes of the entry (or, in the footer, of the whole table), this trailer included',
  ),
  row(0x02, 'guid', 16, 'what the entry is'),
]);

// QEMU, sev_es_set_reset_vector: the CS base is the value with its low half cleared, RIP is the low half.
const resetBits: readonly Bit[] = [
  bits(15, 0, 'IP', 'RIP of every AP at reset'),
  bits(31, 16, 'CS_BASE_31_16', 'upper half of the CS base of every AP at reset'),
];

const distance = (what: string) =>
  row(0x00, 'offset', 'u32', `bytes from the end of the file back to the start of the ${what} descriptor`);

/** An entry that gives the position of a descriptor as its distance from the end of the file. */
export type OffsetEntry = KnownEntry<ReturnType<typeof distance>>;

/** Where the APs of an SEV-ES or SNP guest start. */
export const RESET_BLOCK = {
  guid: '00f771de-1a7e-4fcb-890e-68c77e2fb44e',
  name: 'sev-es-reset-block',
  title: 'SEV-ES reset block',
  payload: struct('SEV-ES reset block', 4, [
    row(0x00, 'reset_addr', 'u32', 'guest-physical address at which APs start', { bits: resetBits }),
  ]),
  doc: 'Where every vCPU but the first starts. Part of the VMSA of an AP, hence of every SEV-ES and SNP measurement.',
  reader: 'QEMU before it encrypts the VMSAs; every tool that builds the VMSA of an AP',
  since: 'edk2-stable202102 (on its own, without a table, since edk2-stable202008)',
  absent: {
    rule: 'no-reset-block',
    effect: 'no SEV-ES reset block: APs of SEV-ES and SNP guests cannot start',
  },
} satisfies KnownEntry;

/** Where a launch secret goes. */
export const SECRET_BLOCK = {
  guid: '4c2eb361-7d9b-4cc3-8081-127c90d3d294',
  name: 'sev-secret-block',
  title: 'SEV secret block',
  payload: struct('SEV secret block', 8, [
    row(0x00, 'base', 'u32', 'guest-physical address of the area; 0 when the build has none'),
    row(0x04, 'size', 'u32', 'bytes of the area: room for the whole secret table'),
  ]),
  doc: 'The area that receives the launch secret. Zero in builds other than AmdSev before edk2-stable202511.',
  reader: 'QEMU, as the default address of a secret injection',
  since: 'edk2-stable202102',
  absent: {
    rule: 'no-secret-area',
    effect: 'no secret area: a secret can be injected only at an explicit address',
  },
  area: {
    words: 'secret area',
    empty: {
      rule: 'secret-area-empty',
      effect: 'a secret can be injected only at an explicit address',
    },
    // edk2, OvmfPkg/AmdSev/AmdSevX64.fdf: the size of the area for a table of secrets.
    small: {
      rule: 'secret-area-small',
      least: 0xc00,
      effect: 'AmdSev builds have 0xc00, and a larger secret table does not fit',
    },
  },
} satisfies KnownEntry;

/** Where the hashes of kernel, initrd and command line go. */
export const HASH_BLOCK = {
  guid: '7255371f-3a3b-4b04-927b-1da6efa8d454',
  name: 'sev-hash-table-block',
  title: 'SEV hash table block',
  payload: struct('SEV hash table block', 8, [
    row(0x00, 'base', 'u32', 'guest-physical address of the area; 0 when the build has none'),
    row(0x04, 'size', 'u32', 'bytes of the area; QEMU needs 176'),
  ]),
  doc: 'The area for the table of hashes of a measured direct boot (kernel-hashes=on).',
  reader: 'QEMU, which writes the hash table there and measures it',
  since: 'edk2-stable202108',
  absent: { rule: 'no-hash-area', effect: 'no kernel hash area: a launch with kernel hashes is refused' },
  area: {
    words: 'kernel hash area',
    empty: { rule: 'hash-area-empty', effect: 'a launch with kernel hashes is refused' },
    // QEMU pads the table of kernel hashes to this size (sev_add_kernel_loader_hashes).
    small: { rule: 'hash-area-small', least: 176, effect: 'QEMU needs 176 bytes' },
  },
} satisfies KnownEntry;

/** Where the SEV metadata is. */
export const SEV_METADATA_OFFSET = {
  guid: 'dc886566-984a-4798-a75e-5585a7bf67cc',
  name: 'sev-metadata-offset',
  title: 'SEV metadata offset',
  payload: struct('SEV metadata offset', 4, [distance('ASEV')]),
  doc: 'Leads to the list of pages that the VMM must prepare before an SNP guest starts.',
  reader: 'QEMU and the SNP digest tools; COCONUT',
  since: 'edk2-stable202202',
  absent: { rule: 'no-sev-metadata', effect: 'no SEV metadata offset: SNP guests cannot start' },
} satisfies KnownEntry;

/** Where the TDX metadata is. */
export const TDX_METADATA_OFFSET = {
  guid: 'e47a6535-984a-4798-865e-4685a7bf8ec2',
  name: 'tdx-metadata-offset',
  title: 'TDX metadata offset',
  payload: struct('TDX metadata offset', 4, [distance('TDVF')]),
  doc: 'Leads to the list of ranges that an Intel TDX launch needs. Means nothing to SEV.',
  reader: 'QEMU, for TDX guests only',
  since: 'edk2-stable202111',
} satisfies KnownEntry;

/** Where the IGVM metadata is. */
export const IGVM_METADATA_OFFSET = {
  guid: '784fa70e-3176-4677-8a20-04b68699e374',
  name: 'igvm-metadata-offset',
  title: 'IGVM metadata offset',
  payload: struct('IGVM metadata offset', 4, [distance('IGVM')]),
  doc: 'Leads to the list of places for IGVM parameters and HOBs.',
  reader: 'tools that wrap OVMF into an IGVM file; QEMU does not read it',
  since: 'edk2-stable202511',
} satisfies KnownEntry;

/** How COCONUT starts the guest's firmware. */
const OVMF_RESET_VECTOR = {
  guid: '813d7b2c-9558-4d88-8b31-1427a85abe69',
  name: 'ovmf-reset-vector',
  title: 'OVMF reset vector',
  payload: struct('OVMF reset vector', 8, [
    row(0x00, 'vector_address', 'u32', 'guest-physical address of the entry point of the firmware'),
    row(0x04, 'compat_mask', 'u32', 'compatibility bits'),
  ]),
  doc: 'Tells an SVSM where to enter the guest firmware.',
  reader: 'the IGVM builder of COCONUT',
  since: 'COCONUT firmware builds',
} satisfies KnownEntry;

/** The entry point of an SVSM. */
export const SVSM_INFO = {
  guid: 'a789a612-0597-4c4b-a49f-cbb1fe9d1ddd',
  name: 'svsm-info',
  title: 'SVSM info',
  payload: struct('SVSM info', 4, [
    row(0x00, 'launch_offset', 'u32', 'entry point, counted from where the image is loaded'),
  ]),
  doc: 'Found in an SVSM image, which has a table of its own.',
  reader: 'QEMU builds with the older svsm= option; the SNP digest tools in SVSM mode',
  since: 'COCONUT SVSM images',
} satisfies KnownEntry;

const obsolete = (n: number) => `Word ${n} of a layout that was given up before release.`;

/** The predecessor of the SEV metadata descriptor. */
export const SNP_BOOT_BLOCK = {
  guid: 'bd39c0c2-2f8e-4243-83e8-1b74cebcb7d9',
  name: 'snp-boot-block',
  title: 'SNP boot block (obsolete)',
  payload: struct('SNP boot block', 24, [
    row(0x00, 'word0', 'u32', obsolete(0)),
    row(0x04, 'word1', 'u32', obsolete(1)),
    row(0x08, 'word2', 'u32', obsolete(2)),
    row(0x0c, 'word3', 'u32', obsolete(3)),
    row(0x10, 'word4', 'u32', obsolete(4)),
    row(0x14, 'word5', 'u32', obsolete(5)),
  ]),
  doc: 'Places of the secrets and CPUID pages in the first SNP patches. Replaced by SEV metadata.',
  reader: 'AMD\u2019s QEMU of 2021',
  since: 'patches of 2021; in no release',
} satisfies KnownEntry;

/** All known entries: those of current edk2 in ascending address order, then those of others. */
export const KNOWN_ENTRIES: readonly KnownEntry[] = [
  IGVM_METADATA_OFFSET,
  TDX_METADATA_OFFSET,
  SEV_METADATA_OFFSET,
  HASH_BLOCK,
  SECRET_BLOCK,
  RESET_BLOCK,
  OVMF_RESET_VECTOR,
  SVSM_INFO,
  SNP_BOOT_BLOCK,
];

/**
 * The entries that are areas of guest memory (`base` and `size`, with the column `area`), by the names that a parsed image has them
 * under.
 */
export const AREA_ENTRIES = { secretArea: SECRET_BLOCK, hashArea: HASH_BLOCK } as const;

const byGuid = new Map(KNOWN_ENTRIES.map((entry) => [entry.guid, entry]));

/** The known entry with this GUID (canonical lower-case text), if there is one. */
export function knownEntry(guid: string): KnownEntry | undefined {
  return byGuid.get(guid);
}
