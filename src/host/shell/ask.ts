// Quick picks, input boxes and file dialogs. The only file that opens them, so that text from a file or a host is made
// plain in all of them, and is no path.

import * as vscode from 'vscode';
import { editorLine, safeFileName } from '../../core/binary/plainText';

/** One row of a list. */
export interface Choice {
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
  /** The name of an icon before the label. */
  readonly icon?: string;
  /** Cannot be chosen: a heading for the rows below it. */
  readonly isHeading?: boolean;
}

/** How a list is shown. */
export type ListOptions = Pick<
  vscode.QuickPickOptions,
  'title' | 'placeHolder' | 'matchOnDescription' | 'matchOnDetail'
>;

/** The options of an input box. */
export type LineOptions = Pick<
  vscode.InputBoxOptions,
  'title' | 'prompt' | 'placeHolder' | 'value' | 'password' | 'ignoreFocusOut'
> & {
  /** Why an input is not acceptable; undefined when it is. */
  readonly whyNot?: (text: string) => string | undefined;
};

/** The plain text of some members; absent ones stay absent. */
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

/** Lets the user choose. @returns the choice as it was given, or undefined when the user cancelled */
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

/**
 * Lets the user check some rows of a list.
 * @param isOn which are checked before
 * @returns those that are, as they were given, or undefined when the user cancelled
 */
export async function chooseSome<C extends Choice>(
  choices: readonly C[],
  isOn: (choice: C) => boolean,
  options: ListOptions,
): Promise<readonly C[] | undefined> {
  const rows = choices.map((choice) => ({ ...rowOf(choice), picked: isOn(choice) }));
  const chosen = await vscode.window.showQuickPick(rows, {
    ...options,
    ...plain(options, ['title', 'placeHolder']),
    canPickMany: true,
  });
  return chosen?.map(({ choice }) => choice);
}

/**
 * As chooseSome, with a last row for a value that is typed into the box above the list: it is checked, and the next one takes its place.
 * @param typed the row for a text, whose label has the text in it so that the list shows it; undefined for any other text
 */
export function chooseSomeOrType<C extends Choice>(
  choices: readonly C[],
  isOn: (choice: C) => boolean,
  { last, typed, ...options }: ListOptions & { last: C; typed: (text: string) => C | undefined },
): Promise<readonly C[] | undefined> {
  const list = vscode.window.createQuickPick<ReturnType<typeof rowOf<C>>>();
  const rows = choices.map(rowOf);
  Object.assign(list, options, plain(options, ['title', 'placeHolder']), { canSelectMany: true });
  const end = rowOf(last);
  list.items = [...rows, end];
  list.selectedItems = [...rows.filter(({ choice }) => isOn(choice)), end];
  list.onDidChangeValue((text) => {
    const choice = typed(text);
    if (!choice) return;
    const row = rowOf(choice);
    const checked = list.selectedItems.filter((one) => rows.includes(one));
    list.items = [...rows, row];
    list.selectedItems = [...checked, row];
  });
  return new Promise((resolve) => {
    list.onDidAccept(() => {
      resolve(list.selectedItems.map(({ choice }) => choice));
      list.hide();
    });
    list.onDidHide(() => {
      resolve(undefined);
      list.dispose();
    });
    list.show();
  });
}

/** Lets the user type a line. @returns it, or undefined when the user or `token` cancelled */
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

/** How a dialog for files is shown. */
export type FileOptions = Pick<
  vscode.OpenDialogOptions,
  'openLabel' | 'canSelectFiles' | 'canSelectFolders'
> & {
  readonly title: string;
  /** Where the dialog starts; by default where VS Code lets it. */
  readonly folder?: vscode.Uri | undefined;
};

/** Lets the user choose a file, or a folder. @returns undefined when the user cancelled */
export async function chooseFile({
  title,
  folder,
  ...options
}: FileOptions): Promise<vscode.Uri | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    ...options,
    ...(folder && { defaultUri: folder }),
    title: editorLine(title),
  });
  return chosen?.[0];
}

/** Where a file is to be saved. */
export interface SaveOptions {
  readonly title: string;
  readonly folder: vscode.Uri | undefined;
  /** The proposed name, which may come from anywhere, and what follows it: an extension. */
  readonly name: string;
  readonly end: string;
  readonly filters?: Readonly<Record<string, string[]>>;
}

/** Lets the user choose where to save. @returns undefined when the user cancelled */
export function chooseSaveFile({
  title,
  folder,
  name,
  end,
  filters,
}: SaveOptions): Thenable<vscode.Uri | undefined> {
  return vscode.window.showSaveDialog({
    title: editorLine(title),
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder, `${safeFileName(name, 'unnamed')}${end}`) }),
    ...(filters && { filters }),
  });
}
