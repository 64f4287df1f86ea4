// `sevscope digest --known-digest`: digests of launches with more vCPUs than one whose digest is known. That of SEV-SNP is a chain, in which the pages
// of vCPUs are last, so that nothing is needed of what is loaded before them.

import * as errors from './errors';
import type { Io } from '../app/io';
import { knownLaunch } from '../app/knownLaunch';
import type { DigestOptions } from './digestOptions';
import { vcpuCounts } from '../app/digestSelection';
import { modeRow } from '../core/tech/traits';

/** What a known digest stands for, and what cannot be had from it; with the option's name. */
const UNFIT = {
  kernel: '--kernel',
  initrd: '--initrd',
  cmdline: '--append',
  kernelDigest: '--kernel-hash',
  initrdDigest: '--initrd-hash',
  cmdlineDigest: '--cmdline-hash',
  firmwareDigest: '--snp-ovmf-hash',
  svsm: '--svsm',
  varsSize: '--vars-size',
  varsFile: '--vars-file',
  inputs: '--inputs',
  fromQemuCommandLine: '--from-qemu-command-line',
  trace: '--trace',
  compare: '--compare',
} as const satisfies Partial<Record<keyof DigestOptions, string>>;

/** Rejects what contradicts a known digest, before anything is read. @throws CheckError (usage) */
export function checkKnown(options: DigestOptions): void {
  const { mode, knownDigest, knownVcpus, resetAddress, cpus, profile, format, vcpus } = options;
  if (!knownDigest) {
    if (knownVcpus !== undefined) throw errors.oddOption('--known-vcpus', 'it is for --known-digest');
    if (resetAddress !== undefined) throw errors.oddOption('--reset-address', 'it is for --known-digest');
    return;
  }
  const { endsBecause } = modeRow(mode);
  if (endsBecause !== undefined) throw errors.oddOption('--known-digest', endsBecause);
  for (const [id, option] of Object.entries(UNFIT))
    if (options[id as keyof typeof UNFIT] !== undefined)
      throw errors.oddOption(option, '--known-digest stands for all that is loaded before more vCPUs');
  if (format === 'dstack')
    throw errors.oddOption(
      '--format dstack',
      'it has what is loaded first, which --known-digest does not show',
    );
  if (cpus !== undefined || profile === 'all' || profile?.includes(','))
    throw errors.oddOption(
      cpus === undefined ? '--profile' : '--cpu',
      'the vCPUs of --known-digest are of one CPU and profile; use --vcpu-type and one --profile',
    );
  if (knownVcpus === undefined)
    throw errors.digestNeeds('--known-vcpus', 'how many vCPUs are in --known-digest');
  const least = vcpus === undefined ? undefined : vcpuCounts(vcpus)[0]!;
  if (least !== undefined && least <= knownVcpus) throw errors.notMoreVcpus(least, knownVcpus);
}

/** Options with the launch that goes on. @throws CheckError when an image for the address of additional vCPUs cannot be read */
export async function withKnown(io: Io, options: DigestOptions): Promise<DigestOptions> {
  const { knownDigest, knownVcpus, resetAddress, firmware } = options;
  if (!knownDigest) return options;
  const known = await knownLaunch(io, {
    digest: knownDigest,
    loaded: knownVcpus!,
    firmware: resetAddress === undefined ? firmware : undefined,
    resetAddress() {
      if (resetAddress !== undefined) return resetAddress;
      throw errors.digestNeeds(
        '--reset-address',
        'where additional vCPUs start, or give the image with --firmware',
      );
    },
  });
  return { ...options, known };
}
