// The editor of OVMF images in VS Code: its problems are listed while it is open, and a launch file starts from it.

import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { buildOvmf } from '../../src/core/ovmf/build';
import { newLaunchFile } from '../../src/host/launch/newLaunchFile';
import { OvmfEditor } from '../../src/host/ovmf/ovmfEditor';
import { largeImage } from '../helpers/largeImage';
import { TestPanel } from '../helpers/panel';
import { closeEditors } from './closeEditors';
import { until } from './until';
import { nodeIo } from '../../src/node/io';
import { io } from './machine';

let folder: string;
const { extensionUri } = vscode.extensions.getExtension('sevscope.sevscope')!;
const file = (name: string, bytes: Uint8Array) => {
  writeFileSync(join(folder, name), bytes);
  return vscode.Uri.file(join(folder, name));
};
const rules = (uri: vscode.Uri) => vscode.languages.getDiagnostics(uri).map(({ code }) => code);

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'sevscope-ovmf-'));
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('An OVMF image that is open', () => {
  closeEditors();
  it('has its findings among the problems, until it is closed, and anew when it is written', async () => {
    const uri = file('image.fd', buildOvmf({ size: 0x10000, hashArea: { base: 0, size: 0 } }));
    await vscode.commands.executeCommand('vscode.open', uri);
    await until('the empty hash area is a problem', () => rules(uri).includes('hash-area-empty'));
    const [problem] = vscode.languages.getDiagnostics(uri);
    assert.match(problem!.message, /^0xf[0-9a-f]+: /);
    assert.equal(problem!.source, 'SevScope');
    writeFileSync(uri.fsPath, buildOvmf({ size: 0x4000 }));
    await until('nothing is wrong any more', () => !rules(uri).includes('hash-area-empty'));
    writeFileSync(uri.fsPath, Buffer.alloc(0x4000, 0xff));
    await until('it is erased', () => rules(uri).includes('erased'));
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    await until('no problem is left', () => rules(uri).length === 0);
  });
  it('is called what it is when it is a disk image, a text or empty, until an image is written', async () => {
    const files: [name: string, bytes: Uint8Array, rule: string, words: RegExp][] = [
      [
        'disk.fd',
        Buffer.from('QFI\xfb\0\0\0\x03', 'latin1'),
        'container',
        /It is a qcow2 disk image\. Convert it/,
      ],
      ['text.fd', Buffer.from('words\n'), 'other-file', /It is a text file\. Give the firmware image/],
      ['empty.fd', Buffer.alloc(0), 'too-small-file', /It is empty\. Copy or build/],
    ];
    for (const [name, bytes, rule, words] of files) {
      const uri = file(name, bytes);
      const panel = new TestPanel();
      const editor = new OvmfEditor(nodeIo(folder), vscode.Uri.file(folder));
      await editor.resolveCustomEditor({ uri, dispose: () => undefined }, panel.panel);
      await until('it is shown', () => panel.view !== undefined);
      const notice = panel.viewOf('notice')!;
      assert.equal(notice.title, `${name} is not a firmware image`);
      assert.match(notice.text, words);
      assert.deepEqual(notice.actions, ['openAsText']);
      assert.deepEqual(rules(uri), [rule]);
      // VS Code tells nobody when it has begun to watch a folder.
      await new Promise((done) => setTimeout(done, 1000));
      writeFileSync(uri.fsPath, buildOvmf({ size: 0x4000 }));
      await until('it is shown as an image', () => panel.viewOf('ovmf') !== undefined);
      panel.dispose();
    }
  });
  it('is shown and says so when the thread that reads it fails', async () => {
    const uri = file('unread.fd', buildOvmf({ size: 0x4000 }));
    const panel = new TestPanel();
    // There is no thread's script below this folder.
    const editor = new OvmfEditor(nodeIo(folder), vscode.Uri.file(folder));
    await editor.resolveCustomEditor({ uri, dispose: () => undefined }, panel.panel);
    await until('it says so', () => panel.viewOf('ovmf')?.unread !== undefined);
    const { bytes, tables, contents, unread } = panel.viewOf('ovmf')!;
    assert.equal(bytes.length, 0x4000);
    assert.ok(tables?.regions.some(({ kind }) => kind === 'table'));
    assert.equal(contents, undefined);
    assert.match(
      unread ?? '',
      /^The firmware volumes of this image could not be read: .+ Its tables and bytes/,
    );
    panel.dispose();
  });
  it('is being opened while it is read: first its tables, then its volumes and its digests', async () => {
    const uri = file('large.fd', largeImage(buildOvmf({ size: 0x4000 }), 4 * 2 ** 22));
    const panel = new TestPanel();
    const editor = new OvmfEditor(io, extensionUri);
    await editor.resolveCustomEditor({ uri, dispose: () => undefined }, panel.panel);
    assert.equal(panel.view, undefined, 'the page does not wait for the file');
    await until('all is known', () => panel.viewOf('ovmf')?.digests !== undefined);
    await until('all bytes are there', () => panel.viewOf('ovmf')?.from === undefined);
    const views = panel.posted.flatMap((message) => (message.type === 'show' ? [message.view] : []));
    const known = views.flatMap((view) =>
      view.kind === 'ovmf' ? [(['tables', 'contents', 'digests'] as const).filter((name) => view[name])] : [],
    );
    const steps = known.map(({ length }) => length);
    assert.deepEqual(
      steps,
      steps.toSorted((a, b) => a - b),
    );
    assert.deepEqual([steps[0], steps.at(-1)], [1, 3]);
    panel.dispose();
  });
  it('starts a launch file beside it, to be filled in', async () => {
    const uri = file('firmware.fd', buildOvmf({ size: 0x4000 }));
    let isOpen = false;
    const opened = newLaunchFile(uri).then(() => (isOpen = true));
    await until('the first kind is chosen', async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return isOpen;
    });
    await opened;
    const { document } = vscode.window.activeTextEditor!;
    assert.equal(document.uri.scheme, 'untitled');
    assert.match(document.uri.path, /\/firmware\.sevlaunch\.json$/);
    const launch = JSON.parse(document.getText()) as { firmware: string; technology: string };
    assert.deepEqual([launch.firmware, launch.technology], ['firmware.fd', 'snp']);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });
  it('says what a rebuild changed, of the steps of one build only the last, until that is forgotten', async () => {
    const uri = file('rebuilt.fd', buildOvmf({ size: 0x4000 }));
    const panel = new TestPanel();
    const editor = new OvmfEditor(io, extensionUri);
    await editor.resolveCustomEditor({ uri, dispose: () => undefined }, panel.panel);
    await until('it is shown', () => panel.viewOf('ovmf') !== undefined);
    assert.equal(panel.viewOf('ovmf')!.other, undefined);
    const shows = (size: number) => panel.viewOf('ovmf')?.bytes.length === size;
    // Longer than the steps of one build are apart.
    await new Promise((done) => setTimeout(done, 3100));
    writeFileSync(uri.fsPath, Buffer.alloc(0x3000));
    await until('the half-written file is shown', () => shows(0x3000));
    const rebuilt = buildOvmf({ size: 0x4000, resetAddress: 0x808004 });
    writeFileSync(uri.fsPath, rebuilt);
    await until('the rebuilt image is shown', () => shows(0x4000));
    const { other, bytes } = panel.viewOf('ovmf')!;
    assert.equal(other?.side, 'before');
    assert.deepEqual(Buffer.from(other.bytes), Buffer.from(buildOvmf({ size: 0x4000 })));
    assert.deepEqual(Buffer.from(bytes), Buffer.from(rebuilt));
    panel.send({ type: 'action', action: 'forgetBefore' });
    await until('it is forgotten', () => panel.viewOf('ovmf')?.other === undefined);
    panel.dispose();
  });
  it('is paired with the other half of a diff, which follows it, and shows alone again without it', async () => {
    const [a, b] = [
      file('a.fd', buildOvmf({ size: 0x4000 })),
      file('b.fd', buildOvmf({ size: 0x5000, resetAddress: 0x808004 })),
    ];
    const editor = new OvmfEditor(io, extensionUri);
    // A tab that is no editor of ours, as that of a diff is to an extension.
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    const panels = [new TestPanel(), new TestPanel()] as const;
    for (const [i, uri] of [a, b].entries())
      await editor.resolveCustomEditor({ uri, dispose: () => undefined }, panels[i]!.panel);
    await until('both are shown beside the other', () =>
      panels.every((panel) => panel.viewOf('ovmf')?.other !== undefined),
    );
    assert.equal(panels[0].viewOf('ovmf')!.other?.side, 'modified');
    assert.equal(panels[1].viewOf('ovmf')!.other?.side, 'original');
    assert.equal(panels[0].viewOf('ovmf')!.other?.bytes.length, 0x5000);
    panels[0].send({ type: 'place', place: { name: 'x', offset: 0x3ff0, size: 1 } });
    await until('the other half goes to the same distance from the end', () =>
      panels[1].posted.some((m) => m.type === 'select' && m.place.offset === 0x4ff0),
    );
    panels[1].send({ type: 'place', place: { name: 'x', offset: 0x10, size: 1 } });
    panels[1].dispose();
    await until('the first stands alone', () => panels[0].viewOf('ovmf')?.other === undefined);
    assert.ok(!panels[0].posted.some((m) => m.type === 'select'), 'the first has no such byte');
    panels[0].dispose();
  });
});
