// Causes that only SEV-SNP has: VMMs with pages and page orders of their own, any set of SEV features, and a list of
// sections in another order than that of the firmware.

import { hex } from '../binary/hex';
import { snpVmmOf } from '../check/matrix';
import { LOADING_VMMS } from '../launch/loads';
import { linuxSince } from '../vmsa/launch/history';
import { SEV_FEATURES } from '../vmsa/layout/bitsSev';
import type { Alternative, LaunchCause, Tried } from './cause';
import {
  featuresText,
  featuresWeight,
  FROM_PAGES,
  givenFeatures,
  givenProfile,
  otherProfiles,
  PROFILE,
  traitsOf,
  type Traits,
} from './profileTraits';
import { givenSvsm, searchTechnologyOf } from './searchTechnologies';
import { withHashSection, type HashSection } from './snpStages';

const SNP: Pick<LaunchCause, 'technologies'> = { technologies: ['snp'] };

/** Features are a dimension of their own, so that of profiles that differ in nothing else one is tried. */
const isUsual = (given: Traits, { features, vmm }: Traits): boolean =>
  vmm === given.vmm ? features === given.features : features === 1n;

const PROFILE_CAUSES: readonly LaunchCause[] = [
  {
    id: 'snp-fpu-state',
    ...PROFILE,
    ...SNP,
    doc: 'The FPU words in the VMSA (MXCSR 0x1f80, FCW 0x37f), or their absence.',
    why: `Host kernels for SNP from before ${linuxSince('init2')} leave MXCSR and FCW zero in the page, as tools of that time do; later ones put QEMU's values there. The guest is the same.`,
    advice: 'Choose this profile, or update the host kernel.',
    weight: 'benign',
    prior: 85,
    alternatives: (tried) =>
      givenSvsm(tried.facts)
        ? [] // Which has a row of its own.
        : otherProfiles((a, b) => a.fpu !== b.fpu && a.vmm === b.vmm && isUsual(a, b))(tried),
  },
  {
    id: 'vmm-generation',
    ...PROFILE,
    ...SNP,
    doc: 'The page of an earlier or later generation of the same cloud.',
    why: 'Amazon EC2 launches with one of two pages, of which tools know the one or the other: RDX is 0x600 in one and 0 in the other. The guest is the same.',
    advice: 'Choose this profile, or update the tool that made the digest.',
    weight: 'benign',
    prior: 65,
    alternatives: otherProfiles((a, b) => a.fpu === b.fpu && a.vmm === b.vmm && a.features === b.features),
  },
  {
    id: 'snp-vmm',
    ...PROFILE,
    ...SNP,
    doc: 'Pages and page order of QEMU, Amazon EC2 and Google Compute Engine.',
    why: 'The VMM decides the registers of each vCPU and how pages are measured: EC2 has the CPUID page last, Google the memory of the metadata unmeasured.',
    advice: 'Choose the profile of the VMM that runs the guest.',
    weight: 'mistake',
    prior: 50,
    alternatives: otherProfiles((a, b) => a.vmm !== b.vmm && isUsual(a, b)),
  },
  {
    id: 'page-order',
    ...PROFILE,
    ...SNP,
    doc: 'VMSA pages of one VMM with the page order of another.',
    why: 'The VMSA pages are of one VMM and the order in which pages are measured is of another: what made the digest follows either of them only in part.',
    advice: 'Update the tool that made the digest, or find out which VMM launched the guest.',
    weight: 'mistake',
    prior: 20,
    alternatives: pageOrders,
  },
];

function pageOrders(tried: Tried): Alternative[] {
  // Only QEMU launches an SVSM image.
  if (tried.facts.known || givenSvsm(tried.facts)) return [];
  const base = traitsOf(tried.given.profile);
  return searchTechnologyOf(tried.facts).profiles.flatMap((profile) =>
    LOADING_VMMS.filter((order) => order !== snpVmmOf(profile) && isUsual(base, traitsOf(profile.id))).map(
      (order) => ({
        set: { ...FROM_PAGES, profile: profile.id, order },
        given: givenProfile(tried),
        found: `${profile.id} with the page order of ${order}`,
      }),
    ),
  );
}

const bitNamed = (name: (typeof SEV_FEATURES)[number]['name']): bigint =>
  1n << BigInt(SEV_FEATURES.find((bit) => bit.name === name)!.lsb);
const DEBUG_SWAP = bitNamed('DebugVirtualization');

const withFeatures = (tried: Tried, features: bigint): Alternative => ({
  set: { ...FROM_PAGES, features },
  given: featuresText(givenFeatures(tried)),
  found: featuresText(features),
  edits: [{ member: ['guestFeatures'], value: hex(features) }],
  ...featuresWeight(tried, features),
});

/** Each bit of the word, and every two that have a name, other than given. */
function featureChanges(): bigint[] {
  const all = Array.from({ length: 64 }, (_, lsb) => 1n << BigInt(lsb));
  const named = SEV_FEATURES.filter(({ width }) => width === 1).map(({ lsb }) => 1n << BigInt(lsb));
  const pairs = named.flatMap((a, i) => named.slice(i + 1).map((b) => a | b));
  const isNamed = (bit: bigint) => named.includes(bit);
  return [...named, ...pairs, ...all.filter((bit) => !isNamed(bit))].filter((bits) => bits !== DEBUG_SWAP);
}

const FEATURES = { dimension: 'features', input: 'features', title: 'sev_features' } as const;

const FEATURE_CAUSES: readonly LaunchCause[] = [
  {
    id: 'snp-debug-swap',
    ...FEATURES,
    ...SNP,
    doc: 'DebugSwap (bit 5 of sev_features) in the VMSA, or its absence.',
    why: `DebugSwap is the default of host kernels for SNP on ${linuxSince('debug-swap')}, on CPUs that have it; since ${linuxSince('init2')} the VMM asks for it. The guest is no less protected.`,
    advice: 'Expect these features, or update the host kernel or load kvm_amd with debug_swap=0.',
    weight: 'benign',
    prior: 95,
    alternatives: (tried) => [withFeatures(tried, givenFeatures(tried) ^ DEBUG_SWAP)],
  },
  {
    id: 'guest-features',
    ...FEATURES,
    ...SNP,
    doc: 'Each other bit of sev_features, and every two of those with a name; serious when the guest lacks a protection.',
    why: 'The host asked for other features of the vCPU: a newer QEMU or kernel, a host that was told to, or a tool with another default.',
    advice: "Look up the feature bits that the host's VMM and kernel set, and expect those.",
    weight: 'benign',
    prior: 40,
    alternatives: (tried) => featureChanges().map((bits) => withFeatures(tried, givenFeatures(tried) ^ bits)),
  },
];

const HASH_SECTIONS: Readonly<Record<HashSection, string>> = {
  last: 'as it is, but for SNP_KERNEL_HASHES at the end of its sections, as from edk2-stable202411 on',
  'before the last memory':
    'as it is, but for SNP_KERNEL_HASHES before the last SNP_SEC_MEM, as before edk2-stable202411',
};

const SECTION_ORDER: LaunchCause = {
  id: 'hash-section-order',
  dimension: 'firmware',
  input: 'firmware',
  title: 'the firmware',
  ...SNP,
  doc: 'The section for kernel hashes at the end of the metadata, or before the last SNP_SEC_MEM, whatever the firmware has.',
  why: 'edk2-stable202411 moved this section to the end. No host launches this image so: it was a tool with a fixed order of sections that made the digest.',
  advice: 'Take a digest of a tool that reads the sections from the firmware.',
  weight: 'mistake',
  prior: 40,
  alternatives: ({ facts: { firmwares, svsms } }) =>
    givenSvsm({ svsms })
      ? []
      : (Object.keys(HASH_SECTIONS) as HashSection[]).flatMap((hashSection) =>
          withHashSection(firmwares[0].image, hashSection)
            ? [{ set: { hashSection }, given: firmwares[0].name, found: HASH_SECTIONS[hashSection] }]
            : [],
        ),
};

/** The rows for SEV-SNP alone. */
export const SNP_CAUSES: readonly LaunchCause[] = [...PROFILE_CAUSES, ...FEATURE_CAUSES, SECTION_ORDER];
