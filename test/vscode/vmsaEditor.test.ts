// What editors show when files, pages and other editors change: with panels that keep what is posted to them.

import { strict as assert } from 'node:assert';
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { MAX_FILE } from '../../src/core/binary/limits';
import { applyPatch, parseFieldValue, patchField } from '../../src/core/vmsa/edit';
import { generateVmsa, type VmsaRequest } from '../../src/core/vmsa/launch/generate';
import { toBase64 } from '../../src/core/binary/hex';
import { vmsaLeaf, type VmsaName } from '../../src/core/vmsa/layout/layout';
import { ComparisonEditor, comparisonUri } from '../../src/host/vmsa/comparisonEditor';
import { RecentCpus } from '../../src/host/shell/recentCpus';
import type { VmsaDocument } from '../../src/host/vmsa/vmsaDocument';
import { VmsaEditor } from '../../src/host/vmsa/vmsaEditor';
import { TestPanel } from '../helpers/panel';
import { until } from './until';
import { io } from './machine';

const REQUEST: VmsaRequest = {
  profile: 'sev-es',
  role: 'bsp',
  cpu: { family: 25, model: 1, stepping: 1 },
};
const PAGE = generateVmsa(REQUEST).bytes;
const EXTENSION = vscode.Uri.file('/extension');
const NO_BACKUP = { backupId: undefined, untitledDocumentData: undefined };

/** The page with another value in a field. */
function withField(field: VmsaName, value: string, page = PAGE): Uint8Array {
  const leaf = vmsaLeaf(field);
  const bytes = page.slice();
  const patch = patchField(bytes, leaf, parseFieldValue(leaf, value));
  if (patch) applyPatch(bytes, patch);
  return bytes;
}

let folder: string;
let count = 0;
const closing: (() => void)[] = [];

function newFile(bytes: Uint8Array | string = PAGE): vscode.Uri {
  const uri = vscode.Uri.file(join(folder, `page${count++}.vmsa`));
  writeFileSync(uri.fsPath, bytes);
  return uri;
}

interface Opened {
  editor: VmsaEditor;
  document: VmsaDocument;
  panel: TestPanel;
  events: unknown[];
}

async function open(uri: vscode.Uri, editor = new VmsaEditor(io, EXTENSION)): Promise<Opened> {
  const document = await editor.openCustomDocument(uri, NO_BACKUP);
  const panel = new TestPanel();
  editor.resolveCustomEditor(document, panel.panel);
  const events: unknown[] = [];
  document.onDidEdit((event) => events.push(event));
  closing.push(() => {
    panel.dispose();
    document.dispose();
  });
  return { editor, document, panel, events };
}

const shown = (panel: TestPanel) => panel.viewOf('vmsa');
const shows = (panel: TestPanel, bytes: Uint8Array) =>
  until(
    'the page shows these bytes',
    () => Buffer.compare(shown(panel)?.bytes ?? PAGE.slice(1), bytes) === 0,
  );
const edit = async (panel: TestPanel, field: VmsaName, value: string) => {
  panel.send({ type: 'edit', field, value });
  await shows(panel, withField(field, value, shown(panel)!.bytes));
};

/** Each suite here ends what its tests have opened. */
const withEnd = () => {
  afterEach(() => {
    for (const close of closing.splice(0)) close();
  });
};

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'sevscope-vmsa-'));
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('A VMSA editor', () => {
  withEnd();
  it('shows the page, and every edit in every panel of the document', async () => {
    const { editor, document, panel } = await open(newFile());
    const second = new TestPanel();
    editor.resolveCustomEditor(document, second.panel);
    assert.equal(shown(panel)?.readOnly, undefined);
    assert.deepEqual([shown(panel)?.page, shown(panel)?.pages], [0, 1]);
    await edit(panel, 'rdx', '7');
    await shows(second, withField('rdx', '7'));
  });
  it('refuses a value that does not fit, and shows what counts again', async () => {
    const { panel, events } = await open(newFile());
    const before = panel.posted.length;
    panel.send({ type: 'edit', field: 'cpl', value: '0x100' });
    await until('it is shown again', () => panel.posted.length > before);
    assert.deepEqual(shown(panel)?.bytes, PAGE);
    assert.equal(events.length, 0);
  });
  it('does not write over a file that it never could read', async () => {
    const uri = newFile();
    truncateSync(uri.fsPath, MAX_FILE + 1);
    const { editor, document } = await open(uri);
    await assert.rejects(editor.saveCustomDocument(document), {
      code: 'never-read',
      message: /was not saved, because it could not be read/,
    });
    assert.equal(statSync(uri.fsPath).size, MAX_FILE + 1);
  });
  it('gives single bits their value and leaves the others as they are by then', async () => {
    const { panel } = await open(newFile());
    for (const lsb of [8, 11]) {
      const bits = { lsb, width: 1 };
      panel.send({ type: 'edit', field: 'efer', value: '1', bits });
    }
    await shows(panel, withField('efer', '0x1900'));
  });
  it('cannot edit what is on a file system for reading only', async () => {
    const { editor, document } = await open(newFile());
    const git = await editor.openCustomDocument(document.uri.with({ scheme: 'git' }), NO_BACKUP);
    closing.push(() => git.dispose());
    assert.match(editor.whyReadOnly(git)?.message ?? '', /file system "git" is read-only/);
  });
});

describe('Save As', () => {
  withEnd();
  it('writes what is here, and leaves the file', async () => {
    const { editor, document, panel } = await open(newFile());
    await edit(panel, 'rdx', '7');
    const target = vscode.Uri.file(join(folder, 'another.vmsa'));
    await editor.saveCustomDocumentAs(document, target);
    assert.deepEqual(new Uint8Array(readFileSync(target.fsPath)), withField('rdx', '7'));
    assert.deepEqual(new Uint8Array(readFileSync(document.uri.fsPath)), PAGE);
    assert.equal(document.hasChanges, true);
  });
  it('writes nothing of a file that never could be read', async () => {
    const uri = newFile();
    truncateSync(uri.fsPath, MAX_FILE + 1);
    const { editor, document } = await open(uri);
    const target = newFile();
    await assert.rejects(editor.saveCustomDocumentAs(document, target), {
      code: 'never-read',
      message: /there is nothing to write/,
    });
    assert.deepEqual(new Uint8Array(readFileSync(target.fsPath)), PAGE);
  });
});

describe('A file of several pages', () => {
  withEnd();
  it('shows one of them, and edits that one', async () => {
    const second = generateVmsa({ ...REQUEST, role: 'ap', resetAddress: 0x80b004 }).bytes;
    const { editor, document, panel } = await open(newFile(Buffer.concat([PAGE, second])));
    assert.deepEqual([shown(panel)?.page, shown(panel)?.pages], [0, 2]);
    panel.send({ type: 'page', page: 1 });
    await shows(panel, second);
    await edit(panel, 'rdx', '9');
    // Odd enough not to be taken for a page, were it read again.
    await edit(panel, 'efer', '0');
    await edit(panel, 'cs_attrib', '0');
    panel.send({ type: 'page', page: 7 });
    panel.send({ type: 'page', page: 0 });
    await shows(panel, PAGE);
    await editor.saveCustomDocument(document);
    const written = new Uint8Array(readFileSync(document.uri.fsPath));
    const odd = withField('cs_attrib', '0', withField('efer', '0', withField('rdx', '9', second)));
    assert.deepEqual(written, new Uint8Array(Buffer.concat([PAGE, odd])));
    await assert.rejects(editor.edit(document, 2, 'rdx', '1'), {
      code: 'no-such-page',
      message: /there is no page 3/,
    });
  });
});

describe('A file of several pages that somebody else writes', () => {
  withEnd();
  it('is in conflict also where another page was written, and does not call it gone', async () => {
    const { document, panel } = await open(newFile(Buffer.concat([PAGE, PAGE])));
    await edit(panel, 'rcx', '1');
    writeFileSync(document.uri.fsPath, Buffer.concat([PAGE, withField('rdx', '9')]));
    await until('there is a conflict', () => shown(panel)?.disk?.conflict === true);
    assert.deepEqual(shown(panel)?.disk, { fields: [], conflict: true });
    writeFileSync(document.uri.fsPath, '');
    await until('it has no page any more', () => shown(panel)?.disk?.fields === undefined);
    assert.equal(shown(panel)?.disk?.conflict, true);
  });
});

describe('A page that was read from text', () => {
  withEnd();
  it('is shown with where it is from, and not edited', async () => {
    const { editor, document, panel } = await open(newFile(toBase64(PAGE)));
    assert.deepEqual(shown(panel)?.bytes, PAGE);
    assert.equal(shown(panel)?.source, 'base64');
    assert.match(shown(panel)?.readOnly ?? '', /^Read from base64, read-only\. Export a page to edit it\.$/);
    await assert.rejects(editor.edit(document, 0, 'rdx', '1'), {
      code: 'read-from-text',
      message: /read-only/,
    });
  });
  it('is not taken from an address that was made by hand', async () => {
    const uri = vscode.Uri.from({ scheme: 'sevscope-pasted', path: '/x.vmsa', query: '{"pages":[7]}' });
    const { panel } = await open(uri);
    assert.match(panel.viewOf('notice')?.text ?? '', /does not name a pasted page/);
  });
});

describe('A file that somebody else writes', () => {
  withEnd();
  it('is shown again with what changed, until the next edit', async () => {
    const { document, panel, events } = await open(newFile());
    writeFileSync(document.uri.fsPath, withField('rdx', '9'));
    await shows(panel, withField('rdx', '9'));
    assert.deepEqual(shown(panel)?.disk, { fields: ['rdx'], conflict: false });
    assert.equal(events.length, 0);
    await edit(panel, 'rcx', '1');
    assert.equal(shown(panel)?.disk, undefined);
  });
  it('keeps changes that were not saved, and asks', async () => {
    const { editor, document, panel } = await open(newFile());
    await edit(panel, 'rcx', '1');
    writeFileSync(document.uri.fsPath, withField('rdx', '9'));
    await until('there is a conflict', () => shown(panel)?.disk?.conflict === true);
    assert.deepEqual(shown(panel)?.disk?.fields, ['rdx']);
    assert.deepEqual(shown(panel)?.bytes, withField('rcx', '1'));
    await assert.rejects(editor.saveCustomDocument(document), {
      code: 'changed-on-disk',
      message: /changed on disk/,
    });
    assert.deepEqual(new Uint8Array(readFileSync(document.uri.fsPath)), withField('rdx', '9'));
    panel.send({ type: 'action', action: 'keepChanges' });
    await until('it is dismissed', () => shown(panel)?.disk === undefined);
    await editor.saveCustomDocument(document);
    assert.deepEqual(new Uint8Array(readFileSync(document.uri.fsPath)), withField('rcx', '1'));
  });
  it('comes into conflict again when it is written again', async () => {
    const { document, panel } = await open(newFile());
    await edit(panel, 'rcx', '1');
    writeFileSync(document.uri.fsPath, withField('rdx', '9'));
    await until('there is a conflict', () => shown(panel)?.disk?.conflict === true);
    panel.send({ type: 'action', action: 'keepChanges' });
    await until('it is dismissed', () => shown(panel)?.disk === undefined);
    writeFileSync(document.uri.fsPath, withField('rbx', '9'));
    await until('there is a conflict', () => shown(panel)?.disk?.conflict === true);
    assert.deepEqual(shown(panel)?.disk?.fields, ['rbx']);
  });
  it('is taken on revert', async () => {
    const { editor, document, panel } = await open(newFile());
    await edit(panel, 'rcx', '1');
    writeFileSync(document.uri.fsPath, withField('rdx', '9'));
    await until('there is a conflict', () => shown(panel)?.disk?.conflict === true);
    await editor.revertCustomDocument(document);
    await shows(panel, withField('rdx', '9'));
    assert.equal(shown(panel)?.disk, undefined);
  });
  it('is taken when nothing is left of the changes that were kept', async () => {
    const { editor, document, panel } = await open(newFile());
    const edits: vscode.CustomDocumentEditEvent<VmsaDocument>[] = [];
    document.onDidEdit((event) => {
      if ('undo' in event) edits.push(event);
    });
    await edit(panel, 'rcx', '1');
    writeFileSync(document.uri.fsPath, withField('rdx', '9'));
    await until('there is a conflict', () => shown(panel)?.disk?.conflict === true);
    panel.send({ type: 'action', action: 'keepChanges' });
    await until('it is dismissed', () => shown(panel)?.disk === undefined);
    await edits[0]!.undo();
    await shows(panel, withField('rdx', '9'));
    await editor.saveCustomDocument(document);
    assert.deepEqual(new Uint8Array(readFileSync(document.uri.fsPath)), withField('rdx', '9'));
  });
  it('and that cannot be read is not written over', async () => {
    const { editor, document, panel } = await open(newFile());
    await edit(panel, 'rcx', '1');
    truncateSync(document.uri.fsPath, MAX_FILE + 1);
    await assert.rejects(editor.saveCustomDocument(document), {
      code: 'file-too-large',
      message: /has at most 67108864 bytes \(64 MiB\)/,
    });
    assert.equal(statSync(document.uri.fsPath).size, MAX_FILE + 1);
  });
  it('is not meant when we write it', async () => {
    const { editor, document, panel } = await open(newFile());
    await edit(panel, 'rcx', '1');
    await editor.saveCustomDocument(document);
    const before = panel.posted.length;
    await new Promise((done) => setTimeout(done, 600));
    assert.equal(shown(panel)?.disk, undefined);
    assert.ok(panel.posted.length - before < 3);
  });
  it('and that is no page any more says so, and comes back', async () => {
    const { document, panel } = await open(newFile());
    writeFileSync(document.uri.fsPath, 'no page');
    await until('there is a notice', () => panel.viewOf('notice') !== undefined);
    writeFileSync(document.uri.fsPath, PAGE);
    await shows(panel, PAGE);
  });
  it('and that is no page any more leaves the changes that are here', async () => {
    const { document, panel } = await open(newFile());
    await edit(panel, 'rcx', '1');
    writeFileSync(document.uri.fsPath, 'no page');
    await until('there is a conflict', () => shown(panel)?.disk?.conflict === true);
    assert.deepEqual(shown(panel)?.bytes, withField('rcx', '1'));
  });
});

describe('A file that is deleted', () => {
  withEnd();
  it('is not lost: it can be kept and saved again', async () => {
    const { editor, document, panel, events } = await open(newFile());
    rmSync(document.uri.fsPath);
    await until('there is a notice', () => panel.viewOf('notice') !== undefined);
    assert.match(panel.viewOf('notice')!.text, /was deleted\. Nothing is lost/);
    panel.send({ type: 'action', action: 'keepChanges' });
    await shows(panel, PAGE);
    assert.equal(events.length, 1);
    await editor.saveCustomDocument(document);
    assert.deepEqual(new Uint8Array(readFileSync(document.uri.fsPath)), PAGE);
  });
  it('is shown again when it comes back', async () => {
    const { document, panel } = await open(newFile());
    rmSync(document.uri.fsPath);
    await until('there is a notice', () => panel.viewOf('notice') !== undefined);
    writeFileSync(document.uri.fsPath, PAGE);
    await shows(panel, PAGE);
  });
  it('leaves the changes that are here', async () => {
    const { document, panel } = await open(newFile());
    await edit(panel, 'rcx', '1');
    rmSync(document.uri.fsPath);
    await until('there is a conflict', () => shown(panel)?.disk?.conflict === true);
    assert.deepEqual(shown(panel)?.bytes, withField('rcx', '1'));
  });
});

describe('A backup', () => {
  withEnd();
  const restore = async (editor: VmsaEditor, document: VmsaDocument) => {
    const destination = vscode.Uri.file(join(folder, 'backups', `backup${count++}`));
    const { id } = await editor.backupCustomDocument(document, { destination });
    const again = new VmsaEditor(io, EXTENSION);
    const restored = await again.openCustomDocument(document.uri, { ...NO_BACKUP, backupId: id });
    const panel = new TestPanel();
    again.resolveCustomEditor(restored, panel.panel);
    closing.push(() => restored.dispose());
    return { restored, panel, again };
  };
  it('brings back the changes, which are still none of the file', async () => {
    const { editor, document, panel } = await open(newFile());
    await edit(panel, 'rcx', '1');
    const { restored, panel: other } = await restore(editor, document);
    assert.equal(restored.hasChanges, true);
    assert.deepEqual(shown(other)?.bytes, withField('rcx', '1'));
    assert.equal(shown(other)?.disk, undefined);
  });
  it('of a file that was written meanwhile is in conflict with it', async () => {
    const { editor, document, panel } = await open(newFile());
    await edit(panel, 'rcx', '1');
    document.dispose();
    writeFileSync(document.uri.fsPath, withField('rdx', '9'));
    const { panel: other } = await restore(editor, document);
    assert.deepEqual(shown(other)?.disk, { fields: ['rdx'], conflict: true });
  });
  it('is not lost by an edit that is taken back', async () => {
    const { editor, document, panel } = await open(newFile());
    await edit(panel, 'rcx', '1');
    const { restored, panel: other, again } = await restore(editor, document);
    const events: { undo?: () => Promise<void> }[] = [];
    restored.onDidEdit((event) => events.push(event as { undo?: () => Promise<void> }));
    await again.edit(restored, 0, 'rdx', '5');
    await events[0]?.undo?.();
    await shows(other, withField('rcx', '1'));
    // VS Code stands where the list began and takes that for the file; it is told that it is not.
    assert.equal(events.length, 2);
    assert.equal(events[1]?.undo, undefined);
  });
});

describe('A comparison', () => {
  withEnd();
  const memory = new Map<string, unknown>();
  const recent = new RecentCpus({
    keys: () => [...memory.keys()],
    get: (key: string) => memory.get(key) as never,
    update: (key: string, value: unknown) => Promise.resolve(void memory.set(key, value)),
  });
  const compare = async (uri: vscode.Uri, editor: VmsaEditor) => {
    const panel = new TestPanel();
    const comparison = new ComparisonEditor(io, EXTENSION, editor, recent);
    void comparison.resolveCustomEditor({ uri, dispose: () => undefined }, panel.panel);
    await until('it is shown', () => panel.view !== undefined);
    closing.push(() => panel.dispose());
    return panel;
  };
  it('with a file follows both, and edits that were not saved', async () => {
    const { editor, document, panel } = await open(newFile());
    const other = newFile(withField('rip', '1'));
    const at = { file: document.uri, page: 0 };
    const compared = await compare(comparisonUri(at, { file: other, page: 0 }), editor);
    const view = () => compared.viewOf('comparison')!;
    assert.equal(view().other.kind, 'file');
    await edit(panel, 'rdx', '9');
    await until('the edit is compared', () => Buffer.compare(view().bytes, withField('rdx', '9')) === 0);
    writeFileSync(other.fsPath, withField('rip', '2'));
    await until('the other file is read', () => {
      const { other: now } = view();
      return now.kind === 'file' && Buffer.compare(now.bytes, withField('rip', '2')) === 0;
    });
    assert.deepEqual(new Uint8Array(readFileSync(document.uri.fsPath)), PAGE);
  });
  it('with a generated page says which CPUs were chosen lately', async () => {
    const { editor, document } = await open(newFile());
    for (const model of [1, 17, 1]) await recent.add({ family: 25, model, stepping: 1 });
    const compared = await compare(comparisonUri({ file: document.uri, page: 0 }, REQUEST), editor);
    const { other } = compared.viewOf('comparison')!;
    assert.deepEqual(other.kind === 'generated' && [other.request, other.recent.map((cpu) => cpu.model)], [
      REQUEST,
      [1, 17],
    ]);
  });
  it('of a page that is not there says so', async () => {
    const { editor, document } = await open(newFile());
    const compared = await compare(comparisonUri({ file: document.uri, page: 3 }, REQUEST), editor);
    assert.match(compared.viewOf('notice')?.text ?? '', /there is no page 4/);
  });
});

describe('A diff editor', () => {
  withEnd();
  const run = (command: string, ...args: unknown[]) => vscode.commands.executeCommand(command, ...args);
  const activeTab = () => vscode.window.tabGroups.activeTabGroup.activeTab;
  afterEach(() => run('workbench.action.closeAllEditors'));

  it('of two pages shows two editors of ours, which know each other', async () => {
    const [a, b] = [newFile(), newFile(withField('rdx', '9'))];
    await run('vscode.diff', a, b);
    await until('it is open', () => activeTab()?.label.includes('↔') === true);
    assert.equal(activeTab()?.input, undefined, 'VS Code describes a diff of custom editors now');
    await until('its halves are compared', async () => {
      await run('sevscope.compareWithFile');
      const input = activeTab()?.input;
      return input instanceof vscode.TabInputCustom && input.viewType === 'sevscope.comparison';
    });
    const { uri } = activeTab()!.input as vscode.TabInputCustom;
    const { file, otherFile } = JSON.parse(uri.query) as Record<string, string>;
    assert.deepEqual([file, otherFile], [a.toString(), b.toString()]);
  });
  it('shows each half what the other has, and where its cursor is', async () => {
    const [a, b] = [newFile(), newFile()];
    await run('vscode.diff', a, b);
    await until('it is open', () => activeTab()?.label.includes('↔') === true);
    const { editor, panel: original } = await open(a);
    const { panel: modified } = await open(b, editor);
    assert.equal(shown(original)?.other?.side, 'modified');
    assert.equal(shown(modified)?.other?.side, 'original');
    await edit(modified, 'rdx', '9');
    await until('the other half has it', () => {
      const other = shown(original)?.other;
      return other !== undefined && Buffer.compare(other.bytes, withField('rdx', '9')) === 0;
    });
    assert.match(shown(original)?.readOnly ?? '', /left side of a comparison cannot be saved/);
    assert.equal(shown(modified)?.readOnly, undefined);
    original.send({ type: 'edit', field: 'rdx', value: '5' });
    const place = { name: 'rdx', offset: 0x310, size: 8 };
    original.send({ type: 'place', place });
    await until('it is selected there', () => modified.posted.at(-1)?.type === 'select');
    assert.deepEqual(modified.posted.at(-1), { type: 'select', place });
    assert.deepEqual(shown(original)?.bytes, PAGE);
    // Open by itself, too, it has a tab that shows and saves its changes.
    const alone = new TestPanel(vscode.ViewColumn.Two);
    editor.resolveCustomEditor(await editor.document(a), alone.panel);
    await edit(alone, 'rdx', '5');
    assert.equal(shown(original)?.readOnly, undefined);
  });
});
