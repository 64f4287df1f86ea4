// Programs that are held when they have ended but for their exit, so that everything that they left in memory can be
// searched: Linux lets a process read the memory of its children.

import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';

/** Whether this system lets memory be read. */
export const CAN_READ_MEMORY = process.platform === 'linux';

/** Says that the program has ended, and waits for the word to go. */
const HOLD = `const { readSync, writeSync } = require('node:fs');
process.on('exit', () => {
  writeSync(3, '.');
  readSync(3, Buffer.alloc(1));
});
`;

const CHUNK = 1 << 20;
const PAGE = 4096;
const ZEROS = Buffer.alloc(PAGE);

/** What is searched for, by name. */
export type Patterns = ReadonlyMap<string, Uint8Array>;

/** How a program ended, and what it left. */
export interface Held {
  readonly status: number | null;
  readonly output: string;
  /** The names of the patterns that are in its memory. */
  readonly left: readonly string[];
  /** MiB that were searched. */
  readonly searched: number;
}

/** What a search for several patterns at once begins with: the patterns by their first two bytes. */
function finderOf(patterns: Patterns): (bytes: Buffer, found: Set<string>) => void {
  const byStart = new Map<number, [string, Uint8Array][]>();
  const isStart = new Uint8Array(0x10000);
  for (const [name, pattern] of patterns) {
    const start = (pattern[0]! << 8) | pattern[1]!;
    isStart[start] = 1;
    byStart.set(start, [...(byStart.get(start) ?? []), [name, pattern]]);
  }
  return (bytes, found) => {
    let start = 0;
    for (let i = 0; i < bytes.length; i++) {
      // Most of what a process has was never written to, and no pattern begins with two zeros.
      if (i % PAGE === 0 && i + PAGE <= bytes.length && bytes.compare(ZEROS, 0, PAGE, i, i + PAGE) === 0) {
        i += PAGE - 1;
        start = 0;
        continue;
      }
      start = ((start << 8) | bytes[i]!) & 0xffff;
      if (isStart[start] === 0) continue;
      for (const [name, pattern] of byStart.get(start)!)
        if (pattern.every((byte, at) => bytes[i - 1 + at] === byte)) found.add(name);
    }
  };
}

/** Regions that nothing can be written to: the system's own, and those of programs on disk. */
const UNWRITTEN = /\[v(var|syscall|dso)|^\S+ r-[x-]p .* \//;

/** Searches the readable memory of a process. */
function searchMemory(pid: number, patterns: Patterns): Pick<Held, 'left' | 'searched'> {
  const regionsNow = () => readFileSync(`/proc/${pid}/maps`, 'latin1').trimEnd().split('\n');
  const regions = regionsNow();
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  const left = new Set<string>();
  const find = finderOf(patterns);
  const overlap = Math.max(...Array.from(patterns.values(), ({ length }) => length)) - 1;
  const buffer = Buffer.alloc(overlap + CHUNK);
  let searched = 0;
  /** @returns 0 for memory that is gone: a thread may still be ending, and gives back its own */
  const read = (region: string, size: number, at: bigint): number => {
    try {
      return readSync(memory, buffer, overlap, size, at);
    } catch (error) {
      if (regionsNow().includes(region)) throw error;
      return 0;
    }
  };
  try {
    for (const region of regions) {
      const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) r/.exec(region) ?? [];
      if (from === undefined || UNWRITTEN.test(region)) continue;
      const [start, end] = [BigInt(`0x${from}`), BigInt(`0x${to}`)];
      buffer.fill(0, 0, overlap);
      for (let at = start; at < end; at += BigInt(CHUNK)) {
        const size = Number(end - at < CHUNK ? end - at : CHUNK);
        const length = read(region, size, at);
        if (length === 0) break;
        searched += length;
        find(buffer.subarray(0, overlap + length), left);
        buffer.copyWithin(0, length, length + overlap);
      }
    }
  } finally {
    closeSync(memory);
  }
  return { left: [...left].sort(), searched: searched >> 20 };
}

/**
 * Runs a script of Node's to its end, and searches its memory before it is gone.
 * @param preload more code that runs before the script
 */
export function searchAfter(
  args: readonly string[],
  folder: string,
  patterns: Patterns,
  preload = '',
): Promise<Held> {
  const hold = join(folder, 'hold.cjs');
  writeFileSync(hold, `${HOLD}${preload}`);
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, ['--require', hold, ...args], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    let output = '';
    let found: Pick<Held, 'left' | 'searched'> | undefined;
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (data: Buffer) => (output += data.toString()));
    const gate = child.stdio[3] as Duplex;
    gate.once('data', () => {
      try {
        found = searchMemory(child.pid!, patterns);
        gate.write('.');
      } catch (error) {
        child.kill('SIGKILL');
        fail(error instanceof Error ? error : new Error(String(error)));
      }
    });
    child.on('error', fail);
    child.on('close', (status) => {
      if (found) done({ status, output, ...found });
      else fail(new Error(`It was not held: ${output}`));
    });
  });
}
