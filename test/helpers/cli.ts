// Our command line inside the test process, for tests of its answers; tests of pipes, standard input or the
// process itself start one (peer.ts).

import { resolve } from 'node:path';
import { COMMANDS } from '../../src/cli/commands';
import { runProgram } from '../../src/cli/program';
import { io } from './io';
import type { Outcome } from './peer';

/** Collects what is written to it. */
class Collector {
  private readonly parts: Buffer[] = [];
  readonly isTTY = false;
  write(content: string | Uint8Array): void {
    this.parts.push(Buffer.from(content as string));
  }
  get bytes(): Buffer {
    return Buffer.concat(this.parts);
  }
}

/** An outcome with the raw bytes of the answer. */
export interface RawOutcome extends Outcome {
  readonly bytes: Buffer;
}

let running = false;
/** Resolved before a test changes the current folder. */
const WORKER = resolve('dist/libvirtWorker.js');

/** Runs a command with `folder` as the current folder; calls take turns, because a process has only one. */
export async function runHere(args: readonly string[], folder: string): Promise<RawOutcome> {
  const stdout = new Collector();
  const stderr = new Collector();
  if (running) throw new Error('await one command before the next');
  running = true;
  const home = process.cwd();
  process.chdir(folder);
  try {
    const status = await runProgram(COMMANDS, args, { io, stdout, stderr, workerPath: WORKER });
    const { bytes } = stdout;
    return { status, stdout: bytes.toString(), stderr: stderr.bytes.toString(), bytes };
  } finally {
    process.chdir(home);
    running = false;
  }
}
