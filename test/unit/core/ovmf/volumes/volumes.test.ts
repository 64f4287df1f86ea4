// Firmware volumes: what is read from valid ones, one broken thing per rule, and hostile bytes.

import assert from 'node:assert/strict';
import { guidBytes } from '../../../../../src/core/guid';
import { buildOvmf } from '../../../../../src/core/ovmf/build';
import { parseOvmf } from '../../../../../src/core/ovmf/image';
import { crc32 } from '../../../../../src/core/ovmf/volumes/checksums';
import { CRC32, DXEFV, LZMA } from '../../../../../src/core/ovmf/volumes/guids';
import type { VolumeRule } from '../../../../../src/core/ovmf/volumes/rules';
import { VOLUME_RULES } from '../../../../../src/core/ovmf/volumes/rules';
import type { Decompress, VolumeNode } from '../../../../../src/core/ovmf/volumes/tree';
import { checkVerifier, verifiesKernelHashes } from '../../../../../src/core/ovmf/volumes/verifier';
import { allNodes, parseVolumes, variablesOf } from '../../../../../src/core/ovmf/volumes/volumes';
import { decompressSection } from '../../../../../src/files/lzma';
import { bounded, mutateHeaders, seeds } from '../../../../helpers/hostile';
import { randomBytes, seeded } from '../../../../helpers/random';
import {
  HEADER_SIZE,
  file,
  guided,
  join,
  largeVolume,
  sealHeader,
  section,
  sections,
  utf16,
  variable,
  variableVolume,
  volume,
} from '../../../../helpers/volumes';
import { codePaths, imagePaths, readImage } from '../realImages';
import { assertWholeTree } from './wholeTree';

const A = 'aaaaaaaa-0000-4000-8000-000000000001';
const B = 'bbbbbbbb-0000-4000-8000-000000000002';
const TIANO = 'a31280ad-481e-41b6-95e8-127f4c984779';
const UI = (text: string) => section(0x15, utf16(text));
const u32 = (n: number) => Uint8Array.of(n & 0xff, (n >> 8) & 0xff, (n >> 16) & 0xff, n >>> 24);
const code = Uint8Array.from({ length: 33 }, (_, i) => i * 7 + 1);
const driver = (text: string, guid = A, ...more: readonly Uint8Array[]) =>
  file({ guid, type: 0x07, body: sections(section(0x10, code), UI(text), ...more) });

/** A stand-in for compression: the bytes, inverted. */
const invert = (bytes: Uint8Array) => bytes.map((b) => b ^ 0xff);
const decompress: Decompress = (_method, bytes) => invert(bytes);

const names = (nodes: readonly VolumeNode[]): unknown[] =>
  nodes
    .filter(({ kind }) => kind !== 'free' && kind !== 'padding')
    .map((n) => {
      const inside = names([...n.children, ...(n.decoded?.children ?? [])]);
      return inside.length > 0 ? [n.name, ...inside] : n.name;
    });
const treeOf = (bytes: Uint8Array, options = {}) => {
  const parsed = parseVolumes(bytes, options);
  assertWholeTree(parsed);
  assert.deepEqual(parsed.findings, []);
  return parsed.value;
};

/** A volume in a file in a volume, as OVMF has it. */
function nested(inner: Uint8Array): Uint8Array {
  const body = guided(LZMA, invert(sections(section(0x19, code), section(0x17, inner))));
  return volume({ size: 0x800, name: B, files: [file({ guid: B, type: 0x0b, body })] });
}

const small = () => volume({ size: 0x400, name: A, files: [driver('One'), driver('Two', B)] });
/** Where the first file of `small` is, and the content of that file. */
const FIRST = 0x60;
const BODY = FIRST + 0x18;

describe('Reading firmware volumes', () => {
  it('gives volumes, files and sections by name, and what lies between volumes', () => {
    const bytes = join(new Uint8Array(64), small(), randomBytes(seeded(1), 40), small());
    const tree = treeOf(bytes);
    const one = [A, ['One', 'PE32 image', 'One'], ['Two', 'PE32 image', 'Two']];
    assert.deepEqual(names(tree.nodes), [one, 'unknown', one]);
    assert.deepEqual(
      tree.nodes.map(({ kind }) => kind),
      ['padding', 'volume', 'unknown', 'volume'],
    );
    const first = tree.nodes[1]!.children[0]!;
    assert.deepEqual(
      [first.guid, first.type, first.typeCode, first.checksums],
      [A, 'DXE driver', 7, { header: 'ok', data: 'none' }],
    );
  });
  it('reads large files and sections by their long sizes', () => {
    const body = sections(section(0x10, code, true), UI('Large'));
    const tree = treeOf(largeVolume(0x400, file({ guid: A, type: 0x07, body, attributes: 0x41 })));
    assert.deepEqual(names(tree.nodes), [['FFS3', ['Large', 'PE32 image', 'Large']]]);
    assert.equal(tree.nodes[0]!.children[0]!.checksums?.data, 'ok');
  });
  it('decompresses LZMA sections with what the caller gives, and shows them as they are without', () => {
    const bytes = nested(small());
    assert.deepEqual(names(treeOf(bytes).nodes), [[B, [B, 'LZMA']]]);
    const inside = ['volume image', [A, ['One', 'PE32 image', 'One'], ['Two', 'PE32 image', 'Two']]];
    assert.deepEqual(names(treeOf(bytes, { decompress }).nodes), [[B, [B, ['LZMA', 'raw', inside]]]]);
  });
  it('reads sections that are not encoded, and leaves other encodings alone', () => {
    const inner = UI('Inner');
    const body = sections(
      guided(CRC32, inner, 1, u32(crc32(inner))),
      guided(TIANO, code),
      guided(B, inner, 0),
      section(0x01, join(u32(inner.length), Uint8Array.of(0), inner)),
      section(0x01, join(u32(99), Uint8Array.of(1), code)),
      section(0x18, join(guidBytes(A), code)),
      section(0x14, join(Uint8Array.of(7, 0), utf16('1.0'))),
      section(0x77, code),
    );
    const parts = treeOf(volume({ size: 0x400, files: [file({ guid: A, type: 2, body })] })).nodes[0]!;
    assert.deepEqual(names(parts.children), [
      [
        'Inner',
        ['CRC32', 'Inner'],
        'Tiano',
        [B, 'Inner'],
        ['compression', 'Inner'],
        'compression: standard',
        'freeform GUID',
        '1.0',
        'type 0x77',
      ],
    ]);
  });
  it('lists the variables of a store with their state', () => {
    const list = [variable('Boot0000', code), variable('Timeout', Uint8Array.of(5), 0x3c)];
    const tree = treeOf(variableVolume(0x200, list));
    const vendor = '8be4df61-93ca-11d2-aa0d-00e098032b8c';
    assert.deepEqual(variablesOf(tree), [
      { name: 'Boot0000', vendor, attributes: 7, dataSize: 33, state: 'valid' },
      { name: 'Timeout', vendor, attributes: 7, dataSize: 1, state: 'deleted' },
    ]);
  });
});

interface Case {
  readonly name: string;
  readonly rule: VolumeRule;
  readonly at: number;
  readonly size: number;
  readonly image: () => Uint8Array;
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

const cases: readonly Case[] = [
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
    image: () => {
      const image = volume({ size: 0x400 });
      image.set([0, 4], 0x34);
      sealHeader(image);
      return image;
    },
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
    name: 'sections in thirteen levels',
    rule: 'volume-limits',
    at: BODY + 40,
    size: 20,
    image: () => deep(12),
  },
];

describe('Rules about firmware volumes', () => {
  for (const { name, rule, at, size, image } of cases) {
    it(`${name} gives ${rule} at its place`, () => {
      const parsed = parseVolumes(image(), { decompress: decompressSection });
      assertWholeTree(parsed);
      assert.deepEqual(
        parsed.findings.map((found) => found.rule),
        [rule],
      );
      const found = parsed.findings.find((finding) => finding.rule === rule);
      assert.deepEqual([found?.offset, found?.size], [at, size]);
    });
  }
  it('findings about decompressed bytes are at the section that holds them', () => {
    const inner = small();
    inner[0x32]! ^= 1;
    const { findings } = parseVolumes(nested(inner), { decompress });
    assert.deepEqual(
      findings.map(({ rule, offset }) => [rule, offset]),
      [['volume-header-checksum', BODY]],
    );
    assert.match(findings[0]!.message, /It is at 0x[0-9a-f]+ of what is compressed here\.$/);
  });
  it('every rule has a case and a sentence', () => {
    const tried = new Set<string>([...cases.map(({ rule }) => rule), 'kernel-hashes-unverified']);
    assert.deepEqual(
      Object.keys(VOLUME_RULES).filter((rule) => !tried.has(rule)),
      [],
    );
    for (const { doc } of Object.values(VOLUME_RULES)) assert.match(doc, /^[A-Z].*\.$/);
  });
});

describe('The verifier of kernel hashes', () => {
  const kernel = guidBytes('4de79437-abd2-427f-b835-d5b172d2045b');
  const dxe = (...more: readonly Uint8Array[]) =>
    volume({ size: 0x400, name: DXEFV, files: [driver('QemuKernelLoaderFsDxe', A, ...more)] });
  const verifying = nested(dxe(section(0x19, join(code, kernel))));
  const parsed = (bytes: Uint8Array) => parseVolumes(bytes, { decompress }).value;

  it('is told by the GUID of the kernel in the DXE volume', () => {
    assert.equal(verifiesKernelHashes(parsed(verifying)), true);
    assert.equal(verifiesKernelHashes(parsed(nested(dxe()))), false);
  });
  it('is not told when the DXE volume was not decompressed, or is not there', () => {
    assert.equal(verifiesKernelHashes(parseVolumes(verifying).value), undefined);
    assert.equal(verifiesKernelHashes(parsed(small())), undefined);
  });
  it('is missed only where there is an area for hashes, at the entry of that area', () => {
    const image = parseOvmf(buildOvmf()).value;
    const entry = image.table!.entries.find(({ name }) => name === 'sev-hash-table-block')!;
    const unverified = checkVerifier(image, parsed(nested(dxe())));
    assert.deepEqual(
      unverified.map(({ rule, severity, offset }) => [rule, severity, offset]),
      [['kernel-hashes-unverified', 'warning', entry.offset]],
    );
    assert.deepEqual(checkVerifier(image, parsed(verifying)), []);
    assert.deepEqual(checkVerifier(image, parseVolumes(verifying).value), []);
    const without = parseOvmf(buildOvmf({ hashArea: { base: 0, size: 0 } })).value;
    assert.deepEqual(checkVerifier(without, parsed(nested(dxe()))), []);
  });
});

describe("Debian's firmware volumes", () => {
  it('have no finding and, those of code, no verifier', function () {
    // Decompression takes most of a second per image; the peer tier does it for all.
    const path = codePaths.find((one) => one.includes('secboot')) ?? codePaths[0];
    if (path === undefined) this.skip();
    const tree = parseVolumes(readImage(path), { decompress: decompressSection });
    assertWholeTree(tree);
    assert.deepEqual(tree.findings, []);
    assert.equal(verifiesKernelHashes(tree.value), false);
  });
  it('are read without a decompressor, too', () => {
    for (const path of imagePaths) {
      const tree = parseVolumes(readImage(path));
      assertWholeTree(tree);
      assert.deepEqual(tree.findings, []);
      assert.equal(verifiesKernelHashes(tree.value), undefined);
    }
  });
});

describe('Hostile firmware volumes', () => {
  const image = join(
    nested(small()),
    variableVolume(0x200, [variable('Name', code), variable('Old', code, 0x3c)]),
  );
  const check = (label: string, bytes: Uint8Array) =>
    bounded(label, () => assertWholeTree(parseVolumes(bytes, { decompress })));

  it('every truncation is read to the end', () => {
    for (let n = 0; n <= image.length; n++) check(`first ${n} bytes`, image.subarray(0, n));
  });
  it('2000 seeded mutations are read to the end', () => {
    for (const seed of seeds(2000)) check(`SEED=${seed}`, mutateHeaders(image, seed, image.length));
  });
  it('a volume full of the smallest files ends at the limit', () => {
    const files = file({ guid: A, type: 1, body: new Uint8Array() });
    const bytes = volume({ size: 0x80000 });
    for (let at = HEADER_SIZE; at + 24 <= bytes.length; at += 24) bytes.set(files, at);
    const parsed = parseVolumes(bytes);
    assertWholeTree(parsed);
    assert.deepEqual(
      parsed.findings.map(({ rule }) => rule),
      ['volume-limits'],
    );
    assert.equal([...allNodes(parsed.value)].length, 20_001);
  });
  it('a decompressor that gives more than the limit, or throws, is a finding', () => {
    const loud: Decompress = () => {
      throw new RangeError('too long');
    };
    const large: Decompress = (_method, _bytes, limit) => new Uint8Array(limit + 1);
    for (const one of [loud, large]) {
      const { findings } = parseVolumes(nested(small()), { decompress: one });
      assert.deepEqual(
        findings.map(({ rule }) => rule),
        ['section-decompression'],
      );
    }
  });
});
