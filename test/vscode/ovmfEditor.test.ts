// The editor of OVMF images in VS Code: its problems are listed while it is open, and a launch file starts from it.

import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { buildOvmf } from '../../src/core/ovmf/build';
import { newLaunchFile } from '../../src/host/newLaunchFile';
import { OvmfEditor } from '../../src/host/ovmfEditor';
import { TestPanel } from '../helpers/panel';
import { until } from './until';

let folder: string;
const file = (name: string, bytes: Uint8Array) => {
  writeFileSync(join(folder, name), bytes);
  return vscode.Uri.file(join(folder, name));
};
const rules = (uri: vscode.Uri) => vscode.languages.getDiagnostics(uri).map(({ code }) => code);

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'sevscope-ovmf-'));
});
afterEach(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('An OVMF image that is open', () => {
  it('has its findings among the problems, until it is closed, and anew when it is written', async () => {
    const uri = file('image.fd', buildOvmf({ size: 0x4000, hashArea: { base: 0, size: 0 } }));
    await vscode.commands.executeCommand('vscode.open', uri);
    await until('the empty hash area is a problem', () => rules(uri).includes('hash-area-empty'));
    const [problem] = vscode.languages.getDiagnostics(uri);
    assert.match(problem!.message, /^0x3[0-9a-f]+: /);
    assert.equal(problem!.source, 'SevScope');
    writeFileSync(uri.fsPath, buildOvmf({ size: 0x4000 }));
    await until('nothing is wrong any more', () => !rules(uri).includes('hash-area-empty'));
    writeFileSync(uri.fsPath, Buffer.alloc(0x4000, 0xff));
    await until('it is erased', () => rules(uri).includes('erased'));
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    await until('no problem is left', () => rules(uri).length === 0);
  });
  it('is shown and says so when the thread that decompresses fails', async () => {
    const uri = file('unread.fd', buildOvmf({ size: 0x4000 }));
    const panel = new TestPanel();
    // There is no thread's script below this folder.
    const editor = new OvmfEditor(vscode.Uri.file(folder));
    await editor.resolveCustomEditor({ uri, dispose: () => undefined }, panel.panel);
    assert.equal(panel.viewOf('ovmf')!.bytes.length, 0x4000);
    const said = panel.posted.find((message) => message.type === 'contents')?.more.unread;
    assert.match(
      said ?? '',
      /^What is compressed in this image could not be read: .+ All else of it is shown/,
    );
    panel.dispose();
  });
  it('starts a launch file beside it, to be filled in', async () => {
    const uri = file('firmware.fd', buildOvmf({ size: 0x4000 }));
    await newLaunchFile(uri);
    const { document } = vscode.window.activeTextEditor!;
    assert.equal(document.uri.scheme, 'untitled');
    assert.match(document.uri.path, /\/firmware\.sevlaunch\.json$/);
    const launch = JSON.parse(document.getText()) as { firmware: string };
    assert.equal(launch.firmware, 'firmware.fd');
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });
});
