// Puts what a host asks during login to the user, one question at a time.

import * as vscode from 'vscode';
import type { ConnectOptions, PromptAnswer } from '../../libvirt/contract';
import { HIDDEN, questionText } from '../../libvirt/credentials';
import { typeLine } from '../shell/ask';

/** Asks for what a connection to `title` needs; cancelling one question cancels them all. */
export function promptPerson(title: string): NonNullable<ConnectOptions['onPrompt']> {
  return async (prompts, signal) => {
    const stop = new vscode.CancellationTokenSource();
    const cancel = () => stop.cancel();
    signal.addEventListener('abort', cancel);
    try {
      const answers: PromptAnswer[] = [];
      for (const question of prompts) {
        const { kind, fallback } = question;
        const options = {
          title: `Log in: ${title}`,
          prompt: questionText(question),
          password: HIDDEN.includes(kind),
          // The user may switch to a password manager's window.
          ignoreFocusOut: true,
          ...(fallback !== undefined && { value: fallback }),
        };
        const answer = await typeLine(options, stop.token);
        if (answer === undefined) return undefined;
        answers.push(answer);
      }
      return answers;
    } finally {
      signal.removeEventListener('abort', cancel);
      stop.dispose();
    }
  };
}
