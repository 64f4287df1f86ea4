// A trace in little memory: the runs of a report say what its steps are, and the digests of all steps are bytes. Firmware alone has thousands
// of them, of which a page draws a few.

import { PAGE_SIZE } from './loads';
import type { MeasuredRun } from './report';
import type { TraceRow } from './trace';

/** The digests of the steps of a trace, in their order. */
export interface TraceDigests {
  /** Of a digest: 48 bytes, of SEV and SEV-ES 32. */
  readonly size: number;
  /** For each step two digests: that of its contents, zeros where they are not measured, and that of the launch after it. */
  readonly pairs: Uint8Array;
}

/** Keeps the digests of the steps that it is given. */
export class TraceRecorder {
  private pairs = new Uint8Array(2 ** 16);
  private used = 0;
  private size = 0;

  /** Adds the next step. */
  add({ contents, digest }: Pick<TraceRow, 'contents' | 'digest'>): void {
    this.size = digest.length;
    const end = this.used + 2 * digest.length;
    if (end > this.pairs.length) {
      const more = new Uint8Array(2 * this.pairs.length);
      more.set(this.pairs);
      this.pairs = more;
    }
    if (contents) this.pairs.set(contents, this.used);
    this.pairs.set(digest, this.used + digest.length);
    this.used = end;
  }

  /** The digests so far. @param memory in which they are, of so many bytes */
  digests(memory: (bytes: number) => ArrayBufferLike = (bytes) => new ArrayBuffer(bytes)): TraceDigests {
    const pairs = new Uint8Array(memory(this.used));
    pairs.set(this.pairs.subarray(0, this.used));
    return { size: this.size, pairs };
  }
}

/** How many steps there are. */
export const stepCount = ({ size, pairs }: TraceDigests): number => pairs.length / (2 * size || 1);

/** A step of a trace, as its JSON has it. */
export type TraceStep = Omit<TraceRow, 'label' | 'vmsa'>;

/** Bytes of guest memory of a step. */
function sizeOf({ count, bytes }: MeasuredRun, i: number): number {
  if (count === 1) return bytes;
  return i < count - 1 ? PAGE_SIZE : bytes - (count - 1) * PAGE_SIZE;
}

/**
 * A step of a run.
 * @param i from 0, in the run @param first the index of the run's first step in the trace
 * @param pair two digests, as TraceDigests has them
 */
export function stepOf(run: MeasuredRun, i: number, first: number, pair: Uint8Array): TraceStep {
  const { type, gpa, source } = run;
  const hasContents = type === 'normal' || type === 'vmsa';
  const half = pair.length / 2;
  const at = i * PAGE_SIZE;
  const moves = source.from !== 'vcpu';
  return {
    ...{ index: first + i, type, size: sizeOf(run, i), page: moves ? i : 0 },
    gpa: gpa === '' ? undefined : BigInt(gpa) + (moves ? BigInt(at) : 0n),
    source:
      source.from === 'firmware' || source.from === 'svsm'
        ? { ...source, offset: source.offset + at }
        : source.from === 'vcpu'
          ? { ...source, vcpu: source.vcpu + i }
          : source,
    contents: hasContents ? pair.subarray(0, half) : undefined,
    digest: pair.subarray(half),
  };
}

/** All steps of a trace, in their order. */
export function* stepsOf(
  runs: readonly MeasuredRun[],
  { size, pairs }: TraceDigests,
): Generator<TraceStep, undefined> {
  let first = 0;
  for (const run of runs) {
    for (let i = 0; i < run.count; i++) {
      const at = (first + i) * 2 * size;
      yield stepOf(run, i, first, pairs.subarray(at, at + 2 * size));
    }
    first += run.count;
  }
}
