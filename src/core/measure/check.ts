// The check itself: from digests of files and what the platform reported to a report with a verdict. Reading
// and streaming the files is done outside; what they mean is decided here.

import * as errors from '../errors';
import { bytesToHex, hex } from '../hex';
import { equalInConstantTime, sha256Of, type Hasher } from './digest';
import { cmdlineBytes, encodeKernelHashes } from './kernelHashes';
import { finishLaunchDigest, vmsaSequence, type VmsaPages } from './launchDigest';
import { computeMeasurement, parseMeasurement, type Platform } from './measurement';
import { allowsDebugging, describePolicy, isSevEs } from './policy';
import type { Report, Source, Step } from './report';

/** A file that was streamed: how long it is and its SHA-256. */
export interface FileDigest {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: Uint8Array;
}

/** The VMSA pages of an SEV-ES guest: files of the owner, or generated; and a sentence for the report. */
export interface VmsaInput extends Omit<VmsaPages, 'count'> {
  readonly source: Source;
  readonly detail: string;
}

/** Everything a check needs once files are read. */
export interface CheckInputs {
  readonly title: string;
  readonly platform: Platform;
  /** Base64 as libvirt reports it. */
  readonly measurement: string;
  /** 16 bytes; the caller clears them afterwards. */
  readonly tik: Uint8Array;
  readonly firmware: FileDigest;
  /** A SHA-256 that has taken the firmware in, to go on from. */
  readonly firmwareHasher: Hasher;
  readonly kernel?: FileDigest | undefined;
  readonly initrd?: FileDigest | undefined;
  readonly cmdline?: string | undefined;
  readonly vcpus?: number | undefined;
  readonly vmsa?: VmsaInput | undefined;
  /** Remarks of the reading stage, for example about the firmware. */
  readonly warnings?: readonly string[];
}

const sha = 'SHA-256';

function fileStep(id: Step['id'], title: string, { name, bytes, sha256 }: FileDigest): Step {
  return { id, title, bytes, digest: bytesToHex(sha256), algorithm: sha, source: 'owner', detail: name };
}

function kernelSteps(inputs: CheckInputs, table: Uint8Array): Step[] {
  const { kernel, initrd, cmdline } = inputs;
  const text = cmdlineBytes(cmdline ?? '');
  const empty = { name: 'no initrd: the hash of nothing', bytes: 0, sha256: sha256Of(new Uint8Array(0)) };
  const step = (id: Step['id'], title: string, bytes: Uint8Array, source: Source, detail: string): Step => ({
    id,
    title,
    bytes: bytes.length,
    digest: bytesToHex(sha256Of(bytes)),
    algorithm: sha,
    source,
    detail,
  });
  return [
    fileStep('kernel', 'Kernel', kernel!),
    fileStep('initrd', 'Initrd', initrd ?? empty),
    step(
      'cmdline',
      'Command line',
      text,
      'owner',
      cmdline ? `${JSON.stringify(cmdline)} and one NUL` : 'empty: one NUL',
    ),
    step('kernel-hashes', 'Kernel hashes', table, 'derived', 'the table with the three hashes above'),
  ];
}

function vmsaStep(vmsa: VmsaInput & VmsaPages, hasher: Hasher): Step {
  let bytes = 0;
  for (const page of vmsaSequence(vmsa)) {
    hasher.update(page);
    bytes += page.length;
  }
  const title = vmsa.count === 1 ? 'VMSA of 1 vCPU' : `VMSAs of ${vmsa.count} vCPUs`;
  return {
    id: 'vmsa',
    title,
    bytes,
    digest: bytesToHex(hasher.digest()),
    algorithm: sha,
    source: vmsa.source,
    detail: vmsa.detail,
  };
}

/** The VMSA pages, or a complaint about what is missing. Plain SEV measures none, whatever was given. */
function measuredVmsa({ platform, vcpus, vmsa }: CheckInputs): (VmsaInput & VmsaPages) | undefined {
  if (!isSevEs(platform.policy)) return undefined;
  if (vcpus === undefined) throw errors.vcpuCountNeeded();
  if (!vmsa) throw errors.vmsaNeeded();
  return { ...vmsa, count: vcpus };
}

function warningsFor({ platform, warnings = [] }: CheckInputs): string[] {
  if (!allowsDebugging(platform.policy)) return [...warnings];
  const text = `The policy ${hex(platform.policy)} lets the host debug the guest (NODBG, bit 0, is clear): whoever runs the host can read and change its memory, whatever was measured.`;
  return [...warnings, text];
}

/**
 * Runs the check.
 * @param newHasher makes a SHA-256 for the VMSA pages
 * @throws CheckError (usage) when an SEV-ES launch lacks its vCPU count or pages, or the measurement is not 48
 *   bytes of base64. A measurement that differs is a verdict, not an error.
 */
export function checkLaunch(inputs: CheckInputs, newHasher: () => Hasher): Report {
  const { platform, firmware, firmwareHasher } = inputs;
  const reported = parseMeasurement(inputs.measurement);
  const vmsa = measuredVmsa(inputs);
  const table =
    inputs.kernel &&
    encodeKernelHashes({
      kernel: inputs.kernel.sha256,
      initrd: inputs.initrd?.sha256,
      cmdline: inputs.cmdline,
    });
  const steps: Step[] = [fileStep('firmware', 'Firmware', firmware)];
  if (table) steps.push(...kernelSteps(inputs, table));
  if (vmsa) steps.push(vmsaStep(vmsa, newHasher()));
  const launchDigest = finishLaunchDigest(firmwareHasher, table, vmsa);
  const computed = computeMeasurement(inputs.tik, platform, launchDigest, reported.mnonce);
  const matches = equalInConstantTime(computed, reported.hmac);
  const measured = firmware.bytes + (table?.length ?? 0) + (vmsa ? vmsa.count * vmsa.bsp.length : 0);
  const derived = { source: 'derived' as const };
  steps.push(
    {
      id: 'launch-digest',
      title: 'Launch digest',
      bytes: measured,
      digest: bytesToHex(launchDigest),
      algorithm: sha,
      ...derived,
      detail: 'over all of the above, in order',
    },
    {
      id: 'measurement',
      title: 'Expected measurement',
      bytes: 56,
      digest: bytesToHex(computed),
      algorithm: 'HMAC-SHA256',
      ...derived,
      detail: 'under the TIK, over API version, build, policy, launch digest and nonce',
    },
    {
      id: 'reported',
      title: 'Reported measurement',
      bytes: 48,
      digest: bytesToHex(reported.hmac),
      algorithm: '',
      source: 'host',
      detail: `nonce ${bytesToHex(reported.mnonce)}`,
    },
  );
  const mode = vmsa ? 'SEV-ES' : 'SEV';
  return {
    title: inputs.title,
    mode,
    verdict: matches ? 'matches' : 'does not match',
    summary: matches
      ? 'The reported measurement is the one that these inputs give: the guest was launched with exactly this.'
      : 'The reported measurement is not the one that these inputs give: the guest was launched with something else, or an input is not what the host used.',
    facts: [
      { name: 'Mode', value: mode },
      { name: 'Policy', value: `${hex(platform.policy)}: ${describePolicy(platform.policy)}` },
      {
        name: 'SEV firmware',
        value: `API ${platform.apiMajor}.${platform.apiMinor}, build ${platform.buildId}`,
      },
      ...(vmsa ? [{ name: 'vCPUs', value: String(vmsa.count) }] : []),
    ],
    steps,
    warnings: warningsFor(inputs),
  };
}
