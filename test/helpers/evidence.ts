// Reports with the certificates that verify them, by chains of our own; each part can be made wrong.

import { readCertificates } from '../../src/app/reportCertificates';
import { decodeReport } from '../../src/core/report/report';
import { findReport } from '../../src/core/report/forms/findReport';
import type { GivenCertificate } from '../../src/core/report/forms/pem';
import type { Verifier } from '../../src/core/report/certificate';
import { verifyReport, type Verification } from '../../src/core/report/verify';
import type { Wishes } from '../../src/core/report/wishes';
import { makeReport, type Processor, type ReportParts } from '../unit/core/report/reports';
import {
  ecKey,
  leafExtensions,
  makeCertificate,
  rsaKey,
  signReport,
  type CertificateParts,
  type KeyPair,
  type LeafParts,
} from './amdChain';
import { io } from './io';

/** The time of verifications, within the validity of everything. */
export const AT = Date.parse('2026-06-01T00:00:00Z');

/** What a set of evidence is made of. */
export interface EvidenceParts {
  readonly processor?: Processor;
  readonly kind?: 'VCEK' | 'VLEK';
  readonly report?: ReportParts;
  readonly leaf?: Partial<LeafParts>;
  readonly leafCertificate?: Partial<CertificateParts>;
  readonly ask?: Partial<CertificateParts>;
  readonly ark?: Partial<CertificateParts>;
}

/** Evidence: a signed report, and certificates in DER. */
export interface EvidenceBytes {
  readonly report: Uint8Array;
  readonly ark: Uint8Array;
  readonly ask: Uint8Array;
  readonly leaf: Uint8Array;
  readonly kind: 'VCEK' | 'VLEK';
  readonly key: KeyPair;
}

/** Number of the key of a root, of an authority. */
export const [ARK_KEY, ASK_KEY, OTHER_KEY] = [0, 1, 2] as const;
const leafKey = ecKey();

const SPLS: Readonly<Record<'milan' | 'turin', LeafParts['spl']>> = {
  milan: { 1: 4, 2: 0, 4: 0, 5: 0, 6: 0, 7: 0, 3: 0x18, 8: 0xd9 },
  turin: { 9: 1, 1: 1, 2: 1, 3: 4, 5: 0, 6: 0, 7: 0, 8: 0x51 },
};

/** Makes evidence in which nothing is wrong but what is asked for. */
export function makeEvidence(parts: EvidenceParts = {}): EvidenceBytes {
  const { processor = 'Genoa', kind = 'VCEK' } = parts;
  const product = processor === 'Bergamo' ? 'Genoa' : processor;
  const isTurin = product === 'Turin';
  const isVlek = kind === 'VLEK';
  const unsigned = makeReport(processor, {
    ...(isVlek && { key_info: 1 << 2, chip_id: new Uint8Array(64) }),
    ...parts.report,
  });
  const { chip_id: chip } = decodeReport(unsigned).values;
  const ark = makeCertificate({
    subject: `ARK-${product}`,
    issuer: `ARK-${product}`,
    key: rsaKey(ARK_KEY).publicKey,
    by: rsaKey(ARK_KEY).privateKey,
    serial: 0x10000,
    isCa: true,
    ...parts.ark,
  });
  const askName = isVlek ? `SEV-VLEK-${product}` : `SEV-${product}`;
  const ask = makeCertificate({
    subject: askName,
    issuer: `ARK-${product}`,
    key: rsaKey(ASK_KEY).publicKey,
    by: rsaKey(ARK_KEY).privateKey,
    serial: 0x10001,
    isCa: true,
    ...parts.ask,
  });
  const leaf = makeCertificate({
    subject: `SEV-${kind}`,
    issuer: askName,
    key: leafKey.publicKey,
    by: rsaKey(ASK_KEY).privateKey,
    extensions: leafExtensions({
      product: product === 'Milan' && !isVlek ? 'Milan-B0' : product,
      spl: isTurin ? SPLS.turin : SPLS.milan,
      ...(isVlek ? { csp: 'a provider' } : { hwid: chip.slice(0, isTurin ? 8 : 64) }),
      ...parts.leaf,
    }),
    ...parts.leafCertificate,
  });
  return { report: signReport(unsigned, leafKey.privateKey), ark, ask, leaf, kind, key: leafKey };
}

/** What a verification is asked. */
export interface VerifyParts {
  readonly given?: readonly GivenCertificate[];
  /** Whether our root is trusted; on unless it is switched off. */
  readonly trusted?: boolean;
  readonly at?: number;
  readonly wishes?: Wishes;
  readonly verifier?: Verifier;
}

/** The certificates of evidence, as they would come from a folder. */
export const givenOf = ({ ark, ask, leaf, kind }: EvidenceBytes): GivenCertificate[] => [
  { source: 'ark.pem', said: 'ARK', kind: 'certificate', der: ark },
  { source: 'ask.pem', said: 'ASK', kind: 'certificate', der: ask },
  { source: `${kind.toLowerCase()}.pem`, said: kind, kind: 'certificate', der: leaf },
];

const readBefore = new WeakMap<Uint8Array, ReturnType<typeof readCertificates>>();

/** Reads a certificate; the same bytes once, because thousands of changed reports have the same chain. */
function readOnce(given: GivenCertificate): ReturnType<typeof readCertificates> {
  let read = readBefore.get(given.der);
  if (!read) readBefore.set(given.der, (read = readCertificates({ certificates: [given], bad: [] })));
  return read;
}

/** Verifies evidence by the real code. */
export async function verifyEvidence(
  evidence: EvidenceBytes,
  parts: VerifyParts = {},
): Promise<Verification> {
  const { given = givenOf(evidence), trusted = true, at = AT, wishes = {}, verifier = io.verifier } = parts;
  const found = findReport(evidence.report);
  if ('reason' in found) throw new Error(found.reason);
  const all = given.map(readOnce);
  return verifyReport(
    {
      report: decodeReport(found.bytes),
      certificates: all.flatMap(({ certificates }) => certificates),
      lists: all.flatMap(({ lists }) => lists),
      bad: all.flatMap(({ bad }) => bad),
      roots: trusted ? readOnce(givenOf(evidence)[0]!).certificates : [],
      at,
      wishes,
    },
    { verifier, hashes: io.hashes },
  );
}

/** A verifier that asks the real one once for the same thing: most of what thousands of changed reports have is the same. */
export function remembering(verifier: Verifier): Verifier {
  const answers = new Map<string, Promise<boolean>>();
  const once =
    (kind: keyof Verifier): Verifier['rsaPss'] =>
    (...parts) => {
      const key = `${kind} ${parts.map((part) => Buffer.from(io.hashes.sha256(part)).toString('hex')).join(' ')}`;
      let answer = answers.get(key);
      if (!answer) answers.set(key, (answer = verifier[kind](...parts)));
      return answer;
    };
  return { rsaPss: once('rsaPss'), ecdsa: once('ecdsa') };
}
