// What Azure's paravisor keeps in the vTPM (NV index 0x01400001): a header, the report, and JSON whose hash is in the report's data.
// Layout as kinvolk's azure-cvm-tooling reads it.

import { byteCount, hex, isZero } from '../../binary/hex';
import { decode, row, struct } from '../../binary/struct';
import type { Hashes } from '../../launch/hasher';
import { holds } from '../../ovmf/kinds/fileKind';
import { REPORT_SIZE } from '../layout';

/** The header of the blob. */
export const HCL_HEADER = struct('HCL header', 0x20, [
  row(0x00, 'signature', 4, '"HCLA"'),
  row(0x04, 'version', 'u32', '1 or 2'),
  row(0x08, 'size', 'u32', 'bytes in use'),
  row(0x0c, 'request_type', 'u32', '2'),
  row(0x10, 'status', 'u32', '0'),
  row(0x14, 'reserved_0x14', 12, 'reserved'),
]);

/** What precedes the JSON, behind the report. */
export const HCL_DATA = struct('HCL runtime data', 20, [
  row(0x00, 'size', 'u32', 'bytes of this structure and of the JSON'),
  row(0x04, 'version', 'u32', '1'),
  row(0x08, 'report_type', 'u32', '2: SEV-SNP, 4: TDX'),
  row(0x0c, 'hash_type', 'u32', '1: SHA-256, 2: SHA-384, 3: SHA-512'),
  row(0x10, 'json_size', 'u32', 'bytes of the JSON'),
]);

/** The blob. */
export interface HclBlob {
  readonly version: number;
  /** Where the report is in the file. */
  readonly reportAt: number;
  readonly hashType: number;
  /** The JSON with the keys of the vTPM and the guest's data. */
  readonly json: Uint8Array;
  readonly jsonAt: number;
}

const DATA_AT = HCL_HEADER.size + REPORT_SIZE;
const SNP = 2;
const TDX = 4;

/** Whether bytes begin as such a blob. */
export const isHclBlob = (bytes: Uint8Array): boolean => holds(bytes, 0, 'HCLA');

/** Reads the blob; a sentence where it has no report of SEV-SNP. */
export function parseHclBlob(bytes: Uint8Array): HclBlob | { readonly reason: string } {
  const cut = {
    reason: `It begins as a blob of Azure's HCL, but is cut short: it has ${byteCount(bytes.length)}.`,
  };
  if (bytes.length < DATA_AT + HCL_DATA.size) return cut;
  const { version } = decode(HCL_HEADER, bytes);
  const data = decode(HCL_DATA, bytes, DATA_AT);
  const jsonAt = DATA_AT + HCL_DATA.size;
  if (data.report_type === TDX)
    return { reason: "It is a blob of Azure's HCL with a report of TDX, not of SEV-SNP." };
  if (data.report_type !== SNP)
    return {
      reason: `It is a blob of Azure's HCL with a report of type ${hex(data.report_type)}; SEV-SNP is 2.`,
    };
  if (data.json_size > bytes.length - jsonAt) return cut;
  return {
    version,
    reportAt: HCL_HEADER.size,
    hashType: data.hash_type,
    json: bytes.subarray(jsonAt, jsonAt + data.json_size),
    jsonAt,
  };
}

/**
 * Whether the report vouches for the JSON: its hash is in the first bytes of the report's data, and zeros follow.
 * @returns undefined for a hash that is not computed here
 */
export function isJsonBound(
  { hashType, json }: HclBlob,
  data: Uint8Array,
  hashes: Hashes,
): boolean | undefined {
  const hash = hashType === 1 ? hashes.sha256(json) : hashType === 2 ? hashes.sha384(json) : undefined;
  if (!hash) return undefined;
  return hash.every((byte, i) => byte === data[i]) && isZero(data.subarray(hash.length));
}
