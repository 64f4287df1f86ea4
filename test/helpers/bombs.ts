// Images that make a careless walk take minutes: each kind can be built as large as wanted, so that tests can see whether the
// work grows with the size, and no faster.

import { brotliCompressSync } from 'node:zlib';
import { compress } from 'lzma1';
import { encode, type Values } from '../../src/core/binary/struct';
import { guidBytes } from '../../src/core/binary/guid';
import { sum16 } from '../../src/core/ovmf/volumes/checksums';
import {
  AUTHENTICATED_STORE,
  BROTLI,
  CRC32,
  FFS2,
  FFS3,
  LZMA,
  NVRAM,
  TIANO,
} from '../../src/core/ovmf/volumes/guids';
import {
  AUTHENTICATED_VARIABLE,
  GUID_DEFINED,
  LARGE_FILE_HEADER,
  LARGE_SECTION_HEADER,
  STORE_HEADER,
  VOLUME_HEADER,
} from '../../src/core/ovmf/volumes/layouts';
import { randomBytes, seeded } from './random';
import { encodeTiano } from './tiano';

const BLOCK_MAP = 16;
const SIGNATURE = Buffer.from('_FVH');
const DRIVER = 'aaaaaaaa-0000-4000-8000-000000000001';

/** A volume around bytes; `more` overrides fields of its header, whose checksum is right unless they say otherwise. */
export function around(content: Uint8Array, guid = FFS3, more: Partial<Values<HeaderRow>> = {}): Buffer {
  const size = VOLUME_HEADER.size + BLOCK_MAP + content.length;
  const header = Buffer.concat([
    encode(VOLUME_HEADER, {
      file_system_guid: guidBytes(guid),
      fv_length: BigInt(size),
      signature: SIGNATURE,
      attributes: 0x4feff,
      header_length: VOLUME_HEADER.size + BLOCK_MAP,
      revision: 2,
      ...more,
    }),
    Buffer.from(Uint32Array.of(size, 1, 0, 0).buffer),
  ]);
  const checksum = VOLUME_HEADER.rows.find(({ name }) => name === 'checksum')!.offset;
  header.writeUInt16LE(-sum16(header, 0, header.length) & 0xffff, checksum);
  return Buffer.concat([header, content]);
}
type HeaderRow = (typeof VOLUME_HEADER)['rows'][number];

/** A file around bytes, with a large header. */
function inFile(content: Uint8Array, attributes = 1, type = 0x0b): Buffer {
  const size = LARGE_FILE_HEADER.size + content.length;
  const rest = { type, attributes, state: 0xf8, extended_size: BigInt(size), data_checksum: 0xaa };
  return Buffer.concat([encode(LARGE_FILE_HEADER, { name: guidBytes(DRIVER), ...rest }), content]);
}

/** A section around bytes, with a large header, and behind it what aligns the next. */
function inSection(type: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const extended_size = LARGE_SECTION_HEADER.size + body.length;
  const header = encode(LARGE_SECTION_HEADER, { size: Uint8Array.of(0xff, 0xff, 0xff), type, extended_size });
  return Buffer.concat([header, body, Buffer.alloc(-body.length & 3)]);
}

const inGuided = (guid: string, data: Uint8Array, attributes = 1, lead = new Uint8Array()) => {
  const data_offset = LARGE_SECTION_HEADER.size + GUID_DEFINED.size + lead.length;
  const header = encode(GUID_DEFINED, { section_definition_guid: guidBytes(guid), data_offset, attributes });
  return inSection(0x02, header, lead, data);
};

const repeated = (bytes: Uint8Array, size: number) => Buffer.alloc(size, bytes);
const inVolume = (...parts: readonly Uint8Array[]) => around(inFile(Buffer.concat(parts)));
const noise = (size: number, seed = 1) => Buffer.from(randomBytes(seeded(seed), size));
/** A list of `count` different parts. */
const many = (count: number, part: (i: number) => Uint8Array) =>
  Array.from({ length: count }, (_, i) => part(i));
const u64 = (...numbers: readonly number[]) => Buffer.from(BigUint64Array.from(numbers, BigInt).buffer);
const withSize = (stream: Uint8Array, size: number) => {
  const bytes = Buffer.from(stream);
  bytes.writeBigUInt64LE(BigInt(size), 5);
  return bytes;
};

function nested(levels: number, content: Uint8Array): Uint8Array {
  let inner: Uint8Array = content;
  for (let i = 0; i < levels; i++) inner = around(inFile(inSection(0x17, inner), 0x41));
  return inner;
}

function summed(levels: number, content: Uint8Array): Uint8Array {
  let inner: Uint8Array = content;
  for (let i = 0; i < levels; i++) inner = inGuided(CRC32, inner, 2, new Uint8Array(4));
  return inner;
}

function variables(size: number): Buffer {
  const one = (i: number) => {
    const name = Buffer.from(`Boot${i.toString(16).padStart(4, '0')}\0`, 'utf16le');
    const header = {
      start_id: 0x55aa,
      state: i % 2 ? 0x3f : 0x3e,
      attributes: 7,
      name_size: name.length,
      data_size: 2,
    };
    return Buffer.concat([encode(AUTHENTICATED_VARIABLE, header), name, Buffer.alloc(4, 0xff)]);
  };
  const all = Buffer.concat(many(Math.floor(size / 84), one));
  const header = { signature: guidBytes(AUTHENTICATED_STORE), size: STORE_HEADER.size + all.length };
  return around(Buffer.concat([encode(STORE_HEADER, { ...header, format: 0x5a, state: 0xfe }), all]), NVRAM);
}

/** A file that a 24-byte header is all of. */
const tinyFile = Buffer.concat([Buffer.alloc(16, 0x11), Buffer.from('00aa0100180000f8', 'hex')]);
const store = (size: number) =>
  encode(STORE_HEADER, { signature: guidBytes(AUTHENTICATED_STORE), size, format: 0x5a, state: 0xfe });

/** Bombs by their kind, in about so many bytes; for compressed ones, so many come out or are stated. */
export const BOMBS: Readonly<Record<string, (size: number) => Uint8Array>> = {
  'erased flash': (size) => Buffer.alloc(size, 0xff),
  noise: (size) => noise(size),
  'signatures of volumes only': (size) =>
    repeated(Buffer.concat([SIGNATURE, Buffer.of(1, 0xfe, 3, 4)]), size),
  'signatures with the longest headers': (size) =>
    repeated(Buffer.concat([SIGNATURE, Buffer.from('fefffefffefffeff', 'hex')]), size),
  'signatures with headers that are added up': (size) =>
    repeated(Buffer.concat([SIGNATURE, Buffer.from('0004000400040004', 'hex')]), size),
  'volumes that are no longer than their headers': (size) => repeated(around(new Uint8Array()), size),
  'volumes with headers longer than they are': (size) =>
    repeated(around(new Uint8Array(), FFS2, { header_length: 0xfffe }), size),
  'volumes with block maps of 64 KiB': (size) =>
    repeated(around(Buffer.alloc(0x10000, 1), FFS2, { header_length: 0xfffe }), size),
  'variable volumes of a wrong length': (size) =>
    repeated(around(new Uint8Array(), NVRAM, { fv_length: 1n << 40n }), size),
  'the smallest sections': (size) => inVolume(repeated(Buffer.from('04000019', 'hex'), size)),
  'sections of one byte throughout': (size) => inVolume(Buffer.alloc(size, 1), Buffer.of(2)),
  'sections of names': (size) =>
    inVolume(repeated(Buffer.concat([Buffer.from('00020015', 'hex'), Buffer.alloc(508, 'a\0')]), size)),
  'the smallest files': (size) => around(repeated(tinyFile, size)),
  'volumes in volumes, with checksums': (size) => nested(5, noise(size)),
  'CRC32 in CRC32': (size) => inVolume(summed(9, noise(size))),
  'a chain of sections': (size) => inVolume(summed(Math.min(size >> 10, 2000), new Uint8Array())),
  variables,
  'starts of stores that are none': (size) =>
    around(repeated(guidBytes(AUTHENTICATED_STORE).with(15, 0), size), NVRAM),
  'stores that are too large': (size) => around(repeated(store(0xffffffff), size), NVRAM),
  'the smallest stores': (size) =>
    around(repeated(Buffer.concat([store(0x20), Buffer.alloc(4, 0xff)]), size), NVRAM),
  'LZMA that ends early': (size) =>
    inVolume(...many(8, (i) => inGuided(LZMA, withSize(compress(noise(size >> 4, i)), size >> 3)))),
  'LZMA of noise': (size) => inVolume(inGuided(LZMA, compress(noise(size >> 2)))),
  'LZMA that states more than its bytes can hold': (size) =>
    inVolume(...many(10, (i) => inGuided(LZMA, withSize(compress(noise(100, i)), 2 ** 20 + size)))),
  'LZMA with 3 million probabilities': (size) =>
    inVolume(repeated(inGuided(LZMA, Buffer.concat([Buffer.of(44), Buffer.alloc(28, 1)])), size)),
  'LZMA in LZMA': (size) =>
    inVolume(
      inGuided(
        LZMA,
        compress(Buffer.concat(many(12, (i) => inGuided(LZMA, compress(Buffer.alloc(size >> 4, i)))))),
      ),
    ),
  'Tiano of zeros': (size) => inVolume(inGuided(TIANO, encodeTiano(Buffer.alloc(size >> 2)))),
  'Tiano in the smallest blocks': (size) =>
    inVolume(inGuided(TIANO, encodeTiano(noise(size >> 6), { blockSize: 1 }))),
  'Brotli of zeros': (size) =>
    inVolume(
      ...many(20, (i) =>
        inGuided(BROTLI, Buffer.concat([u64(size, 0x10000), brotliCompressSync(Buffer.alloc(size, i))])),
      ),
    ),
  'Brotli that is none': (size) =>
    inVolume(...many(20, (i) => inGuided(BROTLI, Buffer.concat([u64(size, 0x10000), noise(size >> 6, i)])))),
};
