// The steps of a check up to what is loaded: files and tables with their hashes, and who vouches for each.

import { bytesToHex } from '../binary/hex';
import type { Hashes } from '../launch/hasher';
import type { HostId } from '../launch/inputs';
import { cmdlineBytes, NO_INITRD } from '../launch/kernelHashes';
import type { VmsaPages } from '../launch/loads';
import { stepTitle, type Source, type Step, type StepId } from '../launch/report';

/** A file that was hashed while streaming: its size and SHA-256. */
export interface FileDigest {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: Uint8Array;
  /** Where it was asked for. */
  readonly sha384?: Uint8Array | undefined;
}

/** The VMSA pages of a guest, from the owner's files or generated, and a sentence for the report. */
export interface VmsaInput extends Omit<VmsaPages, 'count'> {
  readonly source: Source;
  readonly detail: string;
}

/**
 * An input that may come from the host when a check is asked to be insecure; VMSA pages also rest on the host's word
 * when the CPU or the vCPU count does.
 */
export type HostInput = HostId;
/** One that is a text or file of its own, not a part of pages. */
type HostFile = Exclude<HostInput, 'cpu' | 'vcpus'>;

/** What was loaded, once the files are read. */
export interface LoadedInputs {
  readonly firmware: FileDigest;
  readonly svsm?: FileDigest | undefined;
  readonly kernel?: FileDigest | undefined;
  readonly initrd?: FileDigest | undefined;
  readonly cmdline?: string | undefined;
  /** Inputs that come from the host rather than from someone the owner trusts. */
  readonly fromHost?: readonly HostInput[] | undefined;
}

const sourceOf = ({ fromHost = [] }: Pick<LoadedInputs, 'fromHost'>, input: HostFile | 'svsm'): Source =>
  fromHost.some((id) => id === input) ? 'host' : 'owner';

/** A step of the pipeline whose digest is SHA-256 unless it says otherwise. */
export function step(
  id: StepId,
  bytes: number,
  digest: Uint8Array,
  rest: Pick<Step, 'source' | 'detail'> & Partial<Step>,
): Step {
  return { id, title: stepTitle(id), bytes, digest: bytesToHex(digest), algorithm: 'SHA-256', ...rest };
}

/** The step of a launch digest that the owner names. @param more what is to be known of it besides, a phrase */
export const namedDigestStep = (digest: Uint8Array, more = ''): Step =>
  step('named-digest', digest.length, digest, {
    source: 'owner',
    algorithm: '',
    detail: `as somebody computed it before${more}`,
  });

function fileStep(id: HostFile | 'svsm', { name, bytes, sha256 }: FileDigest, inputs: LoadedInputs): Step {
  return step(id, bytes, sha256, { source: sourceOf(inputs, id), detail: name });
}

function kernelSteps({ sha256 }: Hashes, inputs: LoadedInputs, table: Uint8Array): Step[] {
  const { kernel, initrd, cmdline = '' } = inputs;
  const text = cmdlineBytes(cmdline);
  const nothing = { name: 'no initrd: the hash of nothing', bytes: 0, sha256: NO_INITRD };
  // Quoted, because a command line is untrusted text: it may hold line ends and control characters.
  const detail = cmdline === '' ? 'empty: one NUL' : `${JSON.stringify(cmdline)} and one NUL`;
  return [
    fileStep('kernel', kernel!, inputs),
    fileStep('initrd', initrd ?? nothing, inputs),
    step('cmdline', text.length, sha256(text), { source: sourceOf(inputs, 'cmdline'), detail }),
    step('kernel-hashes', table.length, sha256(table), {
      source: 'derived',
      detail: 'the table with the hashes of kernel, initrd and command line',
    }),
  ];
}

/** Which inputs of the VMSAs come from the host, in words; empty when none do. */
function describeHostVmsas({ fromHost = [] }: LoadedInputs): string {
  const parts = [
    ...(fromHost.includes('cpu') ? ['the CPU'] : []),
    ...(fromHost.includes('vcpus') ? ['the number of vCPUs'] : []),
  ];
  return parts.join(' and ');
}

function vmsaStep({ newSha256 }: Hashes, vmsa: VmsaInput & VmsaPages, inputs: LoadedInputs): Step {
  const { count, bsp, ap } = vmsa;
  const hash = newSha256();
  for (let i = 0; i < count; i++) hash.update(i === 0 ? bsp : ap!);
  const parts = describeHostVmsas(inputs);
  return step('vmsa', count * bsp.length, hash.digest(), {
    title: count === 1 ? 'VMSA of 1 vCPU' : `VMSAs of ${count} vCPUs`,
    source: parts === '' ? vmsa.source : 'host',
    detail: parts === '' ? vmsa.detail : `${vmsa.detail}; ${parts} as the host says`,
  });
}

/**
 * The steps of what was loaded, in order.
 * @param table of kernel hashes, for a launch with a kernel @param vmsa for one that measures vCPUs
 */
export function loadedSteps(
  hashes: Hashes,
  inputs: LoadedInputs,
  table: Uint8Array | undefined,
  vmsa: (VmsaInput & VmsaPages) | undefined,
): Step[] {
  return [
    fileStep('firmware', inputs.firmware, inputs),
    ...(inputs.svsm ? [fileStep('svsm', inputs.svsm, inputs)] : []),
    ...(table ? kernelSteps(hashes, inputs, table) : []),
    ...(vmsa ? [vmsaStep(hashes, vmsa, inputs)] : []),
  ];
}
