// The threads that search: each gets its next unit as it finishes one, and always has another queued.

import * as errors from './errors';
import type { Unit } from '../core/explain/plan';
import type { UnitResult } from '../core/explain/search';
import { EXPLAIN_DEADLINE, EXPLAIN_THREAD, type SearcherReply, type SearcherTask } from './explainThreads';
import type { Io, Thread } from './io';

/** Units queued per thread, so that it never waits for the next. */
const AHEAD = 2;

/** A thread, and who waits for its next message. */
interface Searcher {
  readonly thread: Thread;
  take: (result: SearcherReply) => void;
}

/** A few threads that work on the same facts. */
export class SearcherPool {
  private readonly searchers: readonly Searcher[];
  /** Never resolves; rejects as soon as a thread fails, for anyone waiting for one. */
  private readonly failure: Promise<never>;

  /** One thread fewer than the machine has cores, but at least one. */
  constructor(io: Io, task: Omit<SearcherTask, 'role'>) {
    const options = { deadline: EXPLAIN_DEADLINE };
    const data: SearcherTask = { role: 'searcher', ...task };
    let fail: (why: string) => void = () => undefined;
    this.failure = new Promise((_, reject) => (fail = (why) => reject(errors.explainFailed(why))));
    // Between two runs nobody waits; the next run sees the rejection.
    this.failure.catch(() => undefined);
    this.searchers = Array.from({ length: Math.max(1, io.cores() - 1) }, () => {
      const searcher: Searcher = { thread: io.thread(EXPLAIN_THREAD, data, options), take: () => undefined };
      searcher.thread.hear<SearcherReply>({ message: (result) => searcher.take(result), error: fail });
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
            searcher.thread.post(unit);
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
    await Promise.all(this.searchers.map(({ thread }) => thread.terminate()));
  }
}
