// The options of `sevscope digest`, named as in sev-snp-measure and, where it has no equivalent, as in
// `validate`; and how they select CPUs, vCPUs and profiles.

import { Option, type Command } from 'commander';
import * as errors from './errors';
import { parseUnsigned } from '../core/binary/hex';
import { MAX_VCPUS } from '../core/launch/inputKinds';
import { ALL_CPUS, MATRIX_PROFILES, type MatrixCpu } from '../core/check/matrix';
import { cpuByName } from '../core/vmsa/launch/generate';
import type { KnownProfile } from '../core/vmsa/launch/profiles';
import { CPU_ID_LIMITS, decodeSignature } from '../core/vmsa/launch/signature';
import { cpuFrom, number, policyNumber } from './options';

/** The kinds of launch digests. */
const DIGEST_MODES = ['sev', 'seves', 'snp', 'snp:ovmf-hash'] as const;

/** The parsed options, by commander's names. */
export interface DigestOptions {
  readonly mode: (typeof DIGEST_MODES)[number];
  readonly firmware?: string;
  readonly ovmf?: string;
  readonly kernel?: string;
  readonly initrd?: string;
  readonly cmdline?: string;
  readonly append?: string;
  readonly vcpus?: string;
  readonly vcpuType?: string;
  readonly vcpuSig?: string;
  readonly vcpuFamily?: number;
  readonly vcpuModel?: number;
  readonly vcpuStepping?: number;
  readonly cpu?: string;
  readonly vmmType?: keyof typeof VMM_PROFILES;
  readonly guestFeatures?: string;
  readonly profile?: string;
  readonly snpOvmfHash?: string;
  readonly outputFormat: 'hex' | 'base64';
  readonly matrix?: true;
  readonly format: 'csv' | 'json';
  readonly output?: string;
  readonly json?: true;
  readonly tik?: string;
  readonly tek?: string;
  readonly tk?: string;
  readonly nonce?: string;
  readonly apiMajor?: number;
  readonly apiMinor?: number;
  readonly buildId?: number;
  readonly policy?: number;
}

/** VMMs as sev-snp-measure names them, with the profile of their launches. */
const VMM_PROFILES = { QEMU: 'snp', ec2: 'snp-ec2', gce: 'snp-gce' } as const;

/** Adds the options. */
export function addDigestOptions(command: Command): Command {
  const among = (flags: string, text: string, choices: readonly string[]) =>
    new Option(flags, text).choices(choices);
  return command
    .addOption(among('--mode <mode>', 'which launch digest', DIGEST_MODES).makeOptionMandatory())
    .option('-f, --firmware <path>', 'firmware image')
    .option('--ovmf <path>', 'the same')
    .option('-k, --kernel <path>', 'kernel, where its hashes are measured')
    .option('-r, --initrd <path>', 'initrd')
    .option('-e, --cmdline <text>', 'kernel command line, exactly as booted')
    .option('--append <text>', 'the same')
    .option('--vcpus <number>', 'number of vCPUs; with --matrix also a list such as 1-8,16')
    .option('--vcpu-type <name>', "the guest's CPU: a QEMU model")
    .option('--vcpu-sig <number>', 'or its signature')
    .option('--vcpu-family <number>', 'or its family,', number(CPU_ID_LIMITS.family))
    .option('--vcpu-model <number>', 'model', number(CPU_ID_LIMITS.model))
    .option('--vcpu-stepping <number>', 'and stepping', number(CPU_ID_LIMITS.stepping))
    .addOption(among('--vmm-type <name>', 'who launches an SNP guest', Object.keys(VMM_PROFILES)))
    .option('--guest-features <number>', 'SEV features of an SNP guest, instead of those of the profile')
    .option('--profile <name>', 'launch flavour; with --matrix a list, or all')
    .option('--snp-ovmf-hash <digest>', 'digest of the firmware pages, as --mode snp:ovmf-hash prints it')
    .addOption(among('--output-format <form>', 'how to print a digest', ['hex', 'base64']).default('hex'))
    .option('--json', 'print the digest with what it is of as JSON')
    .optionsGroup('A table of digests:')
    .option('--matrix', 'for each of several numbers of vCPUs, CPUs and profiles')
    .option('--cpu <list>', 'CPUs of the table: QEMU models, family/model/stepping, or all')
    .addOption(among('--format <form>', 'how to print the table', ['csv', 'json']).default('csv'))
    .option('--output <path>', 'write the table to a file')
    .optionsGroup('The measurement that a platform reports, instead of the digest:')
    .option('--tik <path>', 'transport integrity key, 16 bytes')
    .option('--tek <path>', 'transport encryption key; not needed')
    .option('--tk <path>', 'TEK and TIK in one file of 32 bytes')
    .option('--nonce <bytes>', 'nonce of the launch, 16 bytes in hexadecimal or base64')
    .option('--api-major <number>', 'SEV API major version', number(0xff))
    .option('--api-minor <number>', 'SEV API minor version', number(0xff))
    .option('--build-id <number>', 'SEV firmware build', number(0xff))
    .option('--policy <number>', 'guest policy', policyNumber);
}

/** A number of vCPUs, or `1-8,16` as ascending numbers. @throws CheckError (usage) */
export function vcpuCounts(text: string, isList: boolean): number[] {
  const counts = new Set<number>();
  for (const part of isList ? text.split(',') : [text]) {
    const [first, last = first] = (isList ? part.split('-') : [part]).map((n) =>
      Number(parseUnsigned(n) ?? 0),
    );
    if (part.split('-').length > 2 || !(first! >= 1 && first! <= last! && last! <= MAX_VCPUS))
      throw errors.badVcpuList(text, MAX_VCPUS);
    for (let n = first!; n <= last!; n++) counts.add(n);
  }
  return [...counts].sort((a, b) => a - b);
}

/** One CPU of a list: a model by name, or its numbers. */
function cpuOf(text: string): MatrixCpu {
  const numbers = /^(\w+)\/(\w+)\/(\w+)$/.exec(text);
  if (!numbers) return { name: text, id: cpuByName(text) };
  const [family, model, stepping] = numbers.slice(1).map(parseUnsigned);
  if (family === undefined || model === undefined || stepping === undefined) throw errors.badMatrixCpu(text);
  return { name: text, id: { family: Number(family), model: Number(model), stepping: Number(stepping) } };
}

/** The CPUs of a table. @throws CheckError (usage) */
export function cpuList(text: string): readonly MatrixCpu[] {
  return text === 'all' ? ALL_CPUS : text.split(',').map(cpuOf);
}

/** The CPU that sev-snp-measure's options name. @throws CheckError (usage) for two CPUs, or an incomplete one */
export function vcpuFrom({
  vcpuType,
  vcpuSig,
  vcpuFamily: family,
  vcpuModel: model,
  vcpuStepping: stepping,
}: DigestOptions): MatrixCpu | undefined {
  if (vcpuSig !== undefined) {
    if ([vcpuType, family, model, stepping].some((one) => one !== undefined)) throw errors.twoCpus();
    const signature = parseUnsigned(vcpuSig);
    if (signature === undefined || signature > 0xffffffffn) throw errors.badSignature(vcpuSig);
    const { malformed, ...id } = decodeSignature(signature);
    if (malformed) throw errors.badSignature(vcpuSig);
    return { name: vcpuSig, id };
  }
  const id = cpuFrom({
    ...(family !== undefined && { family }),
    ...(model !== undefined && { model }),
    ...(stepping !== undefined && { stepping }),
    ...(vcpuType !== undefined && { cpuModel: vcpuType }),
  });
  return id && { name: vcpuType ?? `${id.family}/${id.model}/${id.stepping}`, id };
}

/** The profiles that the options name; each must belong to the mode. @throws CheckError (usage) for any other */
export function profilesFrom({ mode, profile, vmmType, matrix }: DigestOptions): readonly KnownProfile[] {
  const known: readonly KnownProfile[] = MATRIX_PROFILES[mode === 'seves' ? 'seves' : 'snp'];
  if (vmmType !== undefined && mode !== 'snp') throw errors.oddOption('--vmm-type', 'it is for --mode snp');
  if (vmmType !== undefined && profile !== undefined)
    throw errors.oddOption('--vmm-type', '--profile says who launches');
  const text = profile ?? (vmmType && VMM_PROFILES[vmmType]) ?? (matrix ? 'all' : known[0]!.id);
  if (text === 'all' && matrix) return known;
  const ids = matrix ? text.split(',') : [text];
  return ids.map((id) => {
    const found = known.find((p) => p.id === id);
    if (found) return found;
    throw errors.otherMode(
      id,
      mode,
      known.map((p) => p.id),
    );
  });
}
