// Chains like AMD's, with keys of our own: an ARK, ASKs and ASVKs, and certificates of chips and providers; reports that they sign; lists of
// revoked certificates. Every part can be made wrong. Keys are made once for a run.

import { constants, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  BasicConstraints,
  Certificate,
  CertificateList,
  Extension,
  Extensions,
  KeyUsage,
  KeyUsageFlags,
  Name,
  RelativeDistinguishedName,
  RevokedCertificate,
  SubjectPublicKeyInfo,
  TBSCertificate,
  TBSCertList,
  Time,
  Validity,
  Version,
} from '@peculiar/asn1-x509';

const OID = '1.3.6.1.4.1.3704.1';
const PSS =
  '304106092a864886f70d01010a3034a00f300d06096086480165030402020500a11c301a06092a864886f70d010108300d06096086480165030402020500a203020130';

/** A pair of keys. */
export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const rsaKeys: KeyPair[] = [];
/** RSA keys of 4096 bits, of which each takes seconds: the same for the same number. */
export function rsaKey(index: number): KeyPair {
  return (rsaKeys[index] ??= generateKeyPairSync('rsa', { modulusLength: 4096 }));
}

/** A key of a chip or a provider. */
export const ecKey = (namedCurve = 'P-384'): KeyPair => generateKeyPairSync('ec', { namedCurve });

const bufferOf = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;
const pss = (): AlgorithmIdentifier =>
  AsnConvert.parse(bufferOf(Buffer.from(PSS, 'hex')), AlgorithmIdentifier);

/** A name as AMD writes it. */
function nameOf(commonName: string): Name {
  const part = (type: string, utf8String: string) =>
    new RelativeDistinguishedName([
      new AttributeTypeAndValue({ type, value: new AttributeValue({ utf8String }) }),
    ]);
  return new Name([
    part('2.5.4.11', 'Engineering'),
    part('2.5.4.10', 'Advanced Micro Devices'),
    part('2.5.4.3', commonName),
  ]);
}

/** Signs as AMD's servers do. */
export const signPss = (message: Uint8Array, key: KeyObject, saltLength = 48): Uint8Array =>
  sign('sha384', message, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });

/** What a certificate is made of. */
export interface CertificateParts {
  readonly subject: string;
  readonly issuer: string;
  readonly key: KeyObject;
  readonly by: KeyObject;
  readonly serial?: number;
  readonly from?: string;
  readonly to?: string;
  readonly isCa?: boolean;
  readonly extensions?: readonly Extension[];
  /** Bytes of salt of its signature. */
  readonly salt?: number;
}

/** An extension with these bytes as its value. */
export const extension = (extnID: string, value: Uint8Array, critical = false): Extension =>
  new Extension({ extnID, critical, extnValue: new OctetString(bufferOf(value)) });

/** A certificate in DER. */
export function makeCertificate(parts: CertificateParts): Uint8Array {
  const { subject, issuer, key, by, serial = 0, isCa = false, extensions = [], salt } = parts;
  const usage = new KeyUsage(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign);
  const all = [
    ...(isCa
      ? [
          extension('2.5.29.15', new Uint8Array(AsnConvert.serialize(usage)), true),
          extension(
            '2.5.29.19',
            new Uint8Array(AsnConvert.serialize(new BasicConstraints({ cA: true }))),
            true,
          ),
        ]
      : []),
    ...extensions,
  ];
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: Uint8Array.from([serial >> 16, (serial >> 8) & 0xff, serial & 0xff]).slice(
      serial > 0xffff ? 0 : serial > 0xff ? 1 : 2,
    ).buffer,
    signature: pss(),
    issuer: nameOf(issuer),
    validity: new Validity({
      notBefore: new Date(parts.from ?? '2024-01-01T00:00:00Z'),
      notAfter: new Date(parts.to ?? '2044-01-01T00:00:00Z'),
    }),
    subject: nameOf(subject),
    subjectPublicKeyInfo: AsnConvert.parse(
      bufferOf(key.export({ type: 'spki', format: 'der' })),
      SubjectPublicKeyInfo,
    ),
    ...(all.length > 0 && { extensions: new Extensions(all) }),
  });
  const tbs = new Uint8Array(AsnConvert.serialize(tbsCertificate));
  const certificate = new Certificate({
    tbsCertificate,
    signatureAlgorithm: pss(),
    signatureValue: bufferOf(signPss(tbs, by, salt)),
  });
  return new Uint8Array(AsnConvert.serialize(certificate));
}

/** A list of revoked certificates in DER. */
export function makeRevocationList(parts: {
  readonly issuer: string;
  readonly by: KeyObject;
  readonly serials: readonly number[];
  readonly until?: string;
}): Uint8Array {
  const revoked = parts.serials.map(
    (serial) =>
      new RevokedCertificate({
        userCertificate: Uint8Array.from([serial >> 16, (serial >> 8) & 0xff, serial & 0xff]).buffer,
        revocationDate: new Time(new Date('2025-01-01T00:00:00Z')),
      }),
  );
  const tbsCertList = new TBSCertList({
    version: Version.v2,
    signature: pss(),
    issuer: nameOf(parts.issuer),
    thisUpdate: new Time(new Date('2025-01-01T00:00:00Z')),
    nextUpdate: new Time(new Date(parts.until ?? '2035-01-01T00:00:00Z')),
    ...(revoked.length > 0 && { revokedCertificates: revoked }),
  });
  const tbs = new Uint8Array(AsnConvert.serialize(tbsCertList));
  const list = new CertificateList({
    tbsCertList,
    signatureAlgorithm: pss(),
    signature: bufferOf(signPss(tbs, parts.by)),
  });
  return new Uint8Array(AsnConvert.serialize(list));
}

/** A DER integer below 2^16. */
const integer = (value: number): Uint8Array =>
  value > 0xff
    ? Uint8Array.from([2, value > 0x7fff ? 3 : 2, ...(value > 0x7fff ? [0] : []), value >> 8, value & 0xff])
    : value > 0x7f
      ? Uint8Array.from([2, 2, 0, value])
      : Uint8Array.from([2, 1, value]);
const text = (value: string): Uint8Array => Uint8Array.from([0x16, value.length, ...Buffer.from(value)]);

/** What the certificate of a chip or a provider says. */
export interface LeafParts {
  readonly product: string;
  /** Security versions by the number of their extension. */
  readonly spl: Readonly<Record<number, number>>;
  readonly hwid?: Uint8Array;
  readonly csp?: string;
}

/** The extensions of a leaf. */
export function leafExtensions({ product, spl, hwid, csp }: LeafParts): Extension[] {
  return [
    extension(`${OID}.1`, integer(product.startsWith('Turin') ? 1 : 0)),
    extension(`${OID}.2`, text(product)),
    ...Object.entries(spl).map(([number, value]) => extension(`${OID}.3.${number}`, integer(value))),
    ...(hwid ? [extension(`${OID}.4`, hwid)] : []),
    ...(csp === undefined ? [] : [extension(`${OID}.5`, text(csp))]),
  ];
}

/** Signs a report with the key of a chip or a provider: its last bytes are replaced. */
export function signReport(report: Uint8Array, key: KeyObject): Uint8Array {
  const signed = report.slice();
  const signature = sign('sha384', signed.subarray(0, 0x2a0), { key, dsaEncoding: 'ieee-p1363' });
  signed.fill(0, 0x2a0, 0x330);
  const size = signature.length / 2;
  signed.set(Uint8Array.from(signature.subarray(0, size)).reverse(), 0x2a0);
  signed.set(Uint8Array.from(signature.subarray(size)).reverse(), 0x2e8);
  return signed;
}
