// Builds what an OVMF image ends with, a real table, real metadata and a reset vector that halts: for the firmware of the
// sample, and for tests, with filler before it. Uses the same tables as the parser.

import { concatBytes } from '@noble/hashes/utils.js';
import { guidBytes } from '../binary/guid';
import { utf8 } from '../binary/hex';
import type { Row, Struct, Values } from '../binary/struct';
import { encode } from '../binary/struct';
import type { GuestArea } from './areaChecks';
import type { KnownEntry } from './entries';
import { FOOTER_GUID, HASH_BLOCK, RESET_BLOCK, SECRET_BLOCK, TRAILER } from './entries';
import { AFTER_TABLE } from './guidedTable';
import type { MetadataLayout } from './metadataLayout';
import { IGVM_METADATA, METADATA_HEADER, SEV_METADATA, TDX_METADATA } from './metadataLayout';
import { VTF_SIGNATURE } from './vector';

type SectionOf<L extends { readonly section: Struct }> = L extends { readonly section: Struct<infer R> }
  ? Partial<Values<R>>
  : never;
/** A section of the SEV metadata to build. */
export type SevSection = SectionOf<typeof SEV_METADATA>;
/** A section of the TDX metadata to build. */
export type TdxSection = SectionOf<typeof TDX_METADATA>;
/** A section of the IGVM metadata to build. */
export type IgvmSection = SectionOf<typeof IGVM_METADATA>;

/** An entry to add verbatim, below those of the builder. */
export interface ExtraEntry {
  readonly guid: string;
  readonly data: Uint8Array;
}

/** What to build; `false` leaves an entry out. Defaults are those of a current AmdSev OVMF. */
export interface BuildOvmfOptions {
  /** Bytes, 1 MiB by default. */
  readonly size?: number;
  /** `legacy` has the bare reset block of edk2-stable202008 and nothing else. */
  readonly form?: 'guided' | 'legacy' | 'none';
  readonly resetAddress?: number | false;
  readonly secretArea?: GuestArea | false;
  readonly hashArea?: GuestArea | false;
  readonly sevSections?: readonly SevSection[] | false;
  /** TDX metadata; `true` for the list of a unified image. Omitted by default. */
  readonly tdxSections?: readonly TdxSection[] | boolean;
  /** IGVM metadata; `true` for the list of edk2-stable202511. Omitted by default. */
  readonly igvmSections?: readonly IgvmSection[] | boolean;
  readonly extraEntries?: readonly ExtraEntry[];
  /** A different value gives different filler, hence a different launch digest. */
  readonly seed?: number;
}

/** edk2, OvmfPkg/AmdSev/AmdSevX64.fdf: the work area at 0x80b000 and the 4 bytes of its header. */
const DEFAULT_RESET_ADDRESS = 0x80b004;
/** edk2, OvmfPkg/AmdSev/AmdSevX64.fdf: the page at 0x810000 holds the secret and, after it, the hashes. */
const DEFAULT_SECRET_AREA: GuestArea = { base: 0x810000, size: 0xc00 };
/** The rest of that page. */
const DEFAULT_HASH_AREA: GuestArea = { base: 0x810c00, size: 0x400 };

/** AmdSev OVMF since edk2-stable202411, in file order. The GHCB at 0x809000 is shared, so it is not listed. */
export const DEFAULT_SEV_SECTIONS: readonly SevSection[] = [
  { gpa: 0x800000, size: 0x9000, type: 1 },
  { gpa: 0x80a000, size: 0x3000, type: 1 },
  { gpa: 0x80d000, size: 0x1000, type: 2 },
  { gpa: 0x80e000, size: 0x1000, type: 3 },
  { gpa: 0x80f000, size: 0x1000, type: 4 },
  { gpa: 0x811000, size: 0x1f000, type: 1 },
  { gpa: 0x810000, size: 0x1000, type: 0x10 },
];

const DEFAULT_IGVM_SECTIONS: readonly IgvmSection[] = [
  { start: 0x812000, size: 0x1000, type: 0x100 },
  { start: 0, size: 8 * 24, type: 0x101 },
  { start: 0xc0, size: 16, type: 0x102 },
  { start: 0x813000, size: 0x1000, type: 0x200 },
];

function defaultTdxSections(size: number): readonly TdxSection[] {
  const base = BigInt(2 ** 32 - size);
  return [
    { raw_data_size: size, memory_address: base, memory_size: BigInt(size), type: 0, attributes: 1 },
    { memory_address: 0x814000n, memory_size: 0xc000n, type: 3 },
    { memory_address: 0x80b000n, memory_size: 0x2000n, type: 3 },
    { memory_address: 0x809000n, memory_size: 0x2000n, type: 2 },
    { memory_address: 0x800000n, memory_size: 0x6000n, type: 3 },
  ];
}

const LABEL =
  'SevScope sample image. Not firmware: nothing in here is meant to run, and the reset vector halts.\n';
// cli; hlt; jmp back to hlt; then nop to the end of the address space.
const HALT = [0xfa, 0xf4, 0xeb, 0xfd, ...Array<number>(12).fill(0x90)];

/**
 * With default options the image parses without findings. The output is deterministic.
 * @throws RangeError when table and metadata do not fit `size`, or a value does not fit its field.
 */
export function buildOvmf(options: BuildOvmfOptions = {}): Uint8Array {
  const { size = 2 ** 20, form = 'guided', resetAddress = DEFAULT_RESET_ADDRESS, seed = 1 } = options;
  const tail =
    form === 'guided' ? imageEnd(options, size) : legacyTail(form === 'legacy' ? resetAddress : false);
  if (tail.length > size) {
    throw new RangeError(`table and metadata take ${tail.length} bytes, the image has ${size}`);
  }
  const image = filler(size, seed);
  image.set(tail, size - tail.length);
  return image;
}

function legacyTail(resetAddress: number | false): Uint8Array {
  const block = resetAddress === false ? [] : [knownEntryBytes(RESET_BLOCK, { reset_addr: resetAddress })];
  return concatBytes(...block, vector());
}

/** Metadata, GUIDed table and reset vector: the last bytes of an image. @param size of the whole image, in bytes */
export function imageEnd(options: BuildOvmfOptions, size: number): Uint8Array {
  const lists = wantedLists(options, size);
  // An offset takes four bytes whatever its value, so the table size is known before the offsets are.
  let reach = AFTER_TABLE + tableBytes(entriesOf(options, lists, [])).length;
  const starts = lists.map(({ bytes }) => {
    // edk2 ends every descriptor on a 16-byte boundary, and the file itself ends on one.
    reach = roundUp(reach) + bytes.length;
    return reach;
  });
  const tail = new Uint8Array(reach);
  lists.forEach(({ bytes }, i) => {
    tail.set(bytes, reach - starts[i]!);
  });
  const end = concatBytes(tableBytes(entriesOf(options, lists, starts)), vector());
  tail.set(end, reach - end.length);
  return tail;
}

/** The descriptor of a list, and the layout whose entry points to it. */
interface BuiltList {
  readonly layout: Pick<MetadataLayout, 'guidBefore' | 'entry'>;
  readonly bytes: Uint8Array;
}

function wantedLists(options: BuildOvmfOptions, size: number): BuiltList[] {
  const { sevSections = DEFAULT_SEV_SECTIONS, tdxSections = false, igvmSections = false } = options;
  const igvm = igvmSections === true ? DEFAULT_IGVM_SECTIONS : igvmSections;
  const tdx = tdxSections === true ? defaultTdxSections(size) : tdxSections;
  return [
    ...(igvm ? [{ layout: IGVM_METADATA, bytes: descriptor(IGVM_METADATA, igvm) }] : []),
    ...(tdx ? [{ layout: TDX_METADATA, bytes: descriptor(TDX_METADATA, tdx) }] : []),
    ...(sevSections ? [{ layout: SEV_METADATA, bytes: descriptor(SEV_METADATA, sevSections) }] : []),
  ];
}

/** All entries in ascending address order; `starts` are the distances of the lists from the end of the file. */
function entriesOf(
  options: BuildOvmfOptions,
  lists: readonly BuiltList[],
  starts: readonly number[],
): Uint8Array[] {
  const { resetAddress = DEFAULT_RESET_ADDRESS, extraEntries = [] } = options;
  const { secretArea = DEFAULT_SECRET_AREA, hashArea = DEFAULT_HASH_AREA } = options;
  return [
    ...extraEntries.map(({ guid, data }) => entryBytes(guid, data)),
    ...lists.map(({ layout }, i) => {
      // An entry points to the signature, which in a TDX list is preceded by a GUID.
      const lead = layout.guidBefore === undefined ? 0 : 16;
      return knownEntryBytes(layout.entry, { offset: (starts[i] ?? lead) - lead });
    }),
    ...(hashArea ? [knownEntryBytes(HASH_BLOCK, hashArea)] : []),
    ...(secretArea ? [knownEntryBytes(SECRET_BLOCK, secretArea)] : []),
    ...(resetAddress === false ? [] : [knownEntryBytes(RESET_BLOCK, { reset_addr: resetAddress })]),
  ];
}

const roundUp = (n: number) => Math.ceil(n / 16) * 16;

/** A list with its header, and the preceding GUID that TDX requires. */
function descriptor<R extends Row>(
  layout: MetadataLayout<R>,
  sections: readonly Partial<Values<R>>[],
): Uint8Array {
  const { guidBefore, section, signature } = layout;
  const length = METADATA_HEADER.size + sections.length * section.size;
  return concatBytes(
    guidBefore === undefined ? new Uint8Array() : guidBytes(guidBefore),
    encode(METADATA_HEADER, { signature: utf8(signature), length, version: 1, count: sections.length }),
    ...sections.map((values) => encode(section, values)),
  );
}

function knownEntryBytes<R extends Row>(
  { guid, payload }: Pick<KnownEntry, 'guid'> & { readonly payload: Struct<R> },
  values: Partial<Values<R>>,
): Uint8Array {
  return entryBytes(guid, encode(payload, values));
}

function entryBytes(guid: string, data: Uint8Array): Uint8Array {
  return concatBytes(data, encode(TRAILER, { length: data.length + TRAILER.size, guid: guidBytes(guid) }));
}

function tableBytes(entries: readonly Uint8Array[]): Uint8Array {
  const body = concatBytes(...entries);
  return concatBytes(
    body,
    encode(TRAILER, { length: body.length + TRAILER.size, guid: guidBytes(FOOTER_GUID) }),
  );
}

/** The 32 bytes after the table: an empty jump slot, the VTF signature, and code that halts. */
function vector(): Uint8Array {
  return Uint8Array.from([...new Uint8Array(12), ...VTF_SIGNATURE, ...HALT]);
}

/** A label, then pseudo-random bytes, so that no two pages are equal. */
function filler(size: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(size);
  // Xorshift32 (Marsaglia 2003) must not start at zero.
  let state = seed >>> 0 || 1;
  for (let i = 0; i < size; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state & 0xff;
  }
  bytes.set(utf8(LABEL).subarray(0, size));
  return bytes;
}
