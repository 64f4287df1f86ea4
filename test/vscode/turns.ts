// How long this thread is held up at a time, which on the extension host holds up the extensions of everybody.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';

/** Milliseconds between two looks at the clock. */
const RESOLUTION = 10;
/** A thread that does nothing but look at the clock, until it is asked what it saw. */
const IDLE = `const { monitorEventLoopDelay } = require('node:perf_hooks');
const { parentPort } = require('node:worker_threads');
const seen = monitorEventLoopDelay({ resolution: ${RESOLUTION} });
seen.enable();
parentPort.once('message', () => parentPort.postMessage(seen.percentile(99)));`;

/** CPU time of this thread alone, in microseconds; a busy machine does not make it longer. Since Node 23.9. */
type ThreadCpuUsage = () => { user: number; system: number };
/** Undefined where Node has none. */
export const { threadCpuUsage } = process as { threadCpuUsage?: ThreadCpuUsage };

/** Tells each turn's CPU time in milliseconds, where Node has it. @returns what stops that */
function watchTurns(tell: (turn: number) => void, cpu = threadCpuUsage): () => void {
  if (!cpu) return () => undefined;
  const now = () => {
    const { user, system } = cpu();
    return (user + system) / 1000;
  };
  let last = now();
  // A tick comes at the next turn when the last one took longer than a millisecond.
  const ticks = setInterval(() => {
    const next = now();
    tell(next - last);
    last = next;
  }, 1);
  return () => clearInterval(ticks);
}

/** The longest turn of the event loop while `work` runs, in milliseconds of CPU time. */
export async function longestTurn(cpu: ThreadCpuUsage, work: () => Promise<void>): Promise<number> {
  let longest = 0;
  const stop = watchTurns((turn) => (longest = Math.max(longest, turn)), cpu);
  try {
    await work();
  } finally {
    stop();
  }
  return longest;
}

/** What 99 of 100 turns of an event loop keep to, in milliseconds. */
export interface LoopDelay {
  /** How late turns of this thread are. */
  readonly late: number;
  /** The same of a thread that does nothing: this machine's own doing. */
  readonly idle: number;
  /** CPU time that a turn of this thread takes, where Node can tell. */
  readonly cpu: number;
}

/** Begins to watch the event loop of this thread, and whatever else holds up this machine. */
export function loopDelay(): { stop: () => Promise<LoopDelay> } {
  const thread = new Worker(IDLE, { eval: true });
  const turns: number[] = [];
  const stopTurns = watchTurns((turn) => turns.push(turn));
  const seen = monitorEventLoopDelay({ resolution: RESOLUTION });
  seen.enable();
  const inMs = (nanoseconds: number) => Math.round(nanoseconds / 1e6) - RESOLUTION;
  return {
    stop: async () => {
      seen.disable();
      stopTurns();
      const idle = new Promise<number>((done) => thread.once('message', done));
      thread.postMessage('stop');
      const cpu = turns.sort((a, b) => a - b)[Math.floor(turns.length * 0.99)] ?? 0;
      const delay = { late: inMs(seen.percentile(99)), idle: inMs(await idle), cpu: Math.round(cpu) };
      await thread.terminate();
      return delay;
    },
  };
}
