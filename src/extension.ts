// The extension on a machine, in Node: the viewers, and the checks of launches.

import type { ExtensionContext } from 'vscode';
import { activateOn } from './host/activate';
import { checking } from './host/checking';
import { scriptFolder } from './host/shell/files';
import { removeLeftovers } from './leftovers';
import { nodeIo } from './node/io';

/** Called by VS Code when one of our editors or commands is used, or a launch file is seen, for the first time. */
export function activate(context: ExtensionContext): void {
  activateOn(nodeIo(scriptFolder(context.extensionUri).fsPath), context, checking);
}

/** Called by VS Code when the window closes or the extension is switched off: no process and no thread of ours goes on. */
export function deactivate(): void {
  removeLeftovers();
}
