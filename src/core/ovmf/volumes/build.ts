// Builds firmware volumes with correct checksums, from the layouts that the parser reads (UEFI PI, volume 3): for the firmware
// of the sample, and for tests, which break one thing in them.

import { concatBytes } from '@noble/hashes/utils.js';
import { guidBytes } from '../../binary/guid';
import { utf8 } from '../../binary/hex';
import { encode } from '../../binary/struct';
import { sum8, sum16 } from './checksums';
import { AUTHENTICATED_STORE, FFS2, NVRAM } from './guids';
import {
  BLOCK_MAP_ENTRY,
  EXT_HEADER,
  FILE_HEADER,
  LARGE_FILE_HEADER,
  LARGE_SECTION_HEADER,
  SECTION_HEADER,
  STORE_HEADER,
  VOLUME_HEADER,
} from './layouts';

/** Parts aligned to multiples of `step`, with `fill` between them. */
function aligned(parts: readonly Uint8Array[], step: number, fill: number): Uint8Array {
  let size = 0;
  const spaced = parts.flatMap((part) => {
    const gap = (step - (size % step)) % step;
    size += gap + part.length;
    return [new Uint8Array(gap).fill(fill), part];
  });
  return concatBytes(...spaced);
}

const u24 = (n: number) => Uint8Array.of(n & 0xff, (n >> 8) & 0xff, n >> 16);

/** A section with its common header. */
export function section(type: number, body: Uint8Array, isLarge = false): Uint8Array {
  if (isLarge) {
    const extended_size = LARGE_SECTION_HEADER.size + body.length;
    return concatBytes(encode(LARGE_SECTION_HEADER, { size: u24(0xffffff), type, extended_size }), body);
  }
  return concatBytes(encode(SECTION_HEADER, { size: u24(SECTION_HEADER.size + body.length), type }), body);
}

/** Text as user interface and version sections encode it. */
export const utf16 = (text: string): Uint8Array =>
  Uint8Array.from(
    `${text}\0`.split('').flatMap((unit) => [unit.charCodeAt(0) & 0xff, unit.charCodeAt(0) >> 8]),
  );

/** Sections as a file contains them. */
export const sections = (...parts: readonly Uint8Array[]) => aligned(parts, 4, 0);

/** A file to build. */
export interface FileToBuild {
  readonly guid: string;
  readonly type: number;
  readonly body: Uint8Array;
  readonly attributes?: number;
  /** What erased bytes of its volume read: 0xff unless told. */
  readonly erased?: number;
  /** In FFS1, whether it has a tail. */
  readonly tail?: boolean;
}

/** A valid file. */
export function file({
  guid,
  type,
  body,
  attributes = 0,
  erased = 0xff,
  tail = false,
}: FileToBuild): Uint8Array {
  if (tail) return fileWithTail({ guid, type, body, attributes, erased });
  const isLarge = (attributes & 1) !== 0;
  const layout = isLarge ? LARGE_FILE_HEADER : FILE_HEADER;
  const size = layout.size + body.length;
  // Under construction, header valid, data valid.
  const state = 0x07 ^ erased;
  const values = { name: guidBytes(guid), type, attributes, size: u24(isLarge ? 0 : size), state };
  const header = isLarge
    ? encode(LARGE_FILE_HEADER, { ...values, extended_size: BigInt(size) })
    : encode(FILE_HEADER, values);
  header[0x10] = -(sum8(header, 0, layout.size) - state) & 0xff;
  header[0x11] = attributes & 0x40 ? -sum8(body, 0, body.length) & 0xff : 0xaa;
  return concatBytes(header, body);
}

/** A file of FFS1 with the inverse of its checksums at its end, and its fixed data checksum. */
function fileWithTail(parts: FileToBuild): Uint8Array {
  const bytes = file({ ...parts, body: concatBytes(parts.body, new Uint8Array(2)) });
  const attributes = (parts.attributes ?? 0) | 1;
  bytes[0x10] = (bytes[0x10]! - (attributes - bytes[0x13]!)) & 0xff;
  bytes[0x13] = attributes;
  bytes[0x11] = 0x5a;
  bytes.set([~bytes[0x10] & 0xff, ~bytes[0x11] & 0xff], bytes.length - 2);
  return bytes;
}

/** A volume to build. */
export interface VolumeToBuild {
  readonly size: number;
  readonly fileSystem?: string;
  readonly name?: string;
  readonly files?: readonly Uint8Array[];
  /** Follows the header instead of files. */
  readonly content?: Uint8Array;
  readonly revision?: number;
  /** What its erased bytes read: 0xff unless told. */
  readonly erased?: number;
}

/** Size of a built volume's header, without a name. */
export const HEADER_SIZE = VOLUME_HEADER.size + 2 * BLOCK_MAP_ENTRY.size;

/** Makes the words of a volume header add up to zero again. */
export function sealHeader(volume: Uint8Array, at = 0): void {
  const view = new DataView(volume.buffer, volume.byteOffset);
  view.setUint16(at + 0x32, 0, true);
  view.setUint16(at + 0x32, -sum16(volume, at, at + HEADER_SIZE) & 0xffff, true);
}

/** A valid volume with one kind of block. */
export function volume(parts: VolumeToBuild): Uint8Array {
  const { size, fileSystem = FFS2, name, files = [], content, revision = 2, erased = 0xff } = parts;
  const ext = name === undefined ? new Uint8Array() : extHeader(name);
  const bytes = new Uint8Array(size).fill(erased);
  const header = encode(VOLUME_HEADER, {
    file_system_guid: guidBytes(fileSystem),
    fv_length: BigInt(size),
    signature: utf8('_FVH'),
    attributes: erased === 0xff ? 0x0004feff : 0x0004f6ff,
    header_length: HEADER_SIZE,
    ext_header_offset: name === undefined ? 0 : HEADER_SIZE,
    revision,
  });
  const blocks = encode(BLOCK_MAP_ENTRY, { num_blocks: size / 16, length: 16 });
  const head = concatBytes(header, blocks, new Uint8Array(BLOCK_MAP_ENTRY.size), ext);
  bytes.set(content ? concatBytes(head, content) : aligned([head, ...files], 8, erased));
  sealHeader(bytes);
  return bytes;
}

const extHeader = (name: string) =>
  encode(EXT_HEADER, { fv_name: guidBytes(name), ext_header_size: EXT_HEADER.size });

/** The volume of a variable store with these variables, the rest free. */
export function variableVolume(
  size: number,
  variables: readonly Uint8Array[],
  store = AUTHENTICATED_STORE,
  storeSize = size - HEADER_SIZE,
): Uint8Array {
  const header = encode(STORE_HEADER, {
    signature: guidBytes(store),
    size: storeSize,
    format: 0x5a,
    state: 0xfe,
  });
  return volume({ size, fileSystem: NVRAM, content: concatBytes(header, aligned(variables, 4, 0xff)) });
}
