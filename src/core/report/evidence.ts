// What a verification of an attestation report starts from: the report, its certificates, the wishes of its owner, and what the runtime does.

import type { Hashes } from '../launch/hasher';
import type { Certificate, From, RevocationList, Verifier } from './certificate';
import type { HclBlob } from './forms/hclBlob';
import type { BadCertificate } from './forms/pem';
import type { AttestationReport } from './report';
import type { Wishes } from './wishes';

/** What is verified, and with what. */
export interface Evidence {
  readonly report: AttestationReport;
  readonly certificates: readonly From<Certificate>[];
  readonly lists: readonly From<RevocationList>[];
  /** What was given as a certificate and is none. */
  readonly bad: readonly BadCertificate[];
  /** Roots that the user trusts besides AMD's. */
  readonly roots?: readonly From<Certificate>[];
  /** The time at which certificates must be valid, in milliseconds since 1970. */
  readonly at: number;
  readonly wishes?: Wishes;
  readonly hcl?: HclBlob | undefined;
  /** What is wrong with the file around the report, sentences, which no signature covers. */
  readonly around?: readonly string[];
}

/** What the runtime does for a verification. */
export interface Runtime {
  readonly verifier: Verifier;
  readonly hashes: Hashes;
}
