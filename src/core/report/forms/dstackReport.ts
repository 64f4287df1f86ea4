// Reports in dstack's attestations: SCALE (https://docs.polkadot.com/polkadot-protocol/basics/data-encoding/), in which numbers of lengths are
// compact. Of version 0 and kind 3, SEV-SNP: the report, then its certificates, each in PEM or DER, then what is not about the report.

import { REPORT_SIZE } from '../layout';
import { certificatesIn, joined, type GivenCertificates } from './pem';

/** Version 0, kind 3. */
const START = [0, 3] as const;
/** No chain has more certificates. */
const MOST = 16;

/** A compact number and where it ends; undefined for one that is cut off or far too large for a length. */
function compactAt(
  bytes: Uint8Array,
  at: number,
): { readonly value: number; readonly to: number } | undefined {
  const first = bytes[at];
  if (first === undefined || (first & 3) === 3) return undefined;
  const size = [1, 2, 4][first & 3]!;
  if (at + size > bytes.length) return undefined;
  const number = bytes.subarray(at, at + size).reduceRight((all, byte) => all * 256 + byte, 0);
  return { value: Math.floor(number / 4), to: at + size };
}

/** Where bytes with their length begin and end; undefined where there are not so many. */
function bytesAt(bytes: Uint8Array, at: number): { readonly from: number; readonly to: number } | undefined {
  const size = compactAt(bytes, at);
  if (!size || size.value > bytes.length - size.to) return undefined;
  return { from: size.to, to: size.to + size.value };
}

/** Where such an attestation has its report; undefined for other bytes. */
export function dstackReport(bytes: Uint8Array): { readonly from: number; readonly to: number } | undefined {
  if (!START.every((byte, i) => bytes[i] === byte)) return undefined;
  const report = bytesAt(bytes, START.length);
  return report && report.to - report.from === REPORT_SIZE ? report : undefined;
}

/** Its certificates. @param at where the report ends */
export function dstackCertificates(bytes: Uint8Array, at: number): GivenCertificates {
  const count = compactAt(bytes, at);
  const source = "dstack's attestation";
  const broken = { certificates: [], bad: [{ source, problem: 'is cut off in its certificates' }] };
  if (!count || count.value > MOST) return broken;
  const found: GivenCertificates[] = [];
  let next = count.to;
  for (let i = 0; i < count.value; i++) {
    const one = bytesAt(bytes, next);
    if (!one) return joined([...found, broken]);
    found.push(certificatesIn(bytes.subarray(one.from, one.to), `${source} (certificate ${i + 1})`));
    next = one.to;
  }
  return joined(found);
}
