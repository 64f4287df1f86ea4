// Reads what a search needs: streams kernel and initrd, loads images whole, and on request finds others in the
// same folder.

import * as errors from './errors';
import type {
  FirmwareFacts,
  KeyFacts,
  LaunchFacts,
  NamedMeasurement,
  Wanted,
} from '../core/explain/launchFacts';
import { SEARCH_TECHNOLOGIES, searchTechnologyOf } from '../core/explain/searchTechnologies';
import { variableStoreSize } from '../core/explain/variableStore';
import { byteCount, bytesToHex } from '../core/binary/hex';
import { DIGEST_FORMS, readTextBytes } from '../core/binary/textBytes';
import { MAX_VCPUS } from '../core/launch/inputKinds';
import { pickInputs, STATED_IDS, VMM_PROFILES, type TechnologyId } from '../core/launch/inputs';
import { parseMeasurement, unfitMeasurement, type Platform } from '../core/tech/sev/evidence';
import { isSevEs } from '../core/tech/sev/policy';
import { parseOvmf } from '../core/ovmf/image';
import { endsOf } from '../core/ovmf/kinds/fileKind';
import { kindInTable } from '../core/ovmf/kinds/table';
import { firmwareOf } from './firmware';
import { refuseSnp } from '../core/check/imageDigests';
import { refuseUnfit } from '../core/check/judge';
import type { CheckError } from '../core/errors';
import * as snpErrors from '../core/tech/snp/errors';
import type { KeyPaths, VmsaFiles } from '../core/check/launchFile';
import type { ExplainScope } from './explainThreads';
import { atInput, waysToGive } from './inputs';
import type { Io, OnProgress, ReadOptions } from './io';
import { readLaunchPages, type CheckedInputs } from './launch';
import { END } from '../core/ovmf/kinds/fileKind';

const USUAL_MAX_VCPUS = 256;
/** A folder with more images, or larger ones, than this is not where firmware is installed. */
const MOST_IN_FOLDER = 32;
const MOST_BYTES_IN_FOLDER = 256 * 2 ** 20;
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
  inputs: CheckedInputs,
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
  const facts: LaunchFacts = {
    ...pickInputs(STATED_IDS, inputs),
    profile: inputs.profile ?? (technology === 'snp' && vmm ? VMM_PROFILES[vmm] : undefined),
    title,
    technology,
    wanted,
    platform,
    others: othersOf(scope),
    vmsa: vmsa?.bsp === undefined ? undefined : await readPages(io, { ...vmsa, bsp: vmsa.bsp }),
    firmwares: await readImages(io, inputs.firmware, scope.searchFolder === true),
    kernel: await digest('kernel'),
    initrd: await digest('initrd'),
    hostCpu: scope.hostCpu,
    features: 'launchDigest' in inputs ? inputs.features : undefined,
    keys: keys && keyFacts(keys),
    maxVcpus: Math.min(MAX_VCPUS, Math.max(scope.maxVcpus ?? USUAL_MAX_VCPUS, vcpus ?? 1)),
    searchFolder: scope.searchFolder === true,
  };
  const refusal = technology === 'snp' && snpRefusal(facts.firmwares);
  if (refusal) throw refusal.placedAt({ input: 'firmware' });
  return { facts, isDigestGiven, keys };
}

/** @throws CheckError for inputs that contradict each other, or are of another technology */
function judge(inputs: CheckedInputs, technology: TechnologyId): void {
  const isSnp = technology === 'snp';
  const stated = 'launchDigest' in inputs ? inputs.policy : inputs.platform.policy;
  // Apart from the rest, because the search tries SEV-ES under a policy of plain SEV, too.
  if (!isSnp) refuseUnfit({ given: { launch: { policy: stated } } }, 'digest', waysToGive);
  if (inputs.svsm !== undefined) throw errors.svsmUnexplained();
  const { profile, ...others } = { ...inputs, policy: undefined };
  const { profiles, digestSize } = searchTechnologyOf({ technology });
  if (isSnp && profile !== undefined && !profiles.some(({ id }) => id === profile))
    throw errors.profileOfOther(profile, digestSize, profiles);
  refuseUnfit({ given: isSnp ? others : { ...others, profile } }, 'digest', waysToGive);
}

interface Question {
  readonly technology: TechnologyId;
  readonly wanted: Wanted;
  readonly platform: Platform;
  readonly keys: KeyPaths | undefined;
  readonly isDigestGiven: boolean;
}

const ofPolicy = (policy: number): TechnologyId => (isSevEs(policy) ? 'sev-es' : 'sev');

/** Why no image can be launched as SEV-SNP: what is wrong with the given one. */
function snpRefusal(firmwares: LaunchFacts['firmwares']): CheckError | undefined {
  const refusals = firmwares.map(({ parts, image }) => {
    const unfit = refuseSnp(parts.reduce((all, { length }) => all + length, 0));
    if (unfit) return errors.noSnpDigest(unfit.message);
    return image.sevMetadata?.sections.length ? undefined : snpErrors.noSnpMetadata();
  });
  return refusals.every((refusal) => refusal !== undefined) ? refusals[0] : undefined;
}

/** The question: about a measurement, or about a launch digest, which people mistake for one. */
function questionOf(inputs: CheckedInputs): Question {
  const nobody = { apiMajor: 0, apiMinor: 0, buildId: 0 };
  if ('launchDigest' in inputs) {
    const { launchDigest: digest, cpu, vmsa } = inputs;
    const found = SEARCH_TECHNOLOGIES.find(({ digestSize }) => digestSize === digest.length);
    if (!found) throw errors.badLaunchDigest({ found: byteCount(digest.length) });
    const isEs = inputs.technology === undefined ? (cpu ?? vmsa) : inputs.technology === 'sev-es';
    const policy = inputs.policy ?? (isEs ? POLICY.sevEs : POLICY.sev);
    return {
      wanted: { kind: 'digest', digest },
      technology: found.ids.includes('sev') ? ofPolicy(policy) : found.ids[0]!,
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

/** Reads an image into memory that threads share. @throws CheckError when it cannot be read */
async function readShared(io: Io, path: string, options?: ReadOptions): Promise<Uint8Array> {
  const bytes = await io.read(path, 'firmware', options);
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  return shared;
}

/** Builds an image from its parts. */
function imageOf(
  io: Io,
  parts: readonly Uint8Array[],
  rest: Pick<FirmwareFacts, 'path' | 'name' | 'origin'>,
): FirmwareFacts {
  const hash = io.hashes.newSha256();
  for (const part of parts) hash.update(part);
  const last = parts.at(-1)!;
  const fileSize = parts.reduce((all, { length }) => all + length, 0);
  // A copy, because what core keeps of an image must be its own memory, not shared.
  const { resetAddress, sevMetadata, hashArea } = parseOvmf(last.slice(-END), { fileSize }).value;
  const image = { ...(sevMetadata && { sevMetadata }), ...(hashArea && { hashArea }) };
  return { ...rest, parts, sha256: hash.digest(), resetAddress, image };
}

/** The given image, then candidates for what may have been launched instead, each distinct content once. */
async function readImages(io: Io, path: string, searchFolder: boolean): Promise<LaunchFacts['firmwares']> {
  const bytes = await atInput('firmware', () => readShared(io, path));
  const name = io.path.basename(path);
  const { doubt } = await atInput('firmware', () => firmwareOf(name, bytes));
  const given = { ...imageOf(io, [bytes], { path, name, origin: 'given' }), doubt };
  const store = variableStoreSize(bytes);
  const others: FirmwareFacts[] = [];
  if (store !== undefined && store < bytes.length)
    others.push(
      imageOf(io, [bytes.subarray(store)], {
        path: undefined,
        name: `${name} without its variable store (the last ${bytes.length - store} bytes)`,
        origin: 'code part',
      }),
    );
  if (searchFolder) others.push(...(await imagesInFolder(io, path, bytes, store !== undefined)));
  return [given, ...distinct(given, others)];
}

/** Distinct images; one that also exists as a file has that file's path. */
function distinct(given: FirmwareFacts, others: readonly FirmwareFacts[]): FirmwareFacts[] {
  const found = new Map<string, FirmwareFacts>();
  for (const image of others) {
    const key = bytesToHex(image.sha256);
    if (key === bytesToHex(given.sha256)) continue;
    const before = found.get(key);
    if (!before) found.set(key, image);
    else if (before.path === undefined && image.path !== undefined)
      found.set(key, { ...before, path: image.path, name: image.name });
  }
  return [...found.values()];
}

/** Names of images, and of the backups that editors and package managers leave of them. */
const isImageName = (name: string): boolean => /\.fd([.~-].*)?$/i.test(name);

/**
 * Images in the folder of the given one; if the given one has no variable store, also combined with a store from
 * that folder.
 */
async function imagesInFolder(
  io: Io,
  path: string,
  given: Uint8Array,
  hasStore: boolean,
): Promise<FirmwareFacts[]> {
  const { basename, dirname, join } = io.path;
  const folder = dirname(path);
  const names = await io.list(folder);
  const images: FirmwareFacts[] = [];
  let total = 0;
  for (const name of names.filter(isImageName).sort().slice(0, MOST_IN_FOLDER)) {
    const file = join(folder, name);
    // A file that cannot be read or is not an image was not launched from here either.
    const found = await io.stat(file);
    if (found.kind !== 'file' || found.size > MOST_BYTES_IN_FOLDER - total) continue;
    const bytes = await readShared(io, file, { onlyFile: true }).catch(() => undefined);
    if (!bytes || bytes.length === 0 || kindInTable(endsOf(bytes))?.role === 'container') continue;
    total += bytes.length;
    if (variableStoreSize(bytes) !== bytes.length)
      images.push(imageOf(io, [bytes], { path: file, name, origin: 'beside' }));
    else if (!hasStore)
      images.push(
        imageOf(io, [bytes, given], {
          path: undefined,
          name: `${name} and then ${basename(path)}`,
          origin: 'with variables',
        }),
      );
  }
  // Combined images come first, so that `distinct` gives them the path of a file with the same bytes.
  return images.sort((a, b) => Number(a.path !== undefined) - Number(b.path !== undefined));
}
