// The check of a launch against a digest that its owner wrote down, for any technology: the fold of its loads gives that
// digest or another. Nothing of a processor is in it, so a match says that the inputs give the digest, and no more.
// Without such a digest it says which one the inputs give, and has no verdict.

import { bytesToHex, hex } from '../binary/hex';
import { equalInConstantTime, type Hashes } from '../launch/hasher';
import { TECHNOLOGY_NAMES } from '../launch/inputs';
import { encodeKernelHashes } from '../launch/kernelHashes';
import type {
  LaunchContents,
  LaunchImage,
  LoadingVmm,
  LoadSource,
  LoadType,
  VmsaPages,
} from '../launch/loads';
import type { MeasuredRun, Report, Step, StepId } from '../launch/report';
import { originOf, runsOf, traceOf, type TraceRow, type TraceRun } from '../launch/trace';
import type { Technology } from '../tech/technology';
import type { Traits } from '../tech/traits';
import * as errors from './errors';
import { loadedSteps, namedDigestStep, step, type LoadedInputs, type VmsaInput } from './loadedSteps';

/** Everything such a check needs once the files are read. */
export interface DigestCheckInputs<State = unknown> extends LoadedInputs {
  readonly title: string;
  readonly technology: Technology<State>;
  /** The bytes of the firmware, and of an SVSM image with its address. */
  readonly contents: Required<Pick<LaunchContents, 'firmware'>> & Pick<LaunchContents, 'svsm'>;
  readonly image: LaunchImage;
  /** Pages and their number, for a technology that measures vCPUs. */
  readonly vmsa?: (VmsaInput & VmsaPages) | undefined;
  /** QEMU by default. */
  readonly vmm?: LoadingVmm | undefined;
  /** What the digest is compared with, if there is anything. */
  readonly launchDigest?: Uint8Array | undefined;
  /** More about the launch: names and values. */
  readonly facts?: Report['facts'];
  readonly warnings?: readonly string[];
}

const summaryOf = (matches: boolean, { evidence }: Traits): string =>
  matches
    ? `These inputs give the expected launch digest. No processor vouched for it: that a guest was launched with them shows only in ${evidence}.`
    : 'These inputs give another launch digest than the expected one: an input is not what that was computed from.';

/** Where the launch digest is in an attestation report (SEV-SNP Firmware ABI, ATTESTATION_REPORT). */
const MEASUREMENT_AT = '0x90';

/** The answer where there is nothing to compare with. */
const expectation = (digest: string) => ({
  verdict: 'cannot be trusted' as const,
  expected: digest,
  summary: `There is no report to compare with. The guest's attestation report must show this measurement at ${MEASUREMENT_AT}: ${digest}.`,
});

/** The answer where there is. */
const comparison = (matches: boolean, traits: Traits) => ({
  verdict: matches ? ('matches' as const) : ('does not match' as const),
  summary: summaryOf(matches, traits),
});

function resultSteps(measured: number, computed: Uint8Array, named: Uint8Array | undefined): Step[] {
  const algorithm = computed.length === 48 ? 'SHA-384' : 'SHA-256';
  return [
    step('launch-digest', measured, computed, {
      source: 'derived',
      algorithm,
      detail: 'over all of the above, in order',
    }),
    ...(named ? [namedDigestStep(named)] : []),
  ];
}

const hasContents = (type: LoadType): boolean => type === 'normal' || type === 'vmsa';

/** The step that a load is of. */
const STEP_OF: Partial<Readonly<Record<LoadSource['from'], StepId>>> = {
  firmware: 'firmware',
  svsm: 'svsm',
  'kernel hashes': 'kernel-hashes',
  vcpu: 'vmsa',
};

function measuredRun(run: TraceRun): MeasuredRun {
  const { first, last, count, contents } = run;
  const of = STEP_OF[first.source.from];
  return {
    title: originOf(run),
    source: first.source,
    ...(of && { step: of }),
    type: first.type,
    count,
    bytes: (count - 1) * first.size + last.size,
    gpa: first.gpa === undefined ? '' : hex(first.gpa),
    contents: contents ? bytesToHex(contents) : '',
    digest: bytesToHex(last.digest),
  };
}

/** The same steps, of which somebody else is given each. */
function* heard(rows: Iterable<TraceRow>, hear: (step: TraceRow) => void): Generator<TraceRow, undefined> {
  for (const row of rows) {
    hear(row);
    yield row;
  }
}

/**
 * Runs the check.
 * @param onStep is given each step of the launch
 * @throws CheckError when the named digest has another size than those of the technology, or no VMM launches such an
 *   image that way. Another digest is a verdict, not an error.
 */
export function checkDigest<State>(
  inputs: DigestCheckInputs<State>,
  hashes: Hashes,
  onStep: (step: TraceRow) => void = () => undefined,
): Report {
  const { title, technology, kernel, initrd, cmdline, vmsa, image, vmm, launchDigest, facts = [] } = inputs;
  const table =
    kernel && encodeKernelHashes(hashes, { kernel: kernel.sha256, initrd: initrd?.sha256, cmdline });
  const loads = technology.loads({ ...inputs.contents, kernelHashes: table, vmsas: vmsa, vmm }, image);
  const rows = traceOf({ technology, hashes, start: technology.start(hashes), loads });
  const runs = [...runsOf(heard(rows, onStep))];
  const computed = runs.at(-1)?.last.digest ?? technology.digest(technology.start(hashes));
  const name = TECHNOLOGY_NAMES[technology.id];
  if (launchDigest && launchDigest.length !== computed.length)
    throw errors.otherDigestSize(launchDigest.length, name, computed.length);
  const answer = launchDigest
    ? comparison(equalInConstantTime(computed, launchDigest), technology.traits)
    : expectation(bytesToHex(computed));
  const measured = runs.map(measuredRun);
  const size = measured.reduce((all, { bytes, type }) => all + (hasContents(type) ? bytes : 0), 0);
  return {
    title,
    mode: name,
    ...answer,
    facts: [
      { name: 'Mode', value: name },
      ...(vmsa && launchDigest ? [{ name: 'vCPUs', value: String(vmsa.count) }] : []),
      ...facts,
    ],
    steps: [...loadedSteps(hashes, inputs, table, vmsa), ...resultSteps(size, computed, launchDigest)],
    measured,
    warnings: inputs.warnings ?? [],
  };
}
