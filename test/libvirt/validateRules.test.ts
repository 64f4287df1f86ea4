// Every rule of the check of a running domain, on domains that break just that one, beside virt-qemu-sev-validate with the
// same arguments: secure, with --insecure, with --ignore-config and with both. The same exit status, or the table says why.

import assert from 'node:assert/strict';
import { machineCpu, REMOTE_CPU, useBed } from '../helpers/bed';
import type { Cpu, Domain, DomainSpec } from '../helpers/bedDomain';
import { runHere } from '../helpers/cli';
import { Owner, statedOptions, type Launch } from '../helpers/owner';

const owner = new Owner();
after(() => owner.remove());

const { kernel, initrd } = owner;
const measured = { kernel, initrd, cmdline: 'quiet', kernelHashes: true };
/** A CPU that this machine has not. */
const OTHER_CPU: Cpu = machineCpu().join() === '23,49,0' ? REMOTE_CPU : [23, 49, 0];
const BIOS = '/usr/share/seabios/bios-256k.bin';
const VARIABLES = owner.put('variables', new Uint8Array(0x20000));

const MODES = [[], ['--insecure'], ['--ignore-config'], ['--insecure', '--ignore-config']];
/** One status of both, or the peer's, ours, and why they differ. */
type Expected = number | readonly [peer: number, ours: number, why: string];
interface Case {
  readonly title: string;
  readonly spec: Omit<DomainSpec, 'host' | 'name'>;
  /** What the owner states otherwise than it was launched; `undefined` for what she leaves to the host. */
  readonly stated?: Launch;
  /** Statuses in the order of MODES. */
  readonly expected: readonly [Expected, Expected, Expected, Expected];
  /** What fails first when it fails in ours. */
  readonly rule?: string;
}

const withoutElement = (name: string) => (xml: string) =>
  xml.replace(new RegExp(`<${name}[ >][^]*</${name}>`), '');
/** Hands QEMU arguments past libvirt. */
const withArguments =
  (...args: string[]) =>
  (xml: string) =>
    xml
      .replace('<domain ', "<domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0' ")
      .replace(
        '</domain>',
        `<qemu:commandline>${args.map((arg) => `<qemu:arg value='${arg}'/>`).join('')}</qemu:commandline></domain>`,
      );
const PAST_LIBVIRT = 'the peer looks at what libvirt shows only';
const UNHASHED = 'the peer hashes a kernel that the host does not; and its path is on the host';
const EVEN_THEN = 'to ignore the configuration is not to allow what is not secure';

const CASES: Case[] = [
  { title: 'nothing', spec: { policy: 5, vcpus: 2 }, expected: [0, 0, 0, 0] },
  { title: 'nothing of a launch with a kernel', spec: { policy: 1, ...measured }, expected: [0, 0, 0, 0] },
  { title: 'launch security', spec: {}, expected: [4, 4, 2, 2], rule: 'launch-security|launch-info' },
  {
    title: 'the certificate and the session',
    spec: { policy: 1, session: null },
    expected: [4, 4, 1, 1],
    rule: 'dh-certificate',
  },
  {
    title: 'the certificate',
    spec: { policy: 1, xml: withoutElement('dhCert') },
    expected: [4, 4, 1, 1],
    rule: 'dh-certificate',
  },
  {
    title: 'the session',
    spec: { policy: 1, xml: withoutElement('session') },
    expected: [4, 4, 1, 1],
    rule: 'session',
  },
  {
    title: 'a stateless firmware',
    spec: {
      policy: 1,
      xml: (xml) =>
        xml.replace(" stateless='yes'", '').replace('</loader>', `</loader><nvram>${VARIABLES}</nvram>`),
    },
    expected: [3, 0, [0, 3, EVEN_THEN], 0],
    rule: 'nvram',
  },
  {
    title: 'a loader',
    spec: { policy: 1, firmware: BIOS, xml: withoutElement('loader') },
    stated: { cpu: undefined },
    expected: [4, 4, 0, 0],
    rule: 'loader',
  },
  {
    title: 'hashes of the kernel that it starts',
    spec: { policy: 1, kernel, cmdline: 'quiet' },
    stated: { kernel: undefined, cmdline: undefined },
    expected: [3, [2, 0, UNHASHED], [2, 3, EVEN_THEN], [2, 0, UNHASHED]],
    rule: 'kernel-hashes',
  },
  {
    title: 'hashes of the kernel that the owner gives',
    spec: { policy: 1 },
    stated: { kernel },
    expected: [2, 2, 1, 1],
    rule: 'kernel-hashes',
  },
  {
    title: 'a kernel for its hashes',
    spec: { policy: 1, kernelHashes: true },
    expected: [4, 4, 1, 1],
    rule: 'kernel-hashes-used',
  },
  {
    title: 'a kernel that libvirt knows of',
    spec: { policy: 1, xml: withArguments('-kernel', kernel, '-append', 'quiet') },
    expected: [[0, 3, PAST_LIBVIRT], 0, [0, 3, EVEN_THEN], 0],
    rule: 'raw-arguments',
  },
  {
    title: 'nothing of a launch whose QEMU gets arguments that decide nothing of it',
    spec: { policy: 1, xml: withArguments('-fw_cfg', 'name=opt/x,string=y') },
    expected: [0, 0, 0, 0],
  },
  {
    title: 'a start',
    spec: { policy: 1, start: false },
    expected: [5, 5, 5, 5],
    rule: 'domain-active',
  },
  {
    title: 'the number of vCPUs',
    spec: { policy: 5, vcpus: 3 },
    stated: { vcpus: undefined },
    expected: [3, 0, 3, 0],
    rule: 'vcpu-count',
  },
  {
    title: 'the number of vCPUs, which plain SEV does not measure',
    spec: { policy: 1, vcpus: 3 },
    stated: { vcpus: undefined },
    expected: [0, 0, 0, 0],
  },
  {
    title: 'the firmware',
    spec: { policy: 1 },
    // With a CPU but no firmware the peer makes pages before it knows the image, and breaks off with 6.
    stated: { firmware: undefined, cpu: undefined },
    expected: [2, 2, 2, 2],
    rule: 'firmware-input',
  },
  {
    title: 'the kernel and all that belongs to it',
    spec: { policy: 1, ...measured },
    stated: { kernel: undefined, initrd: undefined, cmdline: undefined },
    expected: [2, 2, 2, 2],
    rule: 'kernel-input',
  },
  {
    title: 'the initrd',
    spec: { policy: 1, ...measured },
    stated: { initrd: undefined },
    expected: [2, 2, 2, 2],
    rule: 'initrd-input',
  },
  {
    title: 'the command line',
    spec: { policy: 1, ...measured },
    stated: { cmdline: undefined },
    expected: [3, 0, 3, 0],
    rule: 'cmdline-input',
  },
  {
    title: 'the CPU',
    spec: { policy: 5, cpu: machineCpu(), xml: passthrough },
    stated: { cpu: undefined },
    expected: [3, 0, 3, 0],
    rule: 'cpu-input',
  },
  {
    title: 'the CPU of a guest that has another one than its host',
    spec: { policy: 5, cpu: OTHER_CPU, xml: passthrough },
    stated: { cpu: undefined },
    expected: [3, 1, 3, 1],
    rule: 'cpu-input',
  },
  {
    title: 'the CPU of a guest whose CPU is a named model',
    spec: {
      policy: 5,
      cpu: machineCpu(),
      xml: (xml) => xml.replace(/<cpu mode='[a-z-]+'/, "<cpu mode='maximum'"),
    },
    stated: { cpu: undefined },
    expected: [
      3,
      [0, 2, 'only with host-passthrough is it the CPU of the host'],
      3,
      [0, 2, 'only with host-passthrough is it the CPU of the host'],
    ],
    rule: 'cpu-input',
  },
  {
    title: 'the policy, which the measurement tells',
    spec: { policy: 5 },
    stated: { policy: undefined },
    expected: [0, 0, 0, 0],
  },
  { title: 'the right policy', spec: { policy: 5 }, stated: { policy: 7 }, expected: [1, 1, 1, 1] },
  { title: 'the right number of vCPUs', spec: { policy: 5 }, stated: { vcpus: 2 }, expected: [1, 1, 1, 1] },
];

/** The options without those of the values that are to come from the host, for which there may be a usual one. */
function without(options: readonly string[], stated: Launch = {}): string[] {
  const dropped = [
    ...('firmware' in stated && stated.firmware === undefined ? ['--firmware'] : []),
    ...('vcpus' in stated && stated.vcpus === undefined ? ['--num-cpus'] : []),
  ];
  return options.filter((_, i) => !dropped.includes(options[i - (i % 2)]!));
}

function passthrough(xml: string): string {
  return xml.replace(/<cpu mode='[a-z-]+'/, "<cpu mode='host-passthrough' check='none'");
}

describe('validate --domain beside virt-qemu-sev-validate, where there is missing', () => {
  const bed = useBed();
  const domains: Domain[] = [];
  before(async function () {
    this.timeout(300_000);
    const specs = CASES.map(({ spec }, i): DomainSpec => ({
      cpu: REMOTE_CPU,
      ...spec,
      host: 'b',
      name: `rule-${i}`,
    }));
    domains.push(...(await bed().defineDomains(specs)));
  });

  for (const [i, { title, spec, stated, expected, rule }] of CASES.entries()) {
    it(title, async function () {
      this.timeout(60_000);
      const options = statedOptions({ cpu: REMOTE_CPU, ...spec, ...stated });
      const args = [...owner.optionsFor(bed().uris.b.tcp, domains[i]!), ...without(options, stated)];
      for (const [at, mode] of MODES.entries()) {
        const wanted = expected[at]!;
        const [theirs, ours] = typeof wanted === 'number' ? [wanted, wanted] : wanted;
        const [peer, { status, stdout, stderr }] = await Promise.all([
          owner.ask([...args, ...mode]),
          runHere(['validate', ...args, ...mode], owner.folder),
        ]);
        const told = `${mode.join(' ')}\n${peer.stderr}${stdout}${stderr}`;
        assert.deepEqual([peer.status, status], [theirs, ours], told);
        assert.equal(/^OK: /m.test(stdout), status === 0 && !stderr.includes('NOT TRUSTED'), told);
        if (status > 1) assert.match(stdout, new RegExp(`^failed +(${rule}) `, 'm'), told);
      }
    });
  }
});
