// Many more broken images than the unit tests try, made from every image of Debian's package, and that the command line and
// the thread behind the editor say the same about them as core does.

import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jsonText } from '../../src/core/binary/json';
import { parseOvmf } from '../../src/core/ovmf/image';
import { bySeverity } from '../../src/core/ovmf/lint';
import { parseContents } from '../../src/core/ovmf/contents';
import { allNodes, parseVolumes } from '../../src/core/ovmf/volumes/volumes';
import { decompressSection } from '../../src/node/decompress';
import { readImageInThread } from '../../src/host/ovmf/contents';
import { runHere } from '../helpers/cli';
import {
  bounded,
  checkMutations,
  checkTruncations,
  mutateHeaders,
  mutateLists,
  seeds,
  tailsOf,
} from '../helpers/hostile';
import { runCli } from '../helpers/peer';
import { codePaths, imagePaths, readImage } from '../helpers/realImages';
import { assertWholeTree } from '../unit/core/ovmf/volumes/wholeTree';
import { io } from '../helpers/io';

/** The volume with the SEC phase and the reset vector, all that comes after the compressed one, begins in here. */
const LAST_VOLUME = 0x40000;
/** Bytes from the start of a volume that its header and the headers of its first parts lie in. */
const HEADERS = 0x800;

/** The thread behind the editor. */

interface Sample {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Volumes of the real images that are small or hold nothing compressed, each content once. */
function volumeSamples(): Sample[] {
  const distinct = new Map<string, Sample>();
  for (const path of imagePaths) {
    const image = readImage(path);
    for (const { node } of allNodes(parseVolumes(image).value)) {
      if (node.kind !== 'volume' || node.size > LAST_VOLUME) continue;
      const bytes = image.slice(node.offset, node.offset + node.size);
      distinct.set(Buffer.from(bytes).toString('base64'), { name: `${path}, ${node.name}`, bytes });
    }
  }
  return [...distinct.values()];
}

describe("What is broken in the tables of Debian's images", function () {
  for (const tail of tailsOf(imagePaths)) {
    it(`is read to the end, wherever ${tail.name} of ${tail.fileSize} bytes is cut`, () =>
      checkTruncations(tail));
  }
  it('is read to the end in 50,000 seeded mutations', () => {
    const tails = tailsOf(codePaths);
    assert.ok(tails.length > 3);
    checkMutations(tails, 50_000);
  });
});

describe("What is broken in the volumes of Debian's images", () => {
  const samples = volumeSamples();
  it('is read to the end in 10,000 seeded mutations', () => {
    assert.ok(samples.length > 2);
    for (const seed of seeds(10_000)) {
      const { name, bytes } = samples[seed % samples.length]!;
      const broken = mutateHeaders(bytes, seed, Math.min(HEADERS, bytes.length));
      bounded(`${name}, SEED=${seed}`, () => assertWholeTree(parseVolumes(broken)));
    }
  });
});

describe('A broken image', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'sevscope-hostile-'));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** Both front doors say what core says: findings in full, and the image as the page decodes it. */
  async function same(name: string, bytes: Uint8Array, run: typeof runCli): Promise<void> {
    writeFileSync(join(folder, 'broken.fd'), bytes);
    const image = parseOvmf(bytes);
    const contents = parseContents(bytes, image, decompressSection);
    const all = contents.findings;
    const inThread = await readImageInThread(io, bytes, new AbortController().signal, () => undefined);
    assert.deepEqual(inThread?.contents, contents, name);
    const lint = await run(['ovmf', 'lint', '--json', 'broken.fd'], folder);
    const show = await run(['ovmf', 'show', '--json', 'broken.fd'], folder);
    const plain = (what: unknown) => JSON.parse(jsonText(what)) as Record<string, unknown>;
    const linted = JSON.parse(lint.stdout) as Record<string, unknown>;
    assert.deepEqual(linted['findings'], plain({ all: bySeverity(all) })['all'], name);
    assert.equal(lint.status, all.some(({ severity }) => severity === 'error') ? 1 : 0, name);
    assert.deepEqual([lint.stderr, show.stderr, show.status], ['', '', 0], name);
    const shown = JSON.parse(show.stdout) as Record<string, unknown>;
    assert.deepEqual(shown['findings'], plain({ all })['all'], name);
    for (const [key, expected] of Object.entries(plain(image.value)))
      assert.deepEqual(shown[key], expected, name);
  }

  it('is the same on the command line and in the editor, for 60 seeded mutations', async () => {
    const samples = imagePaths.map((path) => ({ path, end: readImage(path).slice(-LAST_VOLUME) }));
    for (const seed of seeds(60)) {
      const { path, end } = samples[seed % samples.length]!;
      await same(`the end of ${path}, SEED=${seed}`, mutateLists(end, seed), runHere);
    }
  });
  const different = new Set(codePaths.map((path) => realpathSync(path)));
  for (const [i, path] of [...different].entries()) {
    it(`made from all of ${path} is the same as a process and in the editor`, async () => {
      const [seed = 0] = seeds(1);
      await same(`${path}, SEED=${seed}`, mutateLists(readImage(path), seed + i), runCli);
    });
  }
});
