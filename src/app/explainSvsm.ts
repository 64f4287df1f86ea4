// The SVSM images that a search tries: the given one, and on request others in its folder, or in that of the firmware; and the sizes of
// the variable stores there, because an SVSM image lies right below the variables.

import type { FirmwareFacts, SvsmFacts } from '../core/explain/launchFacts';
import { sizeOf } from '../core/explain/svsmPlaces';
import { variableStoreSize } from '../core/explain/variableStore';
import { parseOvmf } from '../core/ovmf/image';
import * as snpErrors from '../core/tech/snp/errors';
import { readSvsmImage, sizeOfVars, svsmEntry, type SvsmFiles } from './svsmLaunch';
import { imagesIn, shared } from './explainImages';
import type { Io } from './io';

/** What is known about SVSM images and the room above them. */
export interface SvsmSearch {
  readonly svsms: readonly SvsmFacts[];
  readonly stores: readonly number[];
  /** As given; undefined without an SVSM image. */
  readonly varsSize: number | undefined;
  readonly isVarsFile: boolean;
}

/** An SVSM image; undefined for a file that is none. */
function svsmOf(bytes: Uint8Array, rest: Pick<SvsmFacts, 'path' | 'name' | 'origin'>): SvsmFacts | undefined {
  const image = parseOvmf(bytes).value;
  const entry = svsmEntry(image);
  const { sevMetadata } = image;
  if (entry === undefined || !sevMetadata) return undefined;
  return { ...rest, bytes: shared(bytes), entry, image: { sevMetadata } };
}

async function givenImage(io: Io, files: SvsmFiles, firmware: FirmwareFacts): Promise<SvsmFacts> {
  const { svsm: path } = files;
  const { bytes } = await readSvsmImage(io, files, sizeOf(firmware));
  const given = svsmOf(bytes, { path, name: io.path.basename(path), origin: 'given' });
  if (!given) throw snpErrors.noSnpMetadata().placedAt({ input: 'svsm' });
  return given;
}

/**
 * Reads them.
 * @param files the given image; undefined without one
 * @param firmware the given one
 * @param folder of which files other images may be; undefined when none are searched
 * @throws CheckError when the given image cannot be read, or is none that is launched that way
 */
export async function readSvsms(
  io: Io,
  files: SvsmFiles | undefined,
  firmware: FirmwareFacts,
  folder: string | undefined,
): Promise<SvsmSearch> {
  const given = files && (await givenImage(io, files, firmware));
  const varsSize = files && (await sizeOfVars(io, files));
  const found = folder === undefined ? [] : await imagesIn(io, folder);
  const others = found.flatMap(
    ({ path, name, bytes }) => svsmOf(bytes, { path, name, origin: 'beside' }) ?? [],
  );
  const all = [...(given ? [given] : []), ...others];
  const isFirst = (image: SvsmFacts, i: number) =>
    all.findIndex(
      ({ bytes }) => bytes.length === image.bytes.length && io.hashes.isSame(bytes, image.bytes),
    ) === i;
  const stores = [...firmware.parts, ...found.map(({ bytes }) => bytes)].flatMap(
    (bytes) => variableStoreSize(bytes) ?? [],
  );
  return {
    svsms: all.filter(isFirst),
    stores: [...new Set(stores)].sort((a, b) => a - b),
    varsSize,
    isVarsFile: files?.varsFile !== undefined,
  };
}
