// Prompts at the terminal: user names are echoed, passwords are not.

import type { Prompt } from '../libvirt/contract';
import { HIDDEN, questionText } from '../libvirt/credentials';
import { askLine } from './terminal';

/** The prompts in progress: all hosts share one terminal. */
let asking: Promise<unknown> = Promise.resolve();

/** Asks all questions of a host, one at a time. @returns the answers, or undefined when the user gave up */
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
    const answer = await askLine(questionText(prompt), HIDDEN.includes(prompt.kind), signal);
    if (answer === undefined) return undefined;
    answers.push(answer);
  }
  return answers;
}
