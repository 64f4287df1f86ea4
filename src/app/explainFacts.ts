// Reads what a search needs: streams kernel and initrd, and has images loaded.

import type { KeyFacts, LaunchFacts, NamedMeasurement } from '../core/explain/launchFacts';
import { isGiven, isLong } from '../core/explain/mistaken';
import { MAX_VCPUS } from '../core/launch/inputKinds';
import { pickInputs, STATED_IDS, technologiesOf, VMM_PROFILES } from '../core/launch/inputs';
import { parseMeasurement } from '../core/tech/sev/evidence';
import { TRAITS } from '../core/tech/traits';
import type { KeyPaths, VmsaFiles } from '../core/check/launchFile';
import { digestsOfFiles } from './explainFileDigests';
import { noImage, readImages, snpRefusal } from './explainImages';
import { judge, questionOf } from './explainQuestion';
import { readSvsms } from './explainSvsm';
import type { ExplainInputs, ExplainScope } from './explainThreads';
import { atInput } from './inputs';
import type { Io, OnProgress } from './io';
import { readLaunchPages } from './launch';

const USUAL_MAX_VCPUS = 256;

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
  given: ExplainInputs,
  scope: ExplainScope,
  onProgress: OnProgress,
): Promise<ReadFacts> {
  const { inputs, wanted, technology, meant, platform, keys, isDigestGiven } = questionOf(given);
  judge(inputs, technology);
  const { title, vcpus, vmsa, vmm } = inputs;
  const digest = async (input: 'kernel' | 'initrd') => {
    const path = inputs[input];
    if (path === undefined) return undefined;
    // A measurement is an HMAC, unless it is short: a large file is not hashed twice for what it hardly is.
    const sha384 = wanted.kind === 'digest' && isLong(wanted);
    return { ...(await atInput(input, () => io.digest(path, input, { onProgress, sha384 }))), path };
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
    meant,
    ofFiles: [],
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
  const ofFiles = digestsOfFiles(io, facts);
  const refusal = TRAITS[technology].isPaged && !facts.known && snpRefusal(facts);
  const isExplained = meant !== undefined || ofFiles.some(({ digest }) => isGiven(wanted, digest));
  if (refusal && !isExplained) throw refusal.placedAt({ input: 'firmware' });
  return { facts: { ...facts, ofFiles }, isDigestGiven, keys };
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
