// Carries questions that libvirt asks during login (virConnectAuth) to the user, and answers back.
// They have their own pipe, because the worker is blocked in a call and reads no messages: it writes a
// line of JSON, and reads bytes.

import { readSync, writeSync } from 'node:fs';
import * as v from 'valibot';
import { CredentialSchema, type Credential } from './credentials';

const QuestionsSchema = v.pipe(v.array(CredentialSchema), v.minLength(1), v.maxLength(16));

/** Answers all questions in order, or returns undefined to cancel. The caller zeroes the answers. */
export type Ask = (credentials: readonly Credential[]) => readonly Uint8Array[] | undefined;

/** The file descriptor of the pipe in the worker. */
export const PROMPT_FD = 4;
/** The maximum length of a line of questions, in characters. */
export const LONGEST_QUESTIONS = 1 << 16;
const LONGEST_ANSWER = 1 << 12;
/** Sent in place of a length when the user cancels. */
const CANCELLED = 0xffffffff;
const EAGAIN_PAUSE_MS = 10;

/** Parses a line of questions. @returns undefined when it is not valid */
export function parseQuestions(line: string): readonly Credential[] | undefined {
  try {
    return v.parse(QuestionsSchema, JSON.parse(line));
  } catch {
    return undefined;
  }
}

/** The bytes for the worker: each answer after its 32-bit length, or the mark for cancelled. */
export function encodeAnswers(answers: readonly Uint8Array[] | undefined): Buffer {
  if (!answers || answers.some(({ length }) => length > LONGEST_ANSWER)) {
    const none = Buffer.alloc(4);
    none.writeUInt32LE(CANCELLED);
    return none;
  }
  const bytes = Buffer.alloc(answers.reduce((sum, { length }) => sum + 4 + length, 0));
  let at = 0;
  for (const answer of answers) {
    at = bytes.writeUInt32LE(answer.length, at);
    bytes.set(answer, at);
    at += answer.length;
  }
  return bytes;
}

/** Reads exactly this many bytes, blocking until they arrive. @throws Error when the other side is gone */
function readExactly(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let at = 0;
  while (at < length) {
    try {
      const read = readSync(PROMPT_FD, bytes, at, length - at, null);
      if (read === 0) throw new Error('nobody answers any more');
      at += read;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, EAGAIN_PAUSE_MS);
    }
  }
  return bytes;
}

/** In the worker: asks, and blocks until the answer arrives. @throws Error when the other side is gone */
export const askParent: Ask = (credentials) => {
  writeSync(PROMPT_FD, `${JSON.stringify(credentials)}\n`);
  const answers: Buffer[] = [];
  while (answers.length < credentials.length) {
    const length = readExactly(4).readUInt32LE();
    // The mark for cancelled exceeds this limit, too.
    if (length > LONGEST_ANSWER) return undefined;
    answers.push(readExactly(length));
  }
  return answers;
};
