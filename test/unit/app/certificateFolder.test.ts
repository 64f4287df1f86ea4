// Which files of a folder are certificates and lists of revoked ones, by name and by content.

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readCertificates } from '../../../src/app/reportCertificates';
import { readCertificateFiles } from '../../../src/app/reportFile';
import { makeCertificate, makeRevocationList } from '../../helpers/amdChain';
import { memoryIo } from '../../helpers/memoryIo';

describe('Lists of revoked certificates', () => {
  // Only encoding is of interest.
  const { publicKey: key, privateKey: by } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const certificate = makeCertificate({ subject: 'ARK-Genoa', issuer: 'ARK-Genoa', key, by, isCa: true });
  const list = makeRevocationList({ issuer: 'ARK-Genoa', by, serials: [0x20002] });
  const empty = makeRevocationList({ issuer: 'ARK-Milan', by, serials: [] });
  const foreign = makeRevocationList({ issuer: 'Example CA', by, serials: [] });
  const pem = (label: string, der: Uint8Array) =>
    Buffer.from(`-----BEGIN ${label}-----\n${Buffer.from(der).toString('base64')}\n-----END ${label}-----\n`);

  const read = async (files: Readonly<Record<string, Uint8Array>>, path: string) => {
    const machine = memoryIo();
    for (const [name, bytes] of Object.entries(files))
      machine.files.set(`/certs/${name}`, { bytes: Uint8Array.from(bytes), mode: 0o644 });
    const { certificates, lists, bad } = readCertificates(await readCertificateFiles(machine, path));
    return [certificates, lists, bad].map((all) => all.map(({ source }) => source));
  };

  const files: [string, string, Uint8Array, string[][]][] = [
    ['DER of any name', 'download', list, [[], ['download'], []]],
    ['DER that revokes nothing', 'genoa.der', empty, [[], ['genoa.der'], []]],
    ['DER of someone else', 'other.der', foreign, [[], ['other.der'], []]],
    ['a certificate of any name', 'download', certificate, [['download'], [], []]],
    ['PEM', 'list.pem', pem('X509 CRL', list), [[], ['list.pem'], []]],
    ['a certificate that says it is one', 'crl.der', certificate, [[], [], ['crl.der']]],
    ['one that is cut short', 'list.der', list.slice(0, -1), [[], [], ['list.der']]],
  ];
  for (const [title, name, bytes, wanted] of files)
    it(`are known by their content in a file: ${title}`, async () => {
      assert.deepEqual(await read({ [name]: bytes }, `/certs/${name}`), wanted);
    });

  const folders: [string, Readonly<Record<string, Uint8Array>>, string[][]][] = [
    ['the usual name', { crl: list, 'ark.der': certificate }, [['ark.der'], ['crl'], []]],
    [
      'another name',
      { 'genoa.crl': list, 'vcek_milan.der': empty },
      [[], ['genoa.crl', 'vcek_milan.der'], []],
    ],
    ['PEM', { 'revoked.pem': pem('X509 CRL', list) }, [[], ['revoked.pem'], []]],
    ['one that is broken', { 'genoa.crl': list.slice(0, -1) }, [[], [], ['genoa.crl']]],
    ['one of someone else', { 'ark.der': certificate, 'ca.crl': foreign }, [['ark.der'], [], []]],
    [
      'a certificate of another name',
      { 'ark.der': certificate, 'tls.pem': pem('CERTIFICATE', certificate) },
      [['ark.der'], [], []],
    ],
    [
      'anything else',
      { 'ark.der': certificate, 'notes.txt': list, 'x.pem': Buffer.from('words') },
      [['ark.der'], [], []],
    ],
  ];
  for (const [title, all, wanted] of folders)
    it(`are found in a folder: ${title}`, async () => {
      assert.deepEqual(await read(all, '/certs'), wanted);
    });
});
