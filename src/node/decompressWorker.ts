// The script of the thread that decompresses sections for the command line.

import { parentPort, workerData } from 'node:worker_threads';
import { Budget, Spent } from '../core/ovmf/volumes/budget';
import { decompressInto } from './decompress';
import { ANSWER, LEFT_AT, WORD, type SectionJob } from './sectionJob';

const state = workerData as SharedArrayBuffer;
const words = new Int32Array(state, 0, 2);
const left = new Float64Array(state, LEFT_AT, 1);

/** A budget that shows whoever waits that the work goes on. */
class BeatingBudget extends Budget {
  override charge(steps: number): void {
    Atomics.add(words, WORD.beat, 1);
    super.charge(steps);
  }
}

function run({ method, input, size, output }: SectionJob, budget: Budget): number {
  try {
    const isWhole = decompressInto(method, new Uint8Array(input, 0, size), new Uint8Array(output), budget);
    return isWhole ? ANSWER.whole : ANSWER.broken;
  } catch (error) {
    return error instanceof Spent ? ANSWER.spent : ANSWER.broken;
  }
}

Atomics.add(words, WORD.beat, 1);
parentPort!.on('message', (job: SectionJob) => {
  const budget = new BeatingBudget(job.steps);
  const answer = run(job, budget);
  left[0] = budget.steps;
  Atomics.store(words, WORD.answer, answer);
  Atomics.notify(words, WORD.answer);
});
