// The firmware volumes of Debian's images, part by part, as UEFIExtract of Debian's uefitool-cli reports them.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { VolumeTree } from '../../src/core/ovmf/volumes/tree';
import { verifiesKernelHashes } from '../../src/core/ovmf/volumes/verifier';
import type { PlacedNode } from '../../src/core/ovmf/volumes/volumes';
import { allNodes, parseVolumes } from '../../src/core/ovmf/volumes/volumes';
import { decompressSection } from '../../src/node/decompress';
import { imagePaths, readImage } from '../helpers/realImages';

/** What UEFIExtract calls the sorts that have other names here. */
const THEIR_TYPES: Readonly<Record<string, string>> = {
  'GUID-defined': 'GUID defined',
  'user interface': 'UI',
  padding: 'Pad',
  'MM core': 'SMM core',
  'MM module': 'SMM module',
  FFS2: 'FFSv2',
};

/** One part as text: sort, type, place in the file (or that it was decompressed), size, and GUID where it has one. */
type Part = readonly [string, string, string, number, string];

function theirs(path: string, folder: string): Part[] {
  const image = join(folder, basename(path));
  copyFileSync(path, image);
  execFileSync('UEFIExtract', [image, 'report'], { cwd: folder, timeout: 60_000 });
  const lines = readFileSync(`${image}.report.txt`, 'utf8').split('\n').slice(1);
  return lines.flatMap((line): Part[] => {
    const [kind = '', type = '', base = '', size = '', , ...names] = line
      .split('|')
      .map((cell) => cell.trim());
    const guid = /[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}/.exec(names[0] ?? '')?.[0].toLowerCase() ?? '';
    if (!['Volume', 'File', 'Section', 'VSS2 store', 'VSS entry', 'FTW store'].includes(kind)) return [];
    return [[kind, type.toLowerCase(), base.toLowerCase(), Number.parseInt(size, 16), guid]];
  });
}

function ours({ bytes, nodes }: VolumeTree): Part[] {
  return [...allNodes({ bytes, nodes })].flatMap((placed) => partOf(placed, placed.bytes === bytes));
}

function partOf({ node }: PlacedNode, isInFile: boolean): Part[] {
  const base = isInFile ? node.offset.toString(16).padStart(8, '0') : 'n/a';
  const part = (kind: string, type: string, guid = ''): Part[] => [
    [kind, (THEIR_TYPES[type] ?? type).toLowerCase(), base, node.size, guid],
  ];
  const { kind, type = '', guid, variable } = node;
  if (kind === 'volume') return part('Volume', type, guid);
  if (kind === 'file') return part('File', type, type === 'padding' ? '' : guid);
  if (kind === 'section') return part('Section', type, guid);
  if (kind === 'store') return part(node.name.startsWith('FTW') ? 'FTW store' : 'VSS2 store', '');
  if (!variable) return [];
  return variable.state === 'valid' ? part('VSS entry', 'auth', guid) : part('VSS entry', 'invalid');
}

describe("The volumes of Debian's OVMF images", function () {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'sevscope-volumes-'));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  for (const path of imagePaths) {
    it(`${path} has the parts that UEFIExtract reports`, () => {
      const expected = theirs(path, folder);
      assert.ok(expected.length > 2);
      const { value, findings } = parseVolumes(readImage(path), { decompress: decompressSection });
      assert.deepEqual(ours(value), expected);
      assert.deepEqual(findings, []);
      // The package has generic builds only, whose verifier does nothing.
      assert.equal(verifiesKernelHashes(value), path.includes('_VARS') ? undefined : false);
    });
  }
});
