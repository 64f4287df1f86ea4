// The threads that search: each gets its next unit as it finishes one, and always has another queued.

import * as errors from '../app/errors';
import type { SearcherTask } from '../app/explainThreads';
import type { Io } from '../app/io';
import type { Unit } from '../core/explain/plan';
import type { UnitResult } from '../core/explain/search';
import { startTask, type RunningTask } from '../threads';

/** Units queued per thread, so that it never waits for the next. */
const AHEAD = 2;

/** A thread, and who waits for its next message. */
interface Searcher {
  readonly task: RunningTask<'search'>;
  take: (result: UnitResult) => void;
}

/** A few threads that work on the same facts. */
export class SearcherPool {
  private readonly searchers: readonly Searcher[];
  /** Never resolves; rejects as soon as a thread fails, for anyone waiting for one. */
  private readonly failure: Promise<never>;

  /** One thread fewer than the machine has cores, but at least one. */
  constructor(io: Io, input: SearcherTask) {
    let fail: (why: string) => void = () => undefined;
    this.failure = new Promise((_, reject) => (fail = (why) => reject(errors.explainFailed(why))));
    // Between two runs nobody waits; the next run sees the rejection.
    this.failure.catch(() => undefined);
    this.searchers = Array.from({ length: Math.max(1, io.cores() - 1) }, () => {
      const task = startTask(io, 'search', input, {
        answer: (result) => searcher.take(result),
        // It serves requests until it is stopped.
        end: (end) => fail(end.type === 'died' ? end.why : 'a thread ended too soon'),
      });
      const searcher: Searcher = { task, take: () => undefined };
      return searcher;
    });
  }

  /**
   * Has units tried, in order except for those that run at the same time.
   * @param take receives each result; when it returns that this is enough, no further unit is started
   */
  async run(units: readonly Unit[], take: (unit: Unit, result: UnitResult) => boolean): Promise<void> {
    let next = 0;
    let isEnough = false;
    const runOn = (searcher: Searcher) =>
      new Promise<void>((done) => {
        const waiting: Unit[] = [];
        const ask = () => {
          while (waiting.length < AHEAD && next < units.length && !isEnough) {
            const unit = units[next++]!;
            waiting.push(unit);
            searcher.task.request(unit);
          }
          if (waiting.length === 0) done();
        };
        searcher.take = (result) => {
          isEnough = take(waiting.shift()!, result) || isEnough;
          ask();
        };
        ask();
      });
    await Promise.race([Promise.all(this.searchers.map(runOn)), this.failure]);
  }

  async end(): Promise<void> {
    await Promise.all(this.searchers.map(({ task }) => task.stop()));
  }
}
