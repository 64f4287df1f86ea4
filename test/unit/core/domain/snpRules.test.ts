// The rules about a domain of type sev-snp: one that fulfils all, one thing changed, and how the rules come out that notice it.

import assert from 'node:assert/strict';
import { entriesOf } from '../../../../src/core/binary/struct';
import { fromBase64, toBase64 } from '../../../../src/core/binary/hex';
import { DOMAIN_RULES, firstFailedRule, judgeDomain } from '../../../../src/core/domain/rules';
import type { WishId } from '../../../../src/core/domain/question';
import type { HostFacts } from '../../../../src/core/domain/facts';
import type { RuleResult } from '../../../../src/core/launch/report';
import { idAuthWith, idBlockWith, questionWith, WAYS, type Change } from './cleanQuestion';

/** How a rule came out; `warned` is skipped with something that people should read. */
type Told = 'passed' | 'skipped' | 'warned' | 'untrusted' | 'usage' | 'insecure' | 'config' | 'state' | 'bug';

const tell = ({ outcome, kind, untrusted, warning }: RuleResult): Told =>
  outcome === 'failed' ? kind! : untrusted ? 'untrusted' : warning ? 'warned' : outcome;

/** Nothing is left to the host: a floor, one socket, no SMT. */
const STRICT = 0x3d20133n;
const MILAN = { family: 25, model: 1, stepping: 1 };

/** A clean domain of SEV-SNP with a change. */
const snpWith = ({ launch, loader, info, given, config, ...change }: Change): Change => ({
  state: { name: 'running', reason: 'booted' },
  ...change,
  config: { vcpus: { max: 2, current: 2 }, ...config },
  launch: {
    type: 'sev-snp',
    dhCert: undefined,
    session: undefined,
    policy: STRICT,
    ...launch,
  },
  loader: { type: 'rom', ...loader },
  info: info === null ? null : { measurement: undefined, policy: undefined, snpPolicy: STRICT, ...info },
  given: { policy: undefined, count: 2, cpu: MILAN, ...given },
});

/** The same policy by whoever says one. */
const policy = (value: bigint): Change => ({ launch: { policy: value }, info: { snpPolicy: value } });

const CLEAN: Record<string, Told> = {
  ...Object.fromEntries(DOMAIN_RULES.map(({ id }) => [id, 'passed'])),
  'domain-paused': 'skipped',
  'dh-certificate': 'skipped',
  session: 'skipped',
  technology: 'skipped',
  profile: 'skipped',
};
/** What a host can launch, with its model for host-model. */
const CAN = (hostModel: string): NonNullable<HostFacts['sev']> => ({
  ...{ sev: true, cbitpos: 51, reducedPhysBits: 1, maxGuests: 9, maxEsGuests: 9, types: ['sev', 'sev-snp'] },
  hostModel,
});
const PASSTHROUGH = { cpu: { mode: 'host-passthrough', model: undefined } };
const NAMED = { cpu: { mode: 'custom', model: 'EPYC-Rome' } };
const HERE = { local: 'both are called node1' };
const VARIABLES = {
  nvram: { path: '/vars', template: undefined, templateFormat: undefined, format: undefined },
};

type Case = [title: string, change: Change, expected: Record<string, Told>, reason?: RegExp];

/** Something insecure, alone and with each of both options. */
const insecurely = (title: string, change: Change, id: string, reason: RegExp): Case[] => [
  [title, change, { [id]: 'insecure' }, reason],
  [`${title}, insecurely`, { ...change, insecure: true }, { [id]: 'untrusted' }],
  [`${title}, config ignored`, { ...change, ignoreConfig: true }, { [id]: 'insecure' }],
];
/** Something that does not launch, alone and where that is not looked at. */
const inConfig = (title: string, change: Change, id: string, reason: RegExp): Case[] => [
  [title, change, { [id]: 'config' }, reason],
  [`${title}, insecurely`, { ...change, insecure: true }, { [id]: 'config' }],
  [`${title}, config ignored`, { ...change, ignoreConfig: true }, { [id]: 'skipped' }],
];

/** The rules about what the domain has and the owner does not say. */
const WISH_RULES: Readonly<Record<WishId, string>> = {
  kernelHashes: 'kernel-hashes-wish',
  hostData: 'host-data',
  idBlock: 'id-block-wish',
  idAuth: 'id-auth-wish',
  authorKey: 'author-key-wish',
  vcek: 'vcek-wish',
  guestVisibleWorkarounds: 'workarounds-wish',
};
const unsaidBy = ({ launch, given }: Change): Record<string, Told> =>
  Object.fromEntries(
    entriesOf(WISH_RULES).map(([id, rule]) => {
      const inDomain = launch && id in launch ? launch[id] : id === 'kernelHashes' ? true : undefined;
      return [rule, inDomain !== undefined && given?.wishes?.[id] === undefined ? 'skipped' : 'passed'];
    }),
  );

const NO_KERNEL = {
  config: { kernel: undefined, initrd: undefined, cmdline: undefined },
  given: { kernel: false, initrd: false, cmdline: false },
};
const WITHOUT_KERNEL: Record<string, Told> = {
  'kernel-input': 'skipped',
  'initrd-input': 'skipped',
  'cmdline-input': 'skipped',
  'kernel-hashes-used': 'skipped',
};
/** What the owner wants beside what the domain has; without hashes also without a kernel. */
const wishes = (
  ...rows: readonly [
    id: WishId,
    value: boolean | Uint8Array,
    launch: NonNullable<Change['launch']>,
    expected: Record<string, Told>,
    reason?: RegExp,
  ][]
): Case[] =>
  rows.map(([id, value, launch, expected, reason], i): Case => {
    const isHashed = !('kernelHashes' in launch) || launch.kernelHashes === true;
    const { config = {}, given = {} } = isHashed ? {} : NO_KERNEL;
    return [
      `the wish ${id} ${i}`,
      { launch, config, given: { ...given, wishes: { [id]: value } } },
      { ...(!isHashed && WITHOUT_KERNEL), ...expected },
      reason ?? /^/,
    ];
  });

const bytesOf = (byte: number) => new Uint8Array(32).fill(byte);
const DATA = Buffer.from(bytesOf(0xab)).toString('base64');
/** The same in base64, with a 1 in it. */
const withByte = (base64: string, offset: number): string => {
  const bytes = Buffer.from(base64, 'base64');
  bytes[offset] = 1;
  return bytes.toString('base64');
};
const ID_BLOCK = idBlockWith({ policy: STRICT });
const ID_AUTH = idAuthWith();
const WITH_BLOCK = { idBlock: ID_BLOCK, idAuth: ID_AUTH };

const CASES: Case[] = [
  ['nothing', {}, {}],
  ['that the guest is paused, as well', { state: { name: 'paused', reason: '' } }, {}],
  [
    'a domain that is off, of which the next launch is told',
    { state: { name: 'shut off', reason: '' }, info: null },
    {
      'domain-active': 'warned',
      'launch-info': 'skipped',
      'host-launches-it': 'skipped',
      'policy-agrees': 'skipped',
    },
    /what is said here is of its next launch/,
  ],
  ['this machine', HERE, { 'remote-host': 'insecure' }],

  ...insecurely('debugging', policy(STRICT | (1n << 19n)), 'debugging', /DEBUG, bit 19, is set/),
  [
    'debugging of which only the host speaks',
    { info: { snpPolicy: STRICT | (1n << 19n) } },
    { debugging: 'insecure', 'policy-agrees': 'warned' },
    /policy 0x3da0133 lets the host debug/,
  ],
  [
    'debugging that only the definition allows',
    { launch: { policy: STRICT | (1n << 19n) } },
    { debugging: 'insecure', 'policy-agrees': 'warned' },
  ],
  ...insecurely(
    'a migration agent',
    policy(STRICT | (1n << 18n)),
    'migration-agent',
    /MIGRATE_MA, bit 18, is set/,
  ),
  ['CXL devices', policy(STRICT | (1n << 21n)), { 'cxl-devices': 'warned' }, /CXL_ALLOW, bit 21, is set/],
  ['SMT', policy(STRICT | (1n << 16n)), { smt: 'skipped' }, /sibling threads.*SMT, bit 16, is set/],
  [
    'several sockets',
    policy(STRICT & ~(1n << 20n)),
    { 'single-socket': 'skipped' },
    /several sockets \(SINGLE_SOCKET, bit 20, is clear/,
  ],
  ...(
    [
      [25n, 'page-swap', /move and swap its pages \(PAGE_SWAP_DISABLE, bit 25, is clear/],
      [24n, 'ciphertext-hiding', /read its ciphertext in memory \(CIPHERTEXT_HIDING, bit 24, is clear/],
      [22n, 'memory-encryption', /less than AES-256 XTS \(MEM_AES_256_XTS, bit 22, is clear/],
      [23n, 'power-readings', /how much power it uses \(RAPL_DIS, bit 23, is clear/],
    ] as const
  ).map(([bit, id, said]): Case => [
    `no bit ${bit}`,
    policy(STRICT & ~(1n << bit)),
    { [id]: 'skipped' },
    said,
  ]),
  ['no floor', policy(STRICT & ~0xffffn), { 'policy-floor': 'skipped' }, /ABI floor 0\.0/],
  [
    'a floor above the firmware of the host',
    { info: { apiMajor: 1, apiMinor: 50 } },
    { 'policy-floor': 'warned' },
    /ABI 1\.51, and the host says that it has 1\.50/,
  ],
  ...[1, 2].map((apiMajor): Case => [
    `a floor that is kept by ${apiMajor}.51`,
    { info: { apiMajor, apiMinor: 51 } },
    {},
  ]),
  ['a floor where the host is silent', { info: { apiMajor: undefined } }, {}, /It is ABI 1\.51\./],
  ...inConfig('a policy without bit 17', policy(STRICT & ~(1n << 17n)), 'policy-valid', /bit 17 is clear/),
  ...[26n, 63n].flatMap((bit) =>
    inConfig(`a policy with bit ${bit}`, policy(STRICT | (1n << bit)), 'policy-valid', /mean nothing \(0x/),
  ),
  [
    'all bits that require something',
    policy(STRICT | (0xfn << 22n)),
    {},
    /MEM_AES_256_XTS; RAPL_DIS; CIPHERTEXT_HIDING; PAGE_SWAP_DISABLE/,
  ],

  ...inConfig('flash as firmware', { loader: { type: 'pflash' } }, 'rom-loader', /type pflash/),
  ['a loader of the type that libvirt takes by itself', { loader: { type: undefined } }, {}],
  ['a ROM that does not say that it is stateless', { loader: { stateless: undefined } }, {}],
  ...insecurely(
    'a loader that is not stateless',
    { loader: { stateless: false } },
    'stateless-loader',
    /variable store, which the host can change/,
  ),
  [
    'flash that is not stateless',
    { loader: { type: 'pflash', stateless: undefined } },
    { 'rom-loader': 'config', 'stateless-loader': 'insecure' },
  ],
  ...insecurely('a variable store', { config: VARIABLES }, 'nvram', /nothing measures/),
  ...insecurely('a newer variable store', { config: { varstore: true } }, 'nvram', /nothing measures/),
  [
    'a kernel that is not measured',
    { launch: { kernelHashes: false }, given: { kernel: false, initrd: false, cmdline: false } },
    {
      'kernel-hashes': 'insecure',
      'kernel-hashes-used': 'skipped',
      'kernel-input': 'skipped',
      'initrd-input': 'skipped',
      'cmdline-input': 'skipped',
    },
    /kernel, initrd, command line directly and measures none/,
  ],
  [
    'hashes of no kernel',
    { config: { kernel: undefined, initrd: undefined, cmdline: undefined } },
    { 'kernel-hashes-used': 'config' },
  ],
  ['no loader', { config: { loader: undefined } }, { loader: 'config' }],
  ...insecurely(
    'other launch security past libvirt',
    { config: { rawArguments: ['-object', 'sev-snp-guest,id=x'] } },
    'raw-arguments',
    /changes the launch security/,
  ),

  ['an ID block that fits', { launch: { idBlock: ID_BLOCK, idAuth: ID_AUTH } }, {}],
  [
    'an ID block of an author',
    { launch: { idBlock: ID_BLOCK, idAuth: idAuthWith({ author_key_algorithm: 1 }), authorKey: true } },
    {},
  ],
  ...inConfig('an ID block alone', { launch: { idBlock: ID_BLOCK } }, 'id-block', /without an idAuth/),
  ...inConfig(
    'an ID authentication alone',
    { launch: { idAuth: ID_AUTH } },
    'id-block',
    /without an idBlock/,
  ),
  ...inConfig('an author of nothing', { launch: { authorKey: true } }, 'id-block', /without an ID block/),
  ...(
    [
      [
        'of another policy',
        { idBlock: idBlockWith({ policy: 0x30000n }) },
        /0x30000, that of the domain 0x3d20133/,
      ],
      ['of version 2', { idBlock: idBlockWith({ policy: STRICT, version: 2 }) }, /version is 2, not 1/],
      [
        'with another algorithm',
        { idAuth: idAuthWith({ id_key_algorithm: 2 }) },
        /algorithm of its key is 2/,
      ],
      ['with an author that has no key', { authorKey: true }, /algorithm of that key is 0/],
    ] as const
  ).flatMap(([what, launch, reason]) =>
    inConfig(
      `an ID block ${what}`,
      { launch: { idBlock: ID_BLOCK, idAuth: ID_AUTH, ...launch } },
      'id-block',
      reason,
    ),
  ),
  ...[0x8, 0x3f, 0x644, 0xc84, 4095].flatMap((offset) =>
    inConfig(
      `an ID authentication with a byte at ${offset} that must be zero`,
      { launch: { idBlock: ID_BLOCK, idAuth: withByte(ID_AUTH, offset) } },
      'id-block',
      /must be zero are not, at 0x(8|644|c84) of .*fw_error=22/,
    ),
  ),

  [
    'host data of the host only',
    { launch: { hostData: DATA } },
    { 'host-data': 'skipped' },
    /The owner does not say; (ab){32} is what the host says, which the report shows at 0x0c0/,
  ],
  ['host data by both', { launch: { hostData: DATA }, given: { wishes: { hostData: bytesOf(0xab) } } }, {}],
  [
    'other host data of the owner',
    { launch: { hostData: DATA }, given: { wishes: { hostData: bytesOf(0xcd) } } },
    { 'host-data': 'warned' },
    /The owner wants (cd){32}, and the domain has (ab){32}, which the report shows/,
  ],
  [
    'host data of the owner only',
    { given: { wishes: { hostData: bytesOf(0xcd) } } },
    { 'host-data': 'warned' },
    /the domain has none/,
  ],
  ...wishes(
    ['kernelHashes', true, { kernelHashes: true }, {}],
    ['kernelHashes', false, {}, { 'kernel-hashes-wish': 'warned' }, /wants no, and the domain has yes/],
    ['kernelHashes', false, { kernelHashes: false }, {}],
    [
      'kernelHashes',
      true,
      { kernelHashes: undefined },
      { 'kernel-hashes-wish': 'warned' },
      /wants yes, and the domain has no, which decides the launch digest/,
    ],
    ['vcek', true, {}, {}],
    ['vcek', false, { vcek: false }, { 'signing-key': 'skipped' }],
    [
      'vcek',
      false,
      {},
      { 'vcek-wish': 'warned' },
      /wants no, and the domain has yes, which the report shows in bits 2 to 4/,
    ],
    ['authorKey', false, {}, {}],
    ['authorKey', true, {}, { 'author-key-wish': 'warned' }, /wants yes, and the domain has no/],
    ['idBlock', fromBase64(ID_BLOCK)!, WITH_BLOCK, {}],
    [
      'idBlock',
      fromBase64(ID_BLOCK)!,
      {},
      { 'id-block-wish': 'warned' },
      /wants one, and the domain has none/,
    ],
    [
      'idBlock',
      fromBase64(idBlockWith({ policy: STRICT, guest_svn: 7, image_id: new Uint8Array(16).fill(1) }))!,
      WITH_BLOCK,
      { 'id-block-wish': 'warned' },
      /another: they differ in image_id and guest_svn, which/,
    ],
    ['idAuth', fromBase64(ID_AUTH)!, WITH_BLOCK, {}],
    [
      'idAuth',
      fromBase64(idAuthWith({ author_key_algorithm: 1 }))!,
      WITH_BLOCK,
      { 'id-auth-wish': 'warned' },
      /they differ in author_key_algorithm, which/,
    ],
    [
      'guestVisibleWorkarounds',
      new Uint8Array(16),
      { guestVisibleWorkarounds: toBase64(new Uint8Array(16)) },
      {},
    ],
    [
      'guestVisibleWorkarounds',
      new Uint8Array(16).fill(1),
      { guestVisibleWorkarounds: toBase64(new Uint8Array(16)) },
      { 'workarounds-wish': 'warned' },
      /wants (01){16}, and the domain has (00){16}, which only the guest sees/,
    ],
  ),
  [
    'no VCEK',
    { launch: { vcek: false } },
    { 'signing-key': 'skipped', 'vcek-wish': 'skipped' },
    /a VLEK signs the report/,
  ],
  ['a VCEK that is asked for', { launch: { vcek: true } }, {}],
  ...inConfig('a guest without KVM', { config: { type: 'qemu' } }, 'kvm', /type "qemu", and only KVM/),
  [
    'vCPUs that are plugged in later',
    { config: { vcpus: { max: 8, current: 2 } } },
    { 'later-vcpus': 'skipped' },
    /starts with 2 of 8, which are measured/,
  ],
  [
    'what a later libvirt has',
    { launch: { unknown: ['secureTsc', '<a>', '<b>', '<c>\u001b'] } },
    { 'known-settings': 'warned' },
    /later libvirt knows: secureTsc, <a>, <b> and 1 more/,
  ],
  [
    'that the host chooses the firmware',
    { config: { loader: undefined, firmware: 'efi' } },
    { loader: 'config' },
    /chooses the firmware when the domain starts \(firmware="efi"\)/,
  ],
  ['that the host chose the firmware', { config: { firmware: 'efi' } }, {}],

  ...(['snp', 'sev-es', 'sev'] as const).map((technology): Case => [
    `a launch that is to be ${technology}`,
    { given: { technology } },
    { technology: technology === 'snp' ? 'passed' : 'config' },
    technology === 'snp'
      ? /^It is SEV-SNP\.$/m
      : /^The launch is to be one of SEV(-ES)?, and the domain is one of SEV-SNP\.$/m,
  ]),
  ...(['snp', 'snp-legacy'] as const).map((profile): Case => [
    `the profile ${profile}`,
    { given: { profile } },
    { profile: 'passed' },
  ]),
  ...(['snp-debugswap', 'snp-legacy-debugswap'] as const).map((profile): Case => [
    `the profile ${profile}, whose features libvirt does not ask for`,
    { given: { profile } },
    { profile: 'passed', 'guest-features': 'warned' },
    new RegExp(
      `the profile ${profile} has 0x21 \\(SNPActive.*\\), and libvirt asks for 0x1 \\(SNPActive\\) only`,
    ),
  ]),
  ...(['sev-es', 'sev-es-init2', 'sev-es-krun', 'snp-ec2', 'snp-gce', 'snp-svsm'] as const).map(
    (profile): Case => [
      `the profile ${profile}`,
      { given: { profile } },
      { profile: 'usage' },
      /^The profile ".*" is not one of SEV-SNP launched by QEMU, as the domain is\.$/m,
    ],
  ),
  ['features that are those of QEMU', { given: { features: 1n } }, {}],
  [
    'features of QEMU in place of those of a profile',
    { given: { features: 1n, profile: 'snp-debugswap' } },
    { profile: 'passed' },
  ],
  ...([0n, 0x21n, 0x801n, 2n ** 63n] as const).map((features): Case => [
    `features ${features.toString(16)}`,
    { given: { features } },
    { 'guest-features': 'warned' },
    /the owner gave 0x/,
  ]),

  [
    'another policy of the owner in a launch file',
    { given: { guestPolicy: 0x3d30133n } },
    { 'policy-agrees': 'warned', smt: 'skipped' },
    /given 0x3d30133, in the domain 0x3d20133, reported 0x3d20133/,
  ],
  ['the policy of the owner', { given: { guestPolicy: STRICT } }, {}],
  [
    'debugging that only the owner allows',
    { given: { guestPolicy: STRICT | (1n << 19n) } },
    { debugging: 'insecure', 'policy-agrees': 'warned' },
  ],

  [
    'no policy of the launch',
    { info: { snpPolicy: undefined } },
    { 'launch-info': 'warned', 'policy-agrees': 'skipped' },
    /does not report the policy of the launch/,
  ],
  [
    'a host that does not answer about the launch',
    { info: null, infoError: 'It failed.' },
    { 'launch-info': 'skipped', 'policy-agrees': 'skipped' },
    /It failed\./,
  ],
  [
    'another policy of the owner',
    { given: { policy: 0x3d30133 } },
    { 'policy-agrees': 'warned', smt: 'skipped' },
    /given 0x3d30133, in the domain 0x3d20133, reported 0x3d20133\. The guest's report shows which it is \(0x008\)/,
  ],

  [
    'another number of vCPUs than the owner gave',
    { given: { count: 4 } },
    { 'vcpu-count': 'warned' },
    /gave 4, and the domain has 2: the report of this guest will show another measurement/,
  ],
  ['no number of vCPUs', { given: { vcpus: false, count: undefined } }, { 'vcpu-count': 'insecure' }],
  [
    'another CPU than the owner gave',
    { given: { cpu: { ...MILAN, stepping: 0 } } },
    { 'cpu-input': 'warned' },
    /stepping 0, and the domain has family 25 .* stepping 1:/,
  ],
  ['another model than the owner gave', { config: NAMED }, { 'cpu-input': 'warned' }, /family 23/],
  [
    'another model than the owner gave, which the host has for host-model',
    { config: { cpu: { mode: 'host-model', model: undefined } }, host: { sev: CAN('EPYC-Genoa') } },
    { 'cpu-input': 'warned' },
    /and the domain has family 25 .*, model 17 /,
  ],
  [
    'the model of the owner, which the host has for host-model',
    { config: { cpu: { mode: 'host-model', model: undefined } }, host: { sev: CAN('EPYC-Milan') } },
    {},
  ],
  [
    'no CPU, insecurely, of the mode host-model that the host tells',
    {
      given: { vmsa: false, cpu: undefined },
      config: { cpu: { mode: 'host-model', model: undefined } },
      host: { sev: CAN('EPYC-Milan') },
      insecure: true,
    },
    { 'cpu-input': 'untrusted' },
  ],
  ['a CPU that says nothing', { config: { cpu: { mode: 'host-model', model: undefined } } }, {}],
  ['no CPU', { given: { vmsa: false, cpu: undefined } }, { 'cpu-input': 'insecure' }],
  ...([PASSTHROUGH, NAMED] as const).map((config): Case => [
    `no CPU, insecurely, of the mode ${config.cpu.mode}`,
    { given: { vmsa: false, cpu: undefined }, config, insecure: true },
    { 'cpu-input': 'untrusted' },
  ]),
  ...(['host-model', 'maximum', 'custom'] as const).map((mode): Case => [
    `no CPU, insecurely, of the mode ${mode} without a known model`,
    {
      given: { vmsa: false, cpu: undefined },
      config: { cpu: { mode, model: 'Skylake-Server' } },
      insecure: true,
    },
    { 'cpu-input': 'usage' },
    new RegExp(`its mode is "${mode}"`),
  ]),
  ['no firmware', { given: { firmware: false } }, { 'firmware-input': 'usage' }],
];

describe('The rules about a domain of SEV-SNP', () => {
  for (const [title, change, expected, reason] of CASES) {
    it(`notice ${title}`, () => {
      const results = judgeDomain(questionWith(snpWith(change)), WAYS);
      const told = Object.fromEntries(results.map((result) => [result.id, tell(result)]));
      assert.deepEqual(told, { ...CLEAN, ...unsaidBy(change), ...expected });
      if (reason) assert.match(results.map((result) => result.reason).join('\n'), reason);
      for (const { reason: why, advice, outcome, untrusted } of results) {
        assert.match(why, /^[A-Z].*\.$/s);
        if (outcome === 'failed' || untrusted) assert.match(advice, /^[A-Z].*\.$/s);
      }
    });
  }

  it('are not judged of SEV', () => {
    const ids = judgeDomain(questionWith(), WAYS).map(({ id }) => id);
    assert.deepEqual(
      DOMAIN_RULES.filter(({ id, type }) => ids.includes(id) === (type !== undefined)),
      [],
    );
  });

  it('each have a case in which they come out otherwise', () => {
    const met = new Set(CASES.flatMap(([, , expected]) => Object.keys(expected)));
    const own = DOMAIN_RULES.filter(({ type }) => type === 'sev-snp').map(({ id }) => id);
    assert.ok(own.length >= 10);
    assert.deepEqual(
      own.filter((id) => !met.has(id)),
      [],
    );
    assert.equal(firstFailedRule(judgeDomain(questionWith(snpWith({})), WAYS)), undefined);
  });
});
