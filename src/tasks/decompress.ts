// Decompresses sections in a thread for who waits without hearing messages (decompressThread.ts).

import { Budget, Spent } from '../core/ovmf/volumes/budget';
import type { DecompressInto } from '../core/ovmf/volumes/decoders';
import { ANSWER, LEFT_AT, STATE_AT, type SectionJob } from '../core/ovmf/volumes/sectionJob';

/** @returns what takes each job, and answers it in the shared memory */
export function servesSections(
  state: SharedArrayBuffer,
  decompress: DecompressInto,
): (job: SectionJob) => void {
  const words = new Int32Array(state, 0, 2);
  const left = new Float64Array(state, LEFT_AT, 1);
  const beat = () => Atomics.add(words, STATE_AT.beat, 1);

  /** A budget that shows whoever waits that the work goes on. */
  class BeatingBudget extends Budget {
    override charge(steps: number): void {
      beat();
      super.charge(steps);
    }
  }

  const run = ({ method, input, size, output }: SectionJob, budget: Budget): number => {
    try {
      const isWhole = decompress(method, new Uint8Array(input, 0, size), new Uint8Array(output), budget);
      return isWhole === true ? ANSWER.whole : ANSWER.broken;
    } catch (error) {
      return error instanceof Spent ? ANSWER.spent : ANSWER.broken;
    }
  };

  beat();
  return (job) => {
    const budget = new BeatingBudget(job.steps);
    const answer = run(job, budget);
    left[0] = budget.steps;
    Atomics.store(words, STATE_AT.answer, answer);
    Atomics.notify(words, STATE_AT.answer);
  };
}
