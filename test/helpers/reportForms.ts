// What carries attestation reports: tables of certificates, responses of the firmware, blobs of Azure's HCL.

import { utf8 } from '../../src/core/binary/hex';
import { encode } from '../../src/core/binary/struct';
import { CERTIFICATE_GUIDS } from '../../src/core/report/forms/certificateTable';
import { HCL_DATA, HCL_HEADER } from '../../src/core/report/forms/hclBlob';
import { padded } from '../unit/core/report/reports';

/** Bytes one after the other. */
export const joinBytes = (...parts: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(Buffer.concat(parts));
/** A number of 32 bits, little endian. */
export const word = (n: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, n, true);
  return bytes;
};
/** The GUID of a kind of entry, as a table has it. */
export const guidOf = (kind: string): Uint8Array =>
  padded(CERTIFICATE_GUIDS.find((one) => one.kind === kind)!.guid.replaceAll('-', ''), 16);

/** A table of certificates: its directory, an entry of zeros, then the data. */
export function makeTable(entries: readonly (readonly [kind: string, data: Uint8Array])[]): Uint8Array {
  let at = 24 * (entries.length + 1);
  const rows = entries.map(([kind, data]) => {
    const row = joinBytes(guidOf(kind), word(at), word(data.length));
    at += data.length;
    return row;
  });
  return joinBytes(...rows, new Uint8Array(24), ...entries.map(([, data]) => data));
}

/** A response of the firmware. */
export const response = (report: Uint8Array, status = 0, size = 4000): Uint8Array => {
  const bytes = new Uint8Array(size);
  bytes.set(joinBytes(word(status), word(report.length), new Uint8Array(24), report));
  return bytes;
};

/** A blob of Azure's, padded with zeros. */
export function hclOf(report: Uint8Array, json: string, { type = 2, hash = 1 } = {}): Uint8Array {
  const text = utf8(json);
  const data = encode(HCL_DATA, {
    size: HCL_DATA.size + text.length,
    version: 1,
    report_type: type,
    hash_type: hash,
    json_size: text.length,
  });
  const header = encode(HCL_HEADER, {
    signature: utf8('HCLA'),
    version: 2,
    size: 0x4c0 + data.length,
    request_type: 2,
  });
  return joinBytes(header, report, data, text, new Uint8Array(300));
}

/** A compact number of SCALE of two bytes. */
const compact = (n: number): Uint8Array => Uint8Array.of(((n << 2) | 1) & 0xff, n >> 6);

/** An attestation of dstack: SCALE of a report, certificates, and something behind them. */
export const dstackOf = (report: Uint8Array, certificates: readonly Uint8Array[]): Uint8Array =>
  joinBytes(
    Uint8Array.of(0, 3),
    compact(report.length),
    report,
    Uint8Array.of(certificates.length << 2),
    ...certificates.flatMap((one) => [compact(one.length), one]),
    utf8('{"runtime":1}'),
  );
