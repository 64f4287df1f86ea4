// What is noticed about launch files: a good one to change in one way, and the one rule under which that must be found, at its place.
// The files that are named are real ones, with their modes and in real Git work trees.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeReport } from '../core/report/reports';
import { buildOvmf } from '../../../src/core/ovmf/build';
import { lintLaunch } from '../../../src/app/launchProblems';
import type { LintRule } from '../../../src/core/check/rules';
import { LINT_RULES, type LaunchProblem } from '../../../src/app/launchRules';
import { parseLaunchFile } from '../../../src/app/launchFile';
import { seeded } from '../../helpers/random';
import { io } from '../../helpers/io';

const folder = mkdtempSync(join(tmpdir(), 'sevscope-lint-'));
const PATH = join(folder, 'a.sevlaunch.json');
const put = (name: string, content: Uint8Array | string | number, mode = 0o600) => {
  const bytes = typeof content === 'number' ? Buffer.alloc(content, 1) : content;
  writeFileSync(join(folder, name), bytes);
  chmodSync(join(folder, name), mode);
};

/** A store of variables as a build writes it beside its code. */
function variableStore(): Uint8Array {
  const bytes = Buffer.alloc(0x84000, 0xff);
  bytes.fill(0, 0, 16);
  Buffer.from('8d2bf1ff96768b4ca9852747075b4f50', 'hex').copy(bytes, 0x10);
  bytes.writeBigUInt64LE(0x84000n, 0x20);
  bytes.write('_FVH', 0x28, 'latin1');
  return bytes;
}

const git = (...args: string[]) => execFileSync('git', args, { cwd: join(folder, 'tree'), stdio: 'pipe' });

before(() => {
  for (const name of ['keys', 'tree', 'tree/ignored', 'tree/sub', 'tree/sub/deep'])
    mkdirSync(join(folder, name));
  put('OVMF.fd', buildOvmf());
  put('OVMF_VARS.fd', variableStore());
  put('erased.fd', Buffer.alloc(65536, 0xff));
  put('small.fd', 10);
  put('bare.fd', buildOvmf({ resetAddress: false, hashArea: false }));
  put('no-snp.fd', buildOvmf({ sevSections: false }));
  put('noise.fd', Buffer.alloc(65536, 'noise\0'));
  put('fw.qcow2', Buffer.concat([Buffer.from('QFI\xfb', 'latin1'), Buffer.alloc(65532)]));
  for (const name of ['kernel', 'initrd']) put(name, 100);
  mkdirSync(join(folder, 'certs'));
  put('report.bin', makeReport('Genoa'));
  put('certs/vcek.der', 100);
  put('bsp.vmsa', 4096);
  put('ap.vmsa', 4096);
  put('short.vmsa', 4095);
  put('two.vmsa', 8192);
  for (const name of ['tik', 'tek']) put(`keys/${name}.bin`, 16);
  put('keys/tk.bin', 32);
  put('keys/text.key', 33);
  put('keys/empty.key', 0);
  put('keys/group.key', 16, 0o640);
  put('keys/all.key', 16, 0o604);
  put('keys/written.key', 16, 0o620);
  git('init', '-q');
  put('tree/.gitignore', '*.secret\nignored/\n!ignored/kept.key\n/sub/*.bin\n!/sub/taken.bin\n');
  put('tree/sub/.gitignore', '!back.secret\n*.here\n');
  put('tree/.git/info/exclude', 'excluded.key\n');
  for (const name of TREE.map(([name]) => name)) put(`tree/${name}`, 16);
  symlinkSync(join(folder, 'tree/plain.key'), join(folder, 'keys/link.key'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** Files of the work tree, and whether Git leaves them alone. */
const TREE: readonly [name: string, ignored: boolean][] = [
  ['plain.key', false],
  ['a.secret', true],
  ['sub/a.secret', true],
  ['sub/back.secret', false],
  ['sub/deep/back.secret', false],
  ['sub/a.here', true],
  ['sub/deep/a.here', true],
  ['a.here', false],
  ['ignored/any.key', true],
  ['ignored/kept.key', true],
  ['sub/a.bin', true],
  ['sub/taken.bin', false],
  ['sub/deep/a.bin', false],
  ['excluded.key', true],
  ['A.SECRET', false],
];

const LAUNCH = {
  measurement: Buffer.alloc(48, 7).toString('base64'),
  apiMajor: 1,
  apiMinor: 55,
  buildId: 24,
  policy: 7,
};
const KEYS = { tik: 'keys/tik.bin', tek: 'keys/tek.bin' };
const DOMAIN = { connection: 'qemu+ssh://host/system', name: 'guest' };
const GOOD = { firmware: 'OVMF.fd', vcpus: 2, cpu: 'EPYC-Milan', keys: KEYS, launch: LAUNCH };
const SNP = {
  ...{ firmware: 'OVMF.fd', vcpus: 2, cpu: 'EPYC-Milan', technology: 'snp' },
  launchDigest: 'a5'.repeat(48),
};
const REPORT = { ...SNP, launchDigest: undefined, report: 'report.bin', certificates: 'certs' };
const OF_SNP = { ...SNP, launchDigest: undefined, technology: 'snp', domain: DOMAIN };
const PAGES = { bsp: 'bsp.vmsa', ap: 'ap.vmsa' };
const NO_CPU = { ...GOOD, cpu: undefined };
const policy = (value: unknown) => ({ launch: { ...LAUNCH, policy: value } });

const lint = (value: unknown, allowTcp = false) =>
  lintLaunch(io, JSON.stringify(value, null, 2), PATH, { files: true, allowTcp });
const said = (problems: readonly LaunchProblem[]) =>
  problems.map(({ rule, member }) => `${rule} ${member}`.trim());

/** Files with nothing to notice. */
const clean: [name: string, value: object][] = [
  ['a launch digest of SNP', SNP],
  [
    'all that SNP has',
    { ...SNP, policy: '0x3d20133', guestFeatures: ['SNPActive'], hostData: '00'.repeat(32) },
  ],
  ['a launch digest of SEV-ES', { ...SNP, technology: 'sev-es', launchDigest: 'a5'.repeat(32) }],
  ['an SNP launch by a VMM whose CPU does not matter', { ...SNP, cpu: undefined, vmm: 'ec2' }],
  ['a recorded launch', GOOD],
  ['absolute paths', { ...GOOD, firmware: join(folder, 'OVMF.fd') }],
  ['a kernel and all that belongs to it', { ...GOOD, kernel: 'kernel', initrd: 'initrd', cmdline: 'quiet' }],
  ['pages from files', { ...NO_CPU, vmsa: PAGES }],
  ['one vCPU with one page', { ...NO_CPU, vcpus: 1, vmsa: { bsp: 'bsp.vmsa' } }],
  ['one vCPU and firmware without a reset block', { ...GOOD, vcpus: 1, firmware: 'bare.fd' }],
  ['several, and a VMM that needs none', { ...GOOD, profile: 'sev-es-krun', firmware: 'bare.fd' }],
  ['plain SEV without vCPUs', { firmware: 'bare.fd', keys: KEYS, ...policy(3) }],
  ['both keys in one file', { ...GOOD, keys: { tk: 'keys/tk.bin' } }],
  ['a domain whose policy nobody knows yet', { firmware: 'OVMF.fd', keys: KEYS, domain: DOMAIN }],
  ['a domain with a policy', { ...GOOD, launch: undefined, domain: { ...DOMAIN, policy: '0x7' } }],
  ['a domain of SNP', OF_SNP],
  [
    'a domain of SNP by its profile, and all that its owner wants',
    {
      ...OF_SNP,
      technology: undefined,
      profile: 'snp-legacy',
      policy: '0x3d20133',
      hostData: '00'.repeat(32),
      kernelHashes: true,
      idBlock: '00'.repeat(96),
      idAuth: '00'.repeat(4096),
      authorKey: false,
      vcek: false,
      guestVisibleWorkarounds: '00'.repeat(16),
    },
  ],
  ['numbers in 0x form', { ...GOOD, ...policy('0x7') }],
  ['a policy that asks for the firmware it got', { ...GOOD, ...policy(0x37010007) }],
  ['a report with its certificates', REPORT],
  [
    'a report, and all that can be wanted of it',
    {
      ...REPORT,
      certificates: ['certs', 'certs/vcek.der'],
      require: { vmpl: 0, minimumTcb: { snp: 1 } },
      policy: '0x3d20133',
      launchDigest: 'a5'.repeat(48),
    },
  ],
  ['a report without firmware', { report: 'report.bin', certificates: 'certs' }],
  [
    'a domain with the report of its guest',
    { ...OF_SNP, technology: undefined, report: 'report.bin', certificates: 'certs' },
  ],
  ['an empty command line', { ...GOOD, kernel: 'kernel', cmdline: '' }],
];

/** Files with one thing wrong, and what is said of it: rule, member. */
const odd: [name: string, value: unknown, ...expected: string[]][] = [
  [
    'a launch digest beside a launch',
    { ...GOOD, launchDigest: 'a5'.repeat(32) },
    'several-to-check launchDigest',
  ],
  [
    'a kernel without kernel hashes',
    { ...SNP, kernel: 'kernel', kernelHashes: false },
    'kernel-hashes-off kernelHashes',
  ],
  ['no keys', { ...GOOD, keys: undefined }, 'keys-needed launch'],
  ['a technology that the policy is not of', { ...GOOD, technology: 'sev' }, 'other-technology technology'],
  ['a launch digest of another technology', { ...SNP, technology: 'sev-es' }, 'digest-size launchDigest'],
  ['a launch digest that is cut', { ...SNP, launchDigest: 'a5' }, 'not-a-launch-file launchDigest'],
  ['a profile of SNP for SEV-ES', { ...GOOD, profile: 'snp' }, 'not-sev-es-profile profile'],
  ['a profile of SEV-ES for SNP', { ...SNP, profile: 'sev-es' }, 'profile-of-other profile'],
  ['a VMM that is not that of the profile', { ...SNP, vmm: 'ec2', profile: 'snp' }, 'other-vmm vmm'],
  ['an SVSM image alone', { ...SNP, svsm: 'OVMF.fd' }, 'svsm-variables svsm'],
  ['an SVSM image that is not there', { ...SNP, svsm: 'none', varsSize: 4096 }, 'unreadable-file svsm'],
  ['an SNP policy that no firmware takes', { ...SNP, policy: 0 }, 'snp-policy-bit-17 policy'],
  [
    'an SNP policy with a bit that means nothing',
    { ...SNP, policy: '0x7d20133' },
    'snp-policy-reserved policy',
  ],
  ['an SNP policy that allows CXL devices', { ...SNP, policy: '0x3f20133' }, 'snp-policy-cxl policy'],
  [
    'an SNP policy that allows a migration agent',
    { ...SNP, policy: '0x3d60133' },
    'snp-policy-migration policy',
  ],
  ['the usual SNP policy', { ...SNP, policy: '0x30000' }, 'snp-policy-lenient policy'],
  ['an SNP policy that allows debugging', { ...SNP, policy: '0x3da0133' }, 'snp-policy-debug policy'],
  ['a domain without keys', { ...OF_SNP, technology: undefined }, 'keys-needed domain'],
  ['a domain of SEV-ES without keys', { ...OF_SNP, technology: 'sev-es' }, 'keys-needed domain'],
  ['keys for a domain of SNP', { ...OF_SNP, keys: KEYS }, 'unused-input keys'],
  ['a domain of SNP without vCPUs', { ...OF_SNP, vcpus: undefined }, 'vcpus-needed technology'],
  ['a profile of SEV-ES for a domain of SNP', { ...OF_SNP, profile: 'sev-es' }, 'profile-of-other profile'],
  ['a profile of EC2 for a domain', { ...OF_SNP, profile: 'snp-ec2' }, 'profile-of-other profile'],
  ['a VMM that libvirt does not start', { ...OF_SNP, vmm: 'gce' }, 'other-vmm vmm'],
  ['an SVSM image for a domain', { ...OF_SNP, svsm: 'OVMF.fd', varsSize: 4096 }, 'svsm-of-domain svsm'],
  ['keys beside a launch digest', { ...SNP, keys: KEYS }, 'unused-input keys'],
  ['members of SNP in a launch of SEV-ES', { ...GOOD, vmm: 'QEMU' }, 'unused-input vmm'],
  ['neither launch nor domain', { ...GOOD, launch: undefined }, 'nothing-to-check'],
  ['a kernel without a path', { ...GOOD, kernel: '', initrd: 'initrd' }, 'not-a-launch-file kernel'],
  [
    'half a CPU',
    { ...GOOD, cpu: { family: 25 } },
    'not-a-launch-file cpu.model',
    'not-a-launch-file cpu.stepping',
  ],
  ['an unknown member', { ...GOOD, frimware: 'x' }, 'not-a-launch-file frimware'],
  ['no firmware', { ...GOOD, firmware: undefined }, 'firmware-needed firmware'],
  [
    'a report of SEV-ES',
    { ...REPORT, technology: 'sev-es' },
    'report-of-snp report',
    'unused-input certificates',
    'unused-input report',
  ],
  [
    'a report beside a launch',
    { ...GOOD, report: 'report.bin', certificates: 'certs' },
    'several-to-check report',
    'unused-input certificates',
    'unused-input report',
  ],
  ['certificates without a report', { ...SNP, certificates: 'certs' }, 'report-needed certificates'],
  ['wishes without a report', { ...SNP, require: { vmpl: 0 } }, 'report-needed require'],
  ['a report that is none', { ...REPORT, report: 'kernel' }, 'no-report report'],
  ['a report that is not there', { ...REPORT, report: 'none' }, 'unreadable-file report'],
  ['a folder without a report', { ...REPORT, report: 'keys' }, 'no-report report'],
  ['a folder without certificates', { ...REPORT, certificates: 'keys' }, 'no-certificates certificates'],
  ['a report without certificates', { ...REPORT, certificates: undefined }, 'certificates-needed report'],
  [
    'what is loaded without firmware',
    { report: 'report.bin', certificates: 'certs', cpu: 'EPYC' },
    'unused-input cpu',
  ],
  [
    'a wish of another size',
    { ...REPORT, require: { hostData: '00' } },
    'not-a-launch-file require.hostData',
  ],
  ['a member of another type', { ...GOOD, vcpus: 'two' }, 'not-a-launch-file vcpus'],
  ['a list', [], 'not-a-launch-file'],
  ['firmware that is not there', { ...GOOD, firmware: 'none.fd' }, 'unreadable-file firmware'],
  ['a folder as firmware', { ...GOOD, firmware: 'keys' }, 'unreadable-file firmware'],
  ['a file as a folder', { ...GOOD, firmware: 'kernel/OVMF.fd' }, 'unreadable-file firmware'],
  ['a device as firmware', { ...GOOD, firmware: '/dev/zero' }, 'unreadable-file firmware'],
  ['a kernel that is not there', { ...GOOD, kernel: 'none' }, 'unreadable-file kernel'],
  ['an initrd that is not there', { ...GOOD, kernel: 'kernel', initrd: '../none' }, 'unreadable-file initrd'],
  ['a page that is not there', { ...NO_CPU, vmsa: { ...PAGES, ap: 'none' } }, 'unreadable-file vmsa.ap'],
  ['a key that is not there', { ...GOOD, keys: { tik: 'none' } }, 'unreadable-file keys.tik'],
  ['a store of variables as firmware', { ...GOOD, firmware: 'OVMF_VARS.fd' }, 'no-firmware firmware'],
  ['erased flash as firmware', { ...GOOD, firmware: 'erased.fd' }, 'no-firmware firmware'],
  ['a disk image as firmware', { ...GOOD, firmware: 'fw.qcow2' }, 'no-firmware firmware'],
  ['anything as firmware', { ...NO_CPU, vmsa: PAGES, firmware: 'noise.fd' }, 'unknown-firmware firmware'],
  ['ten bytes as firmware', { ...GOOD, firmware: 'small.fd' }, 'no-firmware firmware'],
  [
    'generated pages of several vCPUs without a reset address',
    { ...GOOD, firmware: 'bare.fd' },
    'no-reset-address firmware',
  ],
  [
    'the same for a domain whose policy is stated',
    { ...GOOD, firmware: 'bare.fd', launch: undefined, domain: { ...DOMAIN, policy: 7 } },
    'no-reset-address firmware',
  ],
  [
    'a kernel for firmware without room for hashes',
    { ...GOOD, vcpus: 1, firmware: 'bare.fd', kernel: 'kernel' },
    'no-hash-area firmware',
  ],
  [
    'an SNP launch of firmware without SEV metadata',
    { firmware: 'no-snp.fd', vcpus: 1, cpu: 'EPYC-Milan', launchDigest: '00'.repeat(48) },
    'no-snp-launch firmware',
  ],
  [
    'a NUL in the command line',
    { ...GOOD, kernel: 'kernel', cmdline: 'quiet\0 debug' },
    'not-a-launch-file cmdline',
  ],
  ['a NUL in a path', { ...GOOD, firmware: 'OVMF.fd\0' }, 'not-a-launch-file firmware'],
  ['a NUL in the path of a key', { ...GOOD, keys: { tik: 'keys/tik.bin\0' } }, 'not-a-launch-file keys.tik'],
  ['half of a surrogate pair', { ...GOOD, name: '\ud800' }, 'not-unicode name'],
  ['an initrd without a kernel', { ...GOOD, initrd: 'initrd' }, 'kernel-needed initrd'],
  ['a command line without a kernel', { ...GOOD, cmdline: '' }, 'kernel-needed cmdline'],
  [
    'a command line with a line end',
    { ...GOOD, kernel: 'kernel', cmdline: 'quiet\n' },
    'cmdline-line-end cmdline',
  ],
  ['a CPU and pages', { ...GOOD, vmsa: PAGES }, 'cpu-and-pages cpu'],
  ['a short page', { ...NO_CPU, vmsa: { ...PAGES, bsp: 'short.vmsa' } }, 'not-a-page vmsa.bsp'],
  ['two pages in one file', { ...NO_CPU, vmsa: { ...PAGES, ap: 'two.vmsa' } }, 'not-a-page vmsa.ap'],
  ['several vCPUs with one page', { ...NO_CPU, vmsa: { bsp: 'bsp.vmsa' } }, 'ap-page-needed vmsa'],
  [
    'the same for a domain',
    { ...NO_CPU, vmsa: { bsp: 'bsp.vmsa' }, launch: undefined, domain: DOMAIN },
    'ap-page-needed vmsa',
  ],
  [
    'a page that is given as something else, which is not missing',
    { ...NO_CPU, vmsa: { ...PAGES, ap: 5 } },
    'not-a-launch-file vmsa.ap',
  ],
  ['SEV-ES without a number of vCPUs', { ...GOOD, vcpus: undefined }, 'vcpus-needed launch.policy'],
  ['SEV-ES without a CPU', NO_CPU, 'pages-needed launch.policy'],
  [
    'a stated policy of SEV-ES without either',
    { firmware: 'OVMF.fd', keys: KEYS, domain: { ...DOMAIN, policy: 7 } },
    'vcpus-needed domain.policy',
    'pages-needed domain.policy',
  ],
  ['vCPUs under plain SEV', { ...NO_CPU, ...policy(3) }, 'unused-input vcpus'],
  ['a CPU under plain SEV', { ...GOOD, vcpus: undefined, ...policy(3) }, 'unused-input cpu'],
  ['pages under plain SEV', { ...NO_CPU, vcpus: undefined, vmsa: PAGES, ...policy(3) }, 'unused-input vmsa'],
  ['a profile beside pages', { ...NO_CPU, vmsa: PAGES, profile: 'sev-es' }, 'unused-input profile'],
  [
    'no measurement yet',
    { ...GOOD, launch: { ...LAUNCH, measurement: '' } },
    'bad-measurement launch.measurement',
  ],
  [
    'a measurement of 47 bytes',
    { ...GOOD, launch: { ...LAUNCH, measurement: Buffer.alloc(47).toString('base64') } },
    'bad-measurement launch.measurement',
  ],
  [
    'a measurement with a space',
    { ...GOOD, launch: { ...LAUNCH, measurement: `${LAUNCH.measurement} ` } },
    'bad-measurement launch.measurement',
  ],
  [
    'a measurement in hexadecimal',
    { ...GOOD, launch: { ...LAUNCH, measurement: '5e'.repeat(32) } },
    'bad-measurement launch.measurement',
  ],
  [
    'firmware before API 0.17',
    { ...GOOD, launch: { ...LAUNCH, apiMajor: 0, apiMinor: 16 } },
    'early-firmware launch.apiMinor',
  ],
  ['a policy of SEV-SNP', { ...GOOD, ...policy('0x30000') }, 'snp-policy launch.policy'],
  ['a policy of 64 bits', { ...GOOD, ...policy('0x100030000') }, 'not-a-launch-file launch.policy'],
  ['a policy that allows debugging', { ...GOOD, ...policy(6) }, 'policy-debugging launch.policy'],
  ['a policy with reserved bits', { ...GOOD, ...policy(0x47) }, 'policy-doubtful launch.policy'],
  ['a policy for later firmware', { ...GOOD, ...policy(0x38010007) }, 'policy-doubtful launch.policy'],
  [
    'a connection that runs a program',
    { ...GOOD, domain: { ...DOMAIN, connection: 'qemu+ext:///system?command=x' } },
    'connection-refused domain.connection',
  ],
  [
    'a connection in the clear',
    { ...GOOD, domain: { ...DOMAIN, connection: 'qemu+tcp://host/system' } },
    'connection-refused domain.connection',
  ],
  ['a key as text', { ...GOOD, keys: { tik: 'keys/text.key' } }, 'key-size keys.tik'],
  ['an empty key file', { ...GOOD, keys: { ...KEYS, tek: 'keys/empty.key' } }, 'key-size keys.tek'],
  ['one key where two belong', { ...GOOD, keys: { tk: 'keys/tik.bin' } }, 'key-size keys.tk'],
  ['a key in place of its path', { ...GOOD, keys: { tik: '0'.repeat(32) } }, 'inlined-key keys.tik'],
  [
    'a key among keys that are not complete',
    { ...GOOD, keys: { tek: `${'B'.repeat(22)}==` } },
    'not-a-launch-file keys.tik',
    'inlined-key keys.tek',
  ],
  [
    'a key that its group may read',
    { ...GOOD, keys: { tik: 'keys/group.key' } },
    'key-open-to-others keys.tik',
  ],
  [
    'a key that everybody may read',
    { ...GOOD, keys: { tik: 'keys/all.key' } },
    'key-open-to-others keys.tik',
  ],
  [
    'a key that its group may write',
    { ...GOOD, keys: { tik: 'keys/written.key' } },
    'key-open-to-others keys.tik',
  ],
  [
    'a link to a key in a work tree',
    { ...GOOD, keys: { tik: 'keys/link.key' } },
    'key-in-work-tree keys.tik',
  ],
];

describe('The problems of a launch file', () => {
  for (const [name, value] of clean) {
    it(`are none with ${name}`, async () => {
      const { problems } = await lint(value);
      assert.deepEqual(said(problems), []);
      parseLaunchFile(io, JSON.stringify(value), PATH);
    });
  }
  for (const [name, value, ...expected] of odd) {
    it(`are found with ${name}`, async () => {
      const { problems } = await lint(value);
      assert.deepEqual(said(problems).sort(), expected.sort());
      for (const { severity, rule, message } of problems) {
        assert.equal(severity, LINT_RULES[rule].severity);
        assert.match(message, /^.{15,}\.$/s);
      }
    });
  }
  it('have a test for each rule', () => {
    const tried = new Set(odd.flatMap(([, , ...expected]) => expected.map((one) => one.split(' ')[0])));
    const all = Object.keys(LINT_RULES) as LintRule[];
    assert.deepEqual(
      all.filter((rule) => !tried.has(rule)),
      // What no value has; tried with texts.
      ['not-json', 'repeated-member', 'too-deep', 'too-large'],
    );
  });
  it('follow the setting for plain TCP', async () => {
    const value = { ...GOOD, domain: { ...DOMAIN, connection: 'qemu+tcp://host/system' } };
    assert.deepEqual((await lint(value, true)).problems, []);
  });
  it('are all told, in the order of the text', async () => {
    const value = {
      firmware: 'none',
      initrd: 'none',
      vmsa: { bsp: 'short.vmsa' },
      keys: { tik: 'none' },
      ...policy(4),
    };
    const { problems, files } = await lint(value);
    assert.deepEqual(said(problems), [
      'unreadable-file firmware',
      'kernel-needed initrd',
      'unreadable-file initrd',
      'not-a-page vmsa.bsp',
      'unreadable-file keys.tik',
      'policy-debugging launch.policy',
      'vcpus-needed launch.policy',
    ]);
    assert.deepEqual(
      files,
      ['none', 'none', 'short.vmsa', 'none'].map((name) => join(folder, name)),
    );
  });
  it('need no look at files', async () => {
    const text = JSON.stringify({ ...GOOD, firmware: 'none', initrd: 'none' });
    const { problems, files } = await lintLaunch(io, text, PATH, { files: false });
    assert.deepEqual([said(problems), files], [['kernel-needed initrd'], []]);
  });

  describe('stand', () => {
    const text = JSON.stringify({ ...GOOD, initrd: 'none', vmsa: PAGES, keys: { tik: 'none' } }, null, 2);
    const shown: [rule: LintRule, at: string][] = [
      ['kernel-needed', '"none"'],
      ['cpu-and-pages', '"cpu"'],
      ['unreadable-file', '"none"'],
    ];
    for (const [rule, at] of shown) {
      it(`at ${at} for ${rule}`, async () => {
        const { problems } = await lintLaunch(io, text, PATH, { files: true });
        const { offset, size } = problems.find((problem) => problem.rule === rule)!;
        assert.equal(text.slice(offset, offset + size), at);
      });
    }
    it('at the name around what is missing', async () => {
      const broken = JSON.stringify({ ...GOOD, launch: { ...LAUNCH, policy: undefined } });
      const { problems } = await lintLaunch(io, broken, PATH, { files: true });
      const [{ offset, size }] = problems as [LaunchProblem];
      assert.equal(broken.slice(offset, offset + size), '"launch"');
    });
    it('where the text is no JSON, and the members before that are judged all the same', async () => {
      const broken = text.replace('"vmsa"', '// vmsa\n"vmsa"');
      const { problems } = await lintLaunch(io, broken, PATH, { files: true });
      const found = problems.find(({ rule }) => rule === 'not-json')!;
      assert.equal(found.offset, broken.indexOf('//'));
      assert.ok(problems.some(({ rule }) => rule === 'kernel-needed'));
    });
    it('where the text is no JSON, and a number that is cut there is not judged', async () => {
      const es = JSON.stringify({ ...GOOD, launch: { ...LAUNCH, policy: 5 } });
      for (const cut of ['05', '0x5', '0b', '0_5', '0-']) {
        const broken = es.replace('"policy":5', `"policy":${cut}`);
        const { problems } = await lintLaunch(io, broken, PATH, { files: false });
        assert.deepEqual(
          problems.filter(({ member }) => member === 'launch.policy'),
          [],
          cut,
        );
        const found = problems.find(({ rule }) => rule === 'not-json')!;
        assert.equal(found.offset, broken.indexOf(`"policy":${cut}`) + 10, cut);
      }
    });
    for (const nothing of ['', ' ', 'nul', '{', '{"firmware": }', '\ufeff', '{\ufeff}', '[1,]', '{}}']) {
      it(`somewhere in ${JSON.stringify(nothing)}`, async () => {
        const { problems } = await lintLaunch(io, nothing, PATH, { files: true });
        assert.ok(problems.some(({ rule }) => rule === 'not-json'));
        for (const { offset, size } of problems) assert.ok(offset >= 0 && offset + size <= nothing.length);
      });
    }
  });

  describe('that can be mended', () => {
    const mends: [name: string, value: object][] = [
      ['a missing number of vCPUs', { ...GOOD, vcpus: undefined }],
      ['a CPU beside pages', { ...GOOD, vmsa: PAGES }],
      ['a profile beside pages', { ...NO_CPU, vmsa: PAGES, profile: 'sev-es' }],
      ['a line end', { ...GOOD, kernel: 'kernel', cmdline: 'quiet\r\n' }],
    ];
    for (const [name, value] of mends) {
      it(`are gone afterwards: ${name}`, async () => {
        const text = JSON.stringify(value, null, 2);
        const [{ fix }] = (await lint(value)).problems as [LaunchProblem];
        assert.ok(fix && 'edits' in fix);
        let mended = text;
        for (const edit of [...fix.edits].sort((a, b) => b.offset - a.offset))
          mended = mended.slice(0, edit.offset) + edit.text + mended.slice(edit.offset + edit.size);
        assert.deepEqual((await lintLaunch(io, mended, PATH, { files: true })).problems, []);
        // Nothing else is touched.
        const changed = { ...JSON.parse(text), ...JSON.parse(mended) } as Record<string, unknown>;
        for (const member of ['firmware', 'keys', 'launch']) {
          assert.deepEqual(changed[member], (value as Record<string, unknown>)[member]);
        }
      });
    }
    it('name the key file that is open', async () => {
      const [{ fix }] = (await lint({ ...GOOD, keys: { tik: 'keys/group.key' } })).problems as [
        LaunchProblem,
      ];
      assert.deepEqual(fix && 'protect' in fix && fix.protect, join(folder, 'keys/group.key'));
    });
  });

  describe('of a key in a Git work tree', () => {
    for (const [name, ignored] of TREE) {
      it(`are what Git itself says of ${name}`, async () => {
        const byGit = (() => {
          try {
            git('check-ignore', '-q', name);
            return true;
          } catch {
            return false;
          }
        })();
        assert.equal(byGit, ignored);
        const { problems } = await lint({ ...GOOD, keys: { tik: `tree/${name}` } });
        assert.deepEqual(said(problems), ignored ? [] : ['key-in-work-tree keys.tik']);
      });
    }
  });

  it('repeat nothing that may be a key', async () => {
    const secret = '5ec2e7'.repeat(6);
    for (const keys of [
      { tik: secret.slice(0, 32) },
      { tik: secret },
      { tk: [secret] },
      secret,
      { tik: `x${secret}` },
    ]) {
      for (const value of [{ ...GOOD, keys }, { keys }]) {
        const { problems } = await lint(value);
        assert.ok(problems.length > 0);
        for (const { message } of problems) assert.ok(!message.includes('5ec2e7'), message);
      }
    }
  });
  it('are found in any broken text without an end or an error', async () => {
    const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
    const random = seeded(seed);
    const whole = JSON.stringify(
      { ...GOOD, vmsa: PAGES, kernel: 'kernel', cmdline: 'a', domain: DOMAIN },
      null,
      1,
    );
    for (let i = 0; i < 400; i++) {
      const at = random(whole.length);
      const text = whole.slice(0, at) + '{}[]":,\\0 x'.charAt(random(11)) + whole.slice(at + random(9));
      const { problems } = await lintLaunch(io, text, PATH, { files: i % 20 === 0 });
      for (const { offset, size } of problems)
        assert.ok(offset >= 0 && size >= 0 && offset + size <= text.length, `SEED=${seed}`);
    }
  });
});
