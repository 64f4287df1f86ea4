// Runs jobs in parallel, as many as the machine's cores have room for; each job states how much of a core it
// keeps busy. A job that mostly waits, for a window or a silent host, leaves room for others.
// @ts-check

import { availableParallelism } from 'node:os';

/**
 * @typedef {object} Job
 * @property {number} load how much of a core it keeps busy on average, such as 0.5
 * @property {number} seconds estimated run time; the longest jobs start first
 * @property {() => Promise<void>} run never rejects
 * @property {Promise<unknown>} [ready] what it waits for before it can begin; never rejects
 */

/**
 * Runs all jobs to completion.
 * @param {Job[]} jobs
 * @param {number} [room] total load that may run at the same time; by default the number of cores
 */
export async function runJobs(jobs, room = availableParallelism()) {
  const waiting = [...jobs].sort((a, b) => b.seconds - a.seconds);
  const isReady = new Set(waiting.filter(({ ready }) => ready === undefined));
  let used = 0;
  let running = 0;
  /** @type {() => void} */
  let wake = () => undefined;
  for (const job of waiting) {
    void job.ready?.then(() => {
      isReady.add(job);
      wake();
    });
  }
  // Jobs that are already ready should not wait for those that start now.
  await new Promise((resolve) => setImmediate(resolve));
  while (waiting.length > 0 || running > 0) {
    // A job too large for the room runs alone.
    const at = waiting.findIndex(
      (job) => isReady.has(job) && (used + job.load <= room + 1e-9 || running === 0),
    );
    if (at < 0) {
      await new Promise((resolve) => (wake = () => resolve(undefined)));
      continue;
    }
    const [job] = waiting.splice(at, 1);
    if (!job) continue;
    used += job.load;
    running += 1;
    void job.run().then(() => {
      used -= job.load;
      running -= 1;
      wake();
    });
  }
}
