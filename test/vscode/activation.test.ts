// The extension in a real extension host: it is found, sleeps while other files are open, wakes up by a launch file, and registers what
// its manifest promises. VS Code keeps it awake for all later tests, so this file is the first of its tier.

import { strict as assert } from 'node:assert';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { writeSample } from '../../src/app/sample';
import { SAMPLE } from '../../src/app/sampleNames';
import { useFolder } from '../helpers/folder';
import { closeEditors } from './closeEditors';
import { until } from './until';
import { io } from './machine';

interface Manifest {
  contributes: { commands?: { command: string }[] };
  activationEvents?: string[];
}

describe('activation', () => {
  closeEditors();
  let folder: string;
  useFolder((made) => (folder = made));
  const extension = vscode.extensions.getExtension('sevscope.sevscope')!;
  const manifest = () => extension.packageJSON as Manifest;

  /** Writes a file into the folder, which is outside of the workspace, and opens it. */
  async function open(name: string, text: string): Promise<vscode.Uri> {
    const uri = vscode.Uri.file(join(folder, name));
    writeFileSync(uri.fsPath, text);
    await vscode.window.showTextDocument(uri);
    return uri;
  }

  it('finds the extension', () => {
    assert.ok(extension, 'sevscope.sevscope is not loaded');
  });

  it('has no event that is for more than launch files and documents of ours', () => {
    assert.deepEqual(manifest().activationEvents, [
      'onFileSystem:sevscope-schema',
      'onFileSystem:sevscope-messages',
      'workspaceContains:**/*.sevlaunch.json',
    ]);
  });

  for (const name of ['package.json', 'tsconfig.json', 'launch.json', 'sevlaunch.json'])
    it(`is not caused by ${name}`, async () => {
      const uri = await open(name, '{ "half": ');
      // By then everything has started that starts when such a file is opened.
      await until(
        'VS Code says what is wrong with it',
        () => vscode.languages.getDiagnostics(uri).length > 0,
      );
      assert.equal(extension.isActive, false);
    });

  it('is caused by a launch file, also outside of every folder: its lenses and problems are there', async () => {
    await writeSample(io, folder);
    const text = readFileSync(join(folder, SAMPLE.sevEsMatches), 'utf8');
    const uri = await open('alone.sevlaunch.json', text.replace('OVMF.sample.fd', 'nowhere.fd'));
    await until('the extension is active', () => extension.isActive);
    const lenses = () =>
      vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri);
    await until('there are lenses', async () => (await lenses()).length === 4);
    const ours = () => vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'SevScope');
    await until('there is a problem', () => ours().length > 0);
    assert.equal(ours()[0]?.code, 'unreadable-file');
  });

  it('registers every command of its manifest', async () => {
    await extension.activate();
    const registered = new Set(await vscode.commands.getCommands(true));
    const missing = (manifest().contributes.commands ?? []).filter(({ command }) => !registered.has(command));
    assert.deepEqual(missing, []);
  });
});
