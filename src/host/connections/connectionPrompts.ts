// What a host asks while a connection logs in, put to the person, one question after the other.

import * as vscode from 'vscode';
import { withoutLinks } from '../../core/binary/plainText';
import type { ConnectOptions, PromptAnswer } from '../../libvirt/client';
import { HIDDEN, questionText } from '../../libvirt/prompts';

/** Asks for what a connection to `title` needs; when she gives up one question, none is answered. */
export function promptPerson(title: string): NonNullable<ConnectOptions['onPrompt']> {
  return async (prompts, signal) => {
    const stop = new vscode.CancellationTokenSource();
    const cancel = () => stop.cancel();
    signal.addEventListener('abort', cancel);
    try {
      const answers: PromptAnswer[] = [];
      for (const question of prompts) {
        const { kind, fallback } = question;
        const options: vscode.InputBoxOptions = {
          title: `Log in: ${title}`,
          // The host's words, in which VS Code would make links to commands.
          prompt: withoutLinks(questionText(question)),
          password: HIDDEN.includes(kind),
          // A password manager is another window.
          ignoreFocusOut: true,
          ...(fallback !== undefined && { value: fallback }),
        };
        const answer = await vscode.window.showInputBox(options, stop.token);
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
