// The rules about what the owner wants of a launch that its domain decides: whether the definition, which is the host's word,
// says the same. What differs shows in the report of an SNP guest, and fails nothing where that is read.

import { describeBits } from '../binary/describe';
import { hex } from '../binary/hex';
import { decode } from '../binary/struct';
import { TECHNOLOGY_NAMES } from '../launch/inputs';
import { generateVmsa } from '../vmsa/launch/generate';
import { findProfile, LAUNCH_PROFILES, type KnownProfile } from '../vmsa/launch/profiles';
import { SEV_FEATURES } from '../vmsa/layout/bitsSev';
import { VMSA } from '../vmsa/layout/layout';
import { SNP } from './launchTypes';
import { snpWishes } from './snpWishes';
import { technologyOfDomain, type DomainQuestion, type DomainRule } from './question';

/** The profiles of QEMU, which libvirt starts, without an SVSM, which it does not. The usual one of each mode first. */
export const DOMAIN_PROFILES: readonly KnownProfile[] = LAUNCH_PROFILES.filter(
  ({ vmm, id }) => vmm === 'qemu' && id !== 'snp-svsm',
);

/** The profile of the pages of an SNP domain. */
export const snpProfileOf = ({ profile }: Pick<DomainQuestion['given'], 'profile'>): KnownProfile =>
  DOMAIN_PROFILES.find(({ id, mode }) => mode === 'sev-snp' && (profile === undefined || id === profile)) ??
  findProfile('snp')!;

const NO_CPU = { family: 0, model: 0, stepping: 0 };
/** SNPActive, which QEMU sets by itself. */
const ONLY_SNP = 1n;

/** The SEV features of the pages of an SNP domain: the owner's, or those of the profile. */
export function snpFeaturesOf(given: Pick<DomainQuestion['given'], 'profile' | 'features'>): bigint {
  if (given.features !== undefined) return given.features;
  const { bytes } = generateVmsa({ profile: snpProfileOf(given).id, role: 'bsp', cpu: NO_CPU });
  return decode(VMSA, bytes).sev_features;
}

/** SEV features by number and name. */
export const featuresInWords = (features: bigint): string =>
  `${hex(features)} (${describeBits(SEV_FEATURES, features) || 'none'})`;

/** The last rules, because virt-qemu-sev-validate has none of them. */
export const wishRules: readonly DomainRule[] = [
  {
    id: 'technology',
    title: 'The technology is the one that the owner wants',
    judge: (question) => {
      const { technology } = question.given;
      if (technology === undefined) return { skip: 'The owner does not say which.' };
      const found = technologyOfDomain(question);
      if (found === undefined) return { skip: 'The domain does not tell which it is.' };
      const [wanted, is] = [TECHNOLOGY_NAMES[technology], TECHNOLOGY_NAMES[found]];
      return technology === found
        ? { ok: `It is ${is}.` }
        : {
            fail: `The launch is to be one of ${wanted}, and the domain is one of ${is}.`,
            kind: 'config',
            advice: 'Change <launchSecurity> of the domain, or correct the "technology" of the launch file.',
          };
    },
  },
  {
    id: 'profile',
    title: 'The profile fits the domain',
    judge: (question) => {
      const { profile } = question.given;
      if (profile === undefined) return { skip: 'None is given: the usual one counts.' };
      const found = technologyOfDomain(question);
      if (found === undefined || found === 'sev')
        return { skip: 'No page is generated that it could apply to.' };
      const mode = found === 'snp' ? 'sev-snp' : found;
      const known = DOMAIN_PROFILES.filter((one) => one.mode === mode).map(({ id }) => id);
      return known.includes(profile)
        ? { ok: `It is ${profile}.` }
        : {
            fail: `The profile "${profile}" is not one of ${TECHNOLOGY_NAMES[found]} launched by QEMU, as the domain is.`,
            kind: 'usage',
            advice: `Use one of ${known.join(', ')}.`,
          };
    },
  },
  {
    id: 'guest-features',
    title: 'QEMU asks for the SEV features',
    type: SNP,
    judge: ({ given }) => {
      const features = snpFeaturesOf(given);
      if (features === ONLY_SNP)
        return { ok: `They are ${featuresInWords(features)}, which it sets by itself.` };
      const who =
        given.features === undefined ? `the profile ${snpProfileOf(given).id} has` : 'the owner gave';
      return {
        warn: true,
        skip: `They are not those of the domain: ${who} ${featuresInWords(features)}, and libvirt asks for ${featuresInWords(ONLY_SNP)} only, to which no more than the kernel of the host can add.`,
        advice: 'Unless that kernel does, the report of this guest will show the measurement without them.',
      };
    },
  },
  ...snpWishes,
];
