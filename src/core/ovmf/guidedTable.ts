// The GUIDed table at the end of an OVMF image: footer GUID at end-48, total length at end-50, then
// entries downwards, each stored as data, length, GUID (edk2, OvmfPkg/ResetVector). Bounds as in
// QEMU's hw/i386/pc_sysfw_ovmf.c.

import { guidText } from '../binary/guid';
import { byteCount, bytesToHex, countOf, hex, rawText } from '../binary/hex';
import type { FieldView, Finding, Region } from '../binary/region';
import type { Row, Struct, Values } from '../binary/struct';
import { decode } from '../binary/struct';
import type { KnownEntry } from './entries';
import { FOOTER_GUID, RESET_BLOCK, TRAILER, knownEntry } from './entries';
import type { FileTail } from './regions';
import { bytesAt, fieldViews, isAtHand, region, unknownBytes } from './regions';
import { ovmfFinding } from './rules';

/** Bytes between the table and the end of the file: 12 of slot, 4 of VTF signature, 16 of reset vector. */
export const AFTER_TABLE = 32;
/** The minimum size of a file with a table: the footer and the bytes after it. */
export const LEAST_FILE = AFTER_TABLE + TRAILER.size;
// The total is 16 bits wide and an entry has at least its trailer, so a valid walk takes no more steps.
const MOST_ENTRIES = Math.floor(0xffff / TRAILER.size);

/** One entry of the table; offsets are in the file, `size` includes length and GUID. */
export interface OvmfEntry {
  readonly guid: string;
  /** Key of a known entry, such as `sev-es-reset-block`. */
  readonly name?: string;
  readonly title: string;
  readonly offset: number;
  readonly size: number;
  /** The payload, which starts at `offset`. */
  readonly data: Uint8Array;
  /** Of several entries with the same GUID, true only for the nearest to the footer: QEMU never sees the others. */
  readonly used: boolean;
}

/** The table and its position. `legacy` is the single reset block of edk2-stable202008 and 202011. */
export interface OvmfTable {
  readonly kind: 'guided' | 'legacy';
  readonly offset: number;
  readonly size: number;
  /** False when a wrong length or unavailable bytes ended the walk, so entries may be missing. */
  readonly complete: boolean;
  /** From the footer downwards, which is the order in which readers find them. */
  readonly entries: readonly OvmfEntry[];
}

/** The result of reading the table: empty when its end marker is missing. */
export interface TableParse {
  readonly table?: OvmfTable;
  readonly region?: Region;
  readonly findings: readonly Finding[];
}

/** The values of a known entry as QEMU sees them: of the one nearest to the footer, if its data is long enough. */
export function entryValues<R extends Row>(
  table: OvmfTable | undefined,
  known: { readonly guid: string; readonly payload: Struct<R> },
): Values<R> | undefined {
  const entry = findEntry(table, known);
  return entry && entry.data.length >= known.payload.size ? decode(known.payload, entry.data) : undefined;
}

/** The entry with a known GUID that QEMU finds. */
export function findEntry(
  table: OvmfTable | undefined,
  { guid }: { readonly guid: string },
): OvmfEntry | undefined {
  return table?.entries.find((entry) => entry.used && entry.guid === guid);
}

/** Locates and reads the table of a file whose last 50 bytes are available. */
export function parseTable(file: FileTail): TableParse {
  const end = file.fileSize - AFTER_TABLE;
  const guid = guidText(bytesAt(file, end - 16, 16));
  if (guid === FOOTER_GUID) return parseGuided(file, end);
  if (guid === RESET_BLOCK.guid) return parseLegacy(file, end);
  return { findings: [] };
}

function parseGuided(file: FileTail, end: number): TableParse {
  const footer = end - TRAILER.size;
  const total = decode(TRAILER, file.bytes, footer - file.offset).length;
  const findings: Finding[] = [];
  if (total < TRAILER.size || total > end) {
    const wrong =
      total > end ? `only ${end} bytes lie before its end` : `its footer alone has ${TRAILER.size} bytes`;
    const message = `The table gives its length as ${total} bytes, but ${wrong}. No entry can be read.`;
    findings.push(ovmfFinding('table-length', footer, 2, message));
  }
  const start = findings.length > 0 ? footer : end - total;
  const walked = walk(file, start, footer);
  findings.push(...walked.findings, ...walked.entries.flatMap(entryFindings));
  const children = [
    ...(walked.left > start ? unexplained(file, start, walked.left) : []),
    ...walked.entries.map((entry) => entryRegion(file, entry)).reverse(),
    footerRegion(file, footer),
  ];
  const doc = 'Entries that the VMM and measurement tools read, each found by its GUID.';
  return {
    table: {
      kind: 'guided',
      offset: start,
      size: end - start,
      complete: walked.left === end - total,
      entries: walked.entries,
    },
    region: region('table', 'GUIDed table', start, end - start, doc, { children }),
    findings,
  };
}

function parseLegacy(file: FileTail, end: number): TableParse {
  // QEMU, sev_es_find_reset_vector: without a table it looks for the reset block's GUID where the footer would be.
  const { entries, findings, left } = walk(file, 0, end, 1);
  const start = entries.length > 0 ? left : end - TRAILER.size;
  const message =
    'A bare SEV-ES reset block stands where the table footer belongs (edk2-stable202008 or 202011). ' +
    'Newer QEMU still reads its reset address; other tools find no table.';
  const children = entries.map((entry) => entryRegion(file, entry));
  const doc = 'The SEV-ES reset block by itself, before there was a table.';
  return {
    table: { kind: 'legacy', offset: start, size: end - start, complete: entries.length > 0, entries },
    region: region('table', 'legacy reset block', start, end - start, doc, {
      children: children.length > 0 ? children : [footerRegion(file, start)],
    }),
    findings: [
      ovmfFinding('legacy-table', start, end - start, message),
      ...findings,
      ...entries.flatMap(entryFindings),
    ],
  };
}

interface Walk {
  readonly entries: readonly OvmfEntry[];
  readonly findings: readonly Finding[];
  /** Where the walk ended; no entry explains the bytes from the floor to here. */
  readonly left: number;
}

/** Reads entries from file offset `top` down to `floor`, as far as their lengths are valid. */
function walk(file: FileTail, floor: number, top: number, most = MOST_ENTRIES): Walk {
  const entries: OvmfEntry[] = [];
  const seen = new Set<string>();
  let at = top;
  const stop = (...findings: Finding[]): Walk => ({ entries, findings, left: at });
  while (at > floor && entries.length < most) {
    const room = at - floor;
    if (room < TRAILER.size) return stop(shortRest(floor, room));
    if (!isAtHand(file, at - TRAILER.size, TRAILER.size)) return stop(notAtHand(floor, room));
    const trailer = decode(TRAILER, file.bytes, at - TRAILER.size - file.offset);
    if (trailer.length < TRAILER.size || trailer.length > room) {
      return stop(wrongLength(at - TRAILER.size, trailer.length, room));
    }
    if (!isAtHand(file, at - trailer.length, trailer.length)) return stop(notAtHand(floor, room));
    at -= trailer.length;
    const guid = guidText(trailer.guid);
    const data = bytesAt(file, at, trailer.length - TRAILER.size);
    const known = knownEntry(guid);
    const names = known ? { name: known.name, title: known.title } : { title: guid };
    entries.push({ guid, ...names, offset: at, size: trailer.length, data, used: !seen.has(guid) });
    seen.add(guid);
  }
  return stop();
}

function shortRest(floor: number, room: number): Finding {
  const message = `${countOf(room, 'byte')} ${room === 1 ? 'is' : 'are'} left at the start of the table, and an entry has at least ${TRAILER.size}.`;
  return ovmfFinding('entry-length', floor, room, message);
}

function wrongLength(at: number, length: number, room: number): Finding {
  const wanted = `an entry here has ${TRAILER.size} to ${room} bytes`;
  const message = `The entry that ends at ${hex(at + TRAILER.size)} gives its length as ${length}, but ${wanted}. Readers stop here.`;
  return ovmfFinding('entry-length', at, 2, message);
}

function notAtHand(floor: number, room: number): Finding {
  const message =
    'The table starts before the part of the file that was given; the entries there were not read.';
  return ovmfFinding('outside-tail', floor, room, message);
}

function unexplained(file: FileTail, start: number, end: number): readonly Region[] {
  const read = Math.min(Math.max(start, file.offset), end);
  const unread = region('unread', 'not read', start, read - start, 'This part of the file was not given.');
  return [...(read > start ? [unread] : []), ...(end > read ? unknownBytes(read, end - read) : [])];
}

function entryFindings(entry: OvmfEntry): Finding[] {
  const { guid, title, offset, size, data } = entry;
  const known = knownEntry(guid);
  const findings: Finding[] = [];
  if (!known) {
    const message = `An entry with ${data.length} bytes of data has the GUID ${guid}, which is not among the known ones.`;
    findings.push(ovmfFinding('unknown-entry', offset, size, message));
  } else if (known.payload.size !== data.length) {
    const effect =
      data.length < known.payload.size ? 'Its fields cannot be read.' : 'What follows is ignored.';
    const message = `${title} has ${data.length} bytes of data; it should have ${known.payload.size}. ${effect}`;
    findings.push(ovmfFinding('entry-payload-size', offset, size, message));
  }
  if (!entry.used) {
    const message = `This is a further entry for ${title}. QEMU uses the one nearer to the footer, other readers this one.`;
    findings.push(ovmfFinding('duplicate-entry', offset, size, message));
  }
  return findings;
}

function entryRegion(file: FileTail, { guid, title, offset, size, data }: OvmfEntry): Region {
  const known = knownEntry(guid);
  const decoded = known && data.length >= known.payload.size ? known.payload : undefined;
  const payload = decoded ? fieldViews(decoded, file, offset, payloadMeanings(file, known!, data)) : [];
  const restAt = offset + (decoded?.size ?? 0);
  const rest = bytesAt(file, restAt, offset + data.length - restAt);
  const trailer = fieldViews(TRAILER, file, offset + data.length, {
    guid: known ? `${guid} (${title})` : guid,
  });
  const fields = [...payload, ...(rest.length > 0 ? [dataField(restAt, rest)] : []), ...trailer];
  const doc = known
    ? `${known.doc} Read by ${known.reader}. Since ${known.since}.`
    : 'An entry that no published table lists.';
  return region('entry', title, offset, size, doc, { fields });
}

/** Meanings of fields: lengths in words, and the offset in the file for distances from its end. */
function payloadMeanings(file: FileTail, { payload }: KnownEntry, data: Uint8Array): Record<string, string> {
  const { offset, size } = decode(payload, data);
  const meanings: Record<string, string> = {};
  if (typeof size === 'number') meanings['size'] = byteCount(size);
  if (typeof offset === 'number') {
    const at = file.fileSize - offset;
    meanings['offset'] = at < 0 ? 'outside the file' : `file offset ${hex(at)}`;
  }
  return meanings;
}

function dataField(offset: number, data: Uint8Array): FieldView {
  const raw = data.length > 64 ? rawText(data, data.length) : bytesToHex(data);
  return { name: 'data', offset, size: data.length, raw, meaning: '', doc: 'Bytes that no layout explains.' };
}

function footerRegion(file: FileTail, at: number): Region {
  const guid = guidText(bytesAt(file, at + 2, 16));
  const meaning = guid === FOOTER_GUID ? `${guid} (table footer)` : guid;
  return region('footer', 'footer', at, TRAILER.size, 'Ends the table: its whole length and its GUID.', {
    fields: fieldViews(TRAILER, file, at, { guid: meaning }),
  });
}
