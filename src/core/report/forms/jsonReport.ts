// Reports in JSON: what a TSM's tools print (Veraison's ratsd), Trustee's evidence, which has the fields of virtee's sev crate, that of
// Azure, and what this tool prints. Integers are read exactly.

import type { JsonValue } from '../../binary/exactJson';
import { fromHex, utf8 } from '../../binary/hex';
import { writeLeaf, leaves, sizeOf, type Leaf } from '../../binary/struct';
import { PLAIN_FORMS, readTextBytes, type TextForm } from '../../binary/textBytes';
import { ATTESTATION_REPORT, REPORT_SIZE, TCB_NAMES } from '../layout';
import { productOfCpu, productRow, TCB_LAYOUTS, type TcbLayout } from '../products';
import { readBinaryReport, tableCertificates } from './binaryReport';
import { parseCertificateTable, type CertificateKind } from './certificateTable';
import { certificatesIn, joined, NO_CERTIFICATES, type GivenCertificates } from './pem';
import { within, type NoReport, type ReportFound } from './reportSource';

/** An object of exact JSON. */
export type JsonObject = ReadonlyMap<string, JsonValue>;

const isObject = (value: JsonValue | undefined): value is JsonObject => value instanceof Map;
const isList = (value: JsonValue | undefined): value is readonly JsonValue[] => Array.isArray(value);

/** No report, table or certificate has more. */
const MOST_BYTES = 2 ** 20;

/** Bytes of a text in any form, of any size; undefined for other text. White space between digits does not count. */
export function bytesInText(
  text: string,
): { readonly bytes: Uint8Array; readonly form: 'hex' | 'base64' } | undefined {
  for (const of of [text.trim(), text.replaceAll(/\s+/g, '')]) {
    const { size, form } = sizeInText(of);
    if (size === undefined || form === undefined) continue;
    const read = readTextBytes(of, [size], [form]);
    if (read.ok) return { bytes: read.bytes, form: form.startsWith('base64') ? 'base64' : 'hex' };
  }
  return undefined;
}

/** The likeliest form of a text and its size: what the reader says where no size is wanted. */
function sizeInText(text: string): { readonly size?: number; readonly form?: TextForm } {
  const read = readTextBytes(text, [], PLAIN_FORMS);
  return read.ok ? {} : read;
}

/** Bytes of a member: a list of numbers, or a text. */
function bytesOf(value: JsonValue | undefined): Uint8Array | undefined {
  if (typeof value === 'string') return bytesInText(value)?.bytes;
  if (!isList(value) || value.length > MOST_BYTES) return undefined;
  if (!value.every((one) => typeof one === 'bigint' && one >= 0n && one <= 255n)) return undefined;
  return Uint8Array.from(value as readonly bigint[], Number);
}

/** Other names of fields, in the sev crate of some version. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  signature_algo: ['sig_algo'],
  platform_info: ['plat_info'],
  key_info: ['_author_key_en', 'author_key_en'],
};
const PART_ALIASES: Readonly<Record<string, string>> = { boot_loader: 'bootloader' };

const numberOf = (value: JsonValue | undefined): bigint | undefined => {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  return typeof value === 'string' && /^0x[0-9a-f]{1,16}$/i.test(value) ? BigInt(value) : undefined;
};

/** The bytes of a TCB from its parts, or as they are; undefined for what is none. */
function tcbBytes(value: JsonValue | undefined, layout: TcbLayout): Uint8Array | undefined {
  if (!isObject(value)) return bytesOf(value);
  const raw = value.get('raw');
  if (typeof raw === 'string') return fromHex(raw);
  const bytes = new Uint8Array(8);
  for (const { path, offset, row } of leaves(TCB_LAYOUTS[layout]) as readonly Leaf[]) {
    if (row.type !== 'u8') continue;
    const part = numberOf(value.get(path) ?? value.get(PART_ALIASES[path] ?? path) ?? 0n);
    if (part === undefined || part < 0n || part > 255n) return undefined;
    bytes[offset] = Number(part);
  }
  return bytes;
}

/** The parts of a version of the firmware, where it is an object. */
const VERSION_PART = /^(current|committed)_(build|minor|major)$/;

/** The layout of TCBs in a report of these fields. */
function tcbLayoutOf(fields: JsonObject): TcbLayout {
  const [family, model] = ['cpuid_fam_id', 'cpuid_mod_id'].map((name) =>
    numberOf(fields.get(name) ?? undefined),
  );
  const cpu =
    family !== undefined && model !== undefined ? productOfCpu(Number(family), Number(model)) : undefined;
  if (cpu) return productRow(cpu.name).tcb;
  const reported = fields.get('reported_tcb');
  const hasFmc = isObject(reported) && typeof reported.get('fmc') === 'bigint';
  return hasFmc ? 'turin' : 'milan';
}

/** The report whose fields an object has, or what is wrong with it. Reserved bytes, which it does not have, are zero. */
export function reportOfFields(
  fields: JsonObject,
): { readonly bytes: Uint8Array } | { readonly problem: string } {
  const bytes = new Uint8Array(REPORT_SIZE);
  const layout = tcbLayoutOf(fields);
  const signature = fields.get('signature');
  for (const leaf of leaves(ATTESTATION_REPORT)) {
    const { path, row, size } = leaf;
    if (row.group === 'Reserved') continue;
    const [, which, part] = VERSION_PART.exec(path) ?? [];
    const version = fields.get(which ?? '');
    const name = [path, ...(ALIASES[path] ?? [])].find((one) => fields.has(one)) ?? path;
    const value =
      part !== undefined && isObject(version)
        ? version.get(part)
        : /^signature_[rs]$/.test(path) && isObject(signature)
          ? signature.get(path.slice('signature_'.length))
          : fields.get(name);
    // What only later versions have.
    if ((value === undefined || value === null) && /^cpuid_|_mit_vector$/.test(path)) continue;
    const read = (TCB_NAMES as readonly string[]).includes(path)
      ? tcbBytes(value, layout)
      : typeof row.type === 'string'
        ? numberOf(value)
        : bytesOf(value);
    if (read === undefined)
      return {
        problem: value === undefined ? `${path} is missing` : `${path} has no value that it can have`,
      };
    const fits =
      read instanceof Uint8Array
        ? read.length === size
        : read >= 0n && read >> BigInt(8 * sizeOf(row.type)) === 0n;
    if (!fits) return { problem: `${path} is not ${size} bytes` };
    writeLeaf(bytes, leaf, read);
  }
  return { bytes };
}

const KINDS: readonly CertificateKind[] = ['VCEK', 'VLEK', 'ASK', 'ARK', 'CRL'];

/** The certificates of Trustee's evidence. */
function chainOf(value: JsonValue | undefined): GivenCertificates {
  if (!isList(value)) return NO_CERTIFICATES;
  return joined(
    value.slice(0, 64).map((one) => {
      const type = isObject(one) ? one.get('cert_type') : undefined;
      const said = KINDS.find((kind) => kind === type);
      const data = isObject(one) ? bytesOf(one.get('data')) : undefined;
      const source = `cert_chain${said ? ` (${said})` : ''}`;
      if (!data) return { certificates: [], bad: [{ source, problem: 'has no bytes' }] };
      // Others, such as an endorsement of firmware, are no certificate.
      return said ? certificatesIn(data, source, said) : NO_CERTIFICATES;
    }),
  );
}

function readBytes(
  form: 'tsm' | 'trustee' | 'azure' | 'dstack',
  value: JsonValue,
  member: string,
): ReportFound | NoReport {
  const bytes = bytesOf(value);
  if (!bytes) return { reason: `It is JSON whose "${member}" is neither bytes nor base64.` };
  const read = readBinaryReport(bytes);
  return 'reason' in read
    ? { reason: `It is JSON, but its "${member}" is no report. ${read.reason}` }
    : within(form, read);
}

const withCertificates = (found: ReportFound | NoReport, more: GivenCertificates): ReportFound | NoReport =>
  'reason' in found ? found : { ...found, certificates: joined([found.certificates, more]) };

function readTsm(json: JsonObject): ReportFound | NoReport {
  const provider = json.get('provider');
  if (typeof provider === 'string' && provider.trim() !== '' && provider.trim() !== 'sev_guest')
    return {
      reason: `It is a TSM report of "${provider.trim().slice(0, 40)}"; one of SEV-SNP is of "sev_guest".`,
    };
  const found = readBytes('tsm', json.get('outblob')!, 'outblob');
  const aux = json.get('auxblob');
  const blob = aux === undefined || aux === null || aux === '' ? new Uint8Array() : bytesOf(aux);
  if (!blob) return { reason: 'It is JSON whose "auxblob" is neither bytes nor base64.' };
  return 'reason' in found ? found : withTable(found, blob);
}

/** A report with the table of certificates that stands in another file: configfs-tsm's auxblob. @param blob may be empty */
export function withTable(found: ReportFound, blob: Uint8Array): ReportFound {
  if (blob.length === 0) return found;
  // As one run of bytes, so that every place is in it.
  const carrier = new Uint8Array(REPORT_SIZE + blob.length);
  carrier.set(found.bytes);
  carrier.set(blob, REPORT_SIZE);
  const { value: table, findings } = parseCertificateTable(carrier, REPORT_SIZE);
  // What follows the report where it was found has no place in these bytes, and neither have findings about it.
  const isMore = found.carrier.length > found.offset + REPORT_SIZE;
  const more = isMore
    ? ['What follows the report in its own file is not shown: its table is in another.']
    : [];
  return {
    ...found,
    notes: [...found.notes, ...more],
    bytes: carrier.subarray(0, REPORT_SIZE),
    carrier,
    offset: 0,
    table,
    certificates: joined([found.certificates, tableCertificates(table)]),
    findings,
  };
}

function readFields(form: 'trustee' | 'json', fields: JsonObject): ReportFound | NoReport {
  const read = reportOfFields(fields);
  if ('problem' in read) return { reason: `It is JSON with the fields of a report, but ${read.problem}.` };
  const found = readBinaryReport(read.bytes);
  return 'reason' in found ? found : within(form, found);
}

/** Reads a report in JSON; a sentence where there is none. */
export function readJsonReport(json: JsonValue): ReportFound | NoReport {
  const none = {
    reason:
      'It is JSON, but neither evidence of Trustee, nor a TSM report, nor an attestation of dstack, nor what "sevscope report show --json" prints.',
  };
  if (!isObject(json)) return none;
  const evidence = json.get('attestation_report');
  if (evidence !== undefined) {
    const found = isObject(evidence)
      ? readFields('trustee', evidence)
      : readBytes('trustee', evidence, 'attestation_report');
    return withCertificates(found, chainOf(json.get('cert_chain')));
  }
  if (json.has('outblob')) return readTsm(json);
  if (json.has('attestation')) return readBytes('dstack', json.get('attestation')!, 'attestation');
  const fields = json.get('fields');
  if (isObject(fields)) return readFields('json', fields);
  const name = ['report', 'hcl_report'].find((one) => json.has(one));
  if (name === undefined) return none;
  const vcek = json.get('vcek');
  const certificates =
    typeof vcek === 'string' ? certificatesIn(utf8(vcek), 'vcek', 'VCEK') : NO_CERTIFICATES;
  return withCertificates(readBytes('azure', json.get(name)!, name), certificates);
}
