// The check itself: from file digests and what the platform reported to a report with a verdict. The caller
// reads and streams the files; what they mean is decided here.

import { bytesToHex, hex } from '../binary/hex';
import { equalInConstantTime, type Hashes, type Hmac } from '../launch/hasher';
import { TECHNOLOGY_NAMES, type TechnologyId } from '../launch/inputs';
import { encodeKernelHashes } from '../launch/kernelHashes';
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
import type { VmsaPages } from '../launch/loads';
import type { Report, Step } from '../launch/report';
import type { SevState } from '../tech/sev/digest';
import { sev, sevEs } from '../tech/sev/loads';
import { foldAll } from '../tech/technology';
import { loadedSteps, namedDigestStep, step, type LoadedInputs, type VmsaInput } from './loadedSteps';

/** Everything a check needs once the files are read. */
export interface CheckInputs extends LoadedInputs {
  readonly title: string;
  readonly platform: Platform;
  /** Base64 as libvirt reports it. */
  readonly measurement: string;
  /** 16 bytes; the caller zeroes them afterwards. */
  readonly tik: Uint8Array;
  /** The launch after its firmware, which was measured when it was read. */
  readonly firmwareState: SevState;
  readonly vcpus?: number | undefined;
  readonly vmsa?: VmsaInput | undefined;
  /** Warnings from reading the inputs, for example about the firmware. */
  readonly warnings?: readonly string[];
}

/** The end of the pipeline: launch digest, expected measurement, and the reported one to compare with. */
function lastSteps(
  platform: Platform,
  launchDigest: Step,
  computed: Uint8Array,
  reported: ReportedMeasurement,
): Step[] {
  return [
    launchDigest,
    step('measurement', measuredSize(platform), computed, {
      source: 'derived',
      algorithm: 'HMAC-SHA256',
      detail: isEarlyFirmware(platform)
        ? 'under the TIK, over policy, launch digest and nonce, as SEV firmware before API 0.17 measures'
        : 'under the TIK, over API version, build, policy, launch digest and nonce',
    }),
    step('reported', MEASUREMENT_SIZE, reported.hmac, {
      source: 'host',
      algorithm: '',
      detail: `nonce ${bytesToHex(reported.mnonce)}`,
    }),
  ];
}

function factsOf(platform: Platform, technology: TechnologyId, vmsa: VmsaPages | undefined): Report['facts'] {
  return [
    { name: 'Mode', value: TECHNOLOGY_NAMES[technology] },
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
    'The reported measurement does not equal the expected one: the guest was launched with something else, or an input is not what the host used.',
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

function warningsFor({ platform, warnings = [] }: Pick<CheckInputs, 'platform' | 'warnings'>): string[] {
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
  const { title, platform, firmware, firmwareState, kernel, initrd, cmdline, tik } = inputs;
  const reported = parseMeasurement(inputs.measurement);
  const vmsa = measuredVmsa(inputs);
  const table =
    kernel && encodeKernelHashes(hashes, { kernel: kernel.sha256, initrd: initrd?.sha256, cmdline });
  const technology = vmsa ? sevEs : sev;
  const loads = [...technology.loads({ kernelHashes: table, vmsas: vmsa }, {})];
  const launchDigest = technology.digest(foldAll(technology, firmwareState, loads));
  const computed = computeMeasurement(hmac, tik, platform, launchDigest, reported.mnonce);
  const verdict = equalInConstantTime(computed, reported.hmac) ? 'matches' : 'does not match';
  const measured = loads.reduce((all, { size }) => all + size, firmware.bytes);
  return {
    title,
    mode: TECHNOLOGY_NAMES[technology.id],
    verdict,
    summary: SUMMARY[verdict],
    facts: factsOf(platform, technology.id, vmsa),
    steps: [
      ...loadedSteps(hashes, inputs, table, vmsa),
      ...lastSteps(
        platform,
        step('launch-digest', measured, launchDigest, {
          source: 'derived',
          detail: 'over all of the above, in order',
        }),
        computed,
        reported,
      ),
    ],
    warnings: warningsFor(inputs),
  };
}

/** A measurement, and the launch digest that it should be of. */
export interface KnownDigestInputs extends Pick<
  CheckInputs,
  'title' | 'platform' | 'measurement' | 'tik' | 'warnings'
> {
  /** 32 bytes, as the owner wrote it down. */
  readonly launchDigest: Uint8Array;
}

const SUMMARY_OF_DIGEST: typeof SUMMARY = {
  matches:
    'The reported measurement is that of a guest with the launch digest that you gave. What was loaded was not read: that this digest is the one of your firmware, kernel and vCPUs is your own word.',
  'does not match':
    'The reported measurement is not that of a guest with the launch digest that you gave: the guest was launched with something else, or another input is not what the host used.',
};

/**
 * Checks a measurement of a launch of which nothing but the digest is known.
 * @throws CheckError (usage) when the measurement is not 48 bytes of base64. A different measurement is a verdict, not an error.
 */
export function checkKnownDigest(inputs: KnownDigestInputs, hmac: Hmac): Report {
  const { title, platform, launchDigest, tik } = inputs;
  const reported = parseMeasurement(inputs.measurement);
  const computed = computeMeasurement(hmac, tik, platform, launchDigest, reported.mnonce);
  const verdict = equalInConstantTime(computed, reported.hmac) ? 'matches' : 'does not match';
  const technology = isSevEs(platform.policy) ? 'sev-es' : 'sev';
  const named = namedDigestStep(launchDigest, '; what was loaded was not read');
  return {
    title,
    mode: TECHNOLOGY_NAMES[technology],
    verdict,
    summary: SUMMARY_OF_DIGEST[verdict],
    facts: factsOf(platform, technology, undefined),
    steps: lastSteps(platform, named, computed, reported),
    warnings: warningsFor(inputs),
  };
}
