// Shared by the tests of the libvirt client: the built worker, and what the system reports about processes.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { CheckError } from '../../src/core/errors';

/** The worker as it is shipped. */
export const workerPath = resolve('dist/libvirtWorker.js');

/** The CheckError that a promise is rejected with. */
export async function failure(work: Promise<unknown>): Promise<CheckError> {
  const error: unknown = await work.then(
    () => undefined,
    (e: unknown) => e,
  );
  assert.ok(error instanceof CheckError, String(error));
  return error;
}

/** Child processes of a process, including zombies. */
export function children(parent = process.pid): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
        return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent;
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** Whether a process runs; a zombie does not. */
export function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
  } catch {
    return false;
  }
}

/** Waits until a condition holds. @throws AssertionError when that takes longer than allowed */
export async function until(condition: () => boolean, withinMs: number): Promise<void> {
  const begin = performance.now();
  while (!condition()) {
    assert.ok(performance.now() - begin < withinMs, `not within ${withinMs} ms`);
    await new Promise((wait) => setTimeout(wait, 10));
  }
}
