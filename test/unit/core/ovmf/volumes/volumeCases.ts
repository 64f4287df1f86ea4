// Broken firmware volumes: a valid image, one thing broken, and the finding that it must give.

import { buildOvmf } from '../../../../../src/core/ovmf/build';
import { crc32 } from '../../../../../src/core/ovmf/volumes/checksums';
import { BROTLI, CRC32, LZMA, LZMA_F86, TIANO, guidName } from '../../../../../src/core/ovmf/volumes/guids';
import type { VolumeRule } from '../../../../../src/core/ovmf/volumes/rules';
import type { Decompress } from '../../../../../src/core/ovmf/volumes/tree';
import {
  HEADER_SIZE,
  file,
  sealHeader,
  section,
  sections,
  variableVolume,
  volume,
} from '../../../../../src/core/ovmf/volumes/build';
import { LZMA_STREAM, guided, join, largeVolume, variable } from '../../../../helpers/volumes';
import { A, B, BODY, FIRST, UI, code, decompress, dxeImage, small, u32 } from './builders';

/** One broken image and the finding that it must give, alone unless `also` names another before it. */
export interface Case {
  readonly name: string;
  readonly rule: VolumeRule;
  readonly at: number;
  readonly size: number;
  readonly image: () => Uint8Array;
  readonly also?: readonly [VolumeRule, number, number];
  /** LZMA unless told. */
  readonly decompress?: Decompress;
}

/** `small` with bytes overwritten; its volume header is made right again unless the case is about that. */
const poked =
  (at: number, ...bytes: readonly number[]) =>
  () => {
    const image = small();
    image.set(bytes, at);
    if (at < HEADER_SIZE && at !== 0x32) sealHeader(image);
    return image;
  };
/** A volume with one freeform file of these sections. */
const holding =
  (...parts: readonly Uint8Array[]) =>
  () =>
    volume({ size: 0x400, name: A, files: [file({ guid: A, type: 2, body: sections(...parts) })] });
/** A volume without files whose header tells of an extended one at this offset. */
const emptyWithExtHeader = (offset: number) => () => {
  const image = volume({ size: 0x400 });
  image.set([offset & 0xff, offset >> 8], 0x34);
  sealHeader(image);
  return image;
};
/** A store with one variable and bytes overwritten. */
const storeWith =
  (at: number, ...bytes: readonly number[]) =>
  () => {
    const image = variableVolume(0x200, [variable('Name', code)]);
    image.set(bytes, at);
    return image;
  };
function deep(levels: number): Uint8Array {
  const body = section(0x03, UI('x'));
  let inner = body;
  for (let i = 0; i < levels; i++) inner = section(0x03, inner);
  return volume({ size: 0x400, name: A, files: [file({ guid: A, type: 2, body: inner })] });
}

/** Data that state a size of 64 bytes and are no stream of their method. */
function broken(guid: string): Uint8Array {
  const bytes = new Uint8Array(33).fill(0xff);
  const header: Readonly<Record<string, readonly [number, number]>> = { [TIANO]: [4, 4], [BROTLI]: [0, 8] };
  const [at, size] = header[guid] ?? [5, 8];
  bytes.fill(0, at, at + size);
  bytes[at] = 64;
  if (guid === TIANO) bytes.set(u32(25));
  return bytes;
}

/** One case per way in which a volume can be wrong, at least one for each rule. */
export const volumeCases: readonly Case[] = [
  {
    name: 'a wrong sum of the volume header',
    rule: 'volume-header-checksum',
    at: 0x32,
    size: 2,
    image: poked(0x32, 1, 2),
  },
  {
    name: 'a header longer than the volume',
    rule: 'volume-header-length',
    at: 0x30,
    size: 2,
    image: () => {
      const image = small();
      image.set([0, 5], 0x30);
      return image;
    },
  },
  {
    name: 'a volume that is cut off',
    rule: 'volume-size',
    at: 0x20,
    size: 8,
    image: () => small().slice(0, 0x3f8),
  },
  { name: 'a length of 2^63', rule: 'volume-size', at: 0x20, size: 8, image: poked(0x27, 0x80) },
  { name: 'too few blocks', rule: 'volume-block-map', at: 0x38, size: 16, image: poked(0x38, 0x3f) },
  {
    name: 'a block map without an end',
    rule: 'volume-block-map',
    at: 0x38,
    size: 16,
    image: poked(0x40, 0, 0, 0, 0, 1),
  },
  {
    name: 'an extended header outside the volume',
    rule: 'volume-ext-header',
    at: 0x34,
    size: 2,
    image: emptyWithExtHeader(0x400),
  },
  {
    name: 'a file system that nobody knows',
    rule: 'volume-file-system',
    at: 0x10,
    size: 16,
    image: poked(0x10, 1),
  },
  { name: 'a byte in free space', rule: 'volume-free-space', at: 0x3f0, size: 16, image: poked(0x3f0, 0) },
  {
    name: 'another GUID in a file header',
    rule: 'file-header-checksum',
    at: FIRST + 0x10,
    size: 1,
    image: poked(FIRST, 1),
  },
  {
    name: 'a data checksum where there is none',
    rule: 'file-data-checksum',
    at: FIRST + 0x11,
    size: 1,
    image: poked(FIRST + 0x11, 1),
  },
  {
    name: 'a changed byte under a data checksum',
    rule: 'file-data-checksum',
    at: 0x48 + 0x11,
    size: 1,
    image: () => {
      const image = volume({
        size: 0x400,
        files: [file({ guid: A, type: 1, body: code, attributes: 0x40 })],
      });
      image[0x48 + 0x18]! ^= 1;
      return image;
    },
  },
  {
    name: 'a file longer than the volume',
    rule: 'file-size',
    at: FIRST,
    size: 24,
    image: poked(FIRST + 0x16, 1),
  },
  {
    name: 'a file shorter than its header',
    rule: 'file-size',
    at: FIRST,
    size: 24,
    image: poked(FIRST + 0x14, 23),
  },
  {
    name: 'a content that is not aligned',
    rule: 'file-alignment',
    at: 0x60,
    size: 33,
    image: () => volume({ size: 0x400, files: [file({ guid: A, type: 1, body: code, attributes: 2 << 3 })] }),
  },
  {
    name: 'a section longer than its file',
    rule: 'section-size',
    at: BODY,
    size: 4,
    image: poked(BODY + 1, 8),
  },
  {
    name: 'a section shorter than its header',
    rule: 'section-size',
    at: BODY,
    size: 4,
    image: poked(BODY, 3),
  },
  {
    name: 'guided data inside the header',
    rule: 'section-data',
    at: BODY + 0x14,
    size: 2,
    image: () => {
      const image = holding(guided(TIANO, code))();
      image[BODY + 0x14] = 23;
      return image;
    },
  },
  {
    name: 'a GUID-defined section without a GUID',
    rule: 'section-data',
    at: BODY,
    size: 14,
    image: holding(section(2, new Uint8Array(10))),
  },
  {
    name: 'a compression section without a method',
    rule: 'section-data',
    at: BODY,
    size: 8,
    image: holding(section(1, new Uint8Array(4))),
  },
  {
    name: 'a wrong CRC32',
    rule: 'section-crc',
    at: BODY + 24,
    size: 4,
    image: holding(guided(CRC32, UI('x'), 1, u32(1))),
  },
  {
    name: 'LZMA data that is none',
    rule: 'section-decompression',
    at: BODY + 24,
    size: 33,
    image: holding(guided(LZMA, code)),
  },
  {
    name: 'data that state more than the limit',
    rule: 'section-decompression',
    at: BODY + 24,
    size: 33,
    image: holding(guided(TIANO, join(u32(25), u32(2 ** 31), code.subarray(8)))),
  },
  ...[LZMA, LZMA_F86, TIANO, BROTLI].flatMap((guid): Case[] => [
    {
      name: `${guidName(guid)} data without a size`,
      rule: 'section-decompression',
      at: BODY + 24,
      size: 33,
      image: holding(guided(guid, new Uint8Array(33))),
    },
    {
      name: `${guidName(guid)} data of no bytes`,
      rule: 'section-decompression',
      at: BODY,
      size: 24,
      image: holding(guided(guid, new Uint8Array())),
    },
    {
      name: `broken ${guidName(guid)} data`,
      rule: 'section-decompression',
      at: BODY + 24,
      size: 33,
      image: holding(guided(guid, broken(guid))),
    },
  ]),
  {
    name: 'standard compression that is broken',
    rule: 'section-decompression',
    at: BODY + 9,
    size: 33,
    image: holding(section(0x01, join(u32(99), Uint8Array.of(1), broken(TIANO)))),
  },
  {
    name: 'a compression of type 2',
    rule: 'section-undecoded',
    at: BODY,
    size: 42,
    image: holding(section(0x01, join(u32(99), Uint8Array.of(2), code))),
  },
  {
    name: 'an encoding that nobody knows',
    rule: 'section-undecoded',
    at: BODY,
    size: 57,
    image: holding(guided(A, code)),
  },
  {
    name: 'a method without a decoder',
    rule: 'section-undecoded',
    at: BODY,
    size: 57,
    decompress,
    image: holding(guided(BROTLI, broken(BROTLI))),
  },
  {
    name: 'a store longer than its volume',
    rule: 'store-size',
    at: HEADER_SIZE + 0x10,
    size: 4,
    image: storeWith(HEADER_SIZE + 0x12, 1),
  },
  {
    name: 'a store that is not formatted',
    rule: 'store-state',
    at: HEADER_SIZE + 0x14,
    size: 2,
    image: storeWith(HEADER_SIZE + 0x14, 0xff),
  },
  {
    name: 'a variable longer than its store',
    rule: 'variable-size',
    at: HEADER_SIZE + 0x1c,
    size: 60,
    image: storeWith(HEADER_SIZE + 0x1c + 0x29, 0xff),
  },
  {
    name: 'a state that no variable has',
    rule: 'variable-state',
    at: HEADER_SIZE + 0x1c,
    size: 60,
    image: storeWith(HEADER_SIZE + 0x1c + 2, 0x00),
  },
  {
    name: 'a store that only the spare block holds',
    rule: 'store-in-spare',
    at: 0,
    size: 0x200,
    image: () =>
      variableVolume(0x400, [variable('Name', code)], undefined, 0x100)
        .copyWithin(0x200, 0, 0x200)
        .fill(0xff, 0, 0x200),
  },
  {
    name: 'a length that is not whole blocks',
    rule: 'volume-block-map',
    at: 0x38,
    size: 16,
    image: () => {
      const image = variableVolume(0x400, [variable('Name', code)], undefined, 0x100);
      image[0x20] = 0xf8;
      image[0x21] = 3;
      sealHeader(image);
      return image;
    },
  },
  {
    name: 'sections in thirteen levels',
    rule: 'volume-limits',
    at: BODY + 40,
    size: 20,
    image: () => deep(12),
  },
  {
    name: 'a length of one byte',
    rule: 'volume-size',
    at: 0x20,
    size: 8,
    image: poked(0x20, 1, 0, 0),
  },
  {
    name: 'an extended header inside the header',
    rule: 'volume-ext-header',
    at: 0x34,
    size: 2,
    image: emptyWithExtHeader(8),
  },
  {
    name: 'an extended header longer than the volume',
    rule: 'volume-ext-header',
    at: 0x34,
    size: 2,
    // Its size is read from erased bytes.
    image: emptyWithExtHeader(HEADER_SIZE),
  },
  {
    name: 'another type in a file header',
    rule: 'file-header-checksum',
    at: FIRST + 0x10,
    size: 1,
    image: poked(FIRST + 0x12, 0x02),
  },
  {
    name: 'a large file that is larger than the volume',
    rule: 'file-size',
    at: HEADER_SIZE,
    size: 32,
    image: () => {
      const image = largeVolume(0x400, file({ guid: A, type: 1, body: code, attributes: 1 }));
      image[HEADER_SIZE + 0x1f] = 1;
      return image;
    },
  },
  {
    name: 'a large section that is longer than its file',
    rule: 'section-size',
    at: BODY,
    size: 8,
    image: () => {
      const image = holding(section(0x19, code, true))();
      image[BODY + 6] = 1;
      return image;
    },
  },
  {
    name: 'guided data after the end of its section',
    rule: 'section-data',
    at: BODY + 0x14,
    size: 2,
    image: () => {
      const image = holding(guided(TIANO, code))();
      image[BODY + 0x15] = 1;
      return image;
    },
  },
  {
    name: 'a changed byte under a CRC32',
    rule: 'section-crc',
    at: BODY + 24,
    size: 4,
    image: () => {
      const inner = section(0x19, code);
      const image = holding(guided(CRC32, inner, 1, u32(crc32(inner))))();
      image[BODY + 28 + 10]! ^= 1;
      return image;
    },
  },
  {
    name: 'a compressed section without its last bytes',
    rule: 'section-decompression',
    at: BODY + 24,
    size: LZMA_STREAM.length - 8,
    image: holding(guided(LZMA, LZMA_STREAM.slice(0, -8))),
  },
  {
    name: 'a store shorter than its header',
    rule: 'store-size',
    at: HEADER_SIZE + 0x10,
    size: 4,
    image: storeWith(HEADER_SIZE + 0x10, 27, 0),
  },
  {
    name: 'a store that is not healthy',
    rule: 'store-state',
    at: HEADER_SIZE + 0x14,
    size: 2,
    image: storeWith(HEADER_SIZE + 0x15, 0),
  },
  {
    name: 'a variable with a name that is longer than its store',
    rule: 'variable-size',
    at: HEADER_SIZE + 0x1c,
    size: 60,
    image: storeWith(HEADER_SIZE + 0x1c + 0x25, 0xff),
  },
  {
    name: 'kernel hashes that nothing looks at',
    rule: 'kernel-hashes-unverified',
    // The hash area of a built image, 124 bytes before its end.
    at: 0x1000 + 0x800 - 124,
    size: 8,
    decompress,
    image: () => join(dxeImage(), buildOvmf({ size: 0x1000 })),
  },
  {
    name: 'kernel hashes that something may look at',
    rule: 'kernel-hashes-unknown',
    at: 0x1000 + 0x800 - 124,
    size: 8,
    also: ['section-undecoded', BODY, 57],
    image: () =>
      join(
        volume({ size: 0x800, name: B, files: [file({ guid: B, type: 0x0b, body: guided(A, code) })] }),
        buildOvmf({ size: 0x1000 }),
      ),
  },
];
