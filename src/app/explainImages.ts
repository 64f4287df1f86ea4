// The images that a search tries: the given one, loaded whole, its parts, and on request others in the same folder.

import * as errors from './errors';
import { bytesToHex } from '../core/binary/hex';
import { refuseSnp } from '../core/check/imageDigests';
import type { CheckError } from '../core/errors';
import type { FirmwareFacts, LaunchFacts } from '../core/explain/launchFacts';
import { variableStoreSize } from '../core/explain/variableStore';
import { parseOvmf } from '../core/ovmf/image';
import { END, endsOf } from '../core/ovmf/kinds/fileKind';
import { kindInTable } from '../core/ovmf/kinds/table';
import * as snpErrors from '../core/tech/snp/errors';
import { svsmEntry } from './svsmLaunch';
import { firmwareOf } from './firmware';
import { atInput } from './inputs';
import type { Io, ReadOptions } from './io';

/** A folder with more images, or larger ones, than this is not where firmware is installed. */
const MOST_IN_FOLDER = 32;
const MOST_BYTES_IN_FOLDER = 256 * 2 ** 20;

/** Why no image can be launched as SEV-SNP: what is wrong with the given one. With an SVSM image only its size counts. */
export function snpRefusal({
  firmwares,
  svsms,
}: Pick<LaunchFacts, 'firmwares' | 'svsms'>): CheckError | undefined {
  const refusals = firmwares.map(({ parts, image }) => {
    const unfit = refuseSnp(parts.reduce((all, { length }) => all + length, 0));
    if (unfit) return errors.noSnpDigest(unfit.message);
    return svsms.length > 0 || image.sevMetadata?.sections.length ? undefined : snpErrors.noSnpMetadata();
  });
  return refusals.every((refusal) => refusal !== undefined) ? refusals[0] : undefined;
}

/** Bytes in memory that threads share. */
export function shared(bytes: Uint8Array): Uint8Array {
  const all = new Uint8Array(new SharedArrayBuffer(bytes.length));
  all.set(bytes);
  return all;
}

/** Reads an image into memory that threads share. @throws CheckError when it cannot be read */
const readShared = async (io: Io, path: string, options?: ReadOptions): Promise<Uint8Array> =>
  shared(await io.read(path, 'firmware', options));

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

/** In place of an image that is not given, because a digest of what was loaded is. */
export const noImage = (io: Io, resetAddress: number | undefined): FirmwareFacts => ({
  path: undefined,
  name: 'none',
  origin: 'given',
  parts: [],
  sha256: io.hashes.sha256(new Uint8Array()),
  resetAddress,
  image: {},
});

/** The given image, then candidates for what may have been launched instead, each distinct content once. */
export async function readImages(
  io: Io,
  path: string,
  searchFolder: boolean,
): Promise<LaunchFacts['firmwares']> {
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

/** Names of images, those of an SVSM included, and of the backups that editors and package managers leave of them. */
const isImageName = (name: string): boolean => /\.fd([.~-].*)?$|svsm/i.test(name);

/** A file that may be an image. */
interface ImageFile {
  readonly path: string;
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The images in a folder, by name. One that cannot be read or is none was not launched from there either. */
export async function imagesIn(io: Io, folder: string): Promise<ImageFile[]> {
  const images: ImageFile[] = [];
  let total = 0;
  const names = (await io.list(folder)).filter(isImageName).sort();
  for (const name of names.slice(0, MOST_IN_FOLDER)) {
    const path = io.path.join(folder, name);
    const found = await io.stat(path);
    if (found.kind !== 'file' || found.size > MOST_BYTES_IN_FOLDER - total) continue;
    const bytes = await readShared(io, path, { onlyFile: true }).catch(() => undefined);
    if (!bytes || bytes.length === 0 || kindInTable(endsOf(bytes))?.role === 'container') continue;
    total += bytes.length;
    images.push({ path, name, bytes });
  }
  return images;
}

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
  const { basename, dirname } = io.path;
  const images: FirmwareFacts[] = [];
  for (const { path: file, name, bytes } of await imagesIn(io, dirname(path))) {
    // An SVSM image has a table of its own, and is no firmware.
    if (svsmEntry(parseOvmf(bytes.slice(-END), { fileSize: bytes.length }).value) !== undefined) continue;
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
