// Bounds on time that only what is broken exceeds: a machine that is busy, or has slow cores, takes several times
// what is promised, and what hangs, or grows with the square of its input, takes a hundred times as long.

import assert from 'node:assert/strict';
import { processorTime } from './processorTime';

/** How many times the promised time a busy machine may take: such a test tells what hangs, not whether the promise is kept. */
const BUSY = 8;
/** The same of the time of a processor, which others that are busy slow down, but do not use. */
const SHARED = 4;

/** Starts a clock. @returns an assertion that no more than the promised milliseconds have passed, or what a busy machine makes of them */
export function promptly(promisedMs: number): () => void {
  const begin = performance.now();
  return () => assertWithin(performance.now() - begin, BUSY * promisedMs);
}

/** As `promptly`, of the time for which this process has a processor. */
export function cheaply(promisedMs: number): () => void {
  const took = processorTime();
  return () => assertWithin(took(), SHARED * promisedMs);
}

function assertWithin(took: number, most: number): void {
  assert.ok(took < most, `It took ${Math.round(took)} ms, which is over ${most} ms.`);
}
