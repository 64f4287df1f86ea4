// Inputs that people of the field have published, with the right answer of each. They are not ours to publish:
// SEVSCOPE_CASES names the folder that holds them (launch/*/case.json, images/*.xz), and without it all are skipped.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSample } from '../../src/app/sample';
import { io } from '../helpers/io';
import type { Outcome } from '../helpers/peer';
import { runCli } from '../helpers/peer';

const CASES = process.env['SEVSCOPE_CASES'];
const VECTORS = process.env['SEVSCOPE_VECTORS'];

/** What one command has to give: its status, what its output has to say, and what it may not say. */
interface Wanted {
  readonly status: number;
  readonly says?: readonly RegExp[];
  readonly never?: readonly RegExp[];
}

const MILAN_ES: Wanted = { status: 0, says: [/sev-es, bsp/, /EPYC-Milan/] };
const TWO_SNP: Wanted = { status: 0, says: [/snp, bsp/, /EPYC-Milan/, /2 pages/] };
const REPORT: Wanted = {
  status: 0,
  says: [/version 2/, /0x090 +measurement +d7b9f49e254f5d3e/, /report-algorithm/],
  never: [/VMSA, /, /mapped/],
};
const SNP_POLICY: readonly RegExp[] = [/SEV-SNP/, /attestation report/, /0x0?90/];
const NO_VERDICT: readonly RegExp[] = [/does not equal/, /does not match/, /SEV firmware 3\.0/, /NODBG/];

/** What the commands of each case have to give, in the order of its case.json. */
const LAUNCHES: Readonly<Record<string, readonly Wanted[]>> = {
  '01-measurement-as-hex': [{ status: 2, says: [/64 hexadecimal digits/, /48 bytes/], never: NO_VERDICT }],
  '03-api-0.16': [{ status: 0, says: [/0\.17/] }, { status: 0 }],
  '04-digest-without-firmware': [
    { status: 0, says: [/^ls2jv10V3HVShVI\/RHCo\/a43WO0soLZf0huU9ZZstIxRFA2okCqH\/Z6nh2uPH9e8$/m] },
    { status: 0, says: [/OK: .*is your own word/] },
  ],
  '05-policy-base-16': [{ status: 0, says: [/0x39/, /base 16/, /a mistake in/], never: [/serious/] }],
  '07-snp-policy': [
    { status: 2, says: SNP_POLICY, never: NO_VERDICT },
    { status: 1, says: SNP_POLICY, never: NO_VERDICT },
    { status: 2, says: SNP_POLICY, never: NO_VERDICT },
  ],
  '08-launch-digest-forms': [{ status: 0 }, { status: 0 }, { status: 0 }],
  '09-initrd-initrd': [{ status: 0, says: [/without initrd=initrd, which OVMF adds/] }],
  '11-dump-vmcb': [
    { status: 0, says: [/0x0*99050/, /sev_features/] },
    { status: 0, says: [/no launch measures/i, /0x80/] },
  ],
  '12-qemu-registers': [
    { status: 0, says: [/0x0*800f12/, /EPYC/] },
    { status: 0, says: [/0x0*800f12/], never: [/mapped/] },
  ],
  '13-little-endian-words': [MILAN_ES, MILAN_ES],
  '15-kernel-addresses': [MILAN_ES, MILAN_ES],
  '17-dmesg-iso': [TWO_SNP],
  '18-two-launches': [{ status: 0, says: [/launch 2, vCPU 0/], never: [/is vCPU 2/] }],
  '20-journal-json': [TWO_SNP, TWO_SNP],
  '21-debuggers': [MILAN_ES, MILAN_ES, MILAN_ES, MILAN_ES, MILAN_ES, MILAN_ES],
  '22-source-code-arrays': [MILAN_ES, MILAN_ES, MILAN_ES],
  '23-utf-16': [MILAN_ES, TWO_SNP],
  '25-attestation-report': [REPORT, REPORT],
  '26-wrong-file-as-firmware': [
    { status: 0, says: [/^[0-9a-f]{64}$/m, /variable store/] },
    { status: 2, says: [/qcow2/, /qemu-img convert/], never: [/^[0-9a-f]{64}$/m] },
    { status: 0, says: [/^[0-9a-f]{64}$/m, /16 bytes/] },
    { status: 1, says: [/variable store/] },
    { status: 1, says: [/What remains possible\n.*variable store/] },
    { status: 1, says: [/variable store/] },
  ],
  // The firmware of the case is text, which lint says.
  '27-launch-file-with-bom': [{ status: 0 }, { status: 1, never: [/JSON/] }],
  '29-other-features': [
    { status: 0, says: [/snp, bsp/, /EPYC-Milan/, /0x200/, /Secure ?TSC/i] },
    { status: 0, says: [/snp, bsp/, /EPYC-Milan/, /0x0*8\b/, /Restricted ?Injection/i] },
  ],
  '31-two-dumps-without-heading': [TWO_SNP],
};

/** The cases that are about the files of our sample, with the firmware that it had then and that is among the vectors. */
const WITH_SAMPLE = ['09-initrd-initrd'];

/** What `ovmf lint` and `show` have to say of an image: in either of their outputs. */
const IMAGES: Readonly<Record<string, readonly RegExp[]>> = {
  'v1-state-ff-unwritten-sizes.vars.fd': [/After/, /0xff/],
  'v4-spare-holds-the-store.vars.fd': [/spare/, /erased/],
  'v6-plain-store.vars.fd': [/Lang/, /Timeout/],
  'v7-fvlength-not-whole.vars.fd': [/length/],
  'd0-lzma-verifier.fd': [/0 errors, 0 warnings/],
  'd1-lzma-no-verifier.fd': [/kernel-hashes-unverified/],
  'd2-lzmaf86-no-verifier.fd': [/kernel-hashes-unverified/],
  'd9-no-verifier-unnamed-volume.fd': [/kernel-hashes-unverified/],
  'a1-ia32-sec-x64-dxe.fd': [/SEV-ES +no .*32-bit/],
  'a3-x64-smm-required.fd': [/SEV-ES +no .*SMM/],
  't0-good.fd': [/0 errors, 0 warnings/, /TDX/],
  't1-raw-larger-than-memory.fd': [/refuses/],
  't5-bfv-raw-size-zero.fd': [/refuses/],
  't7-code-only-raw-outside-file.fd': [/undefined/],
  'c1-qcow2.fd': [/qcow2/],
  'c2-igvm.igvm': [/IGVM/],
  'c3-gzip.fd.gz': [/gzip/],
  'c4-padded-behind-ff.fd': [/0xff/],
  'c10-size-not-64k.fd': [/64 KiB/],
  'f1-ffs3-large-file.fd': [],
  'f3-zero-size-file.fd': [/error/],
  'f5-nested-volume-longer-than-outer.fd': [/error/],
  'f6-erase-polarity-zero.fd': [/0 errors, 0 warnings/],
  'o1-pre-202008-no-table.fd': [/202008/],
};
/** Those of which nothing may be said that is true of an image only. */
const CONTAINERS = ['c1-qcow2.fd', 'c2-igvm.igvm', 'c3-gzip.fd.gz'];

let folder: string;
before(() => (folder = mkdtempSync(join(tmpdir(), 'sevscope-cases-'))));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A command of a case as arguments: words, and words between single quotes. */
const argumentsOf = (command: string) =>
  [...command.matchAll(/'([^']*)'|(\S+)/g)].map((found) => found[1] ?? found[2]!).slice(1);

function holds(outcome: Outcome, { status, says = [], never = [] }: Wanted, what: string) {
  const text = `${outcome.stdout}\n${outcome.stderr}`;
  const shown = `${what}\n${text.slice(0, 3000)}`;
  assert.equal(outcome.status, status, shown);
  for (const wanted of says) assert.match(text, wanted, shown);
  for (const unwanted of never) assert.doesNotMatch(text, unwanted, shown);
}

describe('public cases of launches', () => {
  for (const [id, wanted] of Object.entries(LAUNCHES)) {
    it(id, async function () {
      if (CASES === undefined) this.skip();
      const here = join(folder, id);
      cpSync(join(CASES, 'launch', id), here, { recursive: true });
      if (WITH_SAMPLE.includes(id)) {
        if (VECTORS === undefined) this.skip();
        await writeSample(io, here);
        cpSync(join(VECTORS, 'OVMF.sample.fd'), join(here, 'OVMF.sample.fd'));
      }
      const text = readFileSync(join(here, 'case.json'), 'utf8');
      const { got } = JSON.parse(text) as { got: { command: string }[] };
      assert.equal(got.length, wanted.length);
      for (const [i, { command }] of got.entries()) {
        holds(await runCli(argumentsOf(command), here), wanted[i]!, command);
      }
    });
  }
});

describe('public cases of images', () => {
  for (const [name, says] of Object.entries(IMAGES)) {
    it(name, async function () {
      if (CASES === undefined) this.skip();
      const source = join(CASES, 'images', `${name}.xz`);
      assert.ok(existsSync(source), source);
      writeFileSync(join(folder, name), execFileSync('xz', ['-dc', source], { maxBuffer: 1 << 28 }));
      const lint = await runCli(['ovmf', 'lint', name], folder);
      const show = await runCli(['ovmf', 'show', '--volumes', name], folder);
      const text = [lint, show].map(({ stdout, stderr }) => `${stdout}\n${stderr}`).join('\n');
      for (const wanted of says) assert.match(text, wanted, text.slice(0, 4000));
      if (!CONTAINERS.includes(name)) return;
      const digest = await runCli(['digest', '--mode', 'sev', '--ovmf', name], folder);
      assert.equal(digest.status, 2, digest.stderr);
      assert.doesNotMatch(text, /mapped|no GUIDed table|footer|image-size/);
    });
  }
});
