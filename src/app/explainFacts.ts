// Reads what a search needs: streams kernel and initrd, and has images loaded.

import * as errors from './errors';
import type {
  FirmwareFacts,
  KeyFacts,
  LaunchFacts,
  NamedMeasurement,
  Wanted,
} from '../core/explain/launchFacts';
import { SEARCH_TECHNOLOGIES, searchTechnologyOf } from '../core/explain/searchTechnologies';
import { byteCount } from '../core/binary/hex';
import { DIGEST_FORMS, readTextBytes } from '../core/binary/textBytes';
import { MAX_VCPUS } from '../core/launch/inputKinds';
import {
  pickInputs,
  STATED_IDS,
  technologiesOf,
  VMM_PROFILES,
  type TechnologyId,
} from '../core/launch/inputs';
import { parseMeasurement, unfitMeasurement, type Platform } from '../core/tech/sev/evidence';
import { isSevEs } from '../core/tech/sev/policy';
import { TRAITS } from '../core/tech/traits';
import { computeImageDigests } from '../core/check/imageDigests';
import { refuseUnfit } from '../core/check/judge';
import type { KeyPaths, VmsaFiles } from '../core/check/launchFile';
import { noImage, readImages, snpRefusal } from './explainImages';
import { readSvsms } from './explainSvsm';
import type { ExplainInputs, ExplainScope } from './explainThreads';
import { atInput, waysToGive } from './inputs';
import type { Io, OnProgress } from './io';

import { readLaunchPages } from './launch';

const USUAL_MAX_VCPUS = 256;
const DIGEST_SIZE = 32;

/** The policy assumed for a digest when none is given: it only states whether the launch is SEV-ES. */
const POLICY = { sev: 1, sevEs: 5 } as const;

/** What was read, and whether a 32-byte value was given where a measurement belongs. */
export interface ReadFacts {
  readonly facts: LaunchFacts;
  readonly isDigestGiven: boolean;
  readonly keys: KeyPaths | undefined;
}

/**
 * Reads everything but the keys.
 * @throws CheckError when an input cannot be read, is unsuitable, or contradicts another
 */
export async function readFacts(
  io: Io,
  inputs: ExplainInputs,
  scope: ExplainScope,
  onProgress: OnProgress,
): Promise<ReadFacts> {
  const { wanted, technology, platform, keys, isDigestGiven } = questionOf(inputs);
  judge(inputs, technology);
  const { title, vcpus, vmsa, vmm } = inputs;
  const digest = async (input: 'kernel' | 'initrd') => {
    const path = inputs[input];
    if (path === undefined) return undefined;
    const { name, bytes, sha256 } = await atInput(input, () => io.digest(path, input, { onProgress }));
    return { name, bytes, sha256 };
  };
  const { firmware, svsm } = inputs;
  const searchFolder = scope.searchFolder === true;
  const firmwares: LaunchFacts['firmwares'] =
    firmware === undefined
      ? [noImage(io, 'launchDigest' in inputs ? inputs.resetAddress : undefined)]
      : await readImages(io, firmware, searchFolder);
  const kernel = await digest('kernel');
  const initrd = await digest('initrd');
  const isSnp = technologiesOf('svsm').includes(technology);
  const takesVmm = technologiesOf('vmm').includes(technology);
  const searched = isSnp && searchFolder ? (svsm ?? firmware) : undefined;
  const facts: LaunchFacts = {
    ...pickInputs(STATED_IDS, inputs),
    ...(await readSvsms(
      io,
      isSnp && svsm !== undefined ? { ...inputs, svsm } : undefined,
      firmwares[0],
      searched && io.path.dirname(searched),
    )),
    profile: inputs.profile ?? (takesVmm && vmm && svsm === undefined ? VMM_PROFILES[vmm] : undefined),
    title,
    technology,
    wanted,
    ofFiles: digestsOfFiles(io, firmwares[0], { kernel, initrd }, wanted),
    platform,
    others: othersOf(scope),
    vmsa: vmsa?.bsp === undefined ? undefined : await readPages(io, { ...vmsa, bsp: vmsa.bsp }),
    firmwares,
    kernel,
    initrd,
    hostCpu: scope.hostCpu,
    features: 'launchDigest' in inputs ? inputs.features : undefined,
    keys: keys && keyFacts(keys),
    known:
      'launchDigest' in inputs && inputs.knownDigest
        ? { digest: inputs.knownDigest, vcpus: vcpus ?? 1 }
        : undefined,
    maxVcpus: Math.min(MAX_VCPUS, Math.max(scope.maxVcpus ?? USUAL_MAX_VCPUS, vcpus ?? 1)),
    searchFolder,
  };
  const refusal = TRAITS[technology].isPaged && !facts.known && snpRefusal(facts);
  if (refusal) throw refusal.placedAt({ input: 'firmware' });
  return { facts, isDigestGiven, keys };
}

/** The digests of single files as long as the one that is to be explained. */
function digestsOfFiles(
  io: Io,
  { name, parts: [image] }: FirmwareFacts,
  files: Pick<LaunchFacts, 'kernel' | 'initrd'>,
  wanted: Wanted,
): LaunchFacts['ofFiles'] {
  if (wanted.kind !== 'digest' || !image) return [];
  if (wanted.digest.length === DIGEST_SIZE)
    return [
      { words: `the SHA-256 of ${name}`, digest: io.hashes.sha256(image) },
      ...[files.kernel, files.initrd].flatMap((file) =>
        file ? [{ words: `the SHA-256 of ${file.name}`, digest: file.sha256 }] : [],
      ),
    ];
  const { sha384, snpOvmfHash } = computeImageDigests(image, io.hashes);
  return [
    { words: `the SHA-384 of ${name}`, digest: sha384 },
    ...(snpOvmfHash ? [{ words: `the digest of the pages of ${name} alone`, digest: snpOvmfHash }] : []),
  ];
}

/** @throws CheckError for inputs that contradict each other, or are of another technology */
function judge(inputs: ExplainInputs, technology: TechnologyId): void {
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

interface Question {
  readonly technology: TechnologyId;
  readonly wanted: Wanted;
  readonly platform: Platform;
  readonly keys: KeyPaths | undefined;
  readonly isDigestGiven: boolean;
}

const ofPolicy = (policy: number): TechnologyId => (isSevEs(policy) ? 'sev-es' : 'sev');

/** The question: about a measurement, or about a launch digest, which people mistake for one. */
function questionOf(inputs: ExplainInputs): Question {
  const nobody = { apiMajor: 0, apiMinor: 0, buildId: 0 };
  if ('launchDigest' in inputs) {
    const { launchDigest: digest, cpu, vmsa } = inputs;
    const found = SEARCH_TECHNOLOGIES.find((one) => one.technology.traits.digestSize === digest.length);
    if (!found) throw errors.badLaunchDigest({ found: byteCount(digest.length) });
    const isEs = inputs.technology === undefined ? (cpu ?? vmsa) : inputs.technology === 'sev-es';
    const policy = inputs.policy ?? (isEs ? POLICY.sevEs : POLICY.sev);
    return {
      wanted: { kind: 'digest', digest },
      technology: found.technology.traits.hasMeasurement ? ofPolicy(policy) : found.ids[0]!,
      platform: { ...nobody, policy },
      keys: undefined,
      isDigestGiven: false,
    };
  }
  const { measurement, platform, keys } = inputs;
  const other = unfitMeasurement(measurement) && readTextBytes(measurement, [DIGEST_SIZE], DIGEST_FORMS);
  if (other?.ok)
    return {
      wanted: { kind: 'digest', digest: other.bytes },
      technology: ofPolicy(platform.policy),
      platform,
      keys: undefined,
      isDigestGiven: true,
    };
  return {
    wanted: { kind: 'measurement', ...parseMeasurement(measurement) },
    technology: ofPolicy(platform.policy),
    platform,
    keys,
    isDigestGiven: false,
  };
}

function othersOf({ otherMeasurements = [] }: ExplainScope): NamedMeasurement[] {
  return otherMeasurements.map(({ label, measurement }) => ({ label, ...parseMeasurement(measurement) }));
}

function keyFacts(keys: KeyPaths): KeyFacts {
  return 'tk' in keys ? keys : { tik: keys.tik, tek: keys.tek };
}

async function readPages(io: Io, files: VmsaFiles): Promise<LaunchFacts['vmsa']> {
  const { bsp, ap } = await readLaunchPages(io, files);
  return { bsp: bsp.bytes, ap: ap?.bytes };
}
