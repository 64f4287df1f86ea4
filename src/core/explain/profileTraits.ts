// In what the pages of launch profiles differ, and the alternatives to a given profile that follow.

import { hex } from '../binary/hex';
import { decode } from '../binary/struct';
import { generateVmsa } from '../vmsa/launch/generate';
import { SEV_FEATURES } from '../vmsa/layout/bitsSev';
import { VMSA } from '../vmsa/layout/layout';
import { findProfile, type KnownProfile, type ProfileId } from '../vmsa/launch/profiles';
import type { Alternative, Tried } from './cause';
import { profilesFor } from './searchTechnologies';
import { weighFeatures } from './weights';

/** The traits of a profile's page. */
export interface Traits {
  /** The FPU state: MXCSR and FCW, zero in pages without it. */
  readonly fpu: `${number} ${number}`;
  readonly features: bigint;
  readonly vmm: KnownProfile['vmm'];
}

const known = new Map<ProfileId, Traits>();

/** The traits of a profile that launches a boot processor. */
export function traitsOf(id: ProfileId): Traits {
  let traits = known.get(id);
  if (!traits) {
    const request = {
      profile: id,
      role: 'bsp',
      cpu: { family: 0, model: 0, stepping: 0 },
      svsm: { entry: 0 },
    } as const;
    const { mxcsr, x87_fcw: fcw, sev_features: features } = decode(VMSA, generateVmsa(request).bytes);
    known.set(id, (traits = { fpu: `${mxcsr} ${fcw}`, features, vmm: findProfile(id)!.vmm }));
  }
  return traits;
}

/** What every change to the pages of a launch needs: pages from files cannot be changed. */
export const FROM_PAGES = { pages: 'generated' } as const;

/** What causes of the profile have in common. */
export const PROFILE = { dimension: 'profile', input: 'profile', title: 'profile' } as const;

/** The given profile in words; for a page from a file, as identified from the page. */
export const givenProfile = ({ facts, given }: Tried): string =>
  facts.vmsa ? `${given.profile}, by the file` : given.profile;

/** The profiles that differ from the given one in the way that `differs` tests. */
export function otherProfiles(differs: (given: Traits, other: Traits) => boolean) {
  return (tried: Tried): Alternative[] => {
    const base = traitsOf(tried.given.profile);
    return profilesFor(tried.facts)
      .filter(({ id }) => id !== tried.given.profile && differs(base, traitsOf(id)))
      .map(({ id }) => ({
        set: { ...FROM_PAGES, profile: id },
        given: givenProfile(tried),
        found: id,
        edits: [{ member: ['profile'], value: id }],
      }));
  };
}

/** A set of SEV features in words: its number, and the name of each bit. */
export function featuresText(set: bigint): string {
  const bits = Array.from({ length: 64 }, (_, lsb) => lsb).filter((lsb) => (set >> BigInt(lsb)) & 1n);
  const names = bits.map(
    (bit) => SEV_FEATURES.find(({ width, lsb }) => width === 1 && lsb === bit)?.name ?? `bit ${bit}`,
  );
  return names.length > 0 ? `${hex(set)} (${names.join(', ')})` : hex(set);
}

/** The SEV features of the given launch. */
export const givenFeatures = ({ given }: Tried): bigint => given.features ?? traitsOf(given.profile).features;

/** How much it matters that a guest has these features, and why when it does. */
export function featuresWeight(tried: Tried, found: bigint): Pick<Alternative, 'weight' | 'why' | 'advice'> {
  const { weight, lost, unasked } = weighFeatures(givenFeatures(tried), found);
  if (weight !== 'serious') return { weight };
  const said = [
    ...(lost.length > 0 ? [`lacks the protection of ${lost.join(', ')} from the host`] : []),
    ...(unasked.length > 0
      ? [
          `has ${unasked.join(', ')}, with which other software decides over it, or which nobody has described`,
        ]
      : []),
  ];
  return {
    weight,
    why: `The guest was launched with other features of the vCPU than you expect: it ${said.join(', and ')}.`,
    advice:
      'Have the host launch the guest with your features; expect these only if that is the guest that you want.',
  };
}
