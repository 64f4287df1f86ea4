// Registers editors and commands; everything else happens when one of them is used.

import type { ExtensionContext } from 'vscode';
import { registerCommands } from './host/commands';
import { ComparisonEditor } from './host/comparisonEditor';
import { OvmfEditor, VmsaEditor } from './host/fileEditors';
import { ReportEditor } from './host/reportEditor';

/** Called by VS Code when an editor or command of ours is used for the first time. */
export function activate(context: ExtensionContext): void {
  const { extensionUri } = context;
  context.subscriptions.push(
    new VmsaEditor(extensionUri).register(),
    new OvmfEditor(extensionUri).register(),
    new ComparisonEditor(extensionUri).register(),
    new ReportEditor(extensionUri).register(),
    ...registerCommands(),
  );
}
