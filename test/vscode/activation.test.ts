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

  it('sleeps until it is needed: by a file of JSON, which may be a launch file, or by launches to test', () => {
    const { activationEvents } = extension.packageJSON as { activationEvents?: string[] };
    assert.deepEqual(activationEvents, ['onLanguage:json', 'workspaceContains:**/*.sevlaunch.json']);
  });

  it('activates and registers every command of its manifest', async () => {
    await extension.activate();
    const registered = new Set(await vscode.commands.getCommands(true));
    const { contributes } = extension.packageJSON as Manifest;
    const missing = (contributes.commands ?? []).filter(({ command }) => !registered.has(command));
    assert.deepEqual(missing, []);
  });
});
