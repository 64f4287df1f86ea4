// The sample: launches of SEV-SNP and of SEV-ES that match and do not, firmware that both can start, and what its README and ours say
// that commands print.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { SAMPLE } from '../../../src/app/sampleNames';
import { lintOvmf } from '../../../src/core/ovmf/lint';
import { runHere } from '../../helpers/cli';
import { LAUNCH_DIGESTS } from '../../helpers/sampleDigests';
import { assertWhole } from '../../helpers/wholeness';

/** Its status, what its verdict begins with, and the status and first line of its explanation. */
const LAUNCHES: readonly (readonly [name: string, status: number, says: RegExp, why: RegExp])[] = [
  [SAMPLE.snpMatches, 0, /^OK: These inputs give the expected launch digest/m, /^OK: .*nothing to explain/],
  [
    SAMPLE.snpMismatch,
    1,
    /^ERROR: These inputs give another launch digest/m,
    /^It matches with CPU EPYC-Genoa \(25\/17\/0\) .* and vCPUs 4 \(not 2\)\n/,
  ],
  [SAMPLE.sevEsMatches, 0, /^OK: The reported measurement equals/m, /^OK: .*nothing to explain/],
  [
    SAMPLE.sevEsMismatch,
    1,
    /^ERROR: The reported measurement does not equal/m,
    /^It matches with profile sev-es .* and CPU EPYC-Milan/,
  ],
];

/** What the facts of its firmware say: each use, and whether it is excluded. */
const FACTS = [
  ['SEV', 'not-excluded'],
  ['SEV-ES', 'not-excluded'],
  ['SNP', 'not-excluded'],
  ['TDX', 'no'],
  ['kernel hashes', 'not-excluded'],
  ['secret area', 'not-excluded'],
  ['IGVM', 'no'],
  ['SVSM', 'not-excluded'],
];

/** A command of a README, and the lines that follow it; `…` stands for others. */
interface Quoted {
  readonly args: readonly string[];
  readonly lines: readonly string[];
}

/** The commands of Markdown whose answers it quotes: blocks of code in which they stand after `$ sevscope`. */
function quotedIn(markdown: string): Quoted[] {
  const blocks = [...markdown.matchAll(/^```\n(\$ sevscope .*?)^```$/gms)].map(([, block]) => block!);
  return blocks
    .flatMap((block) => block.split(/^\$ sevscope /m).slice(1))
    .map((text) => {
      const [command, ...lines] = text.trimEnd().split('\n');
      return { args: command!.split(' '), lines };
    });
}

/** What lines must be that are quoted. */
const pattern = (lines: readonly string[]) =>
  new RegExp(
    `^${lines.map((line) => (line === '…' ? '(?:.*\\n)+?' : `${line.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\n`)).join('')}$`,
  );

describe('The sample', () => {
  let parent: string;
  let folder: string;

  before(async () => {
    parent = mkdtempSync(join(tmpdir(), 'sevscope-'));
    folder = join(parent, 'sample');
    assert.equal((await runHere(['sample', 'sample'], parent)).status, 0);
  });
  after(() => {
    rmSync(parent, { recursive: true, force: true });
  });

  it('has the files of its table, launches first and those of SEV-SNP before the others', () => {
    assert.deepEqual(readdirSync(folder).sort(), Object.values(SAMPLE).sort());
    const { snpMatches, snpMismatch, sevEsMatches, sevEsMismatch } = SAMPLE;
    // As the Explorer sorts them: numbers by their value, capitals beside small letters.
    const sorted = Object.values(SAMPLE).sort(new Intl.Collator('en', { numeric: true }).compare);
    assert.deepEqual(sorted.slice(0, 4), [snpMatches, snpMismatch, sevEsMatches, sevEsMismatch]);
  });

  for (const [name, status, says, why] of LAUNCHES)
    it(`checks and explains ${name}`, async () => {
      const checked = await runHere(['validate', '--launch', name], folder);
      assert.equal(checked.status, status);
      assert.match(checked.stdout + checked.stderr, says);
      const explained = await runHere(['explain', '--launch', name], folder);
      assert.equal(explained.status, 0);
      assert.match(explained.stdout, why);
      assert.match(
        (await runHere(['launch', 'lint', name], folder)).stdout,
        /: 0 errors, 0 warnings, 0 notes/,
      );
    });

  it('names the digests that sev-snp-measure gives for its files', () => {
    for (const [name, digest] of Object.entries(LAUNCH_DIGESTS)) {
      const file = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { launchDigest: string };
      assert.equal(file.launchDigest, digest);
    }
  });

  it('has firmware without findings that SEV-ES and SEV-SNP guests can start with', () => {
    const bytes = new Uint8Array(readFileSync(join(folder, SAMPLE.firmware)));
    assert.equal(bytes.length, 0x40000);
    const parsed = lintOvmf(bytes);
    assert.deepEqual(parsed.findings, []);
    const { facts, image } = parsed.value;
    assertWhole({ value: image, findings: [] });
    assert.deepEqual(
      facts.supports.map(({ feature, state }) => [feature, state]),
      FACTS,
    );
    assert.match(facts.words, /^code and variables in one image, both measured; AmdSev build/);
    assert.deepEqual(
      image.sevMetadata?.sections.map(({ name }) => name),
      ['SNP_SEC_MEM', 'SNP_SEC_MEM', 'SNP_SECRETS', 'CPUID', 'SVSM_CAA', 'SNP_SEC_MEM', 'SNP_KERNEL_HASHES'],
    );
  });

  for (const [whose, path, where] of [
    ['its README', () => join(folder, SAMPLE.readme), () => folder],
    ['the README of SevScope', () => resolve('README.md'), () => parent],
  ] as const)
    it(`prints what ${whose} quotes`, async () => {
      const quoted = quotedIn(readFileSync(path(), 'utf8'));
      assert.ok(quoted.length > 0);
      for (const { args, lines } of quoted) {
        const { stdout, stderr } = await runHere(args, where());
        assert.match(stdout + stderr, pattern(lines), args.join(' '));
      }
    });
});
