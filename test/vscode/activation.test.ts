// The extension in a real extension host: it is found, wakes up, and registers what its manifest promises.

import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';

interface Manifest {
  contributes: { commands?: { command: string }[] };
}

describe('activation', () => {
  const extension = vscode.extensions.getExtension('sevscope.sevscope')!;

  it('finds the extension', () => {
    assert.ok(extension, 'sevscope.sevscope is not loaded');
  });

  it('sleeps until it is needed, which tests are as soon as there is a launch file', () => {
    const { activationEvents } = extension.packageJSON as { activationEvents?: string[] };
    assert.deepEqual(activationEvents, ['workspaceContains:**/*.sevlaunch.json']);
  });

  it('activates and registers every command of its manifest', async () => {
    await extension.activate();
    const registered = new Set(await vscode.commands.getCommands(true));
    const { contributes } = extension.packageJSON as Manifest;
    const missing = (contributes.commands ?? []).filter(({ command }) => !registered.has(command));
    assert.deepEqual(missing, []);
  });
});
