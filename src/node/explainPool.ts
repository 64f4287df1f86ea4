// The threads that search: each is given the next unit when it is done with one, and has another waiting meanwhile.

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import * as appErrors from '../app/errors';
import type { Unit } from '../core/explain/plan';
import type { UnitResult } from '../core/explain/search';
import type { SearcherReply, SearcherTask } from '../app/explainThreads';

/** Units that a thread has, so that it does not wait for the next. */
const AHEAD = 2;

/** A few threads with the same facts. */
export class SearcherPool {
  private readonly workers: readonly Worker[];

  /** As many threads as the machine has cores, but for one; at least one. @param script of explainWorker.js */
  constructor(script: string, task: Omit<SearcherTask, 'role'>) {
    const workerData: SearcherTask = { role: 'searcher', ...task };
    const count = Math.max(1, availableParallelism() - 1);
    this.workers = Array.from({ length: count }, () => new Worker(script, { workerData }));
  }

  /**
   * Has units tried, in their order but for those that run at the same time.
   * @param take gets each result; when it says that this is enough, no further unit is begun
   */
  run(units: readonly Unit[], take: (unit: Unit, result: UnitResult) => boolean): Promise<void> {
    let next = 0;
    let isEnough = false;
    const runOn = (worker: Worker) =>
      new Promise<void>((done, fail) => {
        const waiting: Unit[] = [];
        const ask = () => {
          while (waiting.length < AHEAD && next < units.length && !isEnough) {
            const unit = units[next++]!;
            waiting.push(unit);
            worker.postMessage(unit);
          }
          if (waiting.length > 0) return;
          worker.removeAllListeners('message').removeAllListeners('error');
          done();
        };
        worker.on('message', (result: SearcherReply) => {
          isEnough = take(waiting.shift()!, result) || isEnough;
          ask();
        });
        worker.once('error', (error) => fail(appErrors.explainFailed(error.message)));
        ask();
      });
    return Promise.all(this.workers.map(runOn)).then(() => undefined);
  }

  async end(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}
