// A certificate or a list of revoked ones as a part of the tree of a file: its fields, at their bytes where the file has them as they are.

import { countOf, hex, rawText } from '../core/binary/hex';
import { roleOf, type Certificate, type RevocationList } from '../core/report/certificate';
import type { FilePart } from '../core/report/filePart';
import type { GivenCertificate } from '../core/report/forms/pem';
import { readCertificate, readRevocationList } from './reportCertificates';

/** A part of a file. */
export const part = (name: string, meaning: string, doc: string, more: Partial<FilePart> = {}): FilePart => ({
  ...{ name, raw: '', meaning, doc, children: [] },
  ...more,
});

/** Where bytes are in others, from a place on; -1 where they are not. */
function placeOf(whole: Uint8Array, wanted: Uint8Array, from: number): number {
  if (wanted.length === 0) return -1;
  for (let at = whole.indexOf(wanted[0]!, from); at >= 0; at = whole.indexOf(wanted[0]!, at + 1))
    if (wanted.every((byte, i) => whole[at + i] === byte)) return at;
  return -1;
}

/** AMD's extensions below 1.3.6.1.4.1.3704.1, by the end of their identifier. */
const AMD = '2b060104019c7801';
const SPLS: readonly (readonly [number, string, string])[] = [
  [1, 'blSPL', 'security version of the boot loader'],
  [2, 'teeSPL', "security version of the secure processor's operating system"],
  [3, 'snpSPL', 'security version of the SNP firmware'],
  [4, 'spl4', 'reserved, zero'],
  [5, 'spl5', 'reserved, zero'],
  [6, 'spl6', 'reserved, zero'],
  [7, 'spl7', 'reserved, zero'],
  [8, 'ucodeSPL', 'lowest patch level of the microcode'],
  [9, 'fmcSPL', 'security version of the FMC'],
];

const day = (time: number): string =>
  Number.isFinite(time) ? new Date(time).toISOString().replace('.000Z', 'Z') : 'no time';

/** What distinguishes the keys of certificates. */
const KEY_WORDS = {
  'RSA 4096': 'RSA, 4096 bits',
  'P-384': 'ECDSA on P-384',
  other: 'neither RSA of 4096 bits nor P-384',
};

/** The fields of a certificate in the order in which it has them. @param base where it is in the file; undefined where it is in another form */
function certificateFields(value: Certificate, base: number | undefined): FilePart[] {
  const { der, subject, issuer, serial, notBefore, notAfter, spki, signature, isPss, leaf } = value;
  const at = (offset: number, size: number) =>
    base === undefined || offset < 0 ? {} : { range: { offset: base + offset, size } };
  // Names, dates and the key follow one another, and a root has one name twice.
  const issuerAt = placeOf(der, value.issuerName, 0);
  const issuerEnd = issuerAt + value.issuerName.length;
  const subjectAt = placeOf(der, value.subjectName, issuerEnd);
  const keyAt = placeOf(der, spki, subjectAt + value.subjectName.length);
  const signatureAt = der.length - signature.length;
  const extension = (end: string) => {
    const digits = `${AMD}${end}`;
    const oid = Uint8Array.from([
      0x06,
      digits.length / 2,
      ...digits.match(/../g)!.map((b) => parseInt(b, 16)),
    ]);
    const found = placeOf(der, oid, keyAt + spki.length);
    const size = found < 0 ? 0 : oid.length + 2 + (der[found + oid.length + 1] ?? 0);
    return found + size <= der.length ? at(found, size) : {};
  };
  const { product, hwid, csp, spl } = leaf;
  return [
    part('serial', serial === 0n ? '0, as of every VCEK' : '', 'serial number', { raw: hex(serial) }),
    part('issuer', issuer, 'common name of who signed it', at(issuerAt, value.issuerName.length)),
    part(
      'validity',
      `${day(notBefore)} to ${day(notAfter)}`,
      'when it is valid',
      subjectAt < 0 ? {} : at(issuerEnd, subjectAt - issuerEnd),
    ),
    part('subject', subject, 'common name of whose it is', at(subjectAt, value.subjectName.length)),
    part('public key', KEY_WORDS[value.key], 'SubjectPublicKeyInfo', {
      raw: rawText(spki, spki.length),
      // A VCEK is of one chip, which its key names as well.
      ...(hwid && { isPrivate: true }),
      ...at(keyAt, spki.length),
    }),
    ...(value.isCa ? [part('authority', 'signs certificates', 'basic constraints and use of the key')] : []),
    ...(product === undefined
      ? []
      : [part('product', product, 'the product whose chip or provider it is of', extension('02'))]),
    ...SPLS.flatMap(([number, name, doc]) => {
      const version = spl.get(number);
      if (version === undefined) return [];
      return [
        part(
          name,
          version < 0 ? 'not a number' : `${version}`,
          doc,
          extension(`03${hex(number, 2).slice(2)}`),
        ),
      ];
    }),
    ...(hwid
      ? [
          part('hwID', '', 'the chip, CHIP_ID of its reports', {
            ...{ raw: rawText(hwid, hwid.length), isPrivate: true },
            ...extension('04'),
          }),
        ]
      : []),
    ...(csp === undefined ? [] : [part('cspID', csp, 'the cloud provider', extension('05'))]),
    part(
      'signature',
      isPss ? 'RSASSA-PSS, SHA-384, 48 bytes of salt' : 'not what AMD signs with',
      'signature of who issued it',
      {
        raw: rawText(signature, signature.length),
        ...at(signatureAt, signature.length),
      },
    ),
  ];
}

const listFields = ({ issuer, thisUpdate, nextUpdate, serials, isPss }: RevocationList): FilePart[] => [
  part('issuer', issuer, 'common name of who signed it'),
  part('thisUpdate', day(thisUpdate), 'when it was made'),
  part('nextUpdate', nextUpdate === undefined ? 'not said' : day(nextUpdate), 'when the next one is due'),
  part(
    'revoked',
    serials.size === 0
      ? 'none'
      : [...serials]
          .slice(0, 64)
          .map((one) => hex(one))
          .join(' '),
    'serial numbers',
  ),
  part(
    'signature',
    isPss ? 'RSASSA-PSS, SHA-384, 48 bytes of salt' : 'not what AMD signs with',
    'signature of who issued it',
  ),
];

/** A certificate or a list, with its fields. @param base where its DER is in the file */
export function givenPart(given: GivenCertificate, name: string, base: number | undefined): FilePart {
  const range = base === undefined ? {} : { range: { offset: base, size: given.der.length } };
  const doc = 'a certificate (X.509, RFC 5280)';
  if (given.kind === 'crl') {
    const list = readRevocationList(given.der);
    return 'problem' in list
      ? part(name, list.problem, 'a list of revoked certificates', range)
      : part(
          name,
          `list of ${countOf(list.value.serials.size, 'revoked certificate')} by ${list.value.issuer}`,
          'a list of revoked certificates (X.509, RFC 5280)',
          {
            ...range,
            children: listFields(list.value),
          },
        );
  }
  const read = readCertificate(given.der);
  if ('problem' in read) return part(name, read.problem, doc, range);
  const { value } = read;
  const role = roleOf(value.subject)?.role;
  const words = `${role && role !== value.subject ? `${role}, ` : ''}${value.subject}, signed by ${value.issuer}`;
  return part(name, words, doc, { ...range, children: certificateFields(value, base) });
}
