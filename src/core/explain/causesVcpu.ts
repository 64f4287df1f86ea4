// Causes in the VMSA pages: how many there are, the profile that made them, and the CPU whose signature they hold.

import { linuxSince, linuxVersions } from '../vmsa/launch/history';
import { ES_FEATURES, SEV_FEATURES, type SevFeature } from '../vmsa/layout/bitsSev';
import { SEV_ES_PROFILES } from '../vmsa/launch/profiles';
import type { Alternative, LaunchCause } from './cause';
import { CPU_CAUSES, cpuText } from './causesCpu';
import type { LaunchFacts } from './launchFacts';
import {
  featuresText,
  featuresWeight,
  FROM_PAGES,
  givenProfile,
  otherProfiles,
  PROFILE,
  traitsOf,
} from './profileTraits';

const bitOf = (name: SevFeature): number => {
  const { lsb } = SEV_FEATURES.find((bit) => bit.name === name)!;
  return 2 ** lsb;
};

/** SEV feature sets that no profile has: any combination that SEV-ES allows, and each other feature on its own. */
function featureSets(): bigint[] {
  const sets = ES_FEATURES.map(bitOf).reduce<number[]>(
    (all, bit) => [...all, ...all.map((set) => set + bit)],
    [0],
  );
  const known = new Set(SEV_ES_PROFILES.map(({ id }) => traitsOf(id).features));
  const single = SEV_FEATURES.filter(({ width, lsb }) => width === 1 && lsb < 32).map(({ lsb }) => 2 ** lsb);
  return [...new Set([...sets, ...single])].map(BigInt).filter((set) => !known.has(set));
}

const OF_ES: Pick<LaunchCause, 'technologies'> = { technologies: ['sev-es'] };

const PROFILE_CAUSES: readonly LaunchCause[] = [
  {
    id: 'fpu-state',
    ...PROFILE,
    ...OF_ES,
    doc: 'The FPU state in the VMSA (MXCSR 0x1f80, FCW 0x37f), or its absence.',
    why: `KVM puts the FPU state into the page only for guests that are made with KVM_SEV_INIT2 (${linuxSince('init2')} and QEMU 9.1 with legacy-vm-type=off, or a feature that needs it). The guest is the same.`,
    advice: "Choose this profile, or set legacy-vm-type of the host's QEMU back.",
    weight: 'benign',
    prior: 85,
    alternatives: otherProfiles((a, b) => a.fpu !== b.fpu && a.features === b.features && a.vmm === b.vmm),
  },
  {
    id: 'debug-swap',
    ...PROFILE,
    ...OF_ES,
    doc: 'DebugSwap (bit 5 of sev_features) in the VMSA, or its absence.',
    why: `DebugSwap is KVM's default in ${linuxVersions('debug-swap')}, on CPUs that have it; since ${linuxSince('init2')} the VMM asks for it. The guest is no less protected.`,
    advice: 'Choose this profile, or update the host kernel or load kvm_amd with debug_swap=0.',
    weight: 'benign',
    prior: 95,
    alternatives: otherProfiles((a, b) => a.fpu === b.fpu && a.features !== b.features && a.vmm === b.vmm),
  },
  {
    id: 'fpu-and-debug-swap',
    ...PROFILE,
    ...OF_ES,
    doc: 'Both of FPU state and DebugSwap are other than expected.',
    why: `Both FPU state (KVM_SEV_INIT2, ${linuxSince('init2')} and later) and DebugSwap (${linuxVersions('debug-swap')}, or debug-swap=on) are decided by the host kernel and QEMU. The guest is no less protected.`,
    advice: 'Choose this profile, or bring the host kernel and QEMU to the versions that you expect.',
    weight: 'benign',
    prior: 60,
    alternatives: otherProfiles((a, b) => a.fpu !== b.fpu && a.features !== b.features && a.vmm === b.vmm),
  },
  {
    id: 'vmm',
    ...PROFILE,
    ...OF_ES,
    doc: "Pages as libkrun makes them instead of QEMU's, or the other way round.",
    why: 'The guest was started by another VMM, which sets other registers.',
    advice: 'Choose this profile, or have the guest started by the VMM that you expect.',
    weight: 'mistake',
    prior: 20,
    alternatives: otherProfiles((a, b) => a.vmm !== b.vmm),
  },
  {
    id: 'sev-features',
    ...PROFILE,
    ...OF_ES,
    title: 'sev_features',
    doc: 'Other bits of sev_features: every set that an SEV-ES guest can have, and each other bit by itself, with and without FPU state.',
    why: 'The host asked for other features of the vCPU: a newer QEMU or kernel, or a host that was told to.',
    advice:
      "Look up the feature bits that the host's QEMU and kernel set, and give VMSA files that have them.",
    weight: 'benign',
    prior: 40,
    alternatives: (tried) =>
      (['sev-es', 'sev-es-init2'] as const).flatMap((profile) =>
        featureSets().map((features) => ({
          set: { ...FROM_PAGES, profile, features },
          given: givenProfile(tried),
          found: `${featuresText(features)} on top of ${profile}`,
          ...featuresWeight(tried, features),
        })),
      ),
  },
  {
    id: 'vmsa-files-swapped',
    dimension: 'profile',
    input: 'vmsa',
    title: 'VMSA files',
    doc: "The pages of the boot processor and of the other vCPUs in each other's place.",
    why: "The two files are given in each other's place.",
    advice: 'Swap the two files.',
    weight: 'mistake',
    prior: 30,
    alternatives: ({ facts: { vmsa } }) =>
      vmsa?.ap ? [{ set: { pages: 'swapped' }, given: 'as given', found: 'swapped' }] : [],
  },
  {
    id: 'vmsa-files',
    dimension: 'profile',
    input: 'vmsa',
    title: 'each VMSA',
    doc: 'Generated pages of the same CPU and profile as the files, with the reset address of this firmware.',
    why: 'The files differ from the pages of such a launch: they are of another firmware (an AP starts at its reset address), incomplete, or edited.',
    advice: 'Give the CPU instead of files, or make the files again from this firmware.',
    weight: 'mistake',
    prior: 65,
    alternatives: (tried) =>
      tried.facts.vmsa && tried.given.cpu
        ? [
            {
              set: FROM_PAGES,
              given: 'from the files',
              found: `generated for ${tried.given.profile} and ${cpuText(tried.given.cpu)}`,
              edits: [],
            },
          ]
        : [],
  },
];

const VCPUS: LaunchCause = {
  id: 'vcpus',
  dimension: 'vcpus',
  input: 'vcpus',
  title: 'vCPUs',
  doc: 'Every number of vCPUs up to a bound.',
  why: 'Each vCPU has a VMSA page in the launch digest. The domain has another number of them: hot-pluggable ones count only if they are there at the start.',
  advice: 'Give the number of vCPUs that the domain starts with, or change it there.',
  weight: 'mistake',
  prior: 100,
  alternatives: ({ facts }) => vcpuCounts(facts),
};

function vcpuCounts({ vcpus, maxVcpus }: LaunchFacts): Alternative[] {
  return Array.from({ length: maxVcpus }, (_, i) => ({
    set: { vcpus: i + 1 },
    given: vcpus === undefined ? 'none' : String(vcpus),
    found: String(i + 1),
    edits: [{ member: ['vcpus'], value: i + 1 }],
  }));
}

/** The rows for VMSA pages. */
export const VCPU_CAUSES: readonly LaunchCause[] = [...PROFILE_CAUSES, ...CPU_CAUSES, VCPUS];
