// A certificate of AMD's as plain data: what the verification of a report needs to know of it. Whoever has a reader of X.509 makes these
// (app/reportCertificates.ts); signatures are checked by the runtime, which is handed in.

import type { CertificateKind } from './forms/certificateTable';

/** What certificates are by their names, which are fixed (57230, "VCEK Certificate and KDS Interface Specification"). */
export type CertificateRole = 'ARK' | 'ASK' | 'ASVK' | 'VCEK' | 'VLEK';

/** The key of a certificate. */
export type KeyKind = 'RSA 4096' | 'P-384' | 'other';

/** What a leaf certificate says of its chip and TCB: its extensions below 1.3.6.1.4.1.3704.1. */
export interface LeafFacts {
  /** `Milan-B0`, `Genoa`, `Turin`. */
  readonly product: string | undefined;
  /** Security versions by number of the extension, 1 to 9. */
  readonly spl: ReadonlyMap<number, number>;
  /** The chip, 64 bytes or 8; of a VCEK only. */
  readonly hwid: Uint8Array | undefined;
  /** The cloud provider; of a VLEK only. */
  readonly csp: string | undefined;
}

/** A certificate. */
export interface Certificate {
  readonly der: Uint8Array;
  /** What is signed. */
  readonly tbs: Uint8Array;
  readonly signature: Uint8Array;
  /** Whether it is signed with RSASSA-PSS, SHA-384, MGF1 with SHA-384 and 48 bytes of salt. */
  readonly isPss: boolean;
  /** SubjectPublicKeyInfo in DER. */
  readonly spki: Uint8Array;
  readonly key: KeyKind;
  /** Common names. */
  readonly subject: string;
  readonly issuer: string;
  /** The whole names in DER. */
  readonly subjectName: Uint8Array;
  readonly issuerName: Uint8Array;
  readonly serial: bigint;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly isCa: boolean;
  /** Whether it may sign certificates, where it says what it may. */
  readonly signsCertificates: boolean;
  /** Identifiers of extensions that are critical and not known here. */
  readonly unknownCritical: readonly string[];
  readonly leaf: LeafFacts;
}

/** A list of revoked certificates. */
export interface RevocationList {
  readonly tbs: Uint8Array;
  readonly signature: Uint8Array;
  readonly isPss: boolean;
  readonly issuer: string;
  readonly thisUpdate: number;
  readonly nextUpdate: number | undefined;
  readonly serials: ReadonlySet<bigint>;
}

/** Something with where it is from. */
export interface From<T> {
  /** For messages: `vcek.pem`, `the report's table (ARK)`. */
  readonly source: string;
  readonly said?: CertificateKind;
  readonly value: T;
}

/** Signatures, as the runtime checks them (WebCrypto in both). */
export interface Verifier {
  /** RSASSA-PSS with SHA-384 and 48 bytes of salt. @param spki a key in DER @returns false also for a key that is none */
  readonly rsaPss: (spki: Uint8Array, signature: Uint8Array, message: Uint8Array) => Promise<boolean>;
  /** ECDSA on P-384 with SHA-384. @param signature r and s, 48 bytes each, big endian */
  readonly ecdsa: (spki: Uint8Array, signature: Uint8Array, message: Uint8Array) => Promise<boolean>;
}

const LEAVES: Readonly<Record<string, CertificateRole>> = { 'SEV-VCEK': 'VCEK', 'SEV-VLEK': 'VLEK' };
const AUTHORITY = /^(ARK|SEV|SEV-VLEK)-([A-Za-z0-9]{1,20})$/;

/** What a certificate is by its common name, and for authorities of which product; undefined for others. */
export function roleOf(
  name: string,
): { readonly role: CertificateRole; readonly product?: string } | undefined {
  const leaf = LEAVES[name];
  if (leaf) return { role: leaf };
  const [, prefix, product] = AUTHORITY.exec(name) ?? [];
  if (prefix === undefined || product === undefined) return undefined;
  return { role: prefix === 'ARK' ? 'ARK' : prefix === 'SEV' ? 'ASK' : 'ASVK', product };
}
