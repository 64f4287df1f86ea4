// What a test leaves open.

import * as vscode from 'vscode';

const tabs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs);

/** For the tests of one `describe`: after each, no editor is open, and what was not saved is lost. */
export function closeEditors(): void {
  afterEach(async () => {
    // VS Code would ask about what is not saved.
    for (let i = 0; i < 10 && tabs().some((tab) => tab.isDirty); i++)
      await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
}
