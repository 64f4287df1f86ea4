// The streams of the process: the only file of the command line that writes to them or prompts on them, so that all
// text that may reach a terminal is made plain on its way. The bytes of an answer that is a file pass unchanged.

import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { OutputConfiguration } from 'commander';
import { byteCount } from '../core/binary/hex';
import { terminalLine, terminalText } from '../core/binary/plainText';
import type { OnProgress } from '../app/io';
import { leftover } from '../leftovers';
import { kindOfDescriptor, writeSome } from '../node/stdio';
import type { Output } from './output';

/** The part of a stream that is used, so that a buffer can stand in for the process's own. */
export interface TextStream {
  write(content: string | Uint8Array): unknown;
  readonly isTTY?: boolean;
  /** Width of the terminal. */
  readonly columns?: number | undefined;
}

/** The output streams of a run: answers to `stdout`; errors, notes and progress to `stderr`. */
export interface Streams {
  readonly stdout: TextStream;
  readonly stderr: TextStream;
}

/** How one run prints. */
export interface Printer {
  readonly out: Output;
  /** For commander, which prints help and argument errors. */
  readonly help: OutputConfiguration;
  /** From now on print only files, no lines and no progress. */
  quieten(): void;
}

/** Characters that are written at once, where there are many. */
const BLOCK = 2 ** 16;
/** Columns of help text that does not go to a terminal. */
const HELP_WIDTH = 80;

/** Prints to streams. @param withhold takes keys out of messages, which may name an argument */
export function printer({ stdout, stderr }: Streams, withhold: Output['withhold'] = (text) => text): Printer {
  let quiet = false;
  const progress = terminalProgress(stderr);
  const lineTo = (stream: TextStream) => (text: string) => {
    progress.clear();
    if (!quiet) stream.write(`${terminalLine(text)}\n`);
  };
  const note = lineTo(stderr);
  const lines = (texts: Iterable<string>) => {
    progress.clear();
    if (quiet) return;
    let block = '';
    for (const text of texts) {
      block += `${terminalLine(text)}\n`;
      if (block.length < BLOCK) continue;
      stdout.write(block);
      block = '';
    }
    if (block !== '') stdout.write(block);
  };
  const textTo = (stream: TextStream) => (text: string) => void stream.write(terminalText(text));
  return {
    out: {
      line: lineTo(stdout),
      lines,
      note: (text) => {
        note(withhold(text));
      },
      withhold,
      data(content) {
        stdout.write(typeof content === 'string' ? terminalText(content) : content);
      },
      get isTerminal() {
        return stdout.isTTY === true;
      },
      onProgress(name, done, total) {
        if (!quiet) progress.onProgress(name, done, total);
      },
    },
    help: {
      writeOut: textTo(stdout),
      writeErr: (text) => {
        textTo(stderr)(withhold(text));
      },
      getOutHelpWidth: () => stdout.columns ?? HELP_WIDTH,
      getErrHelpWidth: () => stderr.columns ?? HELP_WIDTH,
    },
    quieten() {
      quiet = true;
    },
  };
}

/** Progress of long reads on a terminal, at most ten times a second; silent for anything quick. */
function terminalProgress(stream: TextStream): { onProgress: OnProgress; clear: () => void } {
  let shown = Date.now() + 400;
  let dirty = false;
  return {
    onProgress(name, done, total) {
      if (Date.now() - shown < 100 || !stream.isTTY) return;
      shown = Date.now();
      dirty = true;
      const share = total ? `${Math.floor((100 * done) / total)} %` : byteCount(done);
      stream.write(`\r\x1b[2K${terminalLine(name)}: ${share}`);
    },
    clear() {
      if (dirty) stream.write('\r\x1b[2K');
      dirty = false;
    },
  };
}

/**
 * The streams of this process.
 * @param onFailure receives the system's code when one of them does not take what is written. A pipe that closes early,
 * as in `sevscope show x | head`, is no failure: it loses lines but never the exit status, so that a mismatch remains one
 */
export function processStreams(onFailure: (code: string) => void): Streams {
  const fail = ({ code = 'EIO' }: NodeJS.ErrnoException): void => {
    if (code !== 'EPIPE' && code !== 'ERR_STREAM_DESTROYED') onFailure(code);
  };
  return { stdout: lazyStream('stdout', 1, fail), stderr: lazyStream('stderr', 2, fail) };
}

/** One of the process's own streams. Node's is made when it is needed, which takes it longer than to write a line. */
function lazyStream(
  name: 'stdout' | 'stderr',
  fd: number,
  fail: (error: NodeJS.ErrnoException) => void,
): TextStream {
  const isDirect = kindOfDescriptor(fd) !== undefined;
  let made: (typeof process)['stdout' | 'stderr'] | undefined;
  const stream = () => (made ??= process[name].on('error', fail));
  return {
    write: (content) => {
      if (!isDirect || made) return stream().write(content);
      try {
        const left = writeSome(fd, content);
        return left ? stream().write(left) : true;
      } catch (error) {
        fail(error as NodeJS.ErrnoException);
        return false;
      }
    },
    get isTTY() {
      return !isDirect && stream().isTTY;
    },
    get columns() {
      return isDirect ? undefined : stream().columns;
    },
  };
}

/**
 * Prompts for one line at the terminal.
 * @param hidden do not echo the input
 * @returns undefined when there was none
 */
export async function askLine(
  question: string,
  hidden: boolean,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { stdin, stderr } = process;
  let muted = false;
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!muted) stderr.write(chunk);
      done();
    },
  });
  const reader = createInterface({ input: stdin, output, terminal: true });
  // A terminal stays as it is left, without echo and without Ctrl+C.
  const forget = leftover(() => {
    stdin.setRawMode(false);
    stderr.write('\n');
  });
  try {
    const asked = reader.question(`${terminalLine(question)}: `, { signal });
    muted = hidden;
    return await asked;
  } catch {
    // Ctrl+C, end of input, or a connection that ended meanwhile.
    return undefined;
  } finally {
    reader.close();
    forget();
    if (muted) stderr.write('\n');
  }
}
