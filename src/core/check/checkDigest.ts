// The check of a launch against a digest that its owner wrote down, for any technology: the fold of its loads gives that
// digest or another. Nothing of a processor is in it, so a match says that the inputs give the digest, and no more.

import { equalInConstantTime, type Hashes } from '../launch/hasher';
import { TECHNOLOGY_NAMES, type TechnologyId } from '../launch/inputs';
import { encodeKernelHashes } from '../launch/kernelHashes';
import type { LaunchImage, LoadingVmm, VmsaPages } from '../launch/loads';
import type { Report, Step } from '../launch/report';
import { foldAll, type Technology } from '../tech/technology';
import * as errors from './errors';
import { loadedSteps, step, type LoadedInputs, type VmsaInput } from './loadedSteps';

/** Everything such a check needs once the files are read. */
export interface DigestCheckInputs<State = unknown> extends LoadedInputs {
  readonly title: string;
  readonly technology: Technology<State>;
  /** The launch after its firmware, which was measured when it was read. */
  readonly firmwareState: State;
  readonly image: LaunchImage;
  /** Pages and their number, for a technology that measures vCPUs. */
  readonly vmsa?: (VmsaInput & VmsaPages) | undefined;
  /** QEMU by default. */
  readonly vmm?: LoadingVmm | undefined;
  /** What the digest is compared with. */
  readonly launchDigest: Uint8Array;
  readonly warnings?: readonly string[];
}

/** Where a processor vouches for a launch digest. */
const EVIDENCE: Readonly<Record<TechnologyId, string>> = {
  sev: 'the measurement that its host reports',
  'sev-es': 'the measurement that its host reports',
  snp: 'its attestation report',
};

const summaryOf = (matches: boolean, technology: TechnologyId): string =>
  matches
    ? `These inputs give the launch digest that the launch file names. No processor vouched for it: that a guest was launched with them shows only in ${EVIDENCE[technology]}.`
    : 'These inputs give another launch digest than the one that the launch file names: an input is not what that was computed from.';

function resultSteps(measured: number, computed: Uint8Array, named: Uint8Array): Step[] {
  const algorithm = computed.length === 48 ? 'SHA-384' : 'SHA-256';
  return [
    step('launch-digest', measured, computed, {
      source: 'derived',
      algorithm,
      detail: 'over all of the above, in order',
    }),
    step('named-digest', named.length, named, {
      source: 'owner',
      algorithm: '',
      detail: 'as somebody computed it before',
    }),
  ];
}

/**
 * Runs the check.
 * @throws CheckError when the named digest has another size than those of the technology, or no VMM launches such an
 *   image that way. Another digest is a verdict, not an error.
 */
export function checkDigest<State>(inputs: DigestCheckInputs<State>, hashes: Hashes): Report {
  const { title, technology, firmware, kernel, initrd, cmdline, vmsa, image, vmm, launchDigest } = inputs;
  const table =
    kernel && encodeKernelHashes(hashes, { kernel: kernel.sha256, initrd: initrd?.sha256, cmdline });
  const loads = [...technology.loads({ kernelHashes: table, vmsas: vmsa, vmm }, image)];
  const computed = technology.digest(foldAll(technology, inputs.firmwareState, loads));
  const name = TECHNOLOGY_NAMES[technology.id];
  if (launchDigest.length !== computed.length)
    throw errors.otherDigestSize(launchDigest.length, name, computed.length);
  const matches = equalInConstantTime(computed, launchDigest);
  const measured = loads.reduce((all, { bytes }) => all + (bytes?.length ?? 0), firmware.bytes);
  return {
    title,
    mode: name,
    verdict: matches ? 'matches' : 'does not match',
    summary: summaryOf(matches, technology.id),
    facts: [{ name: 'Mode', value: name }, ...(vmsa ? [{ name: 'vCPUs', value: String(vmsa.count) }] : [])],
    steps: [...loadedSteps(hashes, inputs, table, vmsa), ...resultSteps(measured, computed, launchDigest)],
    warnings: inputs.warnings ?? [],
  };
}
