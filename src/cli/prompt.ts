// Questions at the terminal: user names are seen while they are typed, passwords are not.

import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { Prompt } from '../libvirt/client';
import { HIDDEN, questionText } from '../libvirt/prompts';
import { printable } from './output';

/** The questions that are asked now: there is one terminal for all hosts. */
let asking: Promise<unknown> = Promise.resolve();

/** Asks all questions of a host, one after the other. @returns the answers, or undefined when the person gave up */
export function askAtTerminal(
  prompts: readonly Prompt[],
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  const answers = asking.then(() => askAll(prompts, signal));
  asking = answers.catch(() => undefined);
  return answers;
}

async function askAll(
  prompts: readonly Prompt[],
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  const answers: string[] = [];
  for (const prompt of prompts) {
    const answer = await askOne(prompt, signal);
    if (answer === undefined) return undefined;
    answers.push(answer);
  }
  return answers;
}

async function askOne(prompt: Prompt, signal: AbortSignal): Promise<string | undefined> {
  let muted = false;
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!muted) process.stderr.write(chunk);
      done();
    },
  });
  const reader = createInterface({ input: process.stdin, output, terminal: true });
  try {
    const asked = reader.question(`${printable(questionText(prompt))}: `, { signal });
    muted = HIDDEN.includes(prompt.kind);
    return await asked;
  } catch {
    // Ctrl+C, the end of the input, or the connection ended meanwhile.
    return undefined;
  } finally {
    reader.close();
    if (muted) process.stderr.write('\n');
  }
}
