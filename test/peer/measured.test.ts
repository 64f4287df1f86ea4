// Launches that sev-snp-measure was asked for, with its answers: `digest` takes the same options, and answers the same or refuses for a
// reason that is recorded. They are not ours to publish: SEVSCOPE_VECTORS names the folder that holds them (ssm-cases.json), and without it
// all are skipped. Where SEV_SNP_MEASURE names the program itself, it is run beside ours.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildOvmf, DEFAULT_SEV_SECTIONS } from '../../src/core/ovmf/build';
import { SVSM_INFO } from '../../src/core/ovmf/entries';
import { runHere } from '../helpers/cli';
import { PYTHON, run } from '../helpers/peer';
import { randomBytes, seeded } from '../helpers/random';

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

const PROGRAM = process.env['SEV_SNP_MEASURE'];
const SEED = 4711;

/** Runs sev-snp-measure, or sev-snp-measure.py of a checkout. */
const measure = (args: readonly string[], cwd: string) =>
  PROGRAM!.endsWith('.py') ? run(PYTHON, [PROGRAM!, ...args], cwd) : run(PROGRAM!, args, cwd);

(PROGRAM === undefined ? describe.skip : describe)('sev-snp-measure and digest', () => {
  const random = seeded(SEED);
  const among = <T>(all: readonly T[]): T => all[random(all.length)]!;
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'sevscope-beside-'));
    for (let i = 0; i < 4; i++) {
      const size = 0x10000 + 0x1000 * random(16);
      writeFileSync(join(folder, `ovmf${i}`), buildOvmf({ size, seed: i }));
      const sevSections = DEFAULT_SEV_SECTIONS.slice(0, 2 + random(4));
      const svsm = { guid: SVSM_INFO.guid, data: Uint8Array.of(0, random(256), 0, 0) };
      writeFileSync(
        join(folder, `svsm${i}`),
        buildOvmf({ size: 0x10000, seed: 9 + i, extraEntries: [svsm], sevSections }),
      );
      writeFileSync(join(folder, `vars${i}`), new Uint8Array(0x1000 * random(64) + 0x1000));
      writeFileSync(join(folder, `kernel${i}`), randomBytes(random, random(5000)));
    }
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** Options of a random launch; `--profile` is ours, where the program has another page than QEMU's usual launch. */
  function launch(): { readonly args: string[]; readonly ours: string[] } {
    const file = (name: string) => `${name}${random(4)}`;
    const mode = among(['sev', 'seves', 'snp', 'snp:svsm', 'snp:ovmf-hash']);
    const cpu = () =>
      among([
        ['--vcpu-type', among(['EPYC', 'EPYC-v4', 'EPYC-Milan', 'EPYC-Genoa-v1', 'EPYC-Turin'])],
        ['--vcpu-sig', among(['0xa00f11', '0b101000010000111100010001', '0o40407422', '11538193'])],
        ['--vcpu-family', '25', '--vcpu-model', String(random(256)), '--vcpu-stepping', String(random(16))],
        ['--vcpu-f', '26', '--vcpu-m', '2', '--vcpu-st', '1'],
      ]);
    const args = [
      '--mode',
      mode,
      among(['--ovmf', '--ov', '--ovm']),
      file('ovmf'),
      '--vcpus',
      String(1 + random(9)),
    ];
    for (let i = 0; i <= random(3); i++) args.push(...cpu());
    const vmm = mode === 'seves' || mode === 'snp' ? among(['', 'ec2', 'gce']) : '';
    if (vmm) args.push('--vmm-type', vmm);
    if (random(2)) args.push('--guest-features', among(['0x1', '0o41', '0b1000000001']));
    // It takes no notice of them where it prints the digest of the firmware.
    if (mode !== 'snp:ovmf-hash' && random(2)) args.push('--output-format', among(['hex', 'base64']));
    if (random(4) === 0) args.push(among(['-v', '--verbose', '--verb']));
    if (mode === 'snp:svsm') {
      const room = random(2)
        ? ['--vars-size', String(0x1000 * (1 + random(99)))]
        : ['--vars-f', file('vars')];
      args.push('--svsm', file('svsm'), ...room);
    } else if (mode !== 'snp:ovmf-hash' && random(2)) {
      args.push('--kernel', file('kernel'));
      if (random(2)) args.push('--in', file('kernel'));
      if (random(2)) args.push('--ap', among(['', 'console=ttyS0 ', 'ünïcode']));
    }
    if (['seves', 'snp', 'snp:svsm'].includes(mode) && random(3) === 0) args.push('--dump');
    return { args, ours: mode === 'seves' && !vmm ? ['--profile', 'sev-es-init2'] : [] };
  }

  for (let i = 0; i < 60; i++)
    it(`say the same of launch ${i}`, async function () {
      this.timeout(60_000);
      const { args, ours } = launch();
      const what = `SEED ${SEED}: ${args.join(' ')}`;
      const pages = () =>
        readdirSync(folder)
          .filter((name) => name.startsWith('vmsa'))
          .map((name) => {
            const bytes = readFileSync(join(folder, name), 'hex');
            rmSync(join(folder, name));
            return [name, bytes];
          });
      const wanted = await measure(args, folder);
      const theirs = pages();
      assert.equal(wanted.status, 0, `${what}: ${wanted.stderr}`);
      const { stdout, stderr } = await runHere(['digest', ...args, ...ours], folder);
      assert.equal(stdout, wanted.stdout, `${what}: ${stderr}`);
      assert.deepEqual(pages(), theirs, what);
    });
});
