// The extension in a browser without a machine behind it: the viewers.

import * as vscode from 'vscode';
import { activateOn } from './host/activate';
import { readOwn, scriptFolder } from './host/shell/files';
import { webIo } from './web/io';

/** Called by VS Code when one of our editors or commands is used for the first time. */
export function activate(context: vscode.ExtensionContext): void {
  const worker = vscode.Uri.joinPath(scriptFolder(context.extensionUri), 'web', 'worker.js');
  activateOn(
    webIo(() => readOwn(worker)),
    context,
  );
}
