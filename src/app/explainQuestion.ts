// What a search is asked: about a measurement, or about a launch digest, of which technology, and with which of the inputs.

import * as errors from './errors';
import { refuseUnfit } from '../core/check/judge';
import type { KeyPaths } from '../core/check/launchFile';
import { byteCount } from '../core/binary/hex';
import { DIGEST_FORMS, readTextBytes } from '../core/binary/textBytes';
import type { Wanted } from '../core/explain/launchFacts';
import { SEARCH_TECHNOLOGIES, searchTechnologyOf } from '../core/explain/searchTechnologies';
import { INPUTS, type InputRow, type TechnologyId } from '../core/launch/inputs';
import { parseMeasurement, unfitMeasurement, type Platform } from '../core/tech/sev/evidence';
import { isSevEs } from '../core/tech/sev/policy';
import { isSnpPolicy } from '../core/tech/snp/policy';
import { technologiesWith, TRAITS } from '../core/tech/traits';
import { findProfile } from '../core/vmsa/launch/profiles';
import type { ExplainedDigest, ExplainInputs } from './explainThreads';
import { waysToGive } from './inputs';

const DIGEST_SIZE = 32;

/** The policy assumed for a digest when none is given: it only states whether the launch is SEV-ES. */
const POLICY = { sev: 1, sevEs: 5 } as const;

/** A question, and the inputs that it is asked with. */
export interface Question {
  readonly inputs: ExplainInputs;
  readonly technology: TechnologyId;
  readonly wanted: Wanted;
  /** The technology that the inputs are of, where no digest of that one is so long. */
  readonly meant: TechnologyId | undefined;
  readonly platform: Platform;
  readonly keys: KeyPaths | undefined;
  readonly isDigestGiven: boolean;
}

/** @throws CheckError for inputs that contradict each other, or are of another technology */
export function judge(inputs: ExplainInputs, technology: TechnologyId): void {
  const { hasMeasurement } = TRAITS[technology];
  const stated = 'launchDigest' in inputs ? inputs.policy : inputs.platform.policy;
  // Apart from the rest, because the search tries SEV-ES under a policy of plain SEV, too.
  if (hasMeasurement) refuseUnfit({ given: { launch: { policy: stated } } }, 'digest', waysToGive);
  const { profile, ...others } = { ...inputs, policy: undefined };
  const { profiles: plain, svsmProfiles = plain, technology: found } = searchTechnologyOf({ technology });
  const profiles = inputs.svsm === undefined ? plain : svsmProfiles;
  if (!hasMeasurement && profile !== undefined && !profiles.some(({ id }) => id === profile))
    throw errors.profileOfOther(profile, found.traits.digestSize, profiles);
  refuseUnfit({ given: hasMeasurement ? { ...others, profile } : others }, 'digest', waysToGive);
}

const ofPolicy = (policy: number): TechnologyId =>
  isSnpPolicy(policy) ? 'snp' : isSevEs(policy) ? 'sev-es' : 'sev';

/** The inputs that not every launch has, and which have them. */
const OF_SOME = (INPUTS as readonly InputRow[]).filter(
  ({ technologies }) => technologies.length < Object.keys(TRAITS).length,
);

/** The technology that inputs say besides the digest; undefined where they say none. */
function statedTechnology(inputs: ExplainedDigest): TechnologyId | undefined {
  const { technology, profile, policy } = inputs;
  if (technology) return technology;
  const mode = profile === undefined ? undefined : findProfile(profile)?.mode;
  if (mode) return technologiesWith((traits) => traits.mode === mode)[0];
  if (policy !== undefined) return ofPolicy(policy);
  const given: Readonly<Record<string, unknown>> = { ...inputs };
  // Of those that are given, inputs of SEV-SNP alone say what they are of.
  const ofSnp = OF_SOME.find(
    ({ id, technologies }) => given[id] !== undefined && technologies.every((id) => id === 'snp'),
  );
  return ofSnp && 'snp';
}

/** The inputs without those that launches of other technologies do not have. */
function inputsFor(ids: readonly TechnologyId[], inputs: ExplainedDigest): ExplainedDigest {
  const others = OF_SOME.filter(({ technologies }) => !technologies.some((id) => ids.includes(id)));
  const names = [...others.map(({ id }) => id), 'technology', 'profile', 'policy', 'guestPolicy'];
  return { ...inputs, ...Object.fromEntries(names.map((name) => [name, undefined])) };
}

/** The question about a launch digest. @throws CheckError when it has the size of none */
function aboutDigest(given: ExplainedDigest): Question {
  const { launchDigest: digest } = given;
  const found = SEARCH_TECHNOLOGIES.find((one) => one.technology.traits.digestSize === digest.length);
  if (!found) throw errors.badLaunchDigest({ found: byteCount(digest.length) });
  const stated = statedTechnology(given);
  const meant = stated === undefined || found.ids.includes(stated) ? undefined : stated;
  const inputs = meant === undefined ? given : inputsFor(found.ids, given);
  const { cpu, vmsa, technology, policy: own } = inputs;
  const isEs = technology === undefined ? (cpu ?? vmsa) : technology === 'sev-es';
  const policy = own ?? (isEs ? POLICY.sevEs : POLICY.sev);
  return {
    inputs,
    wanted: { kind: 'digest', digest },
    technology: found.technology.traits.hasMeasurement ? ofPolicy(policy) : found.ids[0]!,
    meant,
    platform: { apiMajor: 0, apiMinor: 0, buildId: 0, policy },
    keys: undefined,
    isDigestGiven: false,
  };
}

/** The question: about a measurement, or about a launch digest, which people mistake for one. */
export function questionOf(inputs: ExplainInputs): Question {
  if ('launchDigest' in inputs) return aboutDigest(inputs);
  const { measurement, platform, keys } = inputs;
  const technology = isSevEs(platform.policy) ? 'sev-es' : 'sev';
  const common = { inputs, technology, meant: undefined, platform } as const;
  const other = unfitMeasurement(measurement) && readTextBytes(measurement, [DIGEST_SIZE], DIGEST_FORMS);
  if (other?.ok)
    return {
      ...common,
      wanted: { kind: 'digest', digest: other.bytes },
      keys: undefined,
      isDigestGiven: true,
    };
  return {
    ...common,
    wanted: { kind: 'measurement', ...parseMeasurement(measurement) },
    keys,
    isDigestGiven: false,
  };
}
