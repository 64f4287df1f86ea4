// Causes in the HMAC's other inputs besides the launch digest, and in its key: policy, SEV
// firmware version, nonce, keys.

import { hex } from '../binary/hex';
import { describePolicy, isSevEs } from '../tech/sev/policy';
import { ofLaunch, type Alternative, type LaunchCause, type Tried } from './cause';
import type { ChangedInput, LaunchEdit } from './explanation';
import type { KeyFacts, LaunchFacts } from './launchFacts';
import { baseText, inOtherBase } from './otherBase';
import { measurementText } from '../tech/sev/evidence';
import { isBelow } from './weights';

const LOW_BITS = 0x3f;
/** The minimum API version is in the upper half of a policy, with the major version in its low byte. */
const FLOOR_AT = 16;

/** The least API version that a policy asks for, major and minor. */
const floorOf = (policy: number): [major: number, minor: number] => [
  (policy >>> FLOOR_AT) & 0xff,
  policy >>> (FLOOR_AT + 8),
];

/** How many bits of a word are set. */
const bitsSet = (word: number): number => word.toString(2).replaceAll('0', '').length;

/** Every combination of the policy's bits, each with the minimum API versions that are common. */
function policies({ platform, wanted }: LaunchFacts): number[] {
  const { policy, apiMajor, apiMinor } = platform;
  const es = isSevEs(policy) ? policy & ~4 : policy | 4;
  // ES is the only bit of the policy that affects a launch digest.
  if (wanted.kind === 'digest') return [es >>> 0];
  const floors = new Set([policy >>> FLOOR_AT, 0, apiMajor | (apiMinor << 8)]);
  const bits = Array.from({ length: LOW_BITS + 1 }, (_, low) => low);
  const written = inOtherBase(policy).filter((other) => other <= 0xffffffff);
  const all = [
    ...[...floors].flatMap((floor) => bits.map((low) => ((floor << FLOOR_AT) | low) >>> 0)),
    ...written,
  ];
  const distance = (other: number) => bitsSet((other ^ policy) >>> 0);
  return all.sort((a, b) => distance(a) - distance(b));
}

/** A policy in words; of a launch digest's policy, only whether VMSA pages are measured is known. */
function policyText(policy: number, { wanted }: LaunchFacts): string {
  if (wanted.kind === 'digest')
    return isSevEs(policy) ? 'one with ES (SEV-ES)' : 'one without ES (plain SEV)';
  return `${hex(policy)} (${describePolicy(policy)})`;
}

/** The words for a policy that is the given one in another base. */
function inBase(policy: number, found: number): Pick<Alternative, 'weight' | 'why' | 'advice'> | undefined {
  const text = baseText(policy, found);
  if (text === undefined) return undefined;
  return {
    weight: 'mistake',
    why: `A number in another base: ${text} (${hex(found)}). libvirt and virt-install read <policy> in base 16, with 0x or without.`,
    advice: `Write ${hex(policy)} in the domain if that is what you want, or give ${hex(found)} here.`,
  };
}

function policyAlternatives({ facts }: Tried): Alternative[] {
  const { policy } = facts.platform;
  return policies(facts).map((found): Alternative => {
    const lost = policy & ~found & LOW_BITS;
    const isOlder = isBelow(floorOf(found), floorOf(policy));
    const lacks = [
      ...(lost === 0 ? [] : [describePolicy(lost)]),
      ...(isOlder ? [`the least version ${floorOf(policy).join('.')} of the SEV firmware`] : []),
    ];
    return {
      set: { policy: found },
      given: policyText(policy, facts),
      found: policyText(found, facts),
      ...(lacks.length > 0 && {
        weight: 'serious',
        why: `The guest was launched under a weaker policy: it lacks ${lacks.join(' and ')}. The policy is part of the measurement and cannot change later.`,
        advice:
          'Have the host launch the guest with your policy; expect this one only if you can live without what it lacks.',
      }),
      ...(facts.wanted.kind === 'measurement' && {
        edits: ofLaunch('policy', found),
        ...inBase(policy, found),
      }),
    };
  });
}

const BYTE = 0x100;

const OLDER: Pick<Alternative, 'weight' | 'why' | 'advice'> = {
  weight: 'serious',
  why: 'The SEV firmware of the platform was older than you expect, and may have flaws that are known. Its numbers are part of the measurement.',
  advice: 'Update the SEV firmware of the host; expect this version only if you accept it.',
};

function versionInBase(
  given: number,
  found: number,
): Pick<Alternative, 'weight' | 'why' | 'advice'> | undefined {
  const text = baseText(given, found);
  return text === undefined
    ? undefined
    : {
        weight: 'mistake',
        why: `A number in another base: ${text}. The numbers of the SEV firmware are part of the measurement.`,
        advice: 'Give the number as the host reports it, which is decimal (virsh domlaunchsecinfo).',
      };
}

/** A row for one part of the SEV firmware version. */
function version(
  id: string,
  input: Extract<ChangedInput, 'apiMajor' | 'apiMinor' | 'buildId'>,
  title: string,
  prior: number,
): LaunchCause {
  return {
    id,
    dimension: input,
    input,
    title,
    doc: `Every ${title}, 0 to 255.`,
    why: 'The numbers of the SEV firmware are part of the measurement. They change with an update of the firmware, or were noted on another host.',
    advice:
      'Ask the host for the numbers again (virsh domlaunchsecinfo), and see that its firmware is not older than you accept.',
    weight: 'mistake',
    prior,
    alternatives: ({ facts: { platform, wanted } }) =>
      wanted.kind === 'digest'
        ? []
        : Array.from({ length: BYTE }, (_, n) => ({
            set: { [input]: n },
            given: String(platform[input]),
            found: String(n),
            // An update is nothing to fear; older firmware has flaws that are known.
            ...(n < platform[input] && OLDER),
            ...versionInBase(platform[input], n),
            edits: ofLaunch(input, n),
          })),
  };
}

const KEYS = { dimension: 'keys', input: 'keys', weight: 'mistake' } as const;

function swapped(keys: KeyFacts): LaunchEdit[] {
  if (!keys || 'tk' in keys || keys.tek === undefined) return [];
  return [{ member: ['keys'], value: { tik: keys.tek, tek: keys.tik } }];
}

const MEASUREMENT = { dimension: 'measurement', input: 'measurement', weight: 'mistake' } as const;

/** The rows for what the platform reports, and for keys. */
export const PLATFORM_CAUSES: readonly LaunchCause[] = [
  {
    id: 'policy',
    dimension: 'policy',
    input: 'policy',
    title: 'policy',
    doc: "Every set of the policy's bits, with the given floor of the API version, with none, and with the version of the platform.",
    why: 'The policy that the guest was launched with is part of the measurement, and its bit 2 (ES) decides whether VMSA pages are.',
    advice: 'Give the policy that the domain was launched with, or have it launched with yours.',
    weight: 'mistake',
    prior: 75,
    alternatives: policyAlternatives,
  },
  {
    id: 'keys-swapped',
    ...KEYS,
    title: 'the TIK',
    doc: "TIK and TEK in each other's place.",
    why: "The two key files are given in each other's place.",
    advice: 'Swap the two files.',
    prior: 70,
    alternatives: ({ facts: { keys } }) =>
      keys && !('tk' in keys) && keys.tek !== undefined
        ? [
            {
              set: { key: 1 },
              given: 'in the file of the TIK',
              found: 'in the file of the TEK',
              edits: swapped(keys),
            },
          ]
        : [],
  },
  {
    id: 'key-file-order',
    ...KEYS,
    title: 'key order',
    doc: 'The TIK in the first half of the file with both keys.',
    why: 'A file with both keys has the TEK first, as virt-qemu-sev-validate reads it.',
    advice: 'Put the second half of the file before the first.',
    prior: 70,
    alternatives: ({ facts: { keys } }) =>
      keys && 'tk' in keys ? [{ set: { key: 1 }, given: 'TEK, then TIK', found: 'TIK, then TEK' }] : [],
  },
  version('api-minor', 'apiMinor', 'API minor version', 65),
  version('build-id', 'buildId', 'build of the SEV firmware', 64),
  version('api-major', 'apiMajor', 'API major version', 30),
  {
    id: 'stale-measurement',
    ...MEASUREMENT,
    title: 'the measurement',
    doc: 'Nonce or HMAC of another measurement that is at hand: each launch has its own nonce.',
    why: 'The firmware chooses a nonce for each launch, so that a measurement is good for that launch only. This one belongs to another.',
    advice: 'Ask the host for the measurement again, without starting the guest anew in between.',
    prior: 35,
    alternatives: ({ facts: { others, wanted } }) =>
      wanted.kind === 'digest'
        ? []
        : others.map(({ label, ...other }, i) => ({
            set: { nonce: i + 1 },
            given: 'the given one',
            found: `of ${label}`,
            edits: ofLaunch('measurement', measurementText(other)),
          })),
  },
];
