// The firmware volumes of Debian's images, part by part, as UEFIExtract of Debian's uefitool-cli reports them.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { FFS1 } from '../../src/core/ovmf/volumes/guids';
import { crc32 } from '../../src/core/ovmf/volumes/checksums';
import type { VolumeTree } from '../../src/core/ovmf/volumes/tree';
import { verifiesKernelHashes } from '../../src/core/ovmf/volumes/verifier';
import type { PlacedNode } from '../../src/core/ovmf/volumes/volumes';
import { allNodes, parseVolumes } from '../../src/core/ovmf/volumes/volumes';
import { decompressSection } from '../../src/node/decompress';
import { SECTIONS } from '../helpers/compressions';
import { randomBytes, seeded } from '../helpers/random';
import { imagePaths, readImage } from '../helpers/realImages';
import { file, section, sections, utf16, volume } from '../../src/core/ovmf/volumes/build';
import { largeVolume } from '../helpers/volumes';

/** What UEFIExtract calls the sorts that have other names here. */
const THEIR_TYPES: Readonly<Record<string, string>> = {
  'GUID-defined': 'GUID defined',
  compression: 'Compressed',
  'user interface': 'UI',
  padding: 'Pad',
  'MM core': 'SMM core',
  'MM module': 'SMM module',
  FFS1: 'FFSv2',
  FFS2: 'FFSv2',
  FFS3: 'FFSv3',
};

/** One part as text: sort, type, place in the file (or that it was decompressed), size, CRC32, and GUID where it has one. */
type Part = readonly [string, string, string, number, string, string];

/** The sum that they report of a working block is not that of its bytes. */
const sumOf = (kind: string, crc: string) => (kind === 'FTW store' ? '' : crc);

function theirs(bytes: Uint8Array, name: string, folder: string): Part[] {
  const image = join(folder, name);
  writeFileSync(image, bytes);
  execFileSync('UEFIExtract', [image, 'report'], { cwd: folder, timeout: 60_000 });
  const lines = readFileSync(`${image}.report.txt`, 'utf8').split('\n').slice(1);
  return lines.flatMap((line): Part[] => {
    const [kind = '', type = '', base = '', size = '', crc = '', ...names] = line
      .split('|')
      .map((cell) => cell.trim());
    const guid = /[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}/.exec(names[0] ?? '')?.[0].toLowerCase() ?? '';
    if (!['Volume', 'File', 'Section', 'VSS2 store', 'VSS entry', 'FTW store'].includes(kind)) return [];
    const place = base.toLowerCase();
    return [
      [kind, type.toLowerCase(), place, Number.parseInt(size, 16), sumOf(kind, crc.toLowerCase()), guid],
    ];
  });
}

function ours({ bytes, nodes }: VolumeTree): Part[] {
  return [...allNodes({ bytes, nodes })].flatMap((placed) => partOf(placed, placed.bytes === bytes));
}

function partOf({ node, bytes }: PlacedNode, isInFile: boolean): Part[] {
  const sum = crc32(bytes.subarray(node.offset, node.offset + node.size))
    .toString(16)
    .padStart(8, '0');
  const base = isInFile ? node.offset.toString(16).padStart(8, '0') : 'n/a';
  const part = (kind: string, type: string, guid = ''): Part[] => [
    [kind, (THEIR_TYPES[type] ?? type).toLowerCase(), base, node.size, sumOf(kind, sum), guid],
  ];
  const { kind, type = '', guid, variable } = node;
  if (kind === 'volume') return part('Volume', type, guid);
  if (kind === 'file') return part('File', type, type === 'padding' ? '' : guid);
  if (kind === 'section') return part('Section', type, guid);
  if (kind === 'store') return part(node.name.startsWith('FTW') ? 'FTW store' : 'VSS2 store', '');
  if (!variable) return [];
  return variable.state === 'valid' ? part('VSS entry', 'auth', guid) : part('VSS entry', 'invalid');
}

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'sevscope-volumes-'));
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("The volumes of Debian's OVMF images", () => {
  for (const path of imagePaths) {
    it(`${path} has the parts that UEFIExtract reports`, () => {
      const bytes = readImage(path);
      const expected = theirs(bytes, basename(path), folder);
      assert.ok(expected.length > 2);
      const { value, findings } = parseVolumes(bytes, { decompress: decompressSection });
      assert.deepEqual(ours(value), expected);
      assert.deepEqual(findings, []);
      // The package has generic builds only, whose verifier does nothing.
      assert.equal(verifiesKernelHashes(value), path.includes('_VARS') ? undefined : false);
    });
  }
});

describe('Sections that our encoders compress', () => {
  const GUID = 'aaaaaaaa-0000-4000-8000-000000000001';
  const text = new Uint8Array(
    Buffer.from('There are many drivers in a volume, and many more in two. '.repeat(80)),
  );
  /** Calls, far apart, between bytes that do not compress. */
  const code = randomBytes(seeded(11), 6000).map((byte, i) =>
    i % 40 === 0 ? 0xe8 : i % 40 === 4 ? 0 : byte & 0x7f,
  );
  /** A volume of several drivers, which is larger than the window of UEFI's standard compression. */
  const inner = volume({
    size: 0x8000,
    name: GUID,
    files: [text, code, new Uint8Array(9000).fill(0x20), text, code].map((body, i) =>
      file({
        guid: `bbbbbbbb-0000-4000-8000-00000000000${i}`,
        type: 0x07,
        body: sections(section(0x19, body), section(0x15, utf16(`Driver ${i}`))),
      }),
    ),
  });
  // UEFIExtract knows no Brotli.
  for (const method of ['lzma', 'lzma-f86', 'tiano', 'uefi'] as const) {
    it(`have the parts that UEFIExtract reports: ${method}`, () => {
      const body = SECTIONS[method](section(0x17, inner));
      const bytes = volume({ size: 0x10000, files: [file({ guid: GUID, type: 0x0b, body })] });
      const { value, findings } = parseVolumes(bytes, { decompress: decompressSection });
      assert.deepEqual(findings, []);
      const expected = theirs(bytes, `${method}.fd`, folder);
      assert.equal(expected.filter(([kind]) => kind === 'File').length, 6);
      assert.deepEqual(ours(value), expected);
    });
  }
});

describe('Volumes in other forms', () => {
  const GUID = 'aaaaaaaa-0000-4000-8000-000000000001';
  const body = section(0x15, utf16('Driver'));
  const raw = randomBytes(seeded(13), 50);
  const images: readonly (readonly [string, Uint8Array])[] = [
    [
      'erased bytes that read zero',
      volume({ size: 0x1000, files: [file({ guid: GUID, type: 0x07, body, erased: 0 })], erased: 0 }),
    ],
    [
      'files with tails',
      volume({
        size: 0x1000,
        fileSystem: FFS1,
        revision: 1,
        files: [
          file({ guid: GUID, type: 0x07, body, tail: true }),
          file({ guid: GUID, type: 0x01, body: raw, tail: true }),
        ],
      }),
    ],
    [
      'a large file',
      largeVolume(0x1000, file({ guid: GUID, type: 0x07, body: section(0x19, raw, true), attributes: 1 })),
    ],
  ];
  for (const [name, bytes] of images) {
    it(`have the parts that UEFIExtract reports: ${name}`, () => {
      const { value, findings } = parseVolumes(bytes, { decompress: decompressSection });
      assert.deepEqual(findings, []);
      assert.deepEqual(ours(value), theirs(bytes, 'volume.fd', folder));
    });
  }
});

describe('The x86 filter of LZMA-F86', () => {
  it('is undone as the LZMA library of Python does it, however close opcodes are', () => {
    const plain = randomBytes(seeded(12), 20_000).map((byte, i) =>
      i % 3 === 0 ? [0xe8, 0xe9, 0, 0xff][byte & 3]! : byte & 1 ? 0 : byte,
    );
    const script = `import lzma, sys
data = sys.stdin.buffer.read()
lzma1 = {"id": lzma.FILTER_LZMA1, "dict_size": 1 << 20}
raw = lzma.compress(data, format=lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_X86}, lzma1])
sys.stdout.buffer.write(b"\\x5d" + (1 << 20).to_bytes(4, "little") + len(data).to_bytes(8, "little") + raw)`;
    const stream = execFileSync('python3', ['-c', script], { input: plain });
    const output = decompressSection('lzma-f86', stream, plain.length);
    assert.ok(output instanceof Uint8Array && Buffer.compare(output, plain) === 0);
    const unfiltered = decompressSection('lzma', stream, plain.length);
    assert.ok(unfiltered instanceof Uint8Array && Buffer.compare(unfiltered, plain) !== 0);
  });
});
