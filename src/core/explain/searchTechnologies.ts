// The technologies that the search knows.

import { refuseSnp } from '../check/imageDigests';
import { profilesOf } from '../check/launchProfile';
import { MATRIX_PROFILES } from '../check/matrix';
import { foldAll } from '../tech/technology';
import type { SevState } from '../tech/sev/digest';
import { sevEs } from '../tech/sev/loads';
import { isSevEs } from '../tech/sev/policy';
import { snpState, type SnpState } from '../tech/snp/digest';
import { snp } from '../tech/snp/loads';
import { SEV_ES_PROFILES, type KnownProfile } from '../vmsa/launch/profiles';
import type { LaunchFacts, SvsmFacts } from './launchFacts';
import { agreeIn, type SearchTechnology } from './searchTechnology';
import { newSevDigests } from './sevDigests';
import { newSnpDigests } from './snpDigests';
import { SNP_STAGES } from './snpStages';

/** SEV and SEV-ES: one fold, and a bit of the policy that decides whether vCPUs are in it. */
const SEV: SearchTechnology<SevState> = {
  ids: ['sev', 'sev-es'],
  technology: sevEs,
  profiles: SEV_ES_PROFILES,
  loadsFirmware: () => true,
  measuresVcpus: isSevEs,
  stages: [
    {
      isSame: agreeIn('hashes', 'kernel', 'initrd', 'cmdline'),
      after: (state, { image, kernelHashes }) => foldAll(sevEs, state, sevEs.loads({ kernelHashes }, image)),
    },
  ],
  newVcpuDigests: newSevDigests,
};

/** SEV-SNP, which measures vCPUs whatever its policy. */
const SNP: SearchTechnology<SnpState> = {
  ids: ['snp'],
  technology: snp,
  profiles: MATRIX_PROFILES.snp,
  svsmProfiles: profilesOf('snp', { svsm: '' }),
  loadsFirmware: (size) => refuseSnp(size) === undefined,
  stateOf: snpState,
  measuresVcpus: () => true,
  stages: SNP_STAGES,
  newVcpuDigests: newSnpDigests,
};

/** All of them. */
export const SEARCH_TECHNOLOGIES = [SEV, SNP] as readonly SearchTechnology[];

/** The one of a launch. */
export const searchTechnologyOf = ({ technology }: Pick<LaunchFacts, 'technology'>): SearchTechnology =>
  SEARCH_TECHNOLOGIES.find(({ ids }) => ids.includes(technology))!;

/** The SVSM image that is given. */
export const givenSvsm = ({ svsms: [first] }: Pick<LaunchFacts, 'svsms'>): SvsmFacts | undefined =>
  first?.origin === 'given' ? first : undefined;

/** The profiles of a launch as it is given, the usual one first. */
export function profilesFor(facts: Pick<LaunchFacts, 'technology' | 'svsms'>): readonly KnownProfile[] {
  const { profiles, svsmProfiles = profiles } = searchTechnologyOf(facts);
  return givenSvsm(facts) ? svsmProfiles : profiles;
}
