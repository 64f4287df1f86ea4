// ID blocks from paths: made with the owner's keys, read in any form, and checked.

import * as errors from './idBlockErrors';
import { bytesToHex, fromHex, hex, isSameBytes } from '../core/binary/hex';
import { withPlace } from '../core/errors';
import type { LaunchFile } from '../core/check/launchFile';
import { encodeIdAuth, encodeIdBlock, encodePublicKey, type IdBlockFields } from '../core/tech/snp/idBlock';
import { checkIdBlock, launchOf, signaturesOf } from '../core/tech/snp/idBlockCheck';
import type { IdBlockLaunch } from '../core/tech/snp/idBlockCheck';
import { compareWithReport, type ReportedIdBlock } from '../core/tech/snp/idBlockReport';
import type { IdBlockStep } from '../core/tech/snp/idBlockSteps';
import type { ReadSigningKey, SigningKey, VerifySignature } from '../core/tech/snp/signing';
import { readIdBlocks, readIdBlockText, type IdBlockPair } from '../core/tech/snp/idBlockText';
import { checkAgainstDigest } from './digestCheck';
import { unfitSnpPolicy } from '../core/tech/snp/policy';
import type { Io } from './io';
import { readSigningKeyFile } from './keys';
import { digestInputs, type CheckOptions } from './launch';
import { nameOfInput, readWhole } from './vmsaFile';

/** What an ID block is made from. */
export interface IdBlockRequest {
  readonly fields: IdBlockFields;
  /** Paths. */
  readonly idKey: string;
  readonly authorKey?: string | undefined;
}

/** Both structures. */
export type WholePair = Required<Omit<IdBlockPair, 'stated'>>;

/** Calls `use` with the key in a file, of which nothing that can be cleared stays. @throws CheckError (usage) for a file that is none */
async function withSigningKey<T>(
  io: Io,
  input: string,
  path: string,
  read: ReadSigningKey,
  use: (key: SigningKey) => T,
): Promise<T> {
  const bytes = await withPlace({ input }, () => readSigningKeyFile(io, path));
  try {
    const found = read(bytes);
    if (!found.ok) throw errors.badSigningKey(input, path, found.found);
    try {
      return use(found.key);
    } finally {
      found.key.clear();
    }
  } finally {
    bytes.fill(0);
  }
}

/**
 * Makes an ID block and its ID authentication, the same bytes for the same inputs.
 * @throws CheckError (usage) for a policy that no firmware takes, or a key that does not sign ID blocks
 */
export async function createIdBlock(
  io: Io,
  read: ReadSigningKey,
  { fields, idKey, authorKey }: IdBlockRequest,
): Promise<WholePair> {
  const [unfit] = fields.policy === undefined ? [] : unfitSnpPolicy(fields.policy);
  if (unfit) throw errors.unfitIdPolicy(fields.policy!, unfit.why);
  const block = encodeIdBlock(fields);
  const id = await withSigningKey(io, '--id-key', idKey, read, ({ point, sign }) => ({
    point,
    signature: sign(block),
  }));
  const author =
    authorKey === undefined
      ? undefined
      : await withSigningKey(io, '--author-key', authorKey, read, ({ point, sign }) => ({
          key: point,
          idKeySignature: sign(encodePublicKey(id.point)),
        }));
  if (author && isSameBytes(author.key.x, id.point.x)) throw errors.sameSigningKeys();
  return { block, auth: encodeIdAuth({ idKey: id.point, idBlockSignature: id.signature, author }) };
}

/** No shorter text holds either, and few paths are as long. */
const LEAST_TEXT = 128;

/** What is in a file, or in a text that was given in its place. */
async function readGiven(io: Io, given: string) {
  const text = given.length < LEAST_TEXT ? undefined : readIdBlockText(given);
  return text?.ok === true ? text : readIdBlocks(await readWhole(io, given, 'idBlock'));
}

/**
 * What is in files, standard input (`-`) or texts in place of their paths, together.
 * @throws CheckError (usage) for one without, or two that differ
 */
export async function readIdBlockFiles(io: Io, given: readonly string[]): Promise<IdBlockPair> {
  let all: IdBlockPair = {};
  for (const path of given) {
    const read = await readGiven(io, path);
    if (!read.ok) throw errors.noIdBlock(nameOfInput(path), read.found);
    for (const part of ['block', 'auth'] as const)
      if (all[part] && read.pair[part] && !isSameBytes(all[part], read.pair[part]))
        throw errors.twoIdBlocks(part === 'block' ? 'ID block' : 'ID authentication');
    const [before, now] = [all.stated?.policy?.value, read.pair.stated?.policy?.value];
    if (before !== undefined && now !== undefined && before !== now)
      throw errors.twoPolicies(hex(before), hex(now));
    all = { ...all, ...read.pair, ...mergedStated(all, read.pair) };
  }
  return all;
}

/** What two texts state, together. */
const mergedStated = (a: IdBlockPair, b: IdBlockPair): Pick<IdBlockPair, 'stated'> =>
  (a.stated ?? b.stated) ? { stated: { ...a.stated, ...b.stated } } : {};

/**
 * Checks a pair, signatures included, and compares it with a report, whose own signature is not looked at.
 * @throws CheckError (usage) when there is only one of both
 */
export async function checkIdBlockPair(
  { hashes }: Pick<Io, 'hashes'>,
  pair: IdBlockPair,
  given: IdBlockLaunch & { readonly report?: ReportedIdBlock | undefined },
  verify: VerifySignature,
): Promise<readonly IdBlockStep[]> {
  if (!pair.block) throw errors.halfIdBlock('an ID block');
  if (!pair.auth) throw errors.halfIdBlock('an ID authentication');
  const launch = launchOf(pair, given);
  const { id, author } = signaturesOf(pair, launch);
  const [isId, isAuthor] = await Promise.all([id && verify(id), author && verify(author)]);
  return [
    ...checkIdBlock(pair, launch, { id: isId, author: isAuthor }),
    ...(given.report ? compareWithReport(pair, given.report, launch, hashes) : []),
  ];
}

/** What a launch file says of an ID block for it: its launch digest, computed, and its policy. */
export interface LaunchForIdBlock {
  /** 48 bytes. */
  readonly launchDigest: Uint8Array;
  readonly policy: bigint | undefined;
}

/**
 * The launch digest of a launch file's inputs, which must be the one that the file names, if it names one.
 * @throws CheckError when it is not one of SNP, or as checkAgainstDigest
 */
export async function launchForIdBlock(
  io: Io,
  file: LaunchFile,
  path: string,
  options?: CheckOptions,
): Promise<LaunchForIdBlock> {
  const named = file.launchDigest;
  const inputs = digestInputs(file, named ?? new Uint8Array(48), path);
  if (file.technology !== 'snp' && named?.length !== 48) throw errors.notSnpLaunch(path);
  const { steps } = await checkAgainstDigest(io, inputs, options);
  const digest = steps.find(({ id }) => id === 'launch-digest')!.digest;
  if (named && bytesToHex(named) !== digest) throw errors.otherLaunchDigest(path, digest, bytesToHex(named));
  return { launchDigest: fromHex(digest)!, policy: file.policy };
}
