// The commands on what is known of a page: dumps of registers, SEV features that no profile has, and bytes that are no
// processor state at all.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runHere } from '../../helpers/cli';
import {
  changedPage as page,
  controlLines,
  LINUX_AP,
  qemuLines,
  saveLines,
} from '../../helpers/registerDumps';
import { FIELDS_OF_PAGE } from '../../../src/core/vmsa/part';

let folder: string;
const cli = (...args: string[]) => runHere(args, folder);
async function ok(...args: string[]) {
  const outcome = await cli(...args);
  assert.equal(outcome.status, 0, outcome.stderr);
  return outcome;
}

const NAPLES = { family: 23, model: 1, stepping: 2 };
const RESET = page({ cpu: NAPLES }, { efer: 0n, cr4: 0n, cr0: 0x60000010n });

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'sevscope-parts-'));
  const write = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content);
  };
  const dump = (vcpu: number, allowed = (1n << 63n) | 1n) => [
    ...controlLines({ vcpu, allowed }),
    ...saveLines(LINUX_AP),
  ];
  const log = (lines: readonly string[]) =>
    `${lines.map((line) => `[  512.000000] kvm_amd: ${line}`).join('\n')}\n`;
  write('dmesg.txt', log(dump(1)));
  write('two.txt', log([...dump(1), ...dump(5)]));
  write('control.txt', log(controlLines()));
  write('regs.txt', `${qemuLines(RESET, 'legacy').join('\n')}\n`);
  write('ap.vmsa', LINUX_AP);
  write('tsc.vmsa', page({}, { sev_features: 0x201n }));
  write('reserved.vmsa', page({}, { sev_features: 0x40001n }));
  write('zeros.bin', new Uint8Array(4096));
  write('erased.bin', new Uint8Array(4096).fill(0xff));
  write('text.bin', 'All work and no play makes Jack a dull boy.\n'.repeat(100).slice(0, 4096));
  const shifted = new Uint8Array(4096);
  shifted.set(LINUX_AP.subarray(0, 4080), 16);
  write('shifted.bin', shifted);
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('A dump of registers', () => {
  it('is shown field by field, with what it says and what it lacks', async () => {
    for (const command of [['show'], ['vmsa', 'show']]) {
      const { stdout, stderr } = await ok(...command, 'dmesg.txt');
      for (const line of [
        /^dmesg\.txt: dump of a VMCB in the kernel's log, vCPU 1: additional processor \(AP\), starts at 0x00099050; no CPU signature\n/,
        /\n {2}agrees with snp-linux-ap, ap: .*, with BTBIsolation \(0x80\) on top; no launch measures it\n/,
        /\n {2}0x3b0 {2}sev_features {2}0x0000000000000081 {2}SNPActive BTBIsolation\n/,
        /\n {2}error vmsa-feature-not-allowed at 0x3b0 .*0x81.*BTBIsolation/,
        new RegExp(
          `\\n54 fields are zero \\(--all prints them\\)\\.\\n${FIELDS_OF_PAGE - 84} fields are not known: SEV state 14, `,
        ),
      ])
        assert.match(stdout, line);
      assert.doesNotMatch(stdout, /mxcsr|x87_fcw|dr0_addr_mask/);
      assert.match(stderr, /^dmesg\.txt: .*VMRUN refused the state\.\n$/);
    }
    const { stdout } = await ok('show', 'regs.txt');
    assert.match(
      stdout,
      /^regs\.txt: register dump of QEMU, vCPU 0: boot processor \(BSP\); EPYC \(QEMU\).*Naples/,
    );
    assert.match(stdout, /\n {2}agrees with sev-es, bsp: .*\n {2}agrees with sev-es-debugswap, bsp: /);
    assert.doesNotMatch(stdout, /sev_features|mapped at|SVME/);
    const all = await ok('show', 'regs.txt', '--all');
    assert.doesNotMatch(all.stdout, /sev_features|g_pat|fields are zero/);
    assert.match(all.stdout, /\n {2}0x318 {2}rbx +0x0000000000000000\n/);
  });
  it('is JSON with the known fields only', async () => {
    const json = JSON.parse((await ok('show', 'regs.txt', '--json')).stdout) as {
      kind: string;
      unknown: number;
      fields: { name: string }[];
    };
    assert.equal(json.kind, 'vmsa-part');
    assert.equal(json.fields.length + json.unknown, FIELDS_OF_PAGE);
    assert.equal(
      json.fields.some(({ name }) => name === 'sev_features' || name === 'mxcsr'),
      false,
    );
  });
  it('is identified by what is known', async () => {
    const { stdout } = await ok('vmsa', 'identify', 'dmesg.txt');
    assert.match(
      stdout,
      new RegExp(
        `^dmesg\\.txt agrees with a known page that no launch measures in the 84 fields that it has, with other SEV features; ${FIELDS_OF_PAGE - 84} fields of the page are not known \\(`,
      ),
    );
    const regs = await ok('vmsa', 'identify', 'regs.txt');
    assert.match(
      regs.stdout,
      /agrees with a known launch in the 58 fields.*\n {2}family +23\n {2}model +1\n {2}stepping +2\n/,
    );
    assert.match(regs.stdout, /\nPages that agree\n {2}sev-es, bsp: .*\n {2}sev-es-debugswap, bsp: /);
    const json = JSON.parse((await ok('vmsa', 'identify', '--json', 'regs.txt')).stdout) as Record<
      string,
      unknown
    >;
    assert.deepEqual([json['known'], json['unknown']], [58, FIELDS_OF_PAGE - 58]);
  });
  it('is compared in what is known, and is never equal to a page', async () => {
    const same = await ok('vmsa', 'diff', 'dmesg.txt', 'ap.vmsa');
    assert.match(
      same.stdout,
      new RegExp(
        `agrees with ap\\.vmsa in 84 fields\\. ${FIELDS_OF_PAGE - 84} fields are not known and were not compared\\.\n$`,
      ),
    );
    assert.doesNotMatch(same.stdout, /equals/);
    const json = JSON.parse((await ok('vmsa', 'diff', '--json', 'dmesg.txt', 'ap.vmsa')).stdout) as Record<
      string,
      unknown
    >;
    assert.deepEqual([json['equal'], json['compared'], json['notCompared']], [null, 84, FIELDS_OF_PAGE - 84]);
    const markdown = await ok('vmsa', 'diff', '--markdown', 'dmesg.txt', 'ap.vmsa');
    assert.match(
      markdown.stdout,
      new RegExp(`No field differs\\. ${FIELDS_OF_PAGE - 84} fields are not known`),
    );
    const other = await cli('vmsa', 'diff', 'regs.txt', '--cpu-model', 'EPYC-Milan');
    assert.equal(other.status, 1);
    assert.match(
      other.stdout,
      new RegExp(
        `in 1 of 58 fields:\n${FIELDS_OF_PAGE - 58} fields are not known and were not compared\\.\n\nDifferent guest CPU model`,
      ),
    );
    // QEMU's registers beside what QEMU sets, not beside what KVM makes of it.
    const generated = await ok('vmsa', 'diff', 'regs.txt', '--profile', 'snp');
    assert.match(generated.stdout, /agrees with the generated page \(snp, bsp\) in 58 fields/);
  });
  it('of several vCPUs is chosen by the number of the vCPU', async () => {
    const first = await ok('vmsa', 'show', 'two.txt');
    assert.match(first.stderr, /2 dumps; this is vCPU 1 \(--vcpu chooses another\)/);
    assert.match((await ok('show', 'two.txt', '--vcpu', '5')).stdout, /^two\.txt: .*, vCPU 5: /);
    const none = await cli('vmsa', 'identify', 'two.txt', '--vcpu', '0');
    assert.deepEqual(
      [none.status, none.stderr],
      [2, 'ERROR: two.txt has no dump of vCPU 0; it has vCPU 1, vCPU 5.\n'],
    );
  });
  const refusals: [string[], RegExp][] = [
    [
      ['vmsa', 'export', 'regs.txt', '--as', 'bin'],
      /regs\.txt is not a VMSA page\. It is a register dump of QEMU.*no whole page/,
    ],
    [
      ['vmsa', 'export', 'dmesg.txt', '--as', 'json'],
      /dmesg\.txt is not a VMSA page\. It is a dump of a VMCB/,
    ],
    [['vmsa', 'update', 'regs.txt', '--set', 'rax=1'], /not a VMSA page\. It is a register dump/],
    [['show', 'control.txt'], /control\.txt is not a VMSA page\. .*only the control area/],
  ];
  for (const [args, message] of refusals) {
    it(`is refused by ${args.join(' ')}`, async () => {
      const { status, stdout, stderr } = await cli(...args);
      assert.deepEqual([status, stdout], [2, '']);
      assert.match(stderr, message);
    });
  }
});

describe('vmsa identify', () => {
  it('takes SEV features as an open set, with exit status 0', async () => {
    const { stdout } = await ok('vmsa', 'identify', 'tsc.vmsa');
    assert.match(
      stdout,
      /^tsc\.vmsa is the page of a known launch, with other SEV features \(\d+ launches tried\)\.\n/,
    );
    assert.match(
      stdout,
      /\nThis page but for SEV features\n {2}snp, bsp: SEV-SNP, QEMU and KVM; EPYC-Milan .*\n {4}With SecureTSC \(0x200\) on top\.\n$/,
    );
    const json = JSON.parse((await ok('vmsa', 'identify', '--json', 'tsc.vmsa')).stdout) as {
      exact: unknown[];
      withFeatures: { profile: string; features: unknown }[];
    };
    assert.deepEqual(json.exact, []);
    assert.deepEqual(
      json.withFeatures.map(({ profile, features }) => [profile, features]),
      [['snp', { added: ['SecureTSC'], removed: [] }]],
    );
  });
  it('does not identify reserved bits of them, with exit status 1', async () => {
    const { status, stdout } = await cli('vmsa', 'identify', 'reserved.vmsa');
    assert.equal(status, 1);
    assert.match(
      stdout,
      /no known launch.*\n[^]*\n {2}snp, bsp: .*\n {4}1 field differs: sev_features \(.*: with bit 18 \(0x40000\) on top\)\. sev_features: 0x40000 is reserved\.\n/,
    );
  });
  it('says of a page that no launch measures that it is one', async () => {
    const { stdout } = await ok('vmsa', 'identify', 'ap.vmsa');
    assert.match(stdout, /^ap\.vmsa is a known page that no launch measures, with other SEV features \(/);
    assert.match(
      stdout,
      /\n {2}snp-linux-ap, ap: .*\n {4}With BTBIsolation \(0x80\) on top\.\n {4}No launch measures this page\.\n$/,
    );
  });
});

describe('SEV features that are asked for', () => {
  const cases: [string[], string | undefined, RegExp?][] = [
    [['--profile', 'snp', '--guest-features', '0x201'], 'SNPActive SecureTSC'],
    [['--profile', 'snp', '--guest-features', 'SNPActive,SecureTSC'], 'SNPActive SecureTSC'],
    [['--profile', 'snp', '--guest-features', 'snp-active,debug-swap'], 'SNPActive DebugVirtualization'],
    [['--guest-features', 'DebugSwap'], 'DebugVirtualization'],
    [
      ['--guest-features', '0x200'],
      'SecureTSC',
      /WARNING: No vCPU can run with this page: an SEV-ES guest cannot have SecureTSC\.\n/,
    ],
    [
      ['--profile', 'snp', '--guest-features', '0x40001'],
      'SNPActive; reserved',
      /WARNING: .* 0x40000 is reserved\.\n/,
    ],
    [
      ['--profile', 'snp', '--guest-features', 'SNPActive,Turbo'],
      undefined,
      /--guest-features.*It must be a number of at most 64 bits, or names/,
    ],
  ];
  for (const [options, wanted, noted] of cases)
    it(`are in the page that is built, and compared with: ${options.join(' ')}`, async () => {
      const { status, stderr } = await cli(
        'vmsa',
        'build',
        'made.vmsa',
        '--cpu-model',
        'EPYC-Milan',
        ...options,
      );
      assert.equal(status, wanted === undefined ? 2 : 0, stderr);
      if (noted) assert.match(stderr, noted);
      else assert.equal(stderr, '');
      if (wanted === undefined) return;
      const shown = await ok('vmsa', 'show', 'made.vmsa');
      assert.match(shown.stdout, new RegExp(`sev_features {2}0x[0-9a-f]{16} {2}${wanted.split(';')[0]!}`));
      const same = await ok('vmsa', 'diff', 'made.vmsa', ...options);
      assert.match(same.stdout, /^made\.vmsa equals the generated page/);
    });
  it('are named bit by bit where a page has others', async () => {
    const { status, stdout } = await cli('vmsa', 'diff', 'tsc.vmsa', '--guest-features', '0x40009');
    assert.equal(status, 1);
    assert.match(
      stdout,
      /only 0x201 has SecureTSC \(0x200\) and only 0x40009 has RestrictedInjection \(0x8\) and bit 18 \(0x40000\); 0x40000 is reserved\./,
    );
    assert.match(stdout, /\(set by the VMM, which was asked for these SEV features\)/);
    const json = JSON.parse(
      (await cli('vmsa', 'diff', '--json', 'tsc.vmsa', '--guest-features', '9')).stdout,
    ) as {
      expected: { profile: string; features: string };
    };
    assert.deepEqual([json.expected.profile, json.expected.features], ['snp', '0x9']);
  });
});

describe('Bytes that are no processor state', () => {
  const cases: [string, RegExp, RegExp][] = [
    ['zeros.bin', /All 4096 bytes are zero/, /no processor state: all bytes are zero/],
    ['erased.bin', /All 4096 bytes are the same/, /no processor state: all bytes are the same/],
    ['text.bin', /No register has a value that a vCPU can have/, /no processor state/],
    ['shifted.bin', /a VMSA that is shifted: its fields are 16 bytes too far on/, /no processor state/],
  ];
  for (const [file, sentence, summary] of cases) {
    it(`are said to be that, and get no launch: ${file}`, async () => {
      for (const json of [[], ['--json']]) {
        const { status, stdout, stderr } = await cli('vmsa', 'identify', file, ...json);
        assert.deepEqual([status, stdout], [2, '']);
        assert.match(stderr, sentence);
      }
      const shown = await ok('show', file);
      assert.match(shown.stdout.split('\n')[0]!, summary);
      assert.match(shown.stdout, sentence);
      assert.doesNotMatch(shown.stdout, /nearest|\n {2}0x000 {2}es_selector/);
      assert.match((await ok('show', file, '--all')).stdout, /\n {2}0x000 {2}es_selector/);
    });
  }
});
