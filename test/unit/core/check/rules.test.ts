// The rules about the inputs of a launch: good inputs with one thing changed, which rules notice it and at which member, and with which
// failure each use of such inputs ends.

import assert from 'node:assert/strict';
import { CheckError } from '../../../../src/core/errors';
import { firstFailure, judgeLaunch, refuseUnfit, type LaunchUse } from '../../../../src/core/check/judge';
import type { LaunchMembers } from '../../../../src/core/check/launchFile';
import { needsResetAddress, type LaunchQuestion } from '../../../../src/core/check/question';
import { isLintRule, LAUNCH_RULES } from '../../../../src/core/check/rules';
import { seeded } from '../../../helpers/random';

const LAUNCH = { measurement: 'A'.repeat(64), apiMajor: 1, apiMinor: 55, buildId: 24, policy: 7 };
const ways = (input: string) => `as ${input}`;
const MILAN = { family: 25, model: 1, stepping: 1 };
const GOOD: LaunchMembers = {
  firmware: 'OVMF.fd',
  vcpus: 2,
  cpu: MILAN,
  keys: { tik: 'tik.bin' },
  launch: LAUNCH,
};
const DOMAIN = { connection: 'qemu:///system', name: 'guest' };
const PAGES = { bsp: 'bsp.vmsa', ap: 'ap.vmsa' };
const SNP = { launch: undefined, keys: undefined, launchDigest: new Uint8Array(48) };
const OF_SNP = { launch: undefined, keys: undefined, technology: 'snp', domain: DOMAIN } as const;
const policy = (value: number) => ({ launch: { ...LAUNCH, policy: value } });

/** With which code a use ends; one that is not named goes on. */
type Ends = Partial<Record<Exclude<LaunchUse, 'lint'>, string>>;

/** Every use that looks at contradictions. */
const together = (code: string): Ends => ({ check: code, domain: code, digest: code });

/** What is changed, what is found as `rule member`, and how each use ends. */
const CASES: [title: string, change: LaunchMembers, found: string[], ends: Ends, unclear?: string[]][] = [
  ['nothing', {}, [], {}],
  ['a domain in place of a launch', { launch: undefined, domain: DOMAIN }, [], {}],
  ['neither', { launch: undefined }, ['nothing-to-check'], { file: 'nothing-to-check' }],
  ['a launch digest of SNP in its place, and no keys', SNP, [], {}],
  ['the technology of it', { ...SNP, technology: 'snp' }, [], {}],
  ['one whose CPU does not matter', { ...SNP, cpu: undefined, vmm: 'gce' }, [], {}],
  [
    'all that SNP has',
    { ...SNP, policy: 0x3d20133n, guestFeatures: 0x21n, hostData: new Uint8Array(32) },
    [],
    {},
  ],
  ['a launch digest of SEV-ES', { ...SNP, launchDigest: new Uint8Array(32) }, [], {}],
  [
    'keys that a launch digest has no use for',
    { ...SNP, keys: { tik: 'tik.bin' } },
    ['unused-input keys'],
    {},
  ],
  [
    'members of SNP for a launch digest of SEV-ES',
    { ...SNP, launchDigest: new Uint8Array(32), policy: 0x30000n, vmm: 'ec2' },
    ['unused-input policy', 'unused-input vmm'],
    {},
  ],
  [
    'pages and vCPUs for a launch digest of plain SEV',
    { ...SNP, launchDigest: new Uint8Array(32), technology: 'sev' },
    ['unused-input vcpus', 'unused-input cpu'],
    {},
  ],
  [
    'a launch digest beside the launch',
    { launchDigest: new Uint8Array(48) },
    ['several-to-check launchDigest'],
    { file: 'several-to-check' },
  ],
  [
    'a report of SNP, and no keys',
    { ...SNP, launchDigest: undefined, report: 'report.bin', certificates: ['certs'], require: {} },
    [],
    {},
  ],
  ['one beside a launch digest', { ...SNP, report: 'report.bin' }, [], {}],
  [
    'one beside a domain',
    { launch: undefined, keys: undefined, domain: DOMAIN, report: 'report.bin' },
    [],
    {},
  ],
  [
    'one without firmware',
    {
      launch: undefined,
      keys: undefined,
      firmware: undefined,
      vcpus: undefined,
      cpu: undefined,
      report: 'r',
    },
    [],
    {},
  ],
  [
    'one beside a launch',
    { report: 'report.bin' },
    ['several-to-check report', 'unused-input report'],
    { file: 'several-to-check' },
  ],
  [
    'one of another technology',
    { ...SNP, launchDigest: undefined, report: 'report.bin', technology: 'sev-es' },
    ['report-of-snp report', 'unused-input report'],
    together('report-of-snp'),
  ],
  [
    'certificates and wishes without a report',
    { ...SNP, certificates: ['certs'], require: {} },
    ['report-needed certificates', 'report-needed require'],
    { file: 'report-needed' },
  ],
  ['no firmware', { firmware: undefined }, ['firmware-needed firmware'], { file: 'firmware-needed' }],
  [
    'no firmware for a domain with a report',
    { launch: undefined, keys: undefined, firmware: undefined, domain: DOMAIN, report: 'report.bin' },
    ['firmware-needed firmware'],
    { file: 'firmware-needed' },
  ],
  ['no keys', { keys: undefined }, ['keys-needed launch'], { file: 'keys-needed' }],
  [
    'a technology that is not that of the policy',
    { technology: 'snp' },
    ['other-technology technology'],
    together('other-technology'),
  ],
  [
    'a launch digest of another technology',
    { ...SNP, technology: 'sev-es' },
    ['digest-size launchDigest'],
    together('digest-size'),
  ],
  [
    'a launch digest of SEV-ES for a profile of SNP',
    { ...SNP, profile: 'snp', launchDigest: new Uint8Array(32) },
    ['digest-size launchDigest'],
    together('digest-size'),
  ],
  [
    'a profile of SEV-ES for a launch of SNP',
    { ...SNP, technology: 'snp', profile: 'sev-es' },
    ['profile-of-other profile'],
    together('profile-of-other'),
  ],
  [
    'the usual profile of SNP for an SVSM image',
    { ...SNP, svsm: 'svsm.bin', varsSize: 4096, profile: 'snp' },
    ['profile-of-other profile'],
    together('profile-of-other'),
  ],
  [
    'a VMM that is not that of the profile',
    { ...SNP, vmm: 'ec2', profile: 'snp-gce' },
    ['other-vmm vmm'],
    together('other-vmm'),
  ],
  [
    'a VMM that launches no SVSM image',
    { ...SNP, vmm: 'ec2', svsm: 'svsm.bin', varsSize: 4096 },
    ['other-vmm vmm'],
    together('other-vmm'),
  ],
  [
    'an SVSM image without what lies above it',
    { ...SNP, svsm: 'svsm.bin' },
    ['svsm-variables svsm'],
    together('svsm-variables'),
  ],
  [
    'a kernel without kernel hashes',
    { ...SNP, kernel: 'vmlinuz', kernelHashes: false },
    ['kernel-hashes-off kernelHashes'],
    together('kernel-hashes-off'),
  ],
  ['a kernel with kernel hashes', { ...SNP, kernel: 'vmlinuz', kernelHashes: true }, [], {}],
  [
    'both the variables and their size',
    { ...SNP, svsm: 'svsm.bin', varsSize: 4096, varsFile: 'VARS.fd' },
    ['svsm-variables svsm'],
    together('svsm-variables'),
  ],
  [
    'a kernel beside an SVSM image',
    { ...SNP, svsm: 'svsm.bin', varsSize: 4096, kernel: 'vmlinuz' },
    ['unused-input kernel'],
    {},
  ],
  ['the usual policy of SNP', { ...SNP, policy: 0x30000n }, ['snp-policy-lenient policy'], {}],
  [
    'a policy of SNP that allows a migration agent and CXL',
    { ...SNP, policy: 0x3f60133n },
    ['snp-policy-migration policy', 'snp-policy-cxl policy'],
    {},
  ],
  [
    'a policy of SNP without bit 17, with a reserved one, that allows debugging',
    { ...SNP, policy: 0x80090000n },
    ['snp-policy-bit-17 policy', 'snp-policy-reserved policy', 'snp-policy-debug policy'],
    together('snp-policy-bit-17'),
  ],
  [
    'no vCPUs for a launch digest of SNP',
    { ...SNP, vcpus: undefined },
    ['vcpus-needed launchDigest'],
    { check: 'vcpus-needed' },
  ],
  [
    'no CPU for it',
    { ...SNP, cpu: undefined, technology: 'snp' },
    ['pages-needed technology'],
    { check: 'pages-needed' },
  ],
  [
    'one page for two vCPUs of it',
    { ...SNP, cpu: undefined, vmsa: { bsp: 'bsp.vmsa' } },
    ['ap-page-needed vmsa'],
    { pages: 'ap-page-needed' },
  ],
  ['a launch of which nothing can be read', { launch: undefined }, [], {}, ['launch']],
  [
    'a key in place of its path',
    { keys: { tik: '00'.repeat(16), tek: 'tek.bin' } },
    ['inlined-key keys.tik'],
    { file: 'inlined-key' },
  ],
  [
    'two of them',
    { keys: { tik: '00'.repeat(16), tek: `${'B'.repeat(22)}==` } },
    ['inlined-key keys.tik', 'inlined-key keys.tek'],
    { file: 'inlined-key' },
  ],
  [
    'no measurement',
    { launch: { ...LAUNCH, measurement: '' } },
    ['bad-measurement launch.measurement'],
    { check: 'bad-measurement' },
  ],
  ['a measurement that cannot be read', { launch: { policy: 7 } }, [], {}, ['launch.measurement']],
  [
    'a measurement in hexadecimal',
    { launch: { ...LAUNCH, measurement: '5e'.repeat(32) } },
    ['bad-measurement launch.measurement'],
    { check: 'bad-measurement' },
  ],
  [
    'the policy of SEV-SNP that QEMU gives',
    policy(0x30000),
    ['snp-policy launch.policy'],
    together('snp-policy'),
  ],
  [
    'a policy of SEV-SNP with ABI 1.55',
    policy(0x20137),
    ['snp-policy launch.policy'],
    together('snp-policy'),
  ],
  [
    'a policy of SEV-SNP, in which the bit of SEV-ES is one of a version, without vCPUs',
    { ...policy(0x30004), vcpus: undefined, cpu: undefined },
    ['snp-policy launch.policy'],
    together('snp-policy'),
  ],
  [
    'a policy of SEV-SNP with a digest of it in hexadecimal',
    { launch: { ...LAUNCH, policy: 0xb0000, measurement: '5e'.repeat(48) } },
    ['snp-policy launch.policy', 'bad-measurement launch.measurement'],
    together('snp-policy'),
  ],
  [
    'a policy of SEV-SNP, as a domain should have it, which its host has yet to say',
    { launch: undefined, domain: { ...DOMAIN, policy: 0x30000 } },
    ['unused-input keys'],
    {},
  ],
  ['a domain of SNP', OF_SNP, [], {}],
  [
    'a domain of SNP with its profile',
    { ...OF_SNP, technology: undefined, profile: 'snp-debugswap' },
    [],
    {},
  ],
  [
    'a domain whose technology only its host knows',
    { ...OF_SNP, technology: undefined },
    ['keys-needed domain'],
    { file: 'keys-needed' },
  ],
  [
    'a profile of another VMM for a domain of SNP',
    { ...OF_SNP, profile: 'snp-gce' },
    ['profile-of-other profile'],
    together('profile-of-other'),
  ],
  [
    'a profile of SNP for a domain of SEV-ES',
    { launch: undefined, domain: { ...DOMAIN, policy: 7 }, profile: 'snp' },
    ['not-sev-es-profile profile'],
    together('not-sev-es-profile'),
  ],
  ['a VMM that libvirt does not start', { ...OF_SNP, vmm: 'ec2' }, ['other-vmm vmm'], together('other-vmm')],
  [
    'an SVSM image for a domain',
    { ...OF_SNP, svsm: 'svsm.bin', varsSize: 4096 },
    ['svsm-of-domain svsm'],
    together('svsm-of-domain'),
  ],
  [
    'firmware before API 0.17',
    { launch: { ...LAUNCH, apiMajor: 0, apiMinor: 16 } },
    ['early-firmware launch.apiMinor'],
    {},
  ],
  ['firmware of API 0.17', { launch: { ...LAUNCH, apiMajor: 0, apiMinor: 17 } }, [], {}],
  ['firmware of API 1.16', { launch: { ...LAUNCH, apiMajor: 1, apiMinor: 16 } }, [], {}],
  [
    'firmware of a minor version alone',
    { launch: { ...LAUNCH, apiMajor: undefined, apiMinor: 16 } },
    [],
    {},
    ['launch.apiMajor'],
  ],
  [
    'a floor of 1.55 with its bytes swapped, which has bit 17 set',
    policy(0x01370007),
    ['policy-doubtful launch.policy'],
    {},
  ],
  [
    'the highest floor, which has bits that SNP reserves',
    policy(0xffff0007),
    ['policy-doubtful launch.policy'],
    {},
  ],
  ['a floor of 1.55, which has bit 16 set', policy(0x37010007), [], {}],
  ['a floor of 4.0, which has bit 18 set', policy(0x00040007), ['policy-doubtful launch.policy'], {}],
  ['a policy that allows debugging', policy(6), ['policy-debugging launch.policy'], {}],
  ['a policy with bits that mean nothing', policy(0x47), ['policy-doubtful launch.policy'], {}],
  ['a policy for later firmware', policy(0x38010007), ['policy-doubtful launch.policy'], {}],
  [
    'both, as a domain should have it',
    { launch: undefined, domain: { ...DOMAIN, policy: 0x46 } },
    ['policy-debugging domain.policy', 'policy-doubtful domain.policy'],
    {},
  ],
  ['a profile of SNP', { profile: 'snp' }, ['not-sev-es-profile profile'], together('not-sev-es-profile')],
  ['another profile of SEV-ES', { profile: 'sev-es-krun' }, [], {}],
  ['a kernel and what belongs to it', { kernel: 'k', initrd: 'i', cmdline: 'quiet' }, [], {}],
  ['an initrd alone', { initrd: 'i' }, ['kernel-needed initrd'], together('kernel-needed')],
  ['an empty command line alone', { cmdline: '' }, ['kernel-needed cmdline'], together('kernel-needed')],
  [
    'both alone',
    { initrd: 'i', cmdline: 'quiet' },
    ['kernel-needed initrd', 'kernel-needed cmdline'],
    together('kernel-needed'),
  ],
  ['an initrd beside a kernel that cannot be read', { initrd: 'i' }, [], {}, ['kernel']],
  ['a line end', { kernel: 'k', cmdline: 'quiet\n' }, ['cmdline-line-end cmdline'], {}],
  ['a line end alone', { kernel: 'k', cmdline: '\r\n' }, ['cmdline-line-end cmdline'], {}],
  ['a CPU and pages', { vmsa: PAGES }, ['cpu-and-pages cpu'], together('cpu-and-pages')],
  ['pages', { cpu: undefined, vmsa: PAGES }, [], {}],
  ['pages beside a CPU that cannot be read', { cpu: undefined, vmsa: PAGES }, [], {}, ['cpu']],
  [
    'the page of additional vCPUs alone',
    { cpu: undefined, vmsa: { ap: 'ap' } },
    ['bsp-page-needed vmsa.bsp'],
    together('bsp-page-needed'),
  ],
  [
    'one page for two vCPUs',
    { cpu: undefined, vmsa: { bsp: 'bsp' } },
    ['ap-page-needed vmsa'],
    { pages: 'ap-page-needed' },
  ],
  ['one page for one vCPU', { cpu: undefined, vcpus: 1, vmsa: { bsp: 'bsp' } }, [], {}],
  ['one page and another that cannot be read', { cpu: undefined, vmsa: { bsp: 'bsp' } }, [], {}, ['vmsa.ap']],
  [
    'one page for two vCPUs of a domain whose policy nobody knows yet',
    { cpu: undefined, vmsa: { bsp: 'bsp' }, launch: undefined, domain: DOMAIN },
    ['ap-page-needed vmsa'],
    { pages: 'ap-page-needed' },
  ],
  [
    'one page for two vCPUs under plain SEV',
    { cpu: undefined, vmsa: { bsp: 'bsp' }, ...policy(3) },
    ['unused-input vcpus', 'unused-input vmsa'],
    {},
  ],
  ['no vCPUs', { vcpus: 0 }, ['bad-vcpu-count vcpus'], { pages: 'bad-vcpu-count', digest: 'bad-vcpu-count' }],
  [
    'more vCPUs than QEMU takes, and one page',
    { vcpus: 4097, cpu: undefined, vmsa: { bsp: 'bsp' } },
    ['bad-vcpu-count vcpus', 'ap-page-needed vmsa'],
    { pages: 'bad-vcpu-count', digest: 'bad-vcpu-count' },
  ],
  ['no vCPUs under plain SEV', { vcpus: 0, ...policy(3) }, ['unused-input vcpus', 'unused-input cpu'], {}],
  ['no number of vCPUs', { vcpus: undefined }, ['vcpus-needed launch.policy'], { check: 'vcpus-needed' }],
  ['one that cannot be read', { vcpus: undefined }, [], {}, ['vcpus']],
  ['neither CPU nor pages', { cpu: undefined }, ['pages-needed launch.policy'], { check: 'pages-needed' }],
  ['pages that cannot be read', { cpu: undefined }, [], {}, ['vmsa']],
  [
    'a policy of SEV-ES alone, as a domain should have it',
    { vcpus: undefined, cpu: undefined, launch: undefined, domain: { ...DOMAIN, policy: 7 } },
    ['vcpus-needed domain.policy', 'pages-needed domain.policy'],
    { check: 'vcpus-needed' },
  ],
  ['a plain SEV guest with no more', { vcpus: undefined, cpu: undefined, ...policy(3) }, [], {}],
  ['vCPUs under plain SEV', { cpu: undefined, ...policy(3) }, ['unused-input vcpus'], {}],
  ['a CPU under plain SEV', { vcpus: undefined, ...policy(3) }, ['unused-input cpu'], {}],
  [
    'pages under plain SEV',
    { vcpus: undefined, cpu: undefined, vmsa: PAGES, ...policy(3) },
    ['unused-input vmsa'],
    {},
  ],
  [
    'a profile under plain SEV, with pages that play no part either',
    { vcpus: undefined, cpu: undefined, vmsa: PAGES, profile: 'sev-es', ...policy(3) },
    ['unused-input profile', 'unused-input vmsa'],
    {},
  ],
  [
    'a profile beside pages',
    { cpu: undefined, vmsa: PAGES, profile: 'sev-es' },
    ['unused-input profile'],
    {},
  ],
];

const questionOf = (change: LaunchMembers, unclear?: string[]): LaunchQuestion => ({
  given: { ...GOOD, ...change },
  ...(unclear && { unclear }),
});
const USES = ['file', 'check', 'pages', 'domain', 'digest'] as const;

describe('The rules about the inputs of a launch', () => {
  for (const [title, change, found, ends, unclear] of CASES) {
    it(`say of ${title}: ${found.join(', ') || 'nothing'}`, () => {
      const question = questionOf(change, unclear);
      const outcomes = judgeLaunch(question, 'lint');
      const said = outcomes.map(({ rule, member }) => `${rule} ${member.join('.')}`.trim());
      assert.deepEqual(said.sort(), [...found].sort());
      for (const outcome of outcomes) {
        assert.equal(outcome.severity === 'error', 'fail' in outcome);
        if ('fail' in outcome) {
          const { kind, code, at } = outcome.fail;
          assert.deepEqual([kind, code, at?.member], ['usage', outcome.rule, outcome.member]);
        } else assert.match(outcome.remark, /^.{15,}\.$/s);
      }
      const codes = USES.flatMap((use) => {
        const code = firstFailure(judgeLaunch(question, use))?.fail.code;
        return code === undefined ? [] : [[use, code]];
      });
      assert.deepEqual(Object.fromEntries(codes), ends);
    });
  }

  it('have a case for each that is judged', () => {
    const tried = new Set(CASES.flatMap(([, , found]) => found.map((one) => one.split(' ')[0])));
    const untried = LAUNCH_RULES.filter(({ id, judge }) => judge && !tried.has(id));
    assert.deepEqual(untried, []);
  });
  it('have names of their own, and a stage where they are judged', () => {
    assert.equal(new Set(LAUNCH_RULES.map(({ id }) => id)).size, LAUNCH_RULES.length);
    for (const { id, stage, judge } of LAUNCH_RULES)
      assert.equal(stage === undefined, judge === undefined, id);
  });
  it('are all shown by lint, but for what the schema refuses', () => {
    const hidden = LAUNCH_RULES.map(({ id }) => id).filter((id) => !isLintRule(id));
    assert.deepEqual(hidden, ['bsp-page-needed', 'bad-vcpu-count']);
  });

  // Each is wrong beside all that come after it.
  const WRONG: [code: string, use: LaunchUse, change: LaunchMembers][] = [
    ['snp-policy', 'check', policy(0x30000)],
    ['bad-measurement', 'check', { launch: { ...LAUNCH, measurement: '' } }],
    ['not-sev-es-profile', 'check', { profile: 'snp' }],
    ['kernel-needed', 'check', { initrd: 'i' }],
    ['cpu-and-pages', 'check', { cpu: MILAN, vmsa: { ap: 'ap' } }],
    ['bsp-page-needed', 'check', { cpu: undefined, vmsa: { ap: 'ap' } }],
    ['vcpus-needed', 'check', { vcpus: undefined, vmsa: undefined }],
    ['pages-needed', 'check', { cpu: undefined, vmsa: undefined }],
  ];
  for (const [i, [code, use]] of WRONG.entries()) {
    it(`end with ${code} before ${WRONG[i + 1]?.[0] ?? 'nothing'}`, () => {
      const changes = WRONG.slice(i).map(([, , change]) => change);
      // An earlier change stands where two are of the same member.
      const given = Object.assign({}, GOOD, ...changes.reverse()) as LaunchMembers;
      assert.throws(
        () => refuseUnfit({ given }, use, ways),
        (error) => error instanceof CheckError && error.code === code && error.kind === 'usage',
      );
    });
  }

  it('ask for the first page in the words of the program', () => {
    const given = { ...GOOD, cpu: undefined, vmsa: { ap: 'ap' } };
    assert.throws(() => refuseUnfit({ given }, 'check', ways), {
      code: 'bsp-page-needed',
      advice: 'Give that, too, as vmsa.bsp.',
    });
  });
  it('warn in a report of what is not measured and of what a policy allows, and of nothing else', () => {
    const warned = CASES.filter(
      ([, change, , ends, unclear]) =>
        ends.check === undefined && refuseUnfit(questionOf(change, unclear), 'check', ways).length > 0,
    );
    assert.deepEqual(
      warned.map(([title]) => title),
      [
        'a kernel beside an SVSM image',
        'a policy of SNP that allows a migration agent and CXL',
        'firmware before API 0.17',
        'one page for two vCPUs under plain SEV',
        'pages under plain SEV',
        'a profile under plain SEV, with pages that play no part either',
      ],
    );
  });

  it('offer changes after which they say nothing', () => {
    let count = 0;
    for (const [title, change, , , unclear] of CASES) {
      const question = questionOf(change, unclear);
      for (const { rule, change: mend } of judgeLaunch(question, 'lint')) {
        if (!mend) continue;
        count += 1;
        const [name, ...inner] = mend.member;
        assert.deepEqual(inner, [], title);
        const mended = { ...question, given: { ...question.given, [name!]: mend.value } };
        assert.ok(!judgeLaunch(mended, 'lint').some((outcome) => outcome.rule === rule), title);
      }
    }
    assert.ok(count >= 5);
  });

  it('judge any combination of members without an error, each use by a part of what lint says', () => {
    const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
    const random = seeded(seed);
    const names = Object.keys({ ...GOOD, domain: 0, vmsa: 0, kernel: 0, initrd: 0, cmdline: 0, profile: 0 });
    for (let i = 0; i < 2000; i++) {
      const picked = CASES.filter(() => random(12) === 0);
      const given = Object.assign({}, GOOD, ...picked.map(([, change]) => change)) as LaunchMembers;
      const question = { given, unclear: names.filter(() => random(8) === 0) };
      const all = judgeLaunch(question, 'lint').map(({ rule }) => rule);
      for (const use of USES)
        for (const { rule } of judgeLaunch(question, use)) assert.ok(all.includes(rule), `SEED=${seed}`);
    }
  });
});

describe('A reset address is needed', () => {
  const cases: [title: string, change: LaunchMembers, needed: boolean][] = [
    ['for generated pages of two vCPUs', {}, true],
    ['for a policy that a domain should have', { launch: undefined, domain: { ...DOMAIN, policy: 7 } }, true],
    ['not for one vCPU', { vcpus: 1 }, false],
    ['not without a number of vCPUs', { vcpus: undefined }, false],
    ['not for pages from files', { cpu: undefined, vmsa: PAGES }, false],
    ['not by a VMM that needs none', { profile: 'sev-es-krun' }, false],
    ['not by a profile that no SEV-ES launch has', { profile: 'snp' }, false],
    ['not under plain SEV', policy(3), false],
    ['not where no policy is known', { launch: undefined, domain: DOMAIN }, false],
  ];
  for (const [title, change, needed] of cases) {
    it(title, () => assert.equal(needsResetAddress(questionOf(change)), needed));
  }
});
