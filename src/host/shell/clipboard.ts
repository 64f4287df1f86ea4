// The clipboard. The only file that fills it, because people paste into terminals, where a control character is typed
// as a key, and into chats and issues, where nobody sees what does not show.

import * as vscode from 'vscode';
import { visibleText } from '../../core/binary/plainText';

/** Copies a text, with escapes for what would not show where it is pasted, except line ends and tabs. */
export async function copyText(text: string): Promise<void> {
  await vscode.env.clipboard.writeText(visibleText(text, '\r\n\t'));
}
