// Launches that sev-snp-measure was asked for, with its answers: `digest` takes the same options, and answers the same or refuses for a
// reason that is recorded. They are not ours to publish: SEVSCOPE_VECTORS names the folder that holds them (ssm-cases.json), and without it
// all are skipped. Where SEV_SNP_MEASURE names the program itself, it is run beside ours.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runHere } from '../helpers/cli';

const VECTORS = process.env['SEVSCOPE_VECTORS'];

interface Case {
  readonly args: readonly string[];
  readonly digest: string | null;
  readonly rc: number;
  /** Why we give no digest although the program does. */
  readonly refused?: string;
}

interface Cases {
  readonly sha256: Readonly<Record<string, string>>;
  /** Each of `name (seed,size)`; byte i of one is (i * seed + (i >> 8) + seed) & 255. */
  readonly blobs: string;
  readonly cases: readonly Case[];
}

function* blobsOf(text: string): Generator<readonly [name: string, bytes: Uint8Array], undefined> {
  for (const [, name, seed, size] of text.matchAll(/(\w+) \((\d+),(\d+)\)/g)) {
    const step = Number(seed);
    yield [name!, Uint8Array.from({ length: Number(size) }, (_, i) => (i * step + (i >> 8) + step) & 255)];
  }
}

/** The folder of an image of the package `ovmf` that is the one measured. */
const folderOf = (name: string, sha256: string | undefined) =>
  ['/usr/share/OVMF', '/usr/share/ovmf'].find(
    (folder) =>
      existsSync(join(folder, name)) &&
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex') === sha256,
  );

(VECTORS === undefined ? describe.skip : describe)('What sev-snp-measure was asked', () => {
  const { cases, blobs, sha256 }: Cases =
    VECTORS === undefined
      ? { cases: [], blobs: '', sha256: {} }
      : (JSON.parse(readFileSync(join(VECTORS, 'ssm-cases.json'), 'utf8')) as Cases);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'sevscope-measured-'));
    let count = 0;
    for (const [name, bytes] of blobsOf(blobs)) {
      writeFileSync(join(folder, `${name}.bin`), bytes);
      count++;
    }
    assert.equal(count, 8);
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  cases.forEach(({ args, digest, rc, refused }, index) => {
    const words = args.map((arg) => arg.replace(/^\{\w+\}\//, '')).join(' ');
    it(`${index}: ${words}`, async function () {
      const image = /^\{(\w+)\}\/(.*)$/.exec(args[args.indexOf('--ovmf') + 1]!)!;
      const place = image[1] === 'here' ? VECTORS! : folderOf(image[2]!, sha256[image[2]!]);
      if (place === undefined) return void this.skip();
      const given = args.map((arg) =>
        arg.replace(/^\{(\w+)\}/, (_, name: string) => (name === 'blobs' ? folder : place)),
      );
      // It knows one page of SEV-ES, that of KVM_SEV_INIT2, which is not the one that QEMU's default launch has.
      const isEs = args[args.indexOf('--mode') + 1] === 'seves';
      const profile = isEs && !args.includes('--vmm-type') ? ['--profile', 'sev-es-init2'] : [];
      const { status, stdout, stderr } = await runHere(['digest', ...given, ...profile], folder);
      if (rc !== 0 || refused !== undefined) {
        assert.deepEqual([stdout, status > 1], ['', true], stderr);
        return;
      }
      assert.equal(stdout.trimEnd(), digest, stderr);
      assert.equal(status, 0);
    });
  });
});
