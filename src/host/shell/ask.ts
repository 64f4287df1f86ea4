// Lists to choose from and lines to type. The only file that has VS Code show these, so that a text from a file or a host is plain in
// all of them.

import * as vscode from 'vscode';
import { editorLine } from '../../core/binary/plainText';

/** One row of a list. */
export interface Choice {
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
  /** The name of a picture before the label. */
  readonly icon?: string;
  /** It cannot be chosen: its label names the rows below it. */
  readonly isHeading?: boolean;
}

/** How a list is shown. */
export type ListOptions = Pick<
  vscode.QuickPickOptions,
  'title' | 'placeHolder' | 'matchOnDescription' | 'matchOnDetail'
>;

/** What is asked for when a line is to be typed. */
export type LineOptions = Pick<
  vscode.InputBoxOptions,
  'title' | 'prompt' | 'placeHolder' | 'value' | 'password' | 'ignoreFocusOut'
> & {
  /** Why a line cannot be taken, or undefined when it can. */
  readonly whyNot?: (text: string) => string | undefined;
};

/** The texts of some members as they may be shown; those that are absent stay so. */
function plain<K extends string>(
  from: Readonly<Partial<Record<K, string>>>,
  names: readonly K[],
): Partial<Record<K, string>> {
  const texts = names.flatMap((name) => (from[name] === undefined ? [] : [[name, editorLine(from[name])]]));
  return Object.fromEntries(texts) as Partial<Record<K, string>>;
}

function rowOf<C extends Choice>(choice: C): vscode.QuickPickItem & { readonly choice: C } {
  const { icon, label, isHeading } = choice;
  return {
    ...plain(choice, ['description', 'detail']),
    label: `${icon === undefined ? '' : `$(${icon}) `}${editorLine(label)}`,
    ...(isHeading && { kind: vscode.QuickPickItemKind.Separator }),
    choice,
  };
}

/** Has one of some choices chosen. @returns it as it was given, or undefined when the person changed her mind */
export async function choose<C extends Choice>(
  choices: readonly C[] | Promise<readonly C[]>,
  options: ListOptions,
): Promise<C | undefined> {
  const rows = Promise.resolve(choices).then((all) => all.map(rowOf));
  const chosen = await vscode.window.showQuickPick(rows, {
    ...options,
    ...plain(options, ['title', 'placeHolder']),
  });
  return chosen?.choice;
}

/** Has a line typed. @returns it, or undefined when the person changed her mind or `token` was cancelled */
export async function typeLine(
  { whyNot, ...options }: LineOptions,
  token?: vscode.CancellationToken,
): Promise<string | undefined> {
  const shown: vscode.InputBoxOptions = { ...options, ...plain(options, ['title', 'prompt', 'placeHolder']) };
  if (whyNot)
    shown.validateInput = (text) => {
      const why = whyNot(text);
      return why === undefined ? undefined : editorLine(why);
    };
  return vscode.window.showInputBox(shown, token);
}
