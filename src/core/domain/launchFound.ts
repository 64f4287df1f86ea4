// The inputs of a launch from a command line of QEMU or the XML of a domain: what is taken from where, and what cannot be, each a sentence.

import { parseUnsigned } from '../binary/hex';
import { USUAL_POLICY } from '../tech/snp/idBlock';
import { findCpuModel } from '../vmsa/launch/cpuModels';
import type { DigestMode } from '../tech/traits';
import { lastCommand } from './commandLines';
import type { DomainConfig } from './facts';
import { qemuOptions, qemuProperties, type QemuOption } from './qemuOptions';
import { rawArguments } from './rawArguments';

/** What a launch can have from there, as options have it. */
export interface FoundInputs {
  readonly mode?: Extract<DigestMode, 'sev' | 'seves' | 'snp'>;
  readonly firmware?: string;
  readonly kernel?: string;
  readonly initrd?: string;
  readonly cmdline?: string;
  readonly vcpus?: string;
  readonly cpu?: string;
  readonly features?: string;
  readonly profile?: string;
}

/** An input with the place it is from, such as `-bios`. */
export interface Taken {
  readonly input: keyof FoundInputs;
  readonly value: string;
  readonly from: string;
}

/** An input that is not there to be taken, and why, a sentence. It matters as long as nobody else says it. */
export interface Lacked {
  readonly input: keyof FoundInputs;
  readonly why: string;
}

/** What was found. */
export interface LaunchFound {
  readonly taken: readonly Taken[];
  readonly lacked: readonly Lacked[];
  /** What is wrong with such a launch or was not read, sentences. */
  readonly problems: readonly string[];
  /** Of a launch of SNP. */
  readonly policy?: bigint | undefined;
}

/** Collects what is found. */
class Finder {
  readonly taken: Taken[] = [];
  readonly lacked: Lacked[] = [];
  readonly problems: string[] = [];
  policy: bigint | undefined;

  take(input: keyof FoundInputs, value: string | undefined, from: string): void {
    if (value !== undefined && value !== '') this.taken.push({ input, value, from });
  }

  fail(problem: string): void {
    this.problems.push(problem);
  }

  lack(input: keyof FoundInputs, why: string): void {
    this.lacked.push({ input, why });
  }

  /** The kind of launch. @param es whether the policy asks for SEV-ES, undefined without a policy */
  takeMode(type: 'sev' | 'sev-snp', es: boolean, from: string): void {
    this.take('mode', type === 'sev-snp' ? 'snp' : es ? 'seves' : 'sev', from);
  }

  takeCpu(name: string, from: string): void {
    if (findCpuModel(name)) this.take('cpu', name, from);
    else if (/^(host|max|host-passthrough|host-model|maximum)$/.test(name))
      this.lack(
        'cpu',
        `${from} is the CPU of the host, which only the host knows: give --vcpu-sig or family, model and stepping.`,
      );
    else this.lack('cpu', `${from} names "${name}", which is no CPU model that is known: give --vcpu-sig.`);
  }

  /** The files of a direct boot. @param hashes whether their hashes are measured */
  takeBoot(boot: readonly Taken[], hashes: boolean, off: string): void {
    if (hashes) this.taken.push(...boot);
    else if (boot.some(({ input }) => input === 'kernel'))
      this.lack(
        'kernel',
        `The kernel is not measured, because ${off}: kernel, initrd and command line are left out.`,
      );
  }
}

/** Bits of sev_features that an object of SNP turns on by a property, besides the one that every SNP guest has. */
const FEATURES: Readonly<Record<string, bigint>> = { 'debug-swap': 0x20n, 'secure-tsc': 0x200n };
const SNP_ACTIVE = 1n;

const isOn = (value: string | undefined): boolean => /^(on|yes|true|y)$/i.test(value ?? '');

/** Options that read or start what is not on the command line. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  readconfig: 'has more arguments in a file, which is not read here',
  incoming: 'starts from a state that nothing measures',
  loadvm: 'starts from a state that nothing measures',
};

type Properties = ReadonlyMap<string, string>;
interface Parsed {
  readonly last: (name: string) => string | undefined;
  readonly all: (name: string, implied: string) => Properties[];
  readonly machine: Properties;
}

function parsed(options: readonly QemuOption[]): Parsed {
  const values = (name: string) => options.filter((o) => o.name === name).map(({ value }) => value);
  const all = (name: string, implied: string) => values(name).map((v) => qemuProperties(v, implied));
  const machine = new Map(all('machine', 'type').flatMap((one) => [...one]));
  return { last: (name) => values(name).at(-1), all, machine };
}

/** The object of a confidential guest, and whether the machine uses it. */
function guestObject(find: Finder, { all, machine }: Parsed): Properties | undefined {
  const objects = all('object', 'qom-type').filter((o) => /^sev-(snp-)?guest$/.test(o.get('qom-type') ?? ''));
  const wanted = machine.get('confidential-guest-support') ?? machine.get('memory-encryption');
  const object = objects.find((o) => o.get('id') === wanted) ?? objects[0];
  if (!object) {
    find.fail(
      'There is no -object sev-guest or sev-snp-guest: this launches no SEV guest; --mode says which digest to compute.',
    );
    return undefined;
  }
  const type = object.get('qom-type')!;
  if (object.get('id') !== wanted)
    find.fail(
      `-machine does not have ${type} ${object.get('id') ?? ''} as confidential-guest-support, so that QEMU would not use it.`,
    );
  const given = parseUnsigned(object.get('policy') ?? '');
  const policy = given ?? 0n;
  if (type === 'sev-snp-guest') find.policy = given ?? USUAL_POLICY;
  find.takeMode(type === 'sev-guest' ? 'sev' : 'sev-snp', (policy & 4n) !== 0n, `-object ${type}`);
  if (type === 'sev-guest' && policy & 4n && /^(off|no|false)$/.test(object.get('legacy-vm-type') ?? ''))
    find.take('profile', 'sev-es-init2', 'legacy-vm-type');
  const on = Object.keys(FEATURES).filter((name) => isOn(object.get(name)));
  if (type !== 'sev-guest' && on.length > 0) {
    const bits = on.reduce((all_, name) => all_ | FEATURES[name]!, SNP_ACTIVE);
    find.take('features', `0x${bits.toString(16)}`, on.join(' and '));
  }
  return object;
}

/** The firmware, as ROM or as flash. */
function findFirmware(find: Finder, { last, all, machine }: Parsed, isSnp: boolean): void {
  const bios = last('bios') ?? machine.get('firmware');
  const drives = all('drive', 'file').filter((drive) => drive.get('if') === 'pflash');
  const code = drives.find((drive, i) => (drive.get('unit') ?? String(i)) === '0');
  const flash =
    code?.get('file') ?? last('pflash') ?? nodeFile(all('blockdev', 'driver'), machine.get('pflash0'));
  if (flash !== undefined && flash !== '') {
    find.take(
      'firmware',
      flash,
      code ? '-drive if=pflash' : machine.has('pflash0') ? '-blockdev' : '-pflash',
    );
    if (isSnp) find.fail('The firmware is flash, which KVM refuses to SNP guests: QEMU needs it as -bios.');
    if (bios !== undefined) find.fail('-bios plays no part beside flash.');
  } else if (bios !== undefined) find.take('firmware', bios, '-bios');
  else find.lack('firmware', 'There is neither -bios nor flash: give --firmware.');
}

/** The file of a node of the block layer, through the nodes that lie over it. */
function nodeFile(nodes: readonly Properties[], name: string | undefined): string | undefined {
  let wanted = name;
  for (let step = 0; step <= nodes.length && wanted !== undefined; step++) {
    const node = nodes.find((one) => one.get('node-name') === wanted);
    const file = node?.get('filename') ?? node?.get('file.filename');
    if (file !== undefined) return file;
    wanted = node?.get('file');
  }
  return undefined;
}

/** As QEMU counts what `-smp` leaves out (machine_parse_smp_config). */
function findVcpus(find: Finder, { last, all }: Parsed): void {
  const smp = new Map(all('smp', 'cpus').flatMap((one) => [...one]));
  const number = (name: string) => parseUnsigned(smp.get(name) ?? '');
  const product = ['drawers', 'books', 'sockets', 'dies', 'clusters', 'modules', 'cores', 'threads'].reduce(
    (n, name) => n * (number(name) ?? 1n),
    1n,
  );
  const count = number('cpus') ?? number('maxcpus') ?? product;
  find.take('vcpus', String(count), last('smp') === undefined ? 'the default without -smp' : '-smp');
}

function findCpu(find: Finder, { last }: Parsed): void {
  const given = last('cpu');
  if (given === undefined) {
    find.lack('cpu', 'There is no -cpu: give --vcpu-type.');
    return;
  }
  const cpu = qemuProperties(given, 'model name');
  const numbers = ['family', 'model', 'stepping'].map((name) => cpu.get(name));
  if (numbers.every((value) => value !== undefined)) find.take('cpu', numbers.join('/'), '-cpu');
  else if (numbers.some((value) => value !== undefined))
    find.lack('cpu', '-cpu changes only a part of family, model and stepping: give --vcpu-sig.');
  else find.takeCpu(cpu.get('model name') ?? '', '-cpu');
}

/** The inputs on a command line of QEMU, as it is pasted. */
export function launchOfQemu(text: string): LaunchFound {
  const find = new Finder();
  const { words, problem, count } = lastCommand(text);
  if (count > 1)
    find.fail(
      `There are ${count} command lines of QEMU, of which the last is taken: give another one by itself to take that.`,
    );
  if (problem !== undefined) find.fail(problem);
  const options = qemuOptions(words);
  const all = parsed(options);
  const object = guestObject(find, all);
  const isSnp = object?.get('qom-type') === 'sev-snp-guest';
  if (all.machine.has('igvm-cfg'))
    find.fail('-machine has an IGVM file, which decides what is launched; it is not read.');
  findFirmware(find, all, isSnp);
  const boot = (['kernel', 'initrd', 'append'] as const).flatMap((name): Taken[] => {
    const value = all.last(name) ?? all.machine.get(name);
    const from = all.last(name) === undefined ? '-machine' : `-${name}`;
    return value === undefined ? [] : [{ input: name === 'append' ? 'cmdline' : name, value, from }];
  });
  find.takeBoot(boot, isOn(object?.get('kernel-hashes')), 'kernel-hashes is not on');
  if (options.some(({ name, isJoined }) => name === 'append' && isJoined))
    find.fail(
      'The quotes around the value of -append seem to be lost: all up to the next option is taken, with single spaces.',
    );
  if (all.last('append')?.includes('\ufffd'))
    find.fail('-append has bytes that are not UTF-8, which were lost before: the measurement is another.');
  findVcpus(find, all);
  findCpu(find, all);
  for (const { name } of options) if (ELSEWHERE[name]) find.fail(`-${name} ${ELSEWHERE[name]}.`);
  return find;
}

/** The inputs in the definition of a domain. */
export function launchOfDomain(config: DomainConfig): LaunchFound {
  const find = new Finder();
  const { launchSecurity: security, loader, cpu, kernel, initrd, cmdline } = config;
  const type = security?.type;
  if (type === 'sev-snp') find.policy = security?.policy;
  if (security && (type === 'sev' || type === 'sev-snp'))
    find.takeMode(type, ((security.policy ?? 0n) & 4n) !== 0n, '<launchSecurity>');
  else find.fail('There is no <launchSecurity> of SEV or SEV-SNP; --mode says which digest to compute.');
  if (loader?.path !== undefined) find.take('firmware', loader.path, '<loader>');
  else find.lack('firmware', 'libvirt chooses the firmware, and does not say which: give --firmware.');
  const boot = Object.entries({ kernel, initrd, cmdline }).flatMap(([input, value]): Taken[] =>
    value === undefined ? [] : [{ input: input as 'kernel', value, from: `<${input}>` }],
  );
  find.takeBoot(boot, security?.kernelHashes === true, 'kernelHashes is not "yes"');
  find.take('vcpus', String(config.vcpus.current), '<vcpu>');
  if (cpu?.model !== undefined && (cpu.mode ?? 'custom') === 'custom') find.takeCpu(cpu.model, '<cpu>');
  else if (cpu?.mode === undefined) find.lack('cpu', 'There is no <cpu>: give --vcpu-type.');
  else find.takeCpu(cpu.mode, '<cpu>');
  for (const { text, effect, why } of rawArguments(config.rawArguments))
    if (effect === 'launch' || effect === 'measured')
      find.fail(`<qemu:arg> ${text} ${why}; it is not taken.`);
  return find;
}

/** What was taken as options. */
export const foundInputs = ({ taken }: LaunchFound): FoundInputs =>
  Object.fromEntries(taken.map(({ input, value }) => [input, value]));
