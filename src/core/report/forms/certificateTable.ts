// The certificates that a host hands to a guest with a report: a table of GUIDs, offsets and lengths before the data (GHCB specification,
// SNP_EXT_GUEST_REQUEST). Its GUIDs are in the order of their text (RFC 4122), unlike those of firmware.

import { bytesToHex, hex, isZero } from '../../binary/hex';
import type { Finding, Parsed } from '../../binary/region';
import { decode, row, struct } from '../../binary/struct';
import { reportFinding } from '../rules';

/** An entry. */
export const CERTIFICATE_ENTRY = struct('certificate table entry', 24, [
  row(0x00, 'guid', 16, 'what the data are, a GUID in the order of its text'),
  row(0x10, 'offset', 'u32', 'where they start, from the start of the table'),
  row(0x14, 'length', 'u32', 'how many bytes they have'),
]);

/** What an entry can be. `ASK` is also an ASVK, above a VLEK. */
export type CertificateKind = 'VCEK' | 'VLEK' | 'ASK' | 'ARK' | 'CRL' | 'firmware' | 'platform' | 'unknown';

/** Kinds by GUID. */
export const CERTIFICATE_GUIDS: readonly {
  readonly guid: string;
  readonly kind: CertificateKind;
  readonly title: string;
}[] = [
  { guid: '63da758d-e664-4564-adc5-f4b93be8accd', kind: 'VCEK', title: 'VCEK' },
  { guid: 'a8074bc2-a25a-483e-aae6-39c045a0b8a1', kind: 'VLEK', title: 'VLEK' },
  { guid: '4ab7b379-bbac-4fe4-a02f-05aef327c782', kind: 'ASK', title: 'ASK or ASVK' },
  { guid: 'c0b406a4-a803-4952-9743-3fb6014cd0ae', kind: 'ARK', title: 'ARK' },
  { guid: '92f81bc3-5811-4d3d-97ff-d19f88dc67ea', kind: 'CRL', title: 'list of revoked certificates' },
  {
    guid: '9f4116cd-c503-4f5a-8f6f-fb68882f4ce2',
    kind: 'firmware',
    title: "Google's endorsement of the firmware",
  },
  {
    guid: 'ecae0c0f-9502-43b1-afa2-0ae2e0d565b6',
    kind: 'platform',
    title: "go-sev-guest's platform information",
  },
];

/** What one entry holds. */
export interface TableEntry {
  readonly guid: string;
  readonly kind: CertificateKind;
  readonly title: string;
  /** Where the entry is, and where its data are, in the file. */
  readonly at: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** A table: its entries, and where it is in the file. */
export interface CertificateTable {
  readonly offset: number;
  readonly size: number;
  readonly entries: readonly TableEntry[];
}

const { size: ENTRY } = CERTIFICATE_ENTRY;
/** More than any host hands out. */
const MOST_ENTRIES = 64;

/** The canonical text of a GUID whose bytes are in the order of its digits. */
function textOrder(bytes: Uint8Array): string {
  const digits = bytesToHex(bytes);
  return [0, 8, 12, 16, 20].map((at, i) => digits.slice(at, [8, 12, 16, 20, 32][i])).join('-');
}

/** The entries before the one of zeros, and whether there is one. */
function directoryOf(table: Uint8Array) {
  const rows: ReturnType<typeof decodeEntry>[] = [];
  for (let at = 0; table.length - at >= ENTRY && rows.length < MOST_ENTRIES; at += ENTRY) {
    if (isZero(table.subarray(at, at + ENTRY))) return { rows, end: at + ENTRY, isEnded: true };
    rows.push(decodeEntry(table, at));
  }
  return { rows, end: rows.length * ENTRY, isEnded: false };
}

const decodeEntry = (table: Uint8Array, at: number) => ({ at, ...decode(CERTIFICATE_ENTRY, table, at) });

/**
 * Reads a table. Entries whose data are not where they say are left out, with a finding.
 * @param bytes the whole file @param start where the table begins in it
 */
export function parseCertificateTable(bytes: Uint8Array, start: number): Parsed<CertificateTable> {
  const table = bytes.subarray(start);
  const findings: Finding[] = [];
  const { rows, end, isEnded } = directoryOf(table);
  if (!isEnded)
    findings.push(
      reportFinding(
        'report-table-end',
        start,
        Math.min(table.length, end + ENTRY),
        `The table of certificates does not end with an entry of zeros; ${rows.length} entries are before where it should be.`,
      ),
    );
  const seen = new Set<string>();
  const entries = rows.flatMap(({ at, guid: raw, offset, length }): TableEntry[] => {
    const guid = textOrder(raw);
    const known = CERTIFICATE_GUIDS.find((one) => one.guid === guid);
    const { kind, title } = known ?? { kind: 'unknown' as const, title: guid };
    const note = (rule: Parameters<typeof reportFinding>[0], message: string) =>
      findings.push(reportFinding(rule, start + at, ENTRY, message));
    const place = `${length} bytes from ${hex(offset)}`;
    if (offset > table.length || length > table.length - offset) {
      note(
        'report-table-outside',
        `The entry of ${title} leads out of the file: it says ${place}, and the table has ${table.length} bytes.`,
      );
      return [];
    }
    if (offset < end) {
      note('report-table-overlap', `The entry of ${title} says ${place}, within the table itself.`);
      return [];
    }
    if (!known) note('report-table-unknown', `It is not known what the GUID ${guid} stands for.`);
    if (seen.has(guid)) note('report-table-twice', `There are two entries of ${title}.`);
    seen.add(guid);
    const data = table.subarray(offset, offset + length);
    return [{ guid, kind, title, at: start + at, offset: start + offset, bytes: data }];
  });
  return { value: { offset: start, size: table.length, entries }, findings };
}
