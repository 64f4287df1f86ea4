// Certificates and lists of revoked ones in a file: DER, or PEM (RFC 7468) with any text around its blocks, as openssl writes it.

import { finder, latin1 } from '../../binary/ascii';
import { fromBase64 } from '../../binary/hex';
import type { CertificateKind } from './certificateTable';

/** A certificate that was given, not yet read. */
export interface GivenCertificate {
  /** Where it is from, for messages: `vcek.pem`, `the report's table (ARK)`. */
  readonly source: string;
  /** What it is said to be, by its GUID or its file's name. */
  readonly said?: CertificateKind;
  readonly kind: 'certificate' | 'crl';
  readonly der: Uint8Array;
}

/** Something that was given as a certificate and is none; `problem` is a phrase after its name. */
export interface BadCertificate {
  readonly source: string;
  readonly said?: CertificateKind;
  readonly problem: string;
}

/** What was given: certificates, and what is none. */
export interface GivenCertificates {
  readonly certificates: readonly GivenCertificate[];
  readonly bad: readonly BadCertificate[];
}

/** No chain of AMD's has more, and no certificate of AMD's is larger. */
const MOST_BLOCKS = 64;
const MOST_DER = 2 ** 20;

const findBegin = finder('-----BEGIN ');
const BLOCK = /-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\s]*)-----END \1-----/y;
const LABELS: Readonly<Record<string, GivenCertificate['kind']>> = {
  CERTIFICATE: 'certificate',
  'X509 CERTIFICATE': 'certificate',
  'TRUSTED CERTIFICATE': 'certificate',
  'X509 CRL': 'crl',
};

const isDer = (bytes: Uint8Array): boolean => bytes[0] === 0x30;

/** Where the content of a DER value begins, and where it should end; undefined where there is none. */
function valueAt(bytes: Uint8Array, at: number): { readonly from: number; readonly to: number } | undefined {
  const first = bytes[at + 1];
  if (first === undefined) return undefined;
  const digits = first < 0x80 ? 0 : first & 0x7f;
  if (digits > 3) return undefined;
  const from = at + 2 + digits;
  const size = digits === 0 ? first : bytes.subarray(at + 2, from).reduce((all, byte) => all * 256 + byte, 0);
  return { from, to: from + size };
}

const [INTEGER, SEQUENCE, UTC_TIME, GENERALIZED_TIME] = [0x02, 0x30, 0x17, 0x18] as const;

/**
 * Whether DER is a list of revoked certificates: behind version, algorithm and issuer it has a time (RFC 5280, 5.1), where a certificate has
 * two in a sequence (4.1).
 */
function isList(der: Uint8Array): boolean {
  let at = valueAt(der, valueAt(der, 0)?.from ?? der.length)?.from ?? der.length;
  if (der[at] === INTEGER) at = valueAt(der, at)?.to ?? der.length;
  for (let i = 0; i < 2; i++) {
    if (der[at] !== SEQUENCE) return false;
    at = valueAt(der, at)?.to ?? der.length;
  }
  return der[at] === UTC_TIME || der[at] === GENERALIZED_TIME;
}

/** What DER is: what it is said to be, and where nobody says, what it looks like. */
const kindOf = (said: CertificateKind | undefined, der: Uint8Array): GivenCertificate['kind'] =>
  said === 'CRL' || (said === undefined && isList(der)) ? 'crl' : 'certificate';

/** The certificates in bytes. @param source where they are from, for messages @param said what they are said to be */
export function certificatesIn(bytes: Uint8Array, source: string, said?: CertificateKind): GivenCertificates {
  const about = { source, ...(said && { said }) };
  const bad = (problem: string): GivenCertificates => ({ certificates: [], bad: [{ ...about, problem }] });
  if (bytes.length === 0) return bad('is empty');
  if (bytes.length > MOST_DER) return bad('is larger than any certificate');
  const first = findBegin(bytes);
  if (first < 0) {
    if (isDer(bytes)) return { certificates: [{ ...about, kind: kindOf(said, bytes), der: bytes }], bad: [] };
    return bad('is neither DER nor PEM');
  }
  const text = latin1(bytes);
  const certificates: GivenCertificate[] = [];
  const broken: BadCertificate[] = [];
  for (let at = first, count = 0; at >= 0 && count < MOST_BLOCKS; count++) {
    BLOCK.lastIndex = at;
    const [whole, label, body] = BLOCK.exec(text) ?? [];
    const kind = LABELS[label ?? ''];
    const der = body === undefined ? undefined : fromBase64(body.replaceAll(/\s+/g, ''));
    if (whole === undefined) broken.push({ ...about, problem: 'has a block of PEM that does not end' });
    else if (!der) broken.push({ ...about, problem: 'has a block of PEM that is no base64' });
    else if (kind) certificates.push({ ...about, kind, der });
    at = findBegin(bytes, whole === undefined ? at + 1 : at + whole.length);
  }
  if (certificates.length === 0 && broken.length === 0) return bad('has no certificate');
  return { certificates, bad: broken };
}

/** All of several. */
export const joined = (all: readonly GivenCertificates[]): GivenCertificates => ({
  certificates: all.flatMap(({ certificates }) => certificates),
  bad: all.flatMap(({ bad }) => bad),
});

/** Nothing. */
export const NO_CERTIFICATES: GivenCertificates = { certificates: [], bad: [] };
