// The types of `<launchSecurity>` that a domain can have (libvirt, "Launch Security" of the domain XML
// format), and why the launch of the others can be neither checked nor recorded.

import { SNP_EVIDENCE } from '../tech/snp/policy';

/** The type whose launch measurement libvirt reports; SEV-ES is this type with a policy that asks for it. */
export const PLAIN_SEV = 'sev';
/** The type whose guests attest themselves. */
export const SNP = 'sev-snp';

/** What a domain of another type needs instead, by type. */
const OTHER_TYPES: Readonly<Record<string, { is: string; advice: string }>> = {
  tdx: {
    is: 'Intel TDX, which is attested by a quote of the guest',
    advice: 'Use a tool for TDX quotes.',
  },
  's390-pv': {
    is: 'IBM Secure Execution, which is checked by the image itself',
    advice: 'Use the tools of s390-tools.',
  },
};

/** Why something cannot be done with the launch of a domain, and what to do: two sentences. */
export interface Uncheckable {
  readonly found: string;
  readonly advice: string;
}

/** Why a domain with this type of `<launchSecurity>`, or none, cannot be checked; undefined when it can. */
export function whyUncheckable(type: string | undefined): Uncheckable | undefined {
  if (type === PLAIN_SEV || type === SNP) return undefined;
  const other = type !== undefined && Object.hasOwn(OTHER_TYPES, type) ? OTHER_TYPES[type] : undefined;
  const found =
    type === undefined
      ? 'The domain has no launch security: its memory is not encrypted and nothing is measured.'
      : `The launch security of the domain is ${other?.is ?? `"${type}", which is not known here`}.`;
  const advice = other?.advice ?? "Add <launchSecurity type='sev'> with the owner's session to the domain.";
  return { found, advice };
}

/** Why the host of such a domain can report no measurement of its launch; undefined when it can. */
export function whyUnreported(type: string | undefined): Uncheckable | undefined {
  if (type !== SNP) return whyUncheckable(type);
  return {
    found: `The launch security of the domain is SEV-SNP, whose measurement the host cannot tell. ${SNP_EVIDENCE}`,
    advice:
      'Check the domain itself: that computes the launch digest which the report must show. Verify the signature of the report as well.',
  };
}
