// The chain from a root of AMD's to the certificate that signed a report. Authorities that were given are used and must be right, all of
// them; those that were not given are taken from the table of AMD's (authorities.ts), where they are known.

import { bytesToHex, isSameBytes } from '../binary/hex';
import type { Hashes } from '../launch/hasher';
import { authorityOfKey, knownAuthority } from './authorities';
import { roleOf, type Certificate, type CertificateRole, type From, type Verifier } from './certificate';
import type { BadCertificate } from './forms/pem';

/** A certificate of the chain, for a picture of it. */
export interface ChainLink {
  readonly role: CertificateRole;
  /** Its common name. */
  readonly name: string;
  /** Where it is from; `known here` for one of the table. */
  readonly source: string;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly serial: bigint;
  readonly spki: Uint8Array;
  /** SHA-256 of its DER, in hexadecimal. */
  readonly sha256: string;
  /** Set for what was given. */
  readonly certificate?: Certificate;
  /** What is wrong with it, or with how it is signed; undefined when that is right. */
  readonly problem?: string;
}

/** What was found of a chain, the root first. */
export interface Chain {
  readonly links: readonly ChainLink[];
  readonly leaf: From<Certificate> | undefined;
  /** What is wrong with the chain, sentences; empty when every signature is right. */
  readonly problems: readonly string[];
  /** Why the root is trusted: it is AMD's, or one of the user's own; undefined when it is not. */
  readonly pinned: 'AMD' | 'own' | undefined;
  readonly root: ChainLink | undefined;
}

/** What a chain is made of. */
export interface ChainParts {
  readonly certificates: readonly From<Certificate>[];
  readonly bad: readonly BadCertificate[];
  /** Roots of the user's own, which are trusted like AMD's. */
  readonly roots: readonly From<Certificate>[];
  /** Which leaf is wanted. */
  readonly leafRole: 'VCEK' | 'VLEK';
  /** Whether a leaf says that it is of the report's chip and TCB: of several, that one is taken. */
  readonly isFitting: (leaf: From<Certificate>) => boolean;
}

const KNOWN = 'known here';

/** What is wrong with a certificate by itself, a phrase after its name. */
function wrongIn({ value }: From<Certificate>, role: CertificateRole): string | undefined {
  const isLeaf = role === 'VCEK' || role === 'VLEK';
  if (!value.isPss) return 'is not signed with RSASSA-PSS, SHA-384 and 48 bytes of salt';
  const [first] = value.unknownCritical;
  if (first !== undefined) return `has the critical extension ${first}, which is not known`;
  if (isLeaf) return value.key === 'P-384' ? undefined : 'has no key of P-384';
  if (value.key !== 'RSA 4096') return 'has no RSA key of 4096 bits';
  if (!value.isCa || !value.signsCertificates) return 'is no certificate authority';
  return undefined;
}

const knownLink = (name: string, role: CertificateRole): ChainLink | undefined => {
  const known = knownAuthority(name);
  return known && { role, source: KNOWN, ...known };
};

/** Builds the chain of the leaf that is wanted, and checks each signature. */
export async function buildChain(
  { certificates, bad, roots, leafRole, isFitting }: ChainParts,
  { verifier, hashes }: { readonly verifier: Verifier; readonly hashes: Hashes },
): Promise<Chain> {
  const problems = bad.map(({ source, problem }) => `${capital(source)} ${problem}.`);
  const linkOf = (from: From<Certificate>, role: CertificateRole): ChainLink => {
    const { value, source } = from;
    const { subject: name, notBefore, notAfter, serial, spki, der } = value;
    const problem = wrongIn(from, role);
    if (problem !== undefined) problems.push(`${capital(source)} ${problem}.`);
    const sha256 = bytesToHex(hashes.sha256(der));
    const facts = { role, name, source, notBefore, notAfter, serial, spki, sha256, certificate: value };
    return problem === undefined ? facts : { ...facts, problem };
  };
  const signed = (by: Pick<ChainLink, 'spki'>, { tbs, signature }: Certificate) =>
    verifier.rsaPss(by.spki, signature, tbs);

  const all = certificates.map((from) => ({ from, of: roleOf(from.value.subject) }));
  for (const { from, of } of all)
    if (!of)
      problems.push(
        `${capital(from.source)} is the certificate of "${from.value.subject.slice(0, 60)}", which is no ARK, ASK, ASVK, VCEK or VLEK.`,
      );
  const withRole = (...roles: readonly CertificateRole[]) =>
    all.flatMap(({ from, of }) => (of && roles.includes(of.role) ? [{ from, role: of.role }] : []));

  // Every authority that was given must be right, also those that this chain does not need.
  const arks = withRole('ARK').map(({ from }) => linkOf(from, 'ARK'));
  const own = roots.map((from) => linkOf(from, 'ARK'));
  for (const ark of [...arks, ...own]) {
    const { certificate } = ark;
    if (!isSameBytes(certificate!.subjectName, certificate!.issuerName) || !(await signed(ark, certificate!)))
      problems.push(`${capital(ark.source)} (${ark.name}) is not signed by itself, as a root is.`);
  }
  const rootsFor = (issuer: string): readonly ChainLink[] => {
    const given = [...arks, ...own].filter(({ name }) => name === issuer);
    const known = knownLink(issuer, 'ARK');
    return given.length > 0 ? given : known ? [known] : [];
  };
  const middles: { link: ChainLink; root: ChainLink | undefined }[] = [];
  for (const { from, role } of withRole('ASK', 'ASVK')) {
    const link = linkOf(from, role);
    const candidates = rootsFor(from.value.issuer);
    let root: ChainLink | undefined;
    for (const one of candidates) if (!root && (await signed(one, from.value))) root = one;
    if (!root)
      problems.push(
        candidates.length === 0
          ? `${capital(from.source)} (${link.name}) is signed by "${from.value.issuer.slice(0, 60)}", which was not given and is not known.`
          : `${capital(from.source)} (${link.name}) is not signed by ${from.value.issuer}: its signature is wrong.`,
      );
    middles.push({ link, root });
  }

  const leaves = withRole('VCEK', 'VLEK');
  const wanted = leaves.filter(({ role }) => role === leafRole);
  // A host may hand out the certificate of an earlier TCB, beside which its user puts the right one.
  const leaf = wanted.find(({ from }) => isFitting(from)) ?? wanted[0] ?? leaves[0];
  if (!leaf) {
    const links = middles[0] ? [middles[0].root, middles[0].link].filter((one) => one !== undefined) : arks;
    return { links, leaf: undefined, problems, pinned: undefined, root: undefined };
  }
  const leafLink = linkOf(leaf.from, leaf.role);
  const { issuer } = leaf.from.value;
  const given = middles.filter(({ link }) => link.name === issuer);
  const role = roleOf(issuer)?.role;
  const isAuthority = role === (leaf.role === 'VCEK' ? 'ASK' : 'ASVK');
  const known = isAuthority && given.length === 0 ? knownLink(issuer, role) : undefined;
  const candidates = [
    ...given,
    ...(known ? [{ link: known, root: rootsFor(issuer.replace(/^SEV-(VLEK-)?/, 'ARK-'))[0] }] : []),
  ];
  let above: (typeof candidates)[number] | undefined;
  for (const one of candidates) if (!above && (await signed(one.link, leaf.from.value))) above = one;
  if (!isAuthority)
    problems.push(
      `${capital(leaf.from.source)} is issued by "${issuer.slice(0, 60)}", which issues no ${leaf.role}.`,
    );
  else if (!above)
    problems.push(
      candidates.length === 0
        ? `${capital(leaf.from.source)} is issued by "${issuer}", whose certificate was not given and is not known.`
        : `${capital(leaf.from.source)} is not signed by ${issuer}: its signature is wrong.`,
    );
  const { link: middle, root } = above ?? candidates[0] ?? {};
  const pinned = above && root && pinnedBy(root, own);
  return {
    links: [root, middle, leafLink].filter((one) => one !== undefined),
    leaf: leaf.from,
    problems,
    pinned,
    root,
  };
}

/** Why a root is trusted, by its key. */
function pinnedBy(root: ChainLink, own: readonly ChainLink[]): Chain['pinned'] {
  if (root.role === 'ARK' && authorityOfKey(root.spki)?.name === root.name) return 'AMD';
  return own.some(({ spki }) => isSameBytes(spki, root.spki)) ? 'own' : undefined;
}

/** The start of a sentence; the name of a file stays as it is. */
const capital = (text: string): string => text.replace(/^the /, 'The ');
