// Firmware volumes: what is read from valid ones, one broken thing per rule, and hostile bytes.

import assert from 'node:assert/strict';
import { guidBytes } from '../../../../../src/core/binary/guid';
import { buildOvmf } from '../../../../../src/core/ovmf/build';
import { parseOvmf } from '../../../../../src/core/ovmf/image';
import { crc32 } from '../../../../../src/core/ovmf/volumes/checksums';
import { BROTLI, CRC32, FFS1, LZMA, TIANO } from '../../../../../src/core/ovmf/volumes/guids';
import { VOLUME_RULES } from '../../../../../src/core/ovmf/volumes/rules';
import type { Decompress, VolumeNode, WhyUndecoded } from '../../../../../src/core/ovmf/volumes/tree';
import { undecoded } from '../../../../../src/core/ovmf/volumes/undecoded';
import { checkVerifier, verifiesKernelHashes } from '../../../../../src/core/ovmf/volumes/verifier';
import { allNodes, parseVolumes, variablesOf } from '../../../../../src/core/ovmf/volumes/volumes';
import { decompressSection } from '../../../../../src/node/decompress';
import { bounded, few, mutateHeaders, seeds } from '../../../../helpers/hostile';
import { randomBytes, seeded } from '../../../../helpers/random';
import {
  HEADER_SIZE,
  file,
  sealHeader,
  section,
  sections,
  utf16,
  variableVolume,
  volume,
} from '../../../../../src/core/ovmf/volumes/build';
import { guided, join, largeVolume, variable } from '../../../../helpers/volumes';
import { codePaths, imagePaths, readImage } from '../../../../helpers/realImages';
import { A, B, BODY, UI, code, decompress, dxeImage, invert, nested, small, u32 } from './builders';
import { volumeCases } from './volumeCases';
import { assertWholeTree } from './wholeTree';

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

/** A Brotli header that states 64 bytes, and no stream. */
const twoSizes = join(u32(64), new Uint8Array(12), code);

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
  it('reads volumes whose erased bytes are zeros', () => {
    const files = [A, B].map((guid, i) => file({ guid, type: 0x07, body: UI(`Zero ${i}`), erased: 0 }));
    const tree = treeOf(volume({ size: 0x400, files, erased: 0 }));
    assert.deepEqual(names(tree.nodes), [['FFS2', ['Zero 0', 'Zero 0'], ['Zero 1', 'Zero 1']]]);
    const { children, fields } = tree.nodes[0]!;
    assert.deepEqual(
      children.map(({ kind }) => kind),
      ['file', 'file', 'free'],
    );
    assert.doesNotMatch(fields.find(({ name }) => name === 'attributes')!.meaning, /ERASE_POLARITY|reserved/);
  });
  it('reads the file system before UEFI PI, whose files may have tails', () => {
    const files = [
      file({ guid: A, type: 0x07, body: UI('With'), tail: true }),
      file({ guid: B, type: 0x01, body: code, tail: true }),
    ];
    const tree = treeOf(volume({ size: 0x400, files, fileSystem: FFS1, revision: 1 }));
    assert.deepEqual(names(tree.nodes), [['FFS1', ['With', 'With'], B]]);
    assert.deepEqual(
      tree.nodes[0]!.children.slice(0, 2).map(({ children }) => children.at(-1)?.name),
      ['tail', 'tail'],
    );
  });
  it('lists the files of a volume that is longer than what holds it', () => {
    const inner = small();
    inner[0x21] = 0x80;
    sealHeader(inner);
    const parsed = parseVolumes(
      volume({ size: 0x800, files: [file({ guid: B, type: 0x0b, body: section(0x17, inner) })] }),
    );
    assertWholeTree(parsed);
    const inside = [A, ['One', 'PE32 image', 'One'], ['Two', 'PE32 image', 'Two']];
    assert.deepEqual(names(parsed.value.nodes), [['FFS2', [B, ['volume image', inside]]]]);
    assert.deepEqual(
      parsed.findings.map(({ rule }) => rule),
      ['volume-size'],
    );
  });
  it('names every attribute of a volume, and says which bits are reserved', () => {
    const meaning = (attributes: number) => {
      const bytes = small();
      bytes.set(u32(attributes), 0x2c);
      sealHeader(bytes);
      const { value } = parseVolumes(bytes);
      return value.nodes[0]!.fields.find(({ name }) => name === 'attributes')!.meaning;
    };
    assert.equal(meaning(0x0004feff).split('; ').length, 16);
    assert.match(meaning(0x0004feff), /^READ_DISABLED_CAP; READ_ENABLED_CAP; .*; ALIGNMENT=16 bytes$/);
    for (const [attributes, wanted] of [
      [0x800, 'ERASE_POLARITY'],
      [0x000c0800, 'ERASE_POLARITY; ALIGNMENT=4 KiB'],
      [0x801f0800, 'ERASE_POLARITY; ALIGNMENT=2 GiB; WEAK_ALIGNMENT'],
      [0x00010800, 'ERASE_POLARITY; ALIGNMENT=2 bytes'],
      [0x00200900, 'ERASE_POLARITY; reserved bits set: 0x200100'],
    ] as const) {
      assert.equal(meaning(attributes), wanted);
    }
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

describe('Rules about firmware volumes', () => {
  const clean: [string, () => Uint8Array][] = [
    ['files with sections', small],
    ['a volume without files', () => volume({ size: 0x400 })],
    ['a compressed section', () => nested(small())],
    ['variables', () => variableVolume(0x200, [variable('Name', code)])],
  ];
  for (const [name, image] of clean) {
    it(`${name} as they are built give no finding`, () => {
      assert.deepEqual(parseVolumes(image(), { decompress }).findings, []);
    });
  }
  for (const { name, rule, at, size, image, also, decompress: unpack = decompressSection } of volumeCases) {
    it(`${name} gives ${rule} at its place`, () => {
      const bytes = image();
      const parsed = parseVolumes(bytes, { decompress: unpack });
      assertWholeTree(parsed);
      const unverified = checkVerifier(parseOvmf(bytes).value, parsed.value);
      assert.deepEqual(
        [...parsed.findings, ...unverified].map((found) => [found.rule, found.offset, found.size]),
        [...(also ? [also] : []), [rule, at, size]],
      );
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
    const tried = new Set<string>(volumeCases.map(({ rule }) => rule));
    assert.deepEqual(
      Object.keys(VOLUME_RULES).filter((rule) => !tried.has(rule)),
      [],
    );
    for (const { doc } of Object.values(VOLUME_RULES)) assert.match(doc, /^[A-Z].*\.$/);
  });
});

describe('The verifier of kernel hashes', () => {
  const kernel = guidBytes('4de79437-abd2-427f-b835-d5b172d2045b');
  const verifying = dxeImage(section(0x19, join(code, kernel)));
  const parsed = (bytes: Uint8Array) => parseVolumes(bytes, { decompress }).value;

  it('is told by the GUID of the kernel in the DXE volume', () => {
    assert.equal(verifiesKernelHashes(parsed(verifying)), true);
    assert.equal(verifiesKernelHashes(parsed(dxeImage())), false);
  });
  it('is not told when the DXE volume was not decompressed, or is not there', () => {
    assert.equal(verifiesKernelHashes(parseVolumes(verifying).value), undefined);
    assert.equal(verifiesKernelHashes(parsed(small())), undefined);
  });
  it('is found in a driver that is compressed by itself', () => {
    const packed = guided(LZMA, invert(section(0x19, join(code, kernel))));
    assert.equal(verifiesKernelHashes(parsed(dxeImage(packed))), true);
    assert.equal(verifiesKernelHashes(parsed(dxeImage(guided(LZMA, invert(section(0x19, code)))))), false);
  });
  it('is unknown while a section is not decoded, unless it was found elsewhere', () => {
    for (const closed of [guided(TIANO, code), guided(A, code), guided(LZMA, code)]) {
      assert.equal(verifiesKernelHashes(parsed(dxeImage(closed))), undefined);
      assert.equal(verifiesKernelHashes(parsed(dxeImage(closed, section(0x19, kernel)))), true);
      const behind = volume({ size: 0x400, files: [file({ guid: A, type: 2, body: closed })] });
      assert.equal(verifiesKernelHashes(parsed(join(dxeImage(), behind))), undefined);
    }
  });
  it('is unknown where there are more levels than are read', () => {
    const levels = (n: number): Uint8Array => (n === 0 ? section(0x19, code) : section(0x03, levels(n - 1)));
    const deep = dxeImage(levels(12));
    assert.equal(verifiesKernelHashes(parsed(dxeImage(levels(2)))), false);
    assert.equal(verifiesKernelHashes(parsed(deep)), undefined);
    assert.deepEqual(
      undecoded(parsed(deep)).map(({ offset, why }) => [offset, why]),
      [[BODY, 'limits']],
    );
  });
  it('is missed only where there is an area for hashes, at the entry of that area', () => {
    const image = parseOvmf(buildOvmf()).value;
    const entry = image.table!.entries.find(({ name }) => name === 'sev-hash-table-block')!;
    const unverified = checkVerifier(image, parsed(dxeImage()));
    assert.deepEqual(
      unverified.map(({ rule, severity, offset }) => [rule, severity, offset]),
      [['kernel-hashes-unverified', 'warning', entry.offset]],
    );
    assert.deepEqual(checkVerifier(image, parsed(verifying)), []);
    assert.deepEqual(checkVerifier(image, parseVolumes(verifying).value), []);
    const without = parseOvmf(buildOvmf({ hashArea: { base: 0, size: 0 } })).value;
    assert.deepEqual(checkVerifier(without, parsed(dxeImage())), []);
  });
});

describe('What could not be decoded', () => {
  const holding = (...parts: readonly Uint8Array[]) =>
    volume({ size: 0x400, files: [file({ guid: A, type: 2, body: sections(...parts) })] });
  const at = HEADER_SIZE + 0x18;
  const cases: [
    string,
    Uint8Array,
    Decompress | undefined,
    readonly (readonly [number, string, WhyUndecoded])[],
  ][] = [
    ['nothing that is encoded', small(), decompress, []],
    ['what was decompressed', nested(small()), decompress, []],
    ['a checksum only', holding(guided(CRC32, UI('x'), 1, u32(crc32(UI('x'))))), undefined, []],
    ['nobody asked', holding(guided(LZMA, invert(UI('x')))), undefined, [[at, 'LZMA', 'not-asked']]],
    ['another method', holding(guided(A, code)), decompress, [[at, A, 'unknown-method']]],
    ['no decoder here', holding(guided(BROTLI, twoSizes)), decompress, [[at, 'Brotli', 'unsupported']]],
    ['broken data', holding(guided(LZMA, twoSizes)), decompressSection, [[at, 'LZMA', 'broken']]],
    [
      'too much data',
      holding(guided(BROTLI, new Uint8Array(20).fill(1))),
      decompress,
      [[at, 'Brotli', 'too-large']],
    ],
    [
      'standard compression',
      holding(section(0x01, join(u32(1), Uint8Array.of(1), code))),
      undefined,
      [[at, 'UEFI compression', 'not-asked']],
    ],
    [
      'what is inside of what was decompressed, at the section of the file',
      nested(holding(guided(A, code), guided(B, code))),
      decompress,
      [
        [BODY, A, 'unknown-method'],
        [BODY, B, 'unknown-method'],
      ],
    ],
  ];
  for (const [name, bytes, unpack, wanted] of cases) {
    it(`is listed with its method and why: ${name}`, () => {
      const { value } = parseVolumes(bytes, unpack ? { decompress: unpack } : {});
      const found = undecoded(value);
      assert.deepEqual(
        found.map(({ offset, method, why }) => [offset, method, why]),
        wanted,
      );
      for (const { reason, size } of found) assert.ok(reason.length > 10 && size > 0);
    });
  }
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
    for (const n of few(Array.from({ length: image.length + 1 }, (_, i) => i)))
      check(`first ${n} bytes`, image.subarray(0, n));
  });
  it('seeded mutations are read to the end', () => {
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
    assert.equal([...allNodes(parsed.value)].length, 3501);
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
