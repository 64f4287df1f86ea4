// What distinguishes the technologies besides their loads and fold, a row each, for everything that would ask which of
// them a launch is of.

import { TECHNOLOGY_NAMES, type TechnologyId } from '../launch/inputs';
import type { Profile } from '../vmsa/launch/profiles';

/** The row of a technology. */
export interface Traits {
  /** Bytes of a launch digest. */
  readonly digestSize: number;
  /** Each page is measured by itself, with type and address; a load of many pages is many steps. */
  readonly isPaged: boolean;
  /** What contents of a load are called by, in a trace. */
  readonly contentsHash: 'sha256' | 'sha384';
  /** Launches measure the initial page of each vCPU. */
  readonly measuresVcpus: boolean;
  /** The mode of the profiles of its pages; plain SEV has none. */
  readonly mode?: Profile['mode'];
  /** Its host reports an HMAC of the launch digest under the owner's key. */
  readonly hasMeasurement: boolean;
  /** Where a processor vouches for a launch digest, for the end of a sentence. */
  readonly evidence: string;
}

const SEV = {
  digestSize: 32,
  isPaged: false,
  contentsHash: 'sha256',
  hasMeasurement: true,
  evidence: 'the measurement that its host reports',
} as const;

/** All of them. */
export const TRAITS: Readonly<Record<TechnologyId, Traits>> = {
  sev: { ...SEV, measuresVcpus: false },
  'sev-es': { ...SEV, measuresVcpus: true, mode: 'sev-es' },
  snp: {
    digestSize: 48,
    isPaged: true,
    contentsHash: 'sha384',
    measuresVcpus: true,
    mode: 'sev-snp',
    hasMeasurement: false,
    evidence: 'its attestation report',
  },
};

/** The technologies that have a trait, in the order of their table. */
export const technologiesWith = (has: (traits: Traits) => boolean): readonly TechnologyId[] =>
  (Object.keys(TECHNOLOGY_NAMES) as TechnologyId[]).filter((id) => has(TRAITS[id]));

/** A kind of launch digest, by the name that sev-snp-measure has for it. */
interface ModeRow {
  readonly technology: TechnologyId;
  /** What sev-snp-measure calls the guest; absent where the digest is of none. */
  readonly guest?: string;
  /** It is of the firmware alone. */
  readonly isOfFirmware?: true;
  /** An SVSM image is launched below the firmware. */
  readonly hasSvsm?: true;
  /** Why a launch with more vCPUs does not go on from such a digest, a phrase. */
  readonly endsBecause?: string;
}

const MODES = {
  sev: { technology: 'sev', guest: 'SEV', endsBecause: 'an SEV launch measures no vCPUs' },
  seves: {
    technology: 'sev-es',
    guest: 'SEV_ES',
    endsBecause:
      'a digest of SEV-ES is one SHA-256 over all that is loaded, which does not go on from its result; only that of SEV-SNP is a chain',
  },
  snp: { technology: 'snp', guest: 'SEV_SNP' },
  'snp:ovmf-hash': {
    technology: 'snp',
    isOfFirmware: true,
    endsBecause: 'it is of the firmware alone, and has no vCPUs',
  },
  'snp:svsm': {
    technology: 'snp',
    guest: 'SEV_SNP_SVSM',
    hasSvsm: true,
    endsBecause:
      'the vCPUs of an SVSM start where its image says, with which the whole launch can be digested',
  },
} as const satisfies Readonly<Record<string, ModeRow>>;

/** The name of a kind of launch digest. */
export type DigestMode = keyof typeof MODES;
/** All of them, in the order of help. */
export const DIGEST_MODES = Object.keys(MODES) as DigestMode[];
/** The row of one, with the traits of its technology. */
export const modeRow = (mode: DigestMode): ModeRow & { readonly traits: Traits } => ({
  ...MODES[mode],
  traits: TRAITS[MODES[mode].technology],
});
