// The three lists that table entries point to, as tables: SEV metadata (edk2,
// OvmfPkg/ResetVector/X64/OvmfSevMetadata), TDX metadata (Intel TDX Virtual Firmware Design Guide, chapter
// 11) and IGVM metadata (edk2, 313004a57f).

import type { Row, Struct, Values } from '../binary/struct';
import { row, struct } from '../binary/struct';
import type { OffsetEntry } from './entries';
import { IGVM_METADATA_OFFSET, SEV_METADATA_OFFSET, TDX_METADATA_OFFSET } from './entries';

/** A section type: its number, its name in the source, and its meaning in words. */
export interface SectionType {
  readonly type: number;
  readonly name: string;
  readonly doc: string;
  /** Its address is an offset in the parameter area rather than a guest-physical address. */
  readonly relative?: boolean;
}

/** What checks and maps need to know about a section of any list. */
export interface SectionFacts {
  readonly type: number;
  /** In guest memory, or in the parameter area when the type is relative. */
  readonly start: bigint;
  readonly size: bigint;
  /** Where its content is in the file, for lists that say so. */
  readonly content?: { readonly offset: number; readonly size: number };
}

/** A metadata list: the entry that points to it, its signature, the layout of a section, and the section types. */
export interface MetadataLayout<R extends Row = Row> {
  readonly title: string;
  readonly entry: OffsetEntry;
  readonly signature: string;
  readonly section: Struct<R>;
  readonly types: readonly SectionType[];
  /** The field of a section that holds the size of its guest memory. */
  readonly sizeField: NoInfer<R>['name'];
  /**
   * Interprets a section's values. A method, because only methods let a layout with known
   * rows be used as one with any rows.
   */
  facts(values: Values<R>): SectionFacts;
  /** GUID in the 16 bytes before the signature. */
  readonly guidBefore?: string;
}

/** Types a list by its layout, so that the names and types of its fields are known. */
const metadata = <R extends Row>(layout: MetadataLayout<R>): MetadataLayout<R> => layout;

/** A section as read: its values, their interpretation, the name of its type, and its offset in the file. */
export interface SectionRead<R extends Row = Row> {
  readonly name: string;
  readonly offset: number;
  readonly values: Values<R>;
  readonly facts: SectionFacts;
}

/** The header of all three lists. */
export const METADATA_HEADER = struct('metadata header', 16, [
  row(0x00, 'signature', 4, 'four letters that say which list this is'),
  row(0x04, 'length', 'u32', 'bytes from the signature to the end of the last section'),
  row(0x08, 'version', 'u32', 'version of the layout; 1 is the only one'),
  row(0x0c, 'count', 'u32', 'number of sections that follow'),
]);

/** Sections of the SEV metadata. The page types are those of SNP_LAUNCH_UPDATE in QEMU. */
const SEV_SECTION_TYPES = [
  {
    type: 1,
    name: 'SNP_SEC_MEM',
    doc: 'RAM that is accepted as zero before SEC runs; measured as ZERO pages.',
  },
  {
    type: 2,
    name: 'SNP_SECRETS',
    doc: 'The page that receives the SNP secrets; measured as a SECRETS page.',
  },
  { type: 3, name: 'CPUID', doc: 'The page that receives the CPUID table; measured as a CPUID page.' },
  { type: 4, name: 'SVSM_CAA', doc: 'The calling area page for an SVSM; measured as a ZERO page.' },
  {
    type: 0x10,
    name: 'SNP_KERNEL_HASHES',
    doc: 'The page with the kernel hashes; measured as a NORMAL page with them, as a ZERO page without.',
  },
] as const satisfies readonly SectionType[];

/** The names of the section types that SEV metadata have. */
export type SevSectionName = (typeof SEV_SECTION_TYPES)[number]['name'];

const TDX_SECTION_TYPES: readonly SectionType[] = [
  { type: 0, name: 'BFV', doc: 'The volume with the boot code.' },
  { type: 1, name: 'CFV', doc: 'The volume with the variables.' },
  { type: 2, name: 'TD_HOB', doc: 'Pages in which the VMM leaves its HOB list.' },
  { type: 3, name: 'TEMP_MEM', doc: 'Memory that is added before the guest starts.' },
  { type: 4, name: 'PERM_MEM', doc: 'Memory for good; in the design guide, not used by OVMF.' },
  { type: 5, name: 'PAYLOAD', doc: 'A payload; known from td-shim.' },
  { type: 6, name: 'PAYLOAD_PARAM', doc: 'Parameters of a payload; known from td-shim.' },
];

const IGVM_SECTION_TYPES: readonly SectionType[] = [
  { type: 0x100, name: 'PARAM_AREA', doc: 'The area in which the loader leaves parameters.' },
  {
    type: 0x101,
    name: 'PARAM_MEMORY_MAP',
    doc: 'Place of the memory map inside the parameter area.',
    relative: true,
  },
  {
    type: 0x102,
    name: 'PARAM_VP_COUNT',
    doc: 'Place of the number of vCPUs inside the parameter area.',
    relative: true,
  },
  { type: 0x200, name: 'HOB_AREA', doc: 'The area in which the loader leaves a HOB list.' },
];

const typeRow = (offset: number, types: readonly SectionType[]) =>
  row(offset, 'type', 'u32', 'what the range is for', {
    bits: [
      {
        name: 'type',
        lsb: 0,
        width: 32,
        doc: 'Section type.',
        values: Object.fromEntries(types.map(({ type, name }) => [type, name])),
      },
    ],
  });

/** The SEV metadata: pages that an SNP launch adds, in measurement order. */
export const SEV_METADATA = metadata({
  title: 'SEV metadata',
  entry: SEV_METADATA_OFFSET,
  signature: 'ASEV',
  types: SEV_SECTION_TYPES,
  sizeField: 'size',
  facts: ({ type, gpa, size }) => ({ type, start: BigInt(gpa), size: BigInt(size) }),
  section: struct('SEV metadata section', 12, [
    row(0x00, 'gpa', 'u32', 'guest-physical address of the range'),
    row(0x04, 'size', 'u32', 'bytes of the range'),
    typeRow(0x08, SEV_SECTION_TYPES),
  ]),
});

/** The TDX metadata: what an Intel TDX launch adds and measures. */
export const TDX_METADATA = metadata({
  title: 'TDX metadata',
  entry: TDX_METADATA_OFFSET,
  signature: 'TDVF',
  guidBefore: 'e9eaf9f3-168e-44d5-a8eb-7f4d8738f6ae',
  types: TDX_SECTION_TYPES,
  sizeField: 'memory_size',
  facts: ({ type, memory_address, memory_size, raw_data_offset, raw_data_size }) => ({
    type,
    start: memory_address,
    size: memory_size,
    content: { offset: raw_data_offset, size: raw_data_size },
  }),
  section: struct('TDX metadata section', 32, [
    row(
      0x00,
      'raw_data_offset',
      'u32',
      'where the content is, counted in the image of variables and code together',
    ),
    row(0x04, 'raw_data_size', 'u32', 'bytes of content in the file'),
    row(0x08, 'memory_address', 'u64', 'guest-physical address of the range'),
    row(0x10, 'memory_size', 'u64', 'bytes of the range'),
    typeRow(0x18, TDX_SECTION_TYPES),
    row(0x1c, 'attributes', 'u32', 'how the range is added', {
      bits: [
        { name: 'EXTENDMR', lsb: 0, width: 1, doc: 'The content is measured.' },
        { name: 'PAGE_AUG', lsb: 1, width: 1, doc: 'Pages are added while the guest runs.' },
      ],
    }),
  ]),
});

/** The IGVM metadata: where an IGVM loader puts data for the firmware. */
export const IGVM_METADATA = metadata({
  title: 'IGVM metadata',
  entry: IGVM_METADATA_OFFSET,
  signature: 'IGVM',
  types: IGVM_SECTION_TYPES,
  sizeField: 'size',
  facts: ({ type, start, size }) => ({ type, start: BigInt(start), size: BigInt(size) }),
  section: struct('IGVM metadata section', 12, [
    row(
      0x00,
      'start',
      'u32',
      'guest-physical address, or for parameters the offset inside the parameter area',
    ),
    row(0x04, 'size', 'u32', 'bytes of the range'),
    typeRow(0x08, IGVM_SECTION_TYPES),
  ]),
});

/** The lists, by the names that a parsed image has them under. */
export const METADATA_LISTS = {
  sevMetadata: SEV_METADATA,
  tdxMetadata: TDX_METADATA,
  igvmMetadata: IGVM_METADATA,
} as const;
