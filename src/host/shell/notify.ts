// Notifications, confirmation questions, progress, and status bar items. The only file that shows these, so that
// text from a file or a host is made plain in all of them.

import * as vscode from 'vscode';
import { editorLine } from '../../core/binary/plainText';

/** Shows a message that stays until it is closed. @returns the button that was pressed */
export async function notify<Button extends string>(
  kind: 'information' | 'warning' | 'error',
  text: string,
  ...buttons: Button[]
): Promise<Button | undefined> {
  const plain = editorLine(text);
  switch (kind) {
    case 'information':
      return vscode.window.showInformationMessage(plain, ...buttons);
    case 'warning':
      return vscode.window.showWarningMessage(plain, ...buttons);
    case 'error':
      return vscode.window.showErrorMessage(plain, ...buttons);
  }
}

/** Asks for confirmation in a modal dialog. @param yes the button that agrees */
export async function confirm(question: string, detail: string, yes: string): Promise<boolean> {
  const options = { modal: true, detail: editorLine(detail) };
  return (await vscode.window.showWarningMessage(editorLine(question), options, yes)) === yes;
}

/** Shows progress while something runs, with a button to cancel it. */
export async function withProgress<T>(
  title: string,
  work: (token: vscode.CancellationToken) => Promise<T>,
): Promise<T> {
  const location = vscode.ProgressLocation.Notification;
  return vscode.window.withProgress(
    { location, title: editorLine(title), cancellable: true },
    (_progress, token) => work(token),
  );
}

/** Shows a text in the status bar for five seconds. */
export function flash(text: string): void {
  vscode.window.setStatusBarMessage(editorLine(text), 5000);
}

/** A status bar item whose text changes. */
export interface StatusItem {
  show(text: string): void;
  hide(): void;
  dispose(): void;
}

/** Creates an item at the right of the status bar that runs a command. @param name what its menu calls it */
export function statusItem(id: string, name: string, tooltip: string, command: string): StatusItem {
  const item = vscode.window.createStatusBarItem(id, vscode.StatusBarAlignment.Right, 100);
  Object.assign(item, { name, tooltip: editorLine(tooltip), command });
  return {
    show(text) {
      item.text = editorLine(text);
      item.show();
    },
    hide: () => item.hide(),
    dispose: () => item.dispose(),
  };
}
