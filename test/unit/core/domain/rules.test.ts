// The rules about a running domain: a clean question, one thing changed, and how the rules come out that notice it.

import assert from 'node:assert/strict';
import { DOMAIN_RULES, firstFailedRule, judgeDomain } from '../../../../src/core/domain/rules';
import type { RuleResult } from '../../../../src/core/launch/report';
import { questionWith, type Change, WAYS } from './cleanQuestion';

/** How a rule came out: its outcome, the kind of a failure, or `untrusted` for one that was passed over. */
type Told = 'passed' | 'skipped' | 'untrusted' | 'usage' | 'insecure' | 'config' | 'state' | 'bug';

const tell = ({ outcome, kind, untrusted }: RuleResult): Told =>
  outcome === 'failed' ? kind! : untrusted ? 'untrusted' : outcome;

/** The rules about SEV; those about SEV-SNP are in snpRules.test.ts. */
const RULES = DOMAIN_RULES.filter(({ type }) => type === undefined);
/** Of the clean question: everything passes of what is asked. */
const CLEAN = {
  ...Object.fromEntries(RULES.map(({ id }) => [id, 'passed'])),
  technology: 'skipped',
  profile: 'skipped',
};
const NO_KERNEL = { kernel: undefined, initrd: undefined, cmdline: undefined };
const NOT_GIVEN = { kernel: false, initrd: false, cmdline: false };
const KERNEL_SKIPPED = {
  'kernel-input': 'skipped',
  'initrd-input': 'skipped',
  'cmdline-input': 'skipped',
} as const;
const VCPUS_SKIPPED = { 'vcpu-count': 'skipped', 'cpu-input': 'skipped' } as const;
const HERE = { local: 'both are called node1' };

const CASES: [title: string, change: Change, expected: Record<string, Told>, reason?: RegExp][] = [
  ['nothing', {}, {}],

  ['the technology that is wanted', { given: { technology: 'sev-es' } }, { technology: 'passed' }],
  ...(['snp', 'sev'] as const).map((technology): (typeof CASES)[number] => [
    `a launch that is to be ${technology}`,
    { given: { technology } },
    { technology: 'config' },
    /^The launch is to be one of SEV(-SNP)?, and the domain is one of SEV-ES\.$/m,
  ]),
  [
    'SEV-ES that is wanted of plain SEV',
    { given: { technology: 'sev-es', policy: 1 } },
    { technology: 'config', 'policy-agrees': 'skipped', ...VCPUS_SKIPPED },
    /and the domain is one of SEV\.$/m,
  ],
  [
    'a technology where nobody tells the policy',
    { given: { technology: 'sev-es', policy: undefined }, launch: { policy: undefined }, info: null },
    { technology: 'skipped', 'launch-info': 'skipped', 'policy-agrees': 'skipped', ...VCPUS_SKIPPED },
    /does not tell which it is/,
  ],
  ...(['sev-es', 'sev-es-debugswap', 'sev-es-init2', 'sev-es-init2-debugswap'] as const).map(
    (profile): (typeof CASES)[number] => [
      `the profile ${profile}`,
      { given: { profile } },
      { profile: 'passed' },
    ],
  ),
  ...(['snp', 'snp-debugswap', 'snp-ec2', 'sev-es-krun'] as const).map((profile): (typeof CASES)[number] => [
    `the profile ${profile}`,
    { given: { profile } },
    { profile: 'usage' },
    /^The profile ".*" is not one of SEV-ES launched by QEMU, as the domain is\.$/m,
  ]),
  [
    'a profile where no page is measured',
    { given: { profile: 'snp', policy: 1 } },
    { 'policy-agrees': 'skipped', ...VCPUS_SKIPPED },
    /No page is generated/,
  ],
  ['this machine', HERE, { 'remote-host': 'insecure' }, /both are called node1/],
  ['this machine, insecurely', { ...HERE, insecure: true }, { 'remote-host': 'untrusted' }, /Passed over/],
  ['this machine, config ignored', { ...HERE, ignoreConfig: true }, { 'remote-host': 'insecure' }],

  ...(['shut off', 'crashed', 'no state'] as const).map((name): (typeof CASES)[number] => [
    `a domain that is ${name}`,
    { state: { name, reason: '' }, info: null },
    {
      'domain-active': 'state',
      'domain-paused': 'skipped',
      'launch-info': 'skipped',
      'host-launches-it': 'skipped',
    },
    /no launch measurement/,
  ]),
  [
    'a domain that is shut off, insecurely, config ignored',
    { state: { name: 'shut off', reason: '' }, info: null, insecure: true, ignoreConfig: true },
    {
      'domain-active': 'state',
      'domain-paused': 'skipped',
      'launch-info': 'skipped',
      'host-launches-it': 'skipped',
    },
  ],
  ...(['running', 'blocked', 'shutting down', 'suspended'] as const).map((name): (typeof CASES)[number] => [
    `a domain that is ${name}`,
    { state: { name, reason: '' } },
    { 'domain-paused': 'state' },
    new RegExp(`is ${name}`),
  ]),
  [
    'a running domain, insecurely',
    { state: { name: 'running', reason: '' }, insecure: true },
    { 'domain-paused': 'untrusted' },
  ],
  [
    'a running domain, config ignored',
    { state: { name: 'running', reason: '' }, ignoreConfig: true },
    { 'domain-paused': 'state' },
  ],

  [
    'arguments of QEMU that stay on the host',
    { config: { rawArguments: ['-D', '/log'] } },
    {},
    /stays on the host/,
  ],
  [
    'arguments of QEMU that reach the guest',
    {
      config: {
        rawArguments: ['-fw_cfg', 'name=opt/x', '-cpu', 'EPYC\u202e'],
        rawSettings: ['the variable A'],
      },
    },
    { 'raw-arguments': 'skipped' },
    /QEMU gets, past libvirt, "-fw_cfg name=opt\/x", which reaches the firmware, and nothing measures it; "-cpu EPYC\\u202e", which changes the CPU.*, the variable A\./,
  ],
  ...(
    [
      ['a kernel', ['-kernel', '/x'], /"-kernel \/x", which starts what <os> does not show\./],
      ['other launch security', ['-object', 'sev-guest,id=x'], /which changes the launch security\./],
      ['much', Array.from({ length: 20 }, () => '-bios'), /; 17 more\./],
    ] as const
  ).flatMap(([what, given, reason]): (typeof CASES)[number][] => [
    [
      `${what} that QEMU gets past libvirt`,
      { config: { rawArguments: given } },
      { 'raw-arguments': 'insecure' },
      reason,
    ],
    [
      `${what} that QEMU gets past libvirt, config ignored`,
      { config: { rawArguments: given }, ignoreConfig: true },
      { 'raw-arguments': 'insecure' },
    ],
    [
      `${what} that QEMU gets past libvirt, insecurely`,
      { config: { rawArguments: given }, insecure: true },
      { 'raw-arguments': 'untrusted' },
    ],
  ]),

  [
    'no launch security',
    { launch: null, given: NOT_GIVEN },
    {
      'launch-security': 'config',
      'dh-certificate': 'skipped',
      session: 'skipped',
      'kernel-hashes': 'insecure',
      'kernel-hashes-used': 'skipped',
      ...KERNEL_SKIPPED,
    },
    /memory is not encrypted/,
  ],
  [
    'no launch security, config ignored',
    { launch: null, config: NO_KERNEL, given: NOT_GIVEN, ignoreConfig: true },
    {
      'launch-security': 'skipped',
      'dh-certificate': 'skipped',
      session: 'skipped',
      'kernel-hashes-used': 'skipped',
      ...KERNEL_SKIPPED,
    },
    /Not looked at/,
  ],
  ...(
    [
      ['tdx', /Intel TDX/],
      ['s390-pv', /IBM Secure Execution/],
      ['sev-next', /"sev-next", which is not known here/],
      ['constructor', /"constructor", which is not known here/],
    ] as const
  ).map(([type, reason]): (typeof CASES)[number] => [
    `launch security of type ${type}`,
    { launch: { type } },
    { 'launch-security': 'config', 'dh-certificate': 'skipped', session: 'skipped' },
    reason,
  ]),
  [
    'launch security of type tdx, insecurely',
    { launch: { type: 'tdx' }, insecure: true },
    { 'launch-security': 'config', 'dh-certificate': 'skipped', session: 'skipped' },
  ],
  ['no certificate', { launch: { dhCert: undefined } }, { 'dh-certificate': 'config' }, /host made the keys/],
  [
    'no certificate, config ignored',
    { launch: { dhCert: undefined }, ignoreConfig: true },
    { 'dh-certificate': 'skipped' },
  ],
  [
    'no certificate, insecurely',
    { launch: { dhCert: undefined }, insecure: true },
    { 'dh-certificate': 'config' },
  ],
  ['no session', { launch: { session: undefined } }, { session: 'config' }, /keys never reached/],
  [
    'no session, config ignored',
    { launch: { session: undefined }, ignoreConfig: true },
    { session: 'skipped' },
  ],

  ...(
    [
      [
        'a variable store',
        { nvram: { path: '/vars', template: undefined, templateFormat: undefined, format: undefined } },
      ],
      ['a variable store of the newer kind', { varstore: true }],
    ] as const
  ).flatMap(([title, config]): (typeof CASES)[number][] => [
    [title, { config }, { nvram: 'insecure' }, /nothing measures/],
    [`${title}, config ignored`, { config, ignoreConfig: true }, { nvram: 'insecure' }],
    [`${title}, insecurely`, { config, insecure: true }, { nvram: 'untrusted' }],
    [`${title}, both`, { config, insecure: true, ignoreConfig: true }, { nvram: 'untrusted' }],
  ]),

  ['no loader', { config: { loader: undefined } }, { loader: 'config' }, /no loader/],
  ['a loader without a path', { loader: { path: undefined } }, { loader: 'config' }],
  ['no loader, config ignored', { config: { loader: undefined }, ignoreConfig: true }, { loader: 'skipped' }],
  [
    'no loader and no firmware, config ignored',
    { config: { loader: undefined }, given: { firmware: false }, ignoreConfig: true },
    { loader: 'skipped', 'firmware-input': 'usage' },
    /domain names none/,
  ],

  [
    'no kernel hashes, a kernel on either side',
    { launch: { kernelHashes: undefined } },
    { 'kernel-hashes': 'usage', 'kernel-hashes-used': 'skipped', ...KERNEL_SKIPPED },
    /A kernel is given/,
  ],
  [
    'no kernel hashes, a kernel of the host only',
    { launch: { kernelHashes: false }, given: NOT_GIVEN },
    { 'kernel-hashes': 'insecure', 'kernel-hashes-used': 'skipped', ...KERNEL_SKIPPED },
    /kernel, initrd, command line directly/,
  ],
  [
    'no kernel hashes, a command line of the host only',
    { launch: { kernelHashes: false }, given: NOT_GIVEN, config: { ...NO_KERNEL, cmdline: 'quiet' } },
    { 'kernel-hashes': 'insecure', 'kernel-hashes-used': 'skipped', ...KERNEL_SKIPPED },
    /starts command line directly/,
  ],
  [
    'no kernel hashes, a kernel of the host only, config ignored',
    { launch: { kernelHashes: false }, given: NOT_GIVEN, ignoreConfig: true },
    { 'kernel-hashes': 'insecure', 'kernel-hashes-used': 'skipped', ...KERNEL_SKIPPED },
  ],
  [
    'no kernel hashes, a kernel of the host only, insecurely',
    { launch: { kernelHashes: false }, given: NOT_GIVEN, insecure: true },
    { 'kernel-hashes': 'untrusted', 'kernel-hashes-used': 'skipped', ...KERNEL_SKIPPED },
  ],
  [
    'no kernel hashes, a kernel of the owner only, config ignored',
    { launch: { kernelHashes: false }, config: NO_KERNEL, ignoreConfig: true },
    { 'kernel-hashes': 'skipped', 'kernel-hashes-used': 'skipped', ...KERNEL_SKIPPED },
  ],
  [
    'no kernel at all',
    { launch: { kernelHashes: false }, config: NO_KERNEL, given: NOT_GIVEN },
    { 'kernel-hashes-used': 'skipped', ...KERNEL_SKIPPED },
    /Nothing is started directly/,
  ],
  ['hashes of no kernel', { config: NO_KERNEL }, { 'kernel-hashes-used': 'config' }, /starts no kernel/],
  [
    'hashes of no kernel, config ignored',
    { config: NO_KERNEL, ignoreConfig: true },
    { 'kernel-hashes-used': 'skipped' },
  ],

  ['no API version', { info: { apiMajor: undefined } }, { 'launch-info': 'usage' }, /sev-api-major/],
  [
    'no API version but a given one',
    { info: { apiMajor: undefined }, given: { apiMajor: true } },
    { 'launch-info': 'usage' },
  ],
  ...(
    [
      ['measurement', 'measurement', 'sev-measurement'],
      ['apiMinor', 'apiMinor', 'sev-api-minor'],
      ['buildId', 'buildId', 'sev-build-id'],
    ] as const
  ).flatMap(([field, given, name]): (typeof CASES)[number][] => [
    [`no ${name}`, { info: { [field]: undefined } }, { 'launch-info': 'bug' }, new RegExp(name)],
    [`no ${name} but a given one`, { info: { [field]: undefined }, given: { [given]: true } }, {}],
  ]),
  [
    'no policy anywhere',
    { info: { policy: undefined }, given: { policy: undefined } },
    { 'launch-info': 'bug', 'policy-agrees': 'skipped', ...VCPUS_SKIPPED },
    /does not report sev-policy/,
  ],
  [
    'what a host reports of SEV-SNP beside a definition of SEV',
    {
      info: { measurement: undefined, policy: undefined, snpPolicy: 0x30000n },
      given: { policy: undefined },
    },
    { 'launch-info': 'bug', 'policy-agrees': 'skipped', ...VCPUS_SKIPPED },
    /attestation report/,
  ],
  [
    'nothing but an API version',
    {
      info: { measurement: undefined, apiMinor: undefined, buildId: undefined, policy: undefined },
      given: { policy: undefined },
    },
    { 'launch-info': 'bug', 'policy-agrees': 'skipped', ...VCPUS_SKIPPED },
    /sev-measurement, sev-api-minor, sev-build-id, sev-policy/,
  ],

  ['no count of vCPUs', { given: { vcpus: false } }, { 'vcpu-count': 'insecure' }, /not given; 2 is what/],
  [
    'no count of vCPUs, insecurely',
    { given: { vcpus: false }, insecure: true },
    { 'vcpu-count': 'untrusted' },
  ],
  [
    'no count of vCPUs, config ignored',
    { given: { vcpus: false }, ignoreConfig: true },
    { 'vcpu-count': 'insecure' },
  ],
  [
    'plain SEV without vCPUs and CPU',
    {
      launch: { policy: 1n },
      info: { policy: 1 },
      given: { policy: undefined, vcpus: false, vmsa: false },
    },
    VCPUS_SKIPPED,
    /measures no vCPUs/,
  ],

  ...(
    [
      ['firmware', { firmware: false }, 'firmware-input'],
      ['kernel', { kernel: false }, 'kernel-input'],
      ['initrd', { initrd: false }, 'initrd-input'],
    ] as const
  ).flatMap(([what, given, id]): (typeof CASES)[number][] => [
    [`no ${what}`, { given }, { [id]: 'usage' }, /is a path on the host, which is another machine/],
    [`no ${what}, insecurely`, { given, insecure: true }, { [id]: 'usage' }],
    [
      `no ${what} on this machine`,
      { given, ...HERE },
      { 'remote-host': 'insecure', [id]: 'insecure' },
      /is what the host says it is/,
    ],
    [
      `no ${what} on this machine, insecurely`,
      { given, ...HERE, insecure: true },
      { 'remote-host': 'untrusted', [id]: 'untrusted' },
    ],
  ]),
  [
    'no firmware on this machine but a qcow2 file, insecurely',
    { given: { firmware: false }, loader: { format: 'qcow2' }, ...HERE, insecure: true },
    { 'remote-host': 'untrusted', 'firmware-input': 'usage' },
    /qcow2 file/,
  ],
  [
    'the firmware of the owner where the host has a qcow2 file, insecurely',
    { loader: { format: 'qcow2' }, insecure: true },
    {},
  ],
  [
    'no initrd on either side',
    { given: { initrd: false }, config: { initrd: undefined } },
    { 'initrd-input': 'skipped' },
    /has no initrd/,
  ],
  [
    'no command line',
    { given: { cmdline: false } },
    { 'cmdline-input': 'insecure' },
    /"quiet" is what the host says/,
  ],
  [
    'no command line, insecurely',
    { given: { cmdline: false }, insecure: true },
    { 'cmdline-input': 'untrusted' },
  ],
  [
    'no command line on either side',
    { given: { cmdline: false }, config: { cmdline: undefined } },
    { 'cmdline-input': 'skipped' },
  ],

  ['no CPU', { given: { vmsa: false } }, { 'cpu-input': 'insecure' }, /CPU was not given/],
  ['no CPU, insecurely', { given: { vmsa: false }, insecure: true }, { 'cpu-input': 'untrusted' }],
  ...([{ mode: 'host-model', model: undefined }, { mode: 'custom', model: 'EPYC' }, undefined] as const).map(
    (cpu): (typeof CASES)[number] => [
      `no CPU, insecurely, of the mode ${cpu?.mode ?? 'none'}`,
      { given: { vmsa: false }, insecure: true, config: { cpu } },
      { 'cpu-input': 'usage' },
      new RegExp(`"${cpu?.mode ?? 'none'}"`),
    ],
  ),
  [
    'no CPU, insecurely, and no signature',
    {
      given: { vmsa: false },
      insecure: true,
      host: { cpu: { arch: undefined, vendor: undefined, model: undefined, signature: undefined } },
    },
    { 'cpu-input': 'usage' },
    /does not tell the signature/,
  ],

  [
    'another policy in the domain',
    { launch: { policy: 7n } },
    { 'policy-agrees': 'skipped' },
    /given 0x5, in the domain 0x7, reported 0x5/,
  ],
  ['another policy reported', { info: { policy: 1 } }, { 'policy-agrees': 'skipped' }, /reported 0x1/],
  [
    'another policy given',
    { given: { policy: 1 } },
    { 'policy-agrees': 'skipped', ...VCPUS_SKIPPED },
    /given 0x1/,
  ],
  [
    'a policy that the owner alone tells',
    { launch: { policy: undefined }, info: { policy: undefined } },
    { 'policy-agrees': 'skipped' },
    /Only one of them/,
  ],
];

describe('The rules about a domain', () => {
  for (const [title, change, expected, reason] of CASES) {
    it(`notice ${title}`, () => {
      const results = judgeDomain(questionWith(change), WAYS);
      const told = Object.fromEntries(results.map((result) => [result.id, tell(result)]));
      assert.deepEqual(told, { ...CLEAN, ...expected });
      if (reason) assert.match(results.map((result) => result.reason).join('\n'), reason);
      for (const { reason: why, advice, outcome, untrusted } of results) {
        assert.match(why, /^[A-Z].*\.$/s);
        // Whatever stands in the way comes with what to do about it.
        if (outcome === 'failed' || untrusted) assert.match(advice, /^[A-Z].*\.$/s);
      }
    });
  }

  it('say how the disk image of the host becomes the image that is measured', () => {
    for (const [format, change, words] of [
      ['qcow2', {}, /The host's is a qcow2 disk image\. Convert it: "qemu-img convert -f qcow2 -O raw FILE/],
      ['qcow2', { ...HERE, insecure: true }, /"qemu-img convert -f qcow2 -O raw FILE OVMF\.fd"/],
      // What a host calls a format is no part of a command.
      ['x; rm -rf ~', { ...HERE, insecure: true }, /^Convert it with qemu-img\./],
    ] as const) {
      const question = questionWith({ ...change, given: { firmware: false }, loader: { format } });
      const { advice } = judgeDomain(question, WAYS).find(({ id }) => id === 'firmware-input')!;
      assert.match(advice, words);
    }
    const raw = questionWith({ given: { firmware: false }, loader: { format: 'raw' } });
    assert.ok(judgeDomain(raw, WAYS).every(({ advice }) => !advice.includes('qemu-img')));
  });

  it('are decided by the first that fails, in the order of the peer', () => {
    const all = questionWith({
      ...HERE,
      state: { name: 'running', reason: '' },
      launch: { type: 'sev', dhCert: undefined, session: undefined, kernelHashes: false },
      config: { loader: undefined, varstore: true },
      info: { apiMajor: undefined },
      given: { firmware: false, vcpus: false, vmsa: false },
    });
    const failed = judgeDomain(all, WAYS).filter(({ outcome }) => outcome === 'failed');
    assert.deepEqual(
      failed.map(({ id }) => id),
      [
        ...['remote-host', 'domain-paused', 'dh-certificate', 'session', 'nvram', 'loader', 'kernel-hashes'],
        ...['launch-info', 'vcpu-count', 'firmware-input', 'cpu-input'],
      ],
    );
    assert.equal(firstFailedRule(judgeDomain(all, WAYS))?.id, 'remote-host');
    assert.equal(firstFailedRule(judgeDomain(questionWith(), WAYS)), undefined);
  });

  it('each have a case in which they come out otherwise', () => {
    const met = new Set(CASES.flatMap(([, , expected]) => Object.keys(expected)));
    assert.deepEqual(
      RULES.map(({ id }) => id).filter((id) => !met.has(id)),
      [],
    );
  });
});
