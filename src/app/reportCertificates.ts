// Certificates and lists of revoked ones as core knows them, read by a library of X.509 and then held to strict encoding: a signature covers
// the inner part of a certificate only, so that what is around it must be the one way to write it (RFC 5280, 4.1; X.690, 10).

import { AsnConvert, AsnParser } from '@peculiar/asn1-schema';
import {
  BasicConstraints,
  Certificate as X509,
  CertificateList,
  KeyUsage,
  KeyUsageFlags,
  Version,
  type Extension,
  type Name,
  type Time,
} from '@peculiar/asn1-x509';
import { bytesToHex, isSameBytes } from '../core/binary/hex';
import type { Certificate, From, KeyKind, LeafFacts, RevocationList } from '../core/report/certificate';
import type { BadCertificate, GivenCertificates } from '../core/report/forms/pem';

const AMD = '1.3.6.1.4.1.3704.1';
const BASIC_CONSTRAINTS = '2.5.29.19';
const KEY_USAGE = '2.5.29.15';
/** Extensions that are read here, or that say nothing a verification needs. */
const KNOWN_CRITICAL: readonly string[] = [BASIC_CONSTRAINTS, KEY_USAGE];
const COMMON_NAME = '2.5.4.3';

/**
 * RSASSA-PSS with SHA-384, MGF1 with SHA-384 and 48 bytes of salt (RFC 4055), without and with the trailer field that is the default, as AMD's
 * servers have written it over the years.
 */
const PSS_FORMS: readonly string[] = [
  '304106092a864886f70d01010a3034a00f300d06096086480165030402020500a11c301a06092a864886f70d010108300d06096086480165030402020500a203020130',
  '304606092a864886f70d01010a3039a00f300d06096086480165030402020500a11c301a06092a864886f70d010108300d06096086480165030402020500a203020130a303020101',
];

const RSA_4096 = '30820222300d06092a864886f70d01010105000382020f003082020a0282020100';
const RSA_EXPONENT = '0203010001';
const P_384 = '3076301006072a8648ce3d020106052b8104002203620004';

/** A copy without an offset, because the library takes whole buffers. */
const bufferOf = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;
const bytesOf = (buffer: ArrayBuffer): Uint8Array => new Uint8Array(buffer);

/** The kind of a key, whose encoding has one form. */
function keyKind(spki: Uint8Array): KeyKind {
  const text = bytesToHex(spki);
  if (text.startsWith(P_384) && spki.length === 120) return 'P-384';
  // The highest bit of the modulus is one, or the key would be shorter.
  const isRsa = text.startsWith(RSA_4096) && text.endsWith(RSA_EXPONENT) && spki.length === 550;
  return isRsa && (spki[RSA_4096.length / 2]! & 0x80) !== 0 ? 'RSA 4096' : 'other';
}

/** The common name of a name that has one; empty otherwise. */
function commonName(name: Name): string {
  const values = name.flatMap((part) =>
    part.filter(({ type }) => type === COMMON_NAME).map(({ value }) => String(value)),
  );
  return values.length === 1 ? values[0]! : '';
}

const timeOf = (time: Time): number => time.getTime().getTime();

/** The content of a DER value of one byte of length with this tag; undefined for anything else. */
const derContent = (bytes: Uint8Array, tag: number): Uint8Array | undefined =>
  bytes[0] === tag && bytes[1] === bytes.length - 2 && bytes.length < 130 ? bytes.subarray(2) : undefined;

/** A small nonnegative DER integer. */
function integerIn(bytes: Uint8Array): number | undefined {
  const content = derContent(bytes, 0x02);
  if (!content || content.length < 1 || content.length > 4 || content[0]! >= 0x80) return undefined;
  if (content.length > 1 && content[0] === 0 && content[1]! < 0x80) return undefined;
  return content.reduce((value, byte) => value * 256 + byte, 0);
}

function textIn(bytes: Uint8Array): string | undefined {
  const content = derContent(bytes, 0x16);
  return content && String.fromCharCode(...content);
}

/** The chip, which AMD writes without a DER wrapper: by its length alone, because its bytes may look like one. */
function hwidIn(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length === 64 || bytes.length === 8) return bytes;
  const content = derContent(bytes, 0x04);
  return content && (content.length === 64 || content.length === 8) ? content : undefined;
}

function leafFacts(extensions: readonly Extension[]): LeafFacts {
  const values = new Map(extensions.map(({ extnID, extnValue }) => [extnID, bytesOf(extnValue.buffer)]));
  const at = (number: string) => values.get(`${AMD}.${number}`);
  const spl = new Map<number, number>();
  for (let i = 1; i <= 9; i++) {
    const bytes = at(`3.${i}`);
    const value = bytes && integerIn(bytes);
    // What cannot be read is no version that could be right.
    if (bytes) spl.set(i, value ?? -1);
  }
  const [product, hwid, csp] = [at('2'), at('4'), at('5')];
  return {
    product: product && textIn(product),
    spl,
    hwid: hwid && hwidIn(hwid),
    csp: csp && textIn(csp),
  };
}

/** A problem with an encoding, a phrase after "the certificate". */
class Unfit extends Error {}

/** The parts of a signed structure: what is signed, and the bytes of its algorithm, inner and outer. */
function checkOuter(der: Uint8Array, again: ArrayBuffer, inner: ArrayBuffer, outer: ArrayBuffer): string {
  if (!isSameBytes(bytesOf(again), der)) throw new Unfit('is not encoded in DER, or has something behind it');
  if (!isSameBytes(bytesOf(inner), bytesOf(outer))) throw new Unfit('has two algorithms that differ');
  return bytesToHex(bytesOf(outer));
}

function extensionsOf(extensions: readonly Extension[]) {
  const ids = extensions.map(({ extnID }) => extnID);
  if (new Set(ids).size !== ids.length) throw new Unfit('has an extension twice');
  const valueOf = (id: string) => extensions.find(({ extnID }) => extnID === id)?.extnValue.buffer;
  const [constraints, usage] = [valueOf(BASIC_CONSTRAINTS), valueOf(KEY_USAGE)];
  return {
    isCa: constraints !== undefined && AsnConvert.parse(constraints, BasicConstraints).cA,
    signsCertificates:
      usage === undefined || (AsnConvert.parse(usage, KeyUsage).toNumber() & KeyUsageFlags.keyCertSign) !== 0,
    unknownCritical: extensions
      .filter(({ critical, extnID }) => critical && !KNOWN_CRITICAL.includes(extnID))
      .map(({ extnID }) => extnID),
  };
}

function certificateFrom(der: Uint8Array): Certificate {
  const {
    tbsCertificate: tbs,
    tbsCertificateRaw: raw,
    signatureAlgorithm,
    signatureValue,
  } = parsed(der, X509);
  if (!raw) throw new Unfit('cannot be read');
  const whole = new X509({ tbsCertificate: tbs, signatureAlgorithm, signatureValue, tbsCertificateRaw: raw });
  const algorithm = checkOuter(
    der,
    AsnConvert.serialize(whole),
    AsnConvert.serialize(tbs.signature),
    AsnConvert.serialize(signatureAlgorithm),
  );
  if (tbs.version !== Version.v3) throw new Unfit('is not of version 3');
  const spki = bytesOf(AsnConvert.serialize(tbs.subjectPublicKeyInfo));
  const extensions = tbs.extensions ? [...tbs.extensions] : [];
  return {
    der,
    tbs: bytesOf(raw),
    signature: bytesOf(signatureValue),
    isPss: PSS_FORMS.includes(algorithm),
    spki,
    key: keyKind(spki),
    subject: commonName(tbs.subject),
    issuer: commonName(tbs.issuer),
    subjectName: bytesOf(AsnConvert.serialize(tbs.subject)),
    issuerName: bytesOf(AsnConvert.serialize(tbs.issuer)),
    serial: BigInt(`0x0${bytesToHex(bytesOf(tbs.serialNumber))}`),
    notBefore: timeOf(tbs.validity.notBefore),
    notAfter: timeOf(tbs.validity.notAfter),
    ...extensionsOf(extensions),
    leaf: leafFacts(extensions),
  };
}

function parsed<T>(der: Uint8Array, type: new () => T): T {
  return AsnParser.parse(bufferOf(der), type);
}

function listFrom(der: Uint8Array): RevocationList {
  const {
    tbsCertList: tbs,
    tbsCertListRaw: raw,
    signature,
    signatureAlgorithm,
  } = parsed(der, CertificateList);
  if (!raw) throw new Unfit('cannot be read');
  const whole = new CertificateList({ tbsCertList: tbs, tbsCertListRaw: raw, signature, signatureAlgorithm });
  const algorithm = checkOuter(
    der,
    AsnConvert.serialize(whole),
    AsnConvert.serialize(tbs.signature),
    AsnConvert.serialize(signatureAlgorithm),
  );
  return {
    tbs: bytesOf(raw),
    signature: bytesOf(signature),
    isPss: PSS_FORMS.includes(algorithm),
    issuer: commonName(tbs.issuer),
    thisUpdate: timeOf(tbs.thisUpdate),
    nextUpdate: tbs.nextUpdate && timeOf(tbs.nextUpdate),
    serials: new Set(
      (tbs.revokedCertificates ?? []).map(({ userCertificate }) =>
        BigInt(`0x0${bytesToHex(bytesOf(userCertificate))}`),
      ),
    ),
  };
}

/** The value of a reader, or what is wrong, a phrase. */
function readOr<T>(read: () => T): { readonly value: T } | { readonly problem: string } {
  try {
    return { value: read() };
  } catch (error) {
    // The library throws errors of many kinds, whose texts are for programmers.
    return { problem: error instanceof Unfit ? error.message : 'is no certificate that can be read' };
  }
}

/** Reads a certificate in DER. Never throws. */
export const readCertificate = (der: Uint8Array) => readOr(() => certificateFrom(der));

/** Reads a list of revoked certificates in DER. Never throws. */
export const readRevocationList = (der: Uint8Array) => readOr(() => listFrom(der));

/** Everything that was given, read. */
export interface ReadCertificates {
  readonly certificates: readonly From<Certificate>[];
  readonly lists: readonly From<RevocationList>[];
  readonly bad: readonly BadCertificate[];
}

/** Reads what was given. What is broken is told with where it is from. A certificate that is there twice counts once. */
export function readCertificates({ certificates: given, bad: broken }: GivenCertificates): ReadCertificates {
  const certificates: From<Certificate>[] = [];
  const lists: From<RevocationList>[] = [];
  const bad: BadCertificate[] = [...broken];
  for (const { source, said, kind, der } of given) {
    const about = { source, ...(said && { said }) };
    if (certificates.some(({ value }) => isSameBytes(value.der, der))) continue;
    if (kind === 'crl') {
      const list = readRevocationList(der);
      if ('problem' in list)
        bad.push({
          source,
          said: 'CRL',
          problem: list.problem.replace('no certificate', 'no list of revoked certificates'),
        });
      else lists.push({ ...about, value: list.value });
      continue;
    }
    const read = readCertificate(der);
    if ('problem' in read) bad.push({ ...about, problem: read.problem });
    else certificates.push({ ...about, value: read.value });
  }
  return { certificates, lists, bad };
}
