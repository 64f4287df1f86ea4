// Collects what a command prints, as the terminal would get it.

import { CommanderError } from 'commander';
import { CheckError } from '../../src/core/errors';
import { printer } from '../../src/cli/terminal';
import type { Output } from '../../src/cli/output';

/** An output whose text can be read. */
export interface Captured {
  readonly output: Output;
  readonly text: () => string;
  /** For what prints to a stream itself. */
  readonly write: (content: string | Uint8Array) => unknown;
}

/** A new one; answers and notes go to the same text. */
export function capture(): Captured {
  const parts: Buffer[] = [];
  const stream = { write: (content: string | Uint8Array) => parts.push(Buffer.from(content as string)) };
  return {
    output: printer({ stdout: stream, stderr: stream }).out,
    write: stream.write,
    text: () => Buffer.concat(parts).toString('utf8'),
  };
}

/** The code with which an option's value is refused; undefined when it is taken. @throws what else was thrown */
export function commanderCode(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof CommanderError) return error.code;
    if (error instanceof CheckError && error.kind === 'usage') return error.code;
    throw error;
  }
}
