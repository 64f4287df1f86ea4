// The types of `<launchSecurity>` that a domain can have (libvirt, "Launch Security" of the domain XML
// format), and why a host can report a launch measurement for only one of them.

import type { LaunchMode } from '../launch/report';

/** The type whose launch measurement libvirt reports; SEV-ES is this type with a policy that asks for it. */
export const PLAIN_SEV = 'sev';
/** The type of SEV-SNP. */
export const SNP = 'sev-snp';

/** A type that is known. */
interface LaunchType {
  /** The mode of its guests, if it is one of SEV. */
  readonly mode?: LaunchMode;
  /** The width of its policy in bits, if it has one. */
  readonly policyBits?: number;
  /** Why no measurement is reported, and what to do instead. */
  readonly unmeasured?: { readonly is: string; readonly advice: string };
}

const TYPES: Readonly<Record<string, LaunchType>> = {
  [PLAIN_SEV]: { mode: 'SEV', policyBits: 32 },
  [SNP]: {
    mode: 'SEV-SNP',
    policyBits: 64,
    unmeasured: {
      is: 'SEV-SNP, whose measurement the host cannot tell: it is in the attestation report that the guest fetches',
      advice:
        'Check the domain itself: that computes the launch digest which the report must show. Verify the signature of the report as well.',
    },
  },
  tdx: {
    unmeasured: {
      is: 'Intel TDX, which is attested by a quote of the guest',
      advice: 'Use a tool for TDX quotes.',
    },
  },
  's390-pv': {
    unmeasured: {
      is: 'IBM Secure Execution, which is checked by the image itself',
      advice: 'Use the tools of s390-tools.',
    },
  },
};

const launchType = (type: string | undefined): LaunchType | undefined =>
  type !== undefined && Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;

/** The mode of a domain with this type of `<launchSecurity>`, or none. @param isEs whether its policy asks for SEV-ES */
export function modeOfType(type: string | undefined, isEs: boolean): LaunchMode {
  const { mode = 'no SEV' } = launchType(type) ?? {};
  return mode === 'SEV' && isEs ? 'SEV-ES' : mode;
}

/** The width of the policy of a type in bits; undefined for a type that has none. */
export const policyBits = (type: string): number | undefined => launchType(type)?.policyBits;

/** Why something cannot be done with the launch of a domain, and what to do: two sentences. */
export interface Uncheckable {
  readonly found: string;
  readonly advice: string;
}

/** Why a domain with this type of `<launchSecurity>`, or none, cannot be checked; undefined when it can. */
export const whyUncheckable = (type: string | undefined): Uncheckable | undefined =>
  type === SNP ? undefined : whyUnreported(type);

/** Why the host of such a domain can report no measurement of its launch; undefined when it can. */
export function whyUnreported(type: string | undefined): Uncheckable | undefined {
  if (type === PLAIN_SEV) return undefined;
  const other = launchType(type)?.unmeasured;
  const found =
    type === undefined
      ? 'The domain has no launch security: its memory is not encrypted and nothing is measured.'
      : `The launch security of the domain is ${other?.is ?? `"${type}", which is not known here`}.`;
  const advice = other?.advice ?? "Add <launchSecurity type='sev'> with the owner's session to the domain.";
  return { found, advice };
}
