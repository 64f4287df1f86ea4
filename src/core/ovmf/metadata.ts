// Reads the metadata lists (SEV, TDX, IGVM) that table entries point to: header and sections by
// table, as many sections as length, count and file size allow. Layouts are in metadataLayout.ts,
// checks of sections in sectionChecks.ts.

import { guidBytes } from '../binary/guid';
import { byteCount, bytesToHex, hex, utf8 } from '../binary/hex';
import type { Finding, Region } from '../binary/region';
import type { Row, ValueOf, Values } from '../binary/struct';
import { decode } from '../binary/struct';
import type { OvmfEntry } from './guidedTable';
import type { MetadataLayout, SectionRead, SectionType } from './metadataLayout';
import { METADATA_HEADER } from './metadataLayout';
import type { FileTail } from './regions';
import { bytesAt, fieldViews, isAtHand, region } from './regions';
import type { OvmfRule } from './rules';
import { ovmfFinding } from './rules';
import { checkSections } from './sectionChecks';

/** More sections than any firmware has (AmdSev OVMF has 7), and few enough to check and to show. */
const MOST_SECTIONS = 256;

/** The values of one section with the name of its type and its offset in the file. */
export type MetadataSection<R extends Row = Row> = Values<R> & {
  readonly name: string;
  readonly offset: number;
};

/** A list that was found, from its signature to the end of the last section read. */
export interface MetadataList<R extends Row = Row> {
  readonly offset: number;
  readonly size: number;
  readonly sections: readonly MetadataSection<R>[];
  /** Whether version and length are right and every section was read. */
  readonly whole: boolean;
}

/** The result of reading a list: no list when the entry does not point to a descriptor. */
export interface MetadataParse<R extends Row = Row> {
  readonly list?: MetadataList<R>;
  readonly region?: Region;
  readonly findings: readonly Finding[];
}

/** Reads the list that `entry` points to, which is the entry that QEMU uses for this layout. */
export function parseMetadata<R extends Row>(
  file: FileTail,
  layout: MetadataLayout<R>,
  entry: OvmfEntry,
): MetadataParse<R> {
  const payload = layout.entry.payload;
  // An entry that is too short has its own finding.
  if (entry.data.length < payload.size) return { findings: [] };
  const at = file.fileSize - decode(payload, entry.data).offset;
  const refusal = refuseDescriptor(file, layout, entry, at);
  if (refusal) return { findings: [refusal] };
  const header = decode(METADATA_HEADER, file.bytes, at - file.offset);
  const { count, findings } = countSections(layout, header, at, file.fileSize - at);
  const sections = Array.from({ length: count }, (_, i) => readSection(file, layout, at, i));
  const size = METADATA_HEADER.size + count * layout.section.size;
  const hasGuid = layout.guidBefore === undefined || isGuidBefore(file, layout.guidBefore, at);
  if (!hasGuid) findings.push(missingGuid(layout, at));
  findings.push(...checkSections(layout, sections, file.fileSize));
  return {
    list: {
      offset: at,
      size,
      whole: header.version === 1 && count === header.count && header.length === size,
      sections: sections.map(({ values, name, offset: o }) => ({ ...values, name, offset: o })),
    },
    region: listRegion(file, layout, at, sections, hasGuid ? layout.guidBefore : undefined),
    findings,
  };
}

function refuseDescriptor(
  file: FileTail,
  { title, signature }: MetadataLayout,
  entry: OvmfEntry,
  at: number,
): Finding | undefined {
  if (at < 0 || METADATA_HEADER.size > file.fileSize - at) {
    const distance = file.fileSize - at;
    const wanted = `${METADATA_HEADER.size} to ${file.fileSize}`;
    const message = `${entry.title} is ${hex(distance)}: no descriptor fits there. It should be ${wanted} bytes before the end of the file.`;
    return ovmfFinding('metadata-offset', entry.offset, 4, message);
  }
  if (!isAtHand(file, at, METADATA_HEADER.size)) {
    const message = `The ${title} lie at ${hex(at)}, before the part of the file that was given; they were not read.`;
    return ovmfFinding('outside-tail', at, METADATA_HEADER.size, message);
  }
  const found = bytesAt(file, at, 4);
  if (utf8(signature).every((b, i) => b === found[i])) return undefined;
  const message = `The ${title} should start at ${hex(at)} with '${signature}', but there is ${bytesToHex(found)}. Nothing is read from there.`;
  return ovmfFinding('metadata-signature', at, 4, message);
}

/** How many sections can be relied on: the minimum that version, length, count and file size allow. */
function countSections(
  { title, section }: MetadataLayout,
  header: ValueOf<typeof METADATA_HEADER>,
  at: number,
  room: number,
): { count: number; findings: Finding[] } {
  const findings: Finding[] = [];
  const note = (rule: OvmfRule, field: number, message: string) =>
    findings.push(ovmfFinding(rule, at + field, 4, message));
  if (header.version !== 1) {
    note(
      'metadata-version',
      8,
      `The ${title} have version ${header.version}; only version 1 is known. Sections are not read.`,
    );
    return { count: 0, findings };
  }
  const wanted = METADATA_HEADER.size + section.size * header.count;
  if (header.length !== wanted) {
    note(
      'metadata-length',
      4,
      `The ${title} give their length as ${header.length}; ${header.count} sections need ${wanted}.`,
    );
  } else if (wanted > room) {
    note(
      'metadata-length',
      4,
      `The ${title} give their length as ${header.length}, but the file ends after ${room} bytes.`,
    );
  }
  const body = Math.max(Math.min(header.length, room) - METADATA_HEADER.size, 0);
  const count = Math.min(header.count, Math.floor(body / section.size));
  if (count <= MOST_SECTIONS) return { count, findings };
  note(
    'metadata-count',
    12,
    `The ${title} list ${count} sections; only the first ${MOST_SECTIONS} are read.`,
  );
  return { count: MOST_SECTIONS, findings };
}

function readSection<R extends Row>(
  file: FileTail,
  layout: MetadataLayout<R>,
  list: number,
  index: number,
): SectionRead<R> {
  const offset = list + METADATA_HEADER.size + index * layout.section.size;
  const values = decode(layout.section, file.bytes, offset - file.offset);
  const facts = layout.facts(values);
  const name = sectionType(layout.types, facts.type)?.name ?? `type ${hex(facts.type)}`;
  return { values, facts, name, offset };
}

function sectionType(types: readonly SectionType[], type: number): SectionType | undefined {
  return types.find((known) => known.type === type);
}

function isGuidBefore(file: FileTail, guid: string, at: number): boolean {
  // The bytes before the available tail are unknown, so there is nothing to report.
  if (at - 16 < file.offset) return file.offset > 0;
  const found = bytesAt(file, at - 16, 16);
  return guidBytes(guid).every((b, i) => b === found[i]);
}

function missingGuid({ title, guidBefore }: MetadataLayout, at: number): Finding {
  const start = Math.max(at - 16, 0);
  const message = `The GUID ${guidBefore ?? ''} does not precede the ${title} at ${hex(at)}; readers that search for it find nothing.`;
  return ovmfFinding('metadata-guid', start, at - start, message);
}

function listRegion(
  file: FileTail,
  layout: MetadataLayout,
  at: number,
  sections: readonly SectionRead[],
  guid: string | undefined,
): Region {
  const { title, types, section, sizeField, entry, signature } = layout;
  const before = guid !== undefined && at - 16 >= file.offset ? [guidRegion(at - 16, guid)] : [];
  const header = region(
    'header',
    `${signature} header`,
    at,
    METADATA_HEADER.size,
    'What list this is and how long.',
    {
      fields: fieldViews(METADATA_HEADER, file, at),
    },
  );
  const children = sections.map(({ name, offset, facts }, i) => {
    const doc = sectionType(types, facts.type)?.doc ?? 'A type that no published list has.';
    const length = Number(facts.size);
    const words = { type: name, [sizeField]: Number.isSafeInteger(length) ? byteCount(length) : '' };
    const fields = fieldViews(section, file, offset, words);
    return region('section', `${i}: ${name}`, offset, section.size, doc, { fields });
  });
  const start = at - 16 * before.length;
  const size = 16 * before.length + METADATA_HEADER.size + sections.length * section.size;
  return region('metadata', title, start, size, entry.doc, { children: [...before, header, ...children] });
}

function guidRegion(at: number, guid: string): Region {
  const raw = bytesToHex(guidBytes(guid));
  const doc = 'Precedes the descriptor.';
  const field = { name: 'guid', offset: at, size: 16, raw, meaning: guid, doc };
  return region('guid', 'descriptor GUID', at, 16, doc, { fields: [field] });
}
