// Traces as files. Ours is JSON:
//
//   {"technology": "snp", "launchDigest": "…", "rows": [{"index": 0, "type": "normal", "gpa": "0xfffff000", "size": 4096,
//    "contents": "…" or null, "digest": "…", "origin": {"from": "firmware", "offset": 0}}, …], "vmsas": {"CONTENTS": "PAGE"}, "findings": […]}
//
// Digests are in hexadecimal. `from` is firmware or svsm with the `offset` in the file; metadata with the `section` and the `page` in it;
// `kernel hashes`; or vcpu with its number as `vcpu`. `vmsas` has each page of a vCPU once, without the zeros at its end, under the digest of it.
//
// Read, besides: `pages` in place of `rows`, rows [type, gpa, contents, digest] in place of objects, and what QEMU prints with -trace 'kvm_sev_*'.

import { bytesToHex, fromHex, hex } from '../binary/hex';
import { jsonLine } from '../binary/json';
import type { TechnologyId } from './inputs';
import { PAGE_SIZE, type LoadType } from './loads';
import type { TraceRow } from './trace';
import type { TraceStep } from './traceDigests';

/** A step of a trace that was read, as far as it is said; digests in hexadecimal. */
export interface TracePage {
  readonly type?: LoadType | undefined;
  readonly gpa?: bigint | undefined;
  readonly size?: number | undefined;
  /** Null where contents are not measured. */
  readonly contents?: string | null | undefined;
  readonly digest?: string | undefined;
  /** The page of a vCPU, 4096 bytes. */
  readonly vmsa?: Uint8Array | undefined;
}

/** A trace that was read. One of QEMU has neither contents nor the pages of vCPUs, which KVM makes. */
export interface RecordedTrace {
  readonly form: 'trace' | 'qemu';
  readonly pages: readonly TracePage[];
  /** How many launches there are, of which this is the last. */
  readonly launches: number;
}

/** One step as a member of `rows`. */
export function traceRowJson({ index, type, gpa, size, source, page, contents, digest }: TraceStep) {
  return {
    ...{ index, type, gpa: gpa === undefined ? null : hex(gpa), size },
    ...{ contents: contents ? bytesToHex(contents) : null, digest: bytesToHex(digest) },
    origin: { ...source, ...(source.from === 'metadata' && { page }) },
  };
}

/** A page of a vCPU as a value of `vmsas`. */
export function vmsaText(page: Uint8Array): string {
  const end = page.findLastIndex((byte) => byte !== 0) + 1;
  return bytesToHex(page.subarray(0, end));
}

/** A trace as JSON, a step at a time. @param findings about its launch; none is no member */
export function* traceJson(
  technology: TechnologyId,
  rows: Iterable<TraceStep & Partial<Pick<TraceRow, 'vmsa'>>>,
  findings: readonly unknown[] = [],
): Generator<string, undefined> {
  const vmsas = new Map<string, string>();
  let digest = '';
  let before = `{\n"technology": ${jsonLine(technology)},\n"rows": [\n`;
  for (const row of rows) {
    yield `${before}${jsonLine(traceRowJson(row))}`;
    before = ',\n';
    digest = bytesToHex(row.digest);
    if (row.vmsa) vmsas.set(bytesToHex(row.contents!), vmsaText(row.vmsa));
  }
  const noted = findings.length > 0 ? `,\n"findings": ${jsonLine(findings)}` : '';
  yield `\n],\n"vmsas": ${jsonLine(Object.fromEntries(vmsas))},\n"launchDigest": "${digest}"${noted}\n}\n`;
}

/** By number, from 1 (SEV-SNP Firmware ABI, SNP_LAUNCH_UPDATE). */
const TYPES: readonly LoadType[] = ['normal', 'vmsa', 'zero', 'unmeasured', 'secrets', 'cpuid'];

/** More steps than any launch has; QEMU's trace has lengths, and one of them may be any number. */
const MOST_PAGES = 2 ** 20;

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

function typeOf(value: unknown): LoadType | undefined {
  if (typeof value === 'number') return TYPES[value - 1];
  return TYPES.find((type) => type === value);
}

const numberOf = (value: unknown): bigint | undefined =>
  typeof value === 'string' && /^(0x[0-9a-f]{1,16}|[0-9]{1,20})$/i.test(value) ? BigInt(value) : undefined;

const digestOf = (value: unknown): string | undefined =>
  typeof value === 'string' && /^([0-9a-f]{64}|[0-9a-f]{96})$/i.test(value) ? value.toLowerCase() : undefined;

/** The page of a vCPU under a digest; undefined where there is none that fits. */
function vmsaOf(vmsas: unknown, contents: string | undefined): Uint8Array | undefined {
  const text = contents !== undefined && isObject(vmsas) ? vmsas[contents] : undefined;
  const bytes = typeof text === 'string' && text.length <= 2 * PAGE_SIZE ? fromHex(text) : undefined;
  if (!bytes) return undefined;
  const page = new Uint8Array(PAGE_SIZE);
  page.set(bytes);
  return page;
}

function pageFrom(row: unknown, vmsas: unknown): TracePage | undefined {
  const [type, gpa, contents, digest] = Array.isArray(row)
    ? (row as unknown[])
    : isObject(row)
      ? [row['type'], row['gpa'], row['contents'], row['digest'] ?? row['ld']]
      : [];
  const known = typeOf(type);
  if (!known) return undefined;
  const size = isObject(row) && typeof row['size'] === 'number' ? row['size'] : undefined;
  const hash = digestOf(contents);
  return {
    ...{ type: known, gpa: numberOf(gpa), size, digest: digestOf(digest) },
    contents: hash ?? (contents === null || contents === '' ? null : undefined),
    vmsa: known === 'vmsa' ? vmsaOf(vmsas, hash) : undefined,
  };
}

function fromJson(text: string): RecordedTrace | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const rows = isObject(value) ? (value['rows'] ?? value['pages']) : undefined;
  if (!Array.isArray(rows) || rows.length === 0 || rows.length > MOST_PAGES) return undefined;
  const pages: TracePage[] = [];
  for (const row of rows) {
    const page = pageFrom(row, (value as Json)['vmsas']);
    if (!page) return undefined;
    pages.push(page);
  }
  return { form: 'trace', pages, launches: 1 };
}

const SNP_UPDATE =
  /kvm_sev_snp_launch_update src \S+ gpa (?:0x)?([0-9a-f]{1,16}) len (?:0x)?([0-9a-f]{1,16}) \((\w+)/gi;
const SEV_UPDATE = /kvm_sev_launch_update_data addr \S+ len (?:0x)?([0-9a-f]{1,16})/gi;

/** Where a launch begins, whatever else was traced. */
const STARTS = /kvm_sev(?:_snp)?_launch_start\b/g;

/** The pages of one launch of SEV-SNP; of several, because a page is launched once, those of each. */
function snpLaunches(text: string): TracePage[][] | undefined {
  const launches: TracePage[][] = [[]];
  let seen = new Set<bigint>();
  let left = MOST_PAGES;
  for (const [, gpa, length, name] of text.matchAll(SNP_UPDATE)) {
    const count = (BigInt(`0x${length!}`) + BigInt(PAGE_SIZE - 1)) / BigInt(PAGE_SIZE);
    if (count > BigInt(left)) return undefined;
    left -= Number(count);
    const first = BigInt(`0x${gpa!}`);
    // An empty section has an address, and no page.
    if (count === 0n) continue;
    if (seen.has(first)) {
      launches.push([]);
      seen = new Set();
    }
    seen.add(first);
    for (let i = 0n; i < count; i++)
      launches
        .at(-1)!
        .push({ type: typeOf(name!.toLowerCase()), gpa: first + i * BigInt(PAGE_SIZE), size: PAGE_SIZE });
  }
  return launches;
}

const sevLaunch = (text: string): TracePage[] =>
  [...text.matchAll(SEV_UPDATE)].map(([, length]) => ({ size: Number(BigInt(`0x${length!}`)) }));

function fromQemu(text: string): RecordedTrace | undefined {
  const launches: TracePage[][] = [];
  for (const part of text.split(STARTS)) {
    const ofSnp = snpLaunches(part);
    if (!ofSnp) return undefined;
    const found = [...ofSnp, sevLaunch(part)].filter((pages) => pages.length > 0);
    launches.push(...(ofSnp[0]!.length > 0 ? ofSnp : found));
  }
  const last = launches.at(-1);
  return last && { form: 'qemu', pages: last, launches: launches.length };
}

/** Reads a trace; undefined for a text that is none. It never throws. */
export const readTrace = (text: string): RecordedTrace | undefined => fromJson(text) ?? fromQemu(text);
