// Why a host does not launch a domain, by what libvirt says that it can launch (virConnectGetDomainCapabilities: `features/sev` and
// `features/launchSecurity`), and by what is known of hosts with SEV-SNP (AMD-SB-3023).

import type { SevCapabilities } from './facts';
import { PLAIN_SEV, SNP, type Uncheckable } from './launchTypes';

/** What is known of a launch before it happens. */
export interface LaunchWish {
  /** Of `<launchSecurity>`. */
  readonly type: string | undefined;
  /** Whether an SEV policy asks for SEV-ES. */
  readonly sevEs: boolean | undefined;
}

/** Why not, and whether that is certain or only what happens on many such hosts. */
export interface Obstacle extends Uncheckable {
  readonly isCertain: boolean;
}

const NAMES: Readonly<Record<string, string>> = { [PLAIN_SEV]: 'SEV', [SNP]: 'SEV-SNP' };

/** What the host launches instead, as advice. */
const useInstead = (types: readonly string[]): string =>
  types.includes(SNP)
    ? "Launch it with SEV-SNP, <launchSecurity type='sev-snp'>, which this host has."
    : 'Launch it on a host that can. "virsh domcapabilities" says what one can launch.';

const certain = (found: string, { types }: SevCapabilities): Obstacle => ({
  found,
  advice: useInstead(types),
  isCertain: true,
});

/** The number of guests that a host can have, of SEV-ES or of SEV alone. */
const roomFor = ({ maxGuests, maxEsGuests }: SevCapabilities, sevEs: boolean | undefined) =>
  sevEs === true ? maxEsGuests : maxGuests;

/**
 * Why this host launches no such domain; undefined when nothing speaks against it, or the host says too little.
 * @param host what it can launch, if it says so
 */
export function whyNotLaunched(
  { type, sevEs }: LaunchWish,
  host: SevCapabilities | undefined,
): Obstacle | undefined {
  const isSev = type === PLAIN_SEV;
  if (!host || type === undefined || !(isSev || type === SNP)) return undefined;
  const name = sevEs === true ? 'SEV-ES' : NAMES[type]!;
  // Before 10.5 libvirt did not list the types, and knew SEV alone.
  const isListed = host.types.length > 0 ? host.types.includes(type) : isSev ? host.sev : undefined;
  if (isListed === false) {
    const listed = host.types.length > 0 ? host.types.join(', ') : 'none';
    return certain(
      `This host launches no ${name} guests: libvirt lists ${listed} as its launch security.`,
      host,
    );
  }
  if (isSev && roomFor(host, sevEs) === 0) {
    const property = sevEs === true ? 'maxESGuests' : 'maxGuests';
    return certain(
      `This host launches no ${name} guests: it has no ASIDs for them (${property} is 0 in its domain capabilities).`,
      host,
    );
  }
  if (sevEs !== true || !host.types.includes(SNP)) return undefined;
  return {
    found:
      "This host has SEV-SNP, beside which SEV-ES guests do not start once its SEV firmware mends CVE-2025-48514 (AMD-SB-3023), whatever libvirt lists: LAUNCH_START ret=1 fw_error=21 'Feature not supported'.",
    advice: useInstead(host.types),
    isCertain: false,
  };
}
