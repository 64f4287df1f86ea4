// Reads an OVMF image, or only its tail, from the end of the file: reset vector, VTF signature, GUIDed table and
// the metadata that the table points to (edk2, OvmfPkg/ResetVector). Every byte ends up in exactly one region.

import { guidText } from '../binary/guid';
import { byteCount, hex, type IsSame } from '../binary/hex';
import type { Finding, Parsed, Region } from '../binary/region';
import { entriesOf, type Row } from '../binary/struct';
import type { Areas } from './areaChecks';
import { checkAreas, checkTable } from './areaChecks';
import { AREA_ENTRIES, RESET_BLOCK } from './entries';
import type { OvmfTable, TableParse } from './guidedTable';
import { AFTER_TABLE, LEAST_FILE, entryValues, findEntry, parseTable } from './guidedTable';
import type { FileKind } from './kinds/fileKind';
import { judgeFile, outsideTail, type KindOf } from './kinds/judge';
import { startsWithVariables } from './kinds/variables';
import type { MetadataList, MetadataParse } from './metadata';
import { parseMetadata } from './metadata';
import { METADATA_LISTS, type MetadataLayout } from './metadataLayout';
import type { FileTail } from './regions';
import { bytesAt, isAtHand, region, sharesBytes, tile } from './regions';
import { ovmfFinding } from './rules';
import { checkTdx } from './tdxChecks';
import { isSigned, vectorRegions } from './vector';

type SectionRow<L extends { readonly section: { readonly rows: readonly Row[] } }> =
  L['section']['rows'][number];

type Lists = typeof METADATA_LISTS;
/** The lists that an image can have. */
export type MetadataLists = { readonly [K in keyof Lists]?: MetadataList<SectionRow<Lists[K]>> };
type AnyLayout = MetadataLayout;

/** A parsed OVMF image. A field is absent when the table lacks the entry, or it could not be read. */
export interface OvmfImage extends MetadataLists, Areas {
  readonly fileSize: number;
  /** Where the given bytes start in the file; 0 for the whole file. */
  readonly offset: number;
  /** What the file is, when it is no x86 firmware image: then nothing in it is taken for a table. */
  readonly fileKind?: FileKind;
  /** Guest-physical address of the first byte of an image, which ends at 4 GiB. Absent where nothing is mapped so. */
  readonly base?: number;
  readonly table?: OvmfTable;
  readonly resetAddress?: number;
  /** They cover the file from 0 to `fileSize`; children cover their parent. */
  readonly regions: readonly Region[];
}

/** A parsed image and the bytes that it was parsed from: the whole file, or its end. */
export interface ImageWithBytes {
  readonly image: OvmfImage;
  readonly bytes: Uint8Array;
}

/** The kinds of outermost regions whose bytes no table, list or vector describes. */
export const UNDESCRIBED: readonly string[] = ['image', 'unknown', 'unread'];

/** Options of parseOvmf. */
export interface ParseOvmfOptions {
  /** Size of the whole file, when `bytes` is only the end of it. */
  readonly fileSize?: number;
  /** The start of the file, when `bytes` is only the end of it: files of other kinds are known by it. */
  readonly head?: Uint8Array;
  /** Whether whoever reads it has all of the file, when `bytes` is only the end of it. */
  readonly hasRest?: boolean;
  /** Tells files of other kinds apart; without it, what is no image is unknown. See firmwareFile.ts. */
  readonly kindOf?: KindOf;
  /** The runtime's; without it, bytes are compared by a loop. */
  readonly isSame?: IsSame | undefined;
}

/** Parses an image. It never throws on content; whatever is wrong becomes a finding. */
export function parseOvmf(bytes: Uint8Array, options: ParseOvmfOptions = {}): Parsed<OvmfImage> {
  const wanted = options.fileSize ?? bytes.length;
  const fileSize = Number.isSafeInteger(wanted) ? Math.max(wanted, bytes.length) : bytes.length;
  const { hasRest = false } = options;
  const file: FileTail = { bytes, offset: fileSize - bytes.length, fileSize, hasRest };
  const parsed = isAtHand(file, fileSize - LEAST_FILE, LEAST_FILE) ? parseTable(file) : { findings: [] };
  const judged = judgeFile(file, parsed.table !== undefined || isSigned(file), options);
  if (judged.kind && judged.kind.role !== 'part')
    return { value: bareImage(file, judged.kind), findings: judged.findings };
  const lists = entriesOf<keyof MetadataLists, AnyLayout>(METADATA_LISTS).map(([name, layout]) => ({
    name,
    ...followEntry(file, parsed.table, layout),
  }));
  const facts = tableFacts(file, parsed.table, judged.kind !== undefined);
  const image = {
    ...facts,
    ...(Object.fromEntries(lists.flatMap(({ name, list }) => (list ? [[name, list]] : []))) as MetadataLists),
  };
  // A VMM reads the tables of whatever ends like an image.
  if (judged.kind) return { value: { ...image, ...bareImage(file, judged.kind) }, findings: judged.findings };
  const start = file.offset === 0 ? bytes : (options.head ?? new Uint8Array(0));
  const findings = [
    ...judged.findings,
    ...checkFile(file, parsed.table !== undefined),
    ...(parsed.table ? [] : [absentTable(file)]),
    ...parsed.findings,
    ...(parsed.table ? [...checkTable(parsed.table), ...checkAreas(facts)] : []),
    ...lists.flatMap((list) => list.findings),
    ...checkTdx({ ...image, startsWithVariables: startsWithVariables(start) }),
    ...sharedBytes(parsed, lists),
  ];
  const regions = imageRegions(file, parsed, lists);
  return { value: { ...image, regions }, findings };
}

/** A file that is no x86 firmware image. */
function bareImage(file: FileTail, fileKind: FileKind): OvmfImage {
  const { fileSize, offset } = file;
  return { fileSize, offset, fileKind, regions: gap(file, 0, fileSize, 'unknown') };
}

/** What the table tells. @param isPart whether the file is no image that can be mapped */
function tableFacts(file: FileTail, table: OvmfTable | undefined, isPart: boolean) {
  const reset = entryValues(table, RESET_BLOCK);
  const areas = entriesOf(AREA_ENTRIES).flatMap(([name, entry]) => {
    const area = entryValues(table, entry);
    return area ? [[name, area]] : [];
  });
  return {
    fileSize: file.fileSize,
    offset: file.offset,
    ...(!isPart && isMappable(file) && { base: 2 ** 32 - file.fileSize }),
    ...(table && { table }),
    ...(reset && { resetAddress: reset.reset_addr }),
    ...(Object.fromEntries(areas) as Areas),
  };
}

function followEntry<R extends Row>(
  file: FileTail,
  table: OvmfTable | undefined,
  layout: MetadataLayout<R>,
): MetadataParse<R> {
  const entry = findEntry(table, layout.entry);
  return entry ? parseMetadata(file, layout, entry) : { findings: [] };
}

const isMappable = ({ fileSize }: FileTail) => fileSize <= 2 ** 32 && fileSize % 4096 === 0;

function checkFile({ fileSize }: FileTail, hasTable: boolean): Finding[] {
  if (fileSize < LEAST_FILE) return [];
  const fits = fileSize <= 2 ** 32;
  if (fits && fileSize % 4096 === 0) return hasTable ? checkBiosSize(fileSize) : [];
  const wanted = fits ? 'not a whole number of 4 KiB pages' : 'more than 4 GiB';
  const message = `The file has ${byteCount(fileSize)}, ${wanted}: it cannot be mapped to end at 4 GiB.`;
  return [ovmfFinding('image-size', 0, fileSize, message)];
}

/** QEMU, x86_bios_rom_init: the size of what -bios takes is a multiple of this. */
export const BIOS_STEP = 0x10000;

function checkBiosSize(fileSize: number): Finding[] {
  if (fileSize % BIOS_STEP === 0) return [];
  const message = `The file has ${hex(fileSize)} bytes. QEMU's -bios wants a multiple of 64 KiB, so it can only be flash (pflash), which KVM refuses to SNP and TDX guests.`;
  return [ovmfFinding('bios-size', 0, fileSize, message)];
}

/** That a file which ends like an image of edk2 has no table. */
function absentTable(file: FileTail): Finding {
  const outside = outsideTail(file);
  if (outside) return outside;
  const at = file.fileSize - AFTER_TABLE - 16;
  const message = `No table footer at ${hex(at)}, where the GUID is ${guidText(bytesAt(file, at, 16))}. SEV-ES, SNP and kernel hashes need one.`;
  return ovmfFinding('no-table', at, 16, message);
}

interface RegionClaim {
  readonly region?: Region;
}

/**
 * Descriptors that overlap the table, the bytes after it, or one another: at most one interpretation can be right.
 */
function sharedBytes(parsed: TableParse, metadata: readonly RegionClaim[]): Finding[] {
  const table = parsed.region;
  const taken = table ? [{ ...table, size: table.size + AFTER_TABLE, name: 'table and reset vector' }] : [];
  return metadata.flatMap(({ region: list }) => {
    if (!list) return [];
    const other = taken.find((range) => sharesBytes(range, list));
    taken.push(list);
    if (!other) return [];
    const message = `The ${list.name} at ${hex(list.offset)} lie on bytes that belong to the ${other.name}.`;
    return [ovmfFinding('metadata-offset', list.offset, list.size, message)];
  });
}

function imageRegions(file: FileTail, parsed: TableParse, metadata: readonly RegionClaim[]): Region[] {
  const claims = [
    ...(parsed.region ? [parsed.region] : []),
    ...vectorRegions(file, parsed.region !== undefined),
    ...metadata.flatMap((list) => list.region ?? []),
  ];
  return tile(0, file.fileSize, claims, (offset, size) =>
    // If nothing was recognised, and around the VTF signature, the bytes could be anything.
    gap(file, offset, size, claims.length > 0 && offset < file.fileSize - AFTER_TABLE ? 'image' : 'unknown'),
  );
}

/** The regions of bytes that nothing describes: those that were not given, then the others. */
function gap(file: FileTail, offset: number, size: number, name: 'image' | 'unknown'): Region[] {
  const read = file.hasRest ? 0 : Math.min(Math.max(file.offset - offset, 0), size);
  const unread = region('unread', 'not read', offset, read, 'This part of the file was not given.');
  const doc =
    name === 'image' ? 'Firmware that the table does not describe.' : 'No layout explains these bytes.';
  const rest = region(name, name, offset + read, size - read, doc);
  return [unread, rest].filter((part) => part.size > 0);
}
