// Pages in texts that name their fields, as this project exports them: CSV, a Markdown table, a C initialiser of Linux's
// struct sev_es_save_area. The last two leave zeros out and say how many fields there are, so that a lost line shows.

import { finder, latin1 } from '../../binary/ascii';
import { hex } from '../../binary/hex';
import { LINUX_MEMBERS } from './exportC';
import { leaves } from '../../binary/struct';
import { VMSA, VMSA_SIZE } from '../layout/layout';
import type { StructMember } from '../layout/members';
import { pageOfFields } from './pageJson';
import { broken, found, type NotPages, type PagesFound, type SourcePage } from './pageSource';

/** No table of one page is longer, and no file holds those of many. */
const MOST_TEXT = 2 ** 22;

type Read = { readonly bytes: Uint8Array } | { readonly problem: string };

/** A cell of CSV and where the next begins. A cell in quotation marks has each of its own twice (RFC 4180). */
function cellAt(
  text: string,
  at: number,
  separator: string,
): { readonly cell: string; readonly end: number } {
  if (text[at] !== '"') {
    let end = at;
    while (end < text.length && text[end] !== separator && text[end] !== '\n') end++;
    return { cell: text.slice(at, end).trimEnd(), end };
  }
  let [cell, end] = ['', at + 1];
  for (;;) {
    const mark = text.indexOf('"', end);
    if (mark < 0) return { cell: cell + text.slice(end), end: text.length };
    cell += text.slice(end, mark);
    end = mark + 1;
    if (text[end] !== '"') return { cell, end: text[end] === '\r' ? end + 1 : end };
    cell += text[end++]!;
  }
}

function csvRecords(text: string, separator: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  for (let at = 0; at < text.length;) {
    const { cell, end } = cellAt(text, at, separator);
    record.push(cell);
    if (text[end] !== separator) {
      records.push(record);
      record = [];
    }
    at = end + 1;
  }
  return record.length > 0 ? [...records, record] : records;
}

const CSV_START = /^"?offset"?([,;\t])"?size"?\1"?name"?\1/;

function readCsv(text: string): Read[] | undefined {
  const separator = CSV_START.exec(text)?.[1];
  if (separator === undefined) return undefined;
  const pages: Map<string, string>[] = [];
  const reads: Read[] = [];
  for (const [offset, , name, , value] of csvRecords(text, separator)) {
    const page = pages.at(-1);
    if (offset === 'offset') pages.push(new Map());
    else if (page && name !== undefined && value !== undefined) {
      if (page.has(name)) return [{ problem: `the field "${name.slice(0, 40)}" is there twice` }];
      page.set(name, value);
    }
  }
  for (const page of pages) reads.push(pageOfFields(page));
  return reads;
}

/** The start of a table, with the number of its fields before it. */
const MARKDOWN_START = /^\| *offset *\| *field *\| *value *\| *meaning *\|/m;
const MARKDOWN_ROW = /^\| *(0x[0-9a-f]{1,4}) *\| *`([\w.[\]]{1,60})` *\| *`([0-9a-fx]{1,8192})` *\|/;
const FIELD_COUNT = /The (\d{1,4}) fields? that (?:is|are) not zero:/;
const LEAVES = new Map(leaves(VMSA).map((leaf) => [leaf.path as string, leaf]));

function readMarkdownPage(before: string, rows: string): Read {
  const values = new Map<string, string>();
  // Behind the line of dashes.
  for (const line of rows.split('\n').slice(2)) {
    if (!line.startsWith('|')) break;
    const [, offset, name, value] = MARKDOWN_ROW.exec(line) ?? [];
    if (offset === undefined) return { problem: `the row "${line.slice(0, 60)}" is none of a page` };
    const leaf = LEAVES.get(name!);
    if (leaf && hex(leaf.offset, 3) !== offset)
      return { problem: `the field "${name!}" is not at ${offset}` };
    if (values.has(name!)) return { problem: `the field "${name!}" is there twice` };
    values.set(name!, value!);
  }
  return wrongCount(FIELD_COUNT.exec(before)?.[1], values.size, 'fields') ?? pageOfFields(values, true);
}

/** What is wrong with the number of fields in a text that leaves zeros out; undefined if it has as many as it says. */
function wrongCount(
  stated: string | undefined,
  there: number,
  what: string,
): { problem: string } | undefined {
  if (stated === undefined)
    return { problem: `the line before it is missing, which says how many ${what} there are` };
  return Number(stated) === there
    ? undefined
    : { problem: `it has ${there} ${what} and says that there are ${stated}` };
}

function readMarkdown(text: string): Read[] | undefined {
  const parts = text.split(new RegExp(MARKDOWN_START, 'gm'));
  if (parts.length < 2) return undefined;
  return parts.slice(1).map((rows, i) => readMarkdownPage(parts[i]!.slice(-1000), rows));
}

const C_START = /struct sev_es_save_area \w{1,60} = \{/;
const C_MEMBER = /^\s*\.(\w{1,60}) = (\{[^}]{0,8192}\}|0x[0-9a-f]{1,16}|\d{1,20})(?:[uUlL]{0,3}),/;
const C_PART = /^\s*(?:\.(\w{1,20})|\[(\d{1,4})\]) = (0x[0-9a-f]{1,16}|\d{1,20})[uUlL]{0,3}\s*$/;
/** A row of what the structure does not hold. */
const C_REST = /^ \* (0x[0-9a-f]{3}) [\w.[\]]{1,60}: ((?:[0-9a-f]{2}){1,4096})$/;
const C_COUNT = /All but these (\d{1,4}) members? are zero/;
const C_END = 'All other bytes of the page are zero.';
const C_REST_START = /^ \* Not in the structure, (\d{1,4}) more, bytes in the order of the page:$/;

function writeNumber(page: Uint8Array, { offset, size }: StructMember, text: string): boolean {
  let value = BigInt(text);
  for (let i = 0; i < size; i++, value >>= 8n) page[offset + i] = Number(value & 0xffn);
  return value === 0n;
}

/** Writes a value; false if it is none of the member's. */
function writeMember(page: Uint8Array, member: StructMember, text: string): boolean {
  if (!text.startsWith('{')) return member.kind === 'number' && writeNumber(page, member, text);
  for (const part of text.slice(1, -1).split(',')) {
    if (part.trim() === '') continue;
    const [, name, index, value] = C_PART.exec(part) ?? [];
    const of =
      index !== undefined && member.kind === 'bytes' && Number(index) < member.size
        ? { ...member, offset: member.offset + Number(index), size: 1 }
        : member.members.find((m) => m.name === name);
    if (!of || value === undefined || !writeNumber(page, of, value)) return false;
  }
  return true;
}

function readCPage(before: string, lines: readonly string[]): Read {
  const bytes = new Uint8Array(VMSA_SIZE);
  const members = new Set<string>();
  const end = lines.findIndex((line) => line.trimEnd() === '};');
  if (end < 0) return { problem: 'it does not end' };
  for (const line of lines.slice(0, end)) {
    const [, name, value] = C_MEMBER.exec(line) ?? [];
    if (name === undefined) {
      if (line.trim() === '') continue;
      return { problem: `the line "${line.trim().slice(0, 60)}" is no member` };
    }
    const member = LINUX_MEMBERS.find((m) => m.name === name);
    if (!member) return { problem: `the structure has no member "${name}"` };
    if (members.has(name)) return { problem: `the member "${name}" is there twice` };
    members.add(name);
    if (!writeMember(bytes, member, value!)) return { problem: `the value of "${name}" does not fit` };
  }
  return (
    wrongCount(C_COUNT.exec(before)?.[1], members.size, 'members') ?? readRest(bytes, lines.slice(end + 1))
  );
}

/** Adds what stands in the comment behind the structure. */
function readRest(bytes: Uint8Array, lines: readonly string[]): Read {
  if (lines[0]?.includes(C_END)) return { bytes };
  const count = C_REST_START.exec(lines[1]?.trimEnd() ?? '')?.[1];
  if (count === undefined) return { problem: 'the comment at its end is missing' };
  const rows = lines.slice(
    2,
    lines.findIndex((line) => line.trimEnd() === ' */'),
  );
  if (rows.length !== Number(count))
    return { problem: `the comment at its end has ${rows.length} of ${count} rows` };
  for (const row of rows) {
    const [, offset, digits] = C_REST.exec(row.trimEnd()) ?? [];
    if (offset === undefined || Number(offset) + digits!.length / 2 > VMSA_SIZE)
      return { problem: `the row "${row.slice(0, 60)}" of the comment at its end is broken` };
    for (let i = 0; i < digits!.length; i += 2)
      bytes[Number(offset) + i / 2] = parseInt(digits!.slice(i, i + 2), 16);
  }
  return { bytes };
}

function readC(text: string): Read[] | undefined {
  const parts = text.split(C_START);
  if (parts.length < 2) return undefined;
  return parts.slice(1).map((part, i) => readCPage(parts[i]!.slice(-1000), part.split('\n').slice(1)));
}

const READERS = [readCsv, readMarkdown, readC];

/** What every such text has; the search is much faster than the readers. */
const findMarks = ['meaning', 'struct sev_es_save_area'].map((mark) => finder(mark));

/** Pages whose fields are named; undefined for other text. */
export function findFieldPages(text: Uint8Array): PagesFound | NotPages | undefined {
  if (text.length > MOST_TEXT || findMarks.every((find) => find(text) < 0)) return undefined;
  const plain = latin1(text).replaceAll('\r\n', '\n');
  for (const reader of READERS) {
    const reads = reader(plain);
    if (!reads) continue;
    const pages: SourcePage[] = [];
    for (const read of reads) {
      if ('problem' in read)
        return broken('table', `As a table of fields it cannot be read: ${read.problem}.`);
      pages.push({ label: 'page', ...read });
    }
    return found(
      'table',
      pages.length === 1 ? pages : pages.map((page, i) => ({ ...page, label: `vCPU ${i}` })),
    );
  }
  return undefined;
}
