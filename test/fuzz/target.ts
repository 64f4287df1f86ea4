// What a fuzz target is: inputs to begin with, how they are changed, a run that checks what must hold, and the helpers
// with which runs say so.

import assert from 'node:assert/strict';
import { CheckError } from '../../src/core/errors';
import type { Random } from '../helpers/random';

/** What a run has seen. Inputs with a new `feature` are kept and changed further; results of equal inputs are equal. */
export interface Outcome {
  readonly feature: string;
  readonly result?: unknown;
}

/** How inputs are changed: as bytes, as text of tokens and lines, or as a JSON value whose members are changed. */
export type Form = 'bytes' | 'text' | 'json';

/** One parser, reader or check, or several that take the same input. */
export interface Target {
  /** What is fuzzed, as people name it on the command line: words with hyphens. */
  readonly name: string;
  readonly form: Form;
  /** Inputs to begin with, at least one; made once. */
  readonly seeds: () => readonly Uint8Array[];
  /** Words that mutations of texts put in. */
  readonly words?: readonly string[];
  /** Repairs what would only hide the rest, such as checksums. Works in place. */
  readonly mend?: (input: Uint8Array, random: Random) => void;
  /** The longest input, in bytes; 16 KiB by default. */
  readonly most?: number;
  /** Milliseconds that a run may take of a processor, far above what it takes; 1000 by default. */
  readonly limit?: number;
  /** Runs on whole images, of which fewer are made. */
  readonly slow?: true;
  /** All inputs instead of random ones, each made from its number. */
  readonly every?: { readonly count: number; readonly make: (index: number) => Uint8Array };
  /** Reads an input and checks what must hold. @throws anything when it does not */
  readonly run: (input: Uint8Array) => Outcome | Promise<Outcome>;
}

/** Failures of the kind of everything else, with the status that peers have for them, that inputs may cause. */
const NO_BUGS: readonly string[] = ['unreadable-file', 'unreadable-xml', 'no-reset-address', 'not-reported'];

/** The code of a failure, which is one of those that inputs may cause. @throws what else was thrown */
function codeOf(error: unknown): string {
  if (!(error instanceof CheckError)) throw error;
  assert.ok(error.kind !== 'bug' || NO_BUGS.includes(error.code), `${error.code}: ${error.message}`);
  assertSentence(error.message);
  return error.code;
}

/** The value of a reader, or the code of the CheckError that it throws. */
export function readOrCode<T>(
  read: () => T,
): { readonly value: T; readonly code?: undefined } | { readonly code: string } {
  try {
    return { value: read() };
  } catch (error) {
    return { code: codeOf(error) };
  }
}

/** The same for a reader that works with files. */
export async function awaitOrCode<T>(
  read: () => Promise<T>,
): Promise<{ readonly value: T; readonly code?: undefined } | { readonly code: string }> {
  try {
    return { value: await read() };
  } catch (error) {
    return { code: codeOf(error) };
  }
}

/** A message for people: not empty, and nothing that a program forgot to put in. */
export function assertSentence(message: string): void {
  assert.ok(message.length > 0, 'a message');
  // What was found may say anything.
  const text = message.replaceAll(
    /".*"|'[^']*'|`[^`]*`|the result is undefined|undefined entity|[\w.]+: there is no such field/gs,
    '',
  );
  if (/\bundefined\b|\bNaN\b|\[object /.test(text)) assert.fail(`poor message: ${message}`);
}

/** Text for a terminal: printable, but for the line ends and tabs that are the program's own. */
export function assertPlain(text: string): void {
  const bad = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.exec(text.replaceAll(/\r?\n|\t/g, ''));
  if (bad) assert.fail(`U+${bad[0].codePointAt(0)!.toString(16)} in: ${JSON.stringify(text.slice(0, 200))}`);
}

/** Bytes as the text that a reader of files would make of them. */
export const textOf = (input: Uint8Array): string =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(input);

/** A text as an input. */
export const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'utf8'));

/** Texts as inputs. */
export const textSeeds =
  (...texts: readonly string[]) =>
  (): Uint8Array[] =>
    texts.map(bytesOf);
