// The check itself: from file digests and what the platform reported to a report with a verdict. The caller
// reads and streams the files; what they mean is decided here.

import { bytesToHex, hex } from '../binary/hex';
import { equalInConstantTime, type Hashes, type Hmac } from '../launch/hasher';
import type { HostId } from '../launch/inputs';
import { cmdlineBytes, encodeKernelHashes, NO_INITRD } from '../launch/kernelHashes';
import {
  computeMeasurement,
  isEarlyFirmware,
  measuredSize,
  MEASUREMENT_SIZE,
  parseMeasurement,
  type Platform,
  type ReportedMeasurement,
} from '../tech/sev/evidence';
import { describePolicy, isSevEs, policyRemarks } from '../tech/sev/policy';
import { vmsaLoads, type VmsaPages } from '../launch/loads';
import type { Report, Source, Step } from '../launch/report';
import type { SevState } from '../tech/sev/digest';
import { sev, sevEs } from '../tech/sev/loads';
import { digestOf, foldAll } from '../tech/technology';

/** A file that was hashed while streaming: its size and SHA-256. */
export interface FileDigest {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: Uint8Array;
}

/** The VMSA pages of an SEV-ES guest, from the owner's files or generated, and a sentence for the report. */
export interface VmsaInput extends Omit<VmsaPages, 'count'> {
  readonly source: Source;
  readonly detail: string;
}

/** Everything a check needs once the files are read. */
export interface CheckInputs {
  readonly title: string;
  readonly platform: Platform;
  /** Base64 as libvirt reports it. */
  readonly measurement: string;
  /** 16 bytes; the caller zeroes them afterwards. */
  readonly tik: Uint8Array;
  readonly firmware: FileDigest;
  /** The launch after its firmware, which was measured when it was read. */
  readonly firmwareState: SevState;
  readonly kernel?: FileDigest | undefined;
  readonly initrd?: FileDigest | undefined;
  readonly cmdline?: string | undefined;
  readonly vcpus?: number | undefined;
  readonly vmsa?: VmsaInput | undefined;
  /** Inputs that come from the host rather than from someone the owner trusts. */
  readonly fromHost?: readonly HostInput[] | undefined;
  /** Warnings from reading the inputs, for example about the firmware. */
  readonly warnings?: readonly string[];
}

/**
 * An input that may come from the host when a check is asked to be insecure; VMSA pages also rest on the host's word
 * when the CPU or the vCPU count does.
 */
export type HostInput = HostId;
/** One that is a text or file of its own, not a part of pages. */
type HostFile = Exclude<HostInput, 'cpu' | 'vcpus'>;

const sourceOf = ({ fromHost = [] }: Pick<CheckInputs, 'fromHost'>, input: HostFile): Source =>
  fromHost.includes(input) ? 'host' : 'owner';

/** A step of the pipeline whose digest is SHA-256 unless it says otherwise. */
function step(
  id: Step['id'],
  title: string,
  bytes: number,
  digest: Uint8Array,
  rest: Pick<Step, 'source' | 'detail'> & Partial<Step>,
): Step {
  return { id, title, bytes, digest: bytesToHex(digest), algorithm: 'SHA-256', ...rest };
}

function fileStep(
  id: HostFile,
  title: string,
  { name, bytes, sha256 }: FileDigest,
  inputs: Pick<CheckInputs, 'fromHost'>,
): Step {
  return step(id, title, bytes, sha256, { source: sourceOf(inputs, id), detail: name });
}

function kernelSteps({ sha256 }: Hashes, inputs: LoadedInputs, table: Uint8Array): Step[] {
  const { kernel, initrd, cmdline = '' } = inputs;
  const text = cmdlineBytes(cmdline);
  const nothing = { name: 'no initrd: the hash of nothing', bytes: 0, sha256: NO_INITRD };
  // Quoted, because a command line is untrusted text: it may hold line ends and control characters.
  const detail = cmdline === '' ? 'empty: one NUL' : `${JSON.stringify(cmdline)} and one NUL`;
  return [
    fileStep('kernel', 'Kernel', kernel!, inputs),
    fileStep('initrd', 'Initrd', initrd ?? nothing, inputs),
    step('cmdline', 'Command line', text.length, sha256(text), {
      source: sourceOf(inputs, 'cmdline'),
      detail,
    }),
    step('kernel-hashes', 'Kernel hashes', table.length, sha256(table), {
      source: 'derived',
      detail: 'the table with the hashes of kernel, initrd and command line',
    }),
  ];
}

/** Which inputs of the VMSAs come from the host, in words; empty when none do. */
function describeHostVmsas({ fromHost = [] }: Pick<CheckInputs, 'fromHost'>): string {
  const parts = [
    ...(fromHost.includes('cpu') ? ['the CPU'] : []),
    ...(fromHost.includes('vcpus') ? ['the number of vCPUs'] : []),
  ];
  return parts.join(' and ');
}

function vmsaStep(
  vmsa: VmsaInput & VmsaPages,
  digest: Uint8Array,
  inputs: Pick<CheckInputs, 'fromHost'>,
): Step {
  const title = vmsa.count === 1 ? 'VMSA of 1 vCPU' : `VMSAs of ${vmsa.count} vCPUs`;
  const parts = describeHostVmsas(inputs);
  return step('vmsa', title, vmsa.count * vmsa.bsp.length, digest, {
    source: parts === '' ? vmsa.source : 'host',
    detail: parts === '' ? vmsa.detail : `${vmsa.detail}; ${parts} as the host says`,
  });
}

/** What the steps of everything that is loaded are made of. */
type LoadedInputs = Pick<CheckInputs, 'firmware' | 'kernel' | 'initrd' | 'cmdline' | 'fromHost'>;

/** The steps of what is loaded, of any technology. @param table the 176 bytes that are measured for a kernel */
export function loadedSteps(
  hashes: Hashes,
  inputs: LoadedInputs,
  table: Uint8Array | undefined,
  vmsa: (VmsaInput & VmsaPages) | undefined,
): Step[] {
  return [
    fileStep('firmware', 'Firmware', inputs.firmware, inputs),
    ...(table ? kernelSteps(hashes, inputs, table) : []),
    ...(vmsa ? [vmsaStep(vmsa, digestOf(sevEs, hashes, vmsaLoads(vmsa)), inputs)] : []),
  ];
}

/** The table of hashes that is measured for a kernel; undefined without one. */
export const kernelTable = (
  hashes: Hashes,
  { kernel, initrd, cmdline }: Pick<CheckInputs, 'kernel' | 'initrd' | 'cmdline'>,
): Uint8Array | undefined =>
  kernel && encodeKernelHashes(hashes, { kernel: kernel.sha256, initrd: initrd?.sha256, cmdline });

/** The end of the pipeline: launch digest, expected measurement, and the reported one to compare with. */
function lastSteps(
  platform: Platform,
  measured: number,
  launchDigest: Uint8Array,
  computed: Uint8Array,
  reported: ReportedMeasurement,
): Step[] {
  return [
    step('launch-digest', 'Launch digest', measured, launchDigest, {
      source: 'derived',
      detail: 'over all of the above, in order',
    }),
    step('measurement', 'Expected measurement', measuredSize(platform), computed, {
      source: 'derived',
      algorithm: 'HMAC-SHA256',
      detail: isEarlyFirmware(platform)
        ? 'under the TIK, over policy, launch digest and nonce, as SEV firmware before API 0.17 measures'
        : 'under the TIK, over API version, build, policy, launch digest and nonce',
    }),
    step('reported', 'Reported measurement', MEASUREMENT_SIZE, reported.hmac, {
      source: 'host',
      algorithm: '',
      detail: `nonce ${bytesToHex(reported.mnonce)}`,
    }),
  ];
}

function factsOf(platform: Platform, vmsa: VmsaPages | undefined): Report['facts'] {
  return [
    { name: 'Mode', value: vmsa ? 'SEV-ES' : 'SEV' },
    { name: 'Policy', value: `${hex(platform.policy)}: ${describePolicy(platform.policy)}` },
    {
      name: 'SEV firmware',
      value: `API ${platform.apiMajor}.${platform.apiMinor}, build ${platform.buildId}`,
    },
    ...(vmsa ? [{ name: 'vCPUs', value: String(vmsa.count) }] : []),
    ...policyRemarks(platform.policy)
      .filter(({ severity }) => severity === 'info')
      .map(({ text }) => ({ name: 'Policy allows', value: text })),
  ];
}

const SUMMARY: Readonly<Record<'matches' | 'does not match', string>> = {
  matches:
    'The reported measurement equals the expected one: the guest was launched with exactly these inputs.',
  'does not match':
    'The reported measurement is not the one that these inputs give: the guest was launched with something else, or an input is not what the host used.',
};

/**
 * The VMSA pages; none for plain SEV, whatever was given.
 * @throws RangeError when they are missing, which the launch rules prevent
 */
function measuredVmsa({ platform, vcpus, vmsa }: CheckInputs): (VmsaInput & VmsaPages) | undefined {
  if (!isSevEs(platform.policy)) return undefined;
  if (vcpus === undefined || !vmsa) throw new RangeError('An SEV-ES launch without vCPUs or their pages');
  return { ...vmsa, count: vcpus };
}

function warningsFor({ platform, warnings = [] }: CheckInputs): string[] {
  const remarks = policyRemarks(platform.policy, platform).filter(({ severity }) => severity === 'warning');
  return [...warnings, ...remarks.map(({ text }) => text)];
}

/**
 * Runs the check.
 * @param inputs that satisfy the launch rules
 * @param hmac for the measurement
 * @throws CheckError (usage) when the measurement is not 48 bytes of base64, or there are not enough pages
 *   for the vCPUs. A different measurement is a verdict, not an error.
 */
export function checkLaunch(inputs: CheckInputs, hashes: Hashes, hmac: Hmac): Report {
  const { title, platform, firmware, firmwareState, tik } = inputs;
  const reported = parseMeasurement(inputs.measurement);
  const vmsa = measuredVmsa(inputs);
  const table = kernelTable(hashes, inputs);
  const technology = vmsa ? sevEs : sev;
  const loads = [...technology.loads({ kernelHashes: table, vmsas: vmsa }, {})];
  const loaded = loadedSteps(hashes, inputs, table, vmsa);
  const launchDigest = technology.digest(foldAll(technology, firmwareState, loads));
  const computed = computeMeasurement(hmac, tik, platform, launchDigest, reported.mnonce);
  const verdict = equalInConstantTime(computed, reported.hmac) ? 'matches' : 'does not match';
  const measured = loads.reduce((all, { size }) => all + size, firmware.bytes);
  return {
    title,
    mode: vmsa ? 'SEV-ES' : 'SEV',
    verdict,
    summary: SUMMARY[verdict],
    facts: factsOf(platform, vmsa),
    steps: [...loaded, ...lastSteps(platform, measured, launchDigest, computed, reported)],
    warnings: warningsFor(inputs),
  };
}
