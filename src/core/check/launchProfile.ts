// Which profiles the launches of a technology have, and the one of a launch that names a profile, a VMM or neither.

import { technologiesOf, VMM_PROFILES, type InputValues, type TechnologyId } from '../launch/inputs';
import { TRAITS } from '../tech/traits';
import { findProfile, SEV_ES_PROFILES, type KnownProfile } from '../vmsa/launch/profiles';
import { MATRIX_PROFILES } from './matrix';

/** What decides the profile of a launch. */
export type ProfileInputs = Pick<InputValues, 'profile' | 'vmm' | 'svsm'>;

/** Those whose pages are of its mode; plain SEV, which measures none, has the ones that a search tries for it. */
const allOf = (technology: TechnologyId): readonly KnownProfile[] =>
  Object.values<readonly KnownProfile[]>(MATRIX_PROFILES).find(
    ([usual]) => usual!.mode === TRAITS[technology].mode,
  ) ?? SEV_ES_PROFILES;

/** The profiles of a technology, the usual one first. */
export function profilesOf(technology: TechnologyId, { svsm }: ProfileInputs): readonly KnownProfile[] {
  const [measured, launched] = MATRIX_PROFILES['snp:svsm'];
  return svsm !== undefined && technologiesOf('svsm').includes(technology)
    ? [launched, measured]
    : allOf(technology);
}

/** The profile of a launch; undefined when the one that is named is of another technology. */
export function launchProfile(technology: TechnologyId, inputs: ProfileInputs): KnownProfile | undefined {
  const { profile, vmm } = inputs;
  const known = profilesOf(technology, inputs);
  if (profile !== undefined) return known.find(({ id }) => id === profile);
  if (!technologiesOf('vmm').includes(technology) || vmm === undefined || inputs.svsm !== undefined)
    return known[0];
  return findProfile(VMM_PROFILES[vmm]);
}
