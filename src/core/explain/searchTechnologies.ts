// The technologies that the search knows.

import { foldAll } from '../tech/technology';
import type { SevState } from '../tech/sev/digest';
import { sevEs } from '../tech/sev/loads';
import { isSevEs } from '../tech/sev/policy';
import { SEV_ES_PROFILES } from '../vmsa/launch/profiles';
import type { LaunchFacts } from './launchFacts';
import { agreeIn, type SearchTechnology } from './searchTechnology';
import { newSevDigests } from './sevDigests';

/** SEV and SEV-ES: one fold, and a bit of the policy that decides whether vCPUs are in it. */
const SEV: SearchTechnology<SevState> = {
  ids: ['sev', 'sev-es'],
  technology: sevEs,
  digestSize: 32,
  profiles: SEV_ES_PROFILES,
  measuresVcpus: isSevEs,
  stages: [
    {
      isSame: agreeIn('hashes', 'kernel', 'initrd', 'cmdline'),
      after: (state, { image, kernelHashes }) => foldAll(sevEs, state, sevEs.loads({ kernelHashes }, image)),
    },
  ],
  newVcpuDigests: newSevDigests,
};

/** All of them. */
export const SEARCH_TECHNOLOGIES: readonly SearchTechnology[] = [SEV as SearchTechnology];

/** The one of a launch. */
export const searchTechnologyOf = ({ technology }: Pick<LaunchFacts, 'technology'>): SearchTechnology =>
  SEARCH_TECHNOLOGIES.find(({ ids }) => ids.includes(technology))!;
