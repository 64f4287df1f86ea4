// Editing a page in a real VS Code: through its own commands for undo, save and revert, and against a plain model of
// a thousand random steps.

import { strict as assert } from 'node:assert';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { leaves, readLeaf } from '../../src/core/binary/struct';
import { exactText } from '../../src/core/binary/describe';
import { parseFieldValue, patchField, type Patch } from '../../src/core/vmsa/edit';
import { generateVmsa } from '../../src/core/vmsa/launch/generate';
import { VMSA, vmsaLeaf, type VmsaName } from '../../src/core/vmsa/layout/layout';
import { randomBytes, seeded } from '../helpers/random';
import { closeEditors } from './closeEditors';
import { until } from './until';

const PAGE = generateVmsa({
  profile: 'sev-es',
  role: 'bsp',
  cpu: { family: 25, model: 1, stepping: 1 },
}).bytes;

const run = (command: string, ...args: unknown[]) => vscode.commands.executeCommand(command, ...args);
let folder: string;
let count = 0;

/** A file of its own for each test, opened. */
async function openNew(bytes: Uint8Array = PAGE): Promise<vscode.Uri> {
  const uri = vscode.Uri.file(join(folder, `page${count++}.vmsa`));
  writeFileSync(uri.fsPath, bytes);
  await run('vscode.openWith', uri, 'sevscope.vmsa');
  await until('the editor is open', () => isDirty(uri) !== undefined);
  return uri;
}

function isDirty(uri: vscode.Uri): boolean | undefined {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  return tabs.find(
    ({ input }) => input instanceof vscode.TabInputCustom && input.uri.toString() === uri.toString(),
  )?.isDirty;
}

const onDisk = (uri: vscode.Uri) => new Uint8Array(readFileSync(uri.fsPath));
const fieldOf = (bytes: Uint8Array, name: VmsaName) => {
  const leaf = vmsaLeaf(name);
  return exactText(readLeaf(bytes, leaf), leaf.size);
};

/** The bytes in the editor, saved or not. */
async function live(uri: vscode.Uri): Promise<Uint8Array> {
  const target = vscode.Uri.file(join(folder, 'live.bin'));
  await run('sevscope.exportVmsa', uri, 'bin', target);
  return onDisk(target);
}

const dirty = (uri: vscode.Uri, is: boolean) =>
  until(`it is ${is ? 'changed' : 'saved'}`, () => isDirty(uri) === is);
const value = (uri: vscode.Uri, name: VmsaName, text: string) =>
  until(`${name} is ${text}`, async () => fieldOf(await live(uri), name) === text);

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'sevscope-editing-'));
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('A field of a page', () => {
  closeEditors();
  it('is changed, taken back, changed again and saved', async () => {
    const uri = await openNew();
    await run('sevscope.setField', uri, 'rdx', '0x800f12');
    await dirty(uri, true);
    await value(uri, 'rdx', '0x0000000000800f12');
    assert.deepEqual(onDisk(uri), PAGE);
    await run('undo');
    await dirty(uri, false);
    await value(uri, 'rdx', '0x0000000000a00f11');
    await run('redo');
    await dirty(uri, true);
    await run('workbench.action.files.save');
    await dirty(uri, false);
    assert.equal(fieldOf(onDisk(uri), 'rdx'), '0x0000000000800f12');
    const expected = PAGE.slice();
    expected.set([0x12, 0x0f, 0x80], 0x310);
    assert.deepEqual(onDisk(uri), expected);
  });
  it('goes back to the file with revert', async () => {
    const uri = await openNew();
    await run('sevscope.setField', uri, 'rip', '0x1234');
    await run('sevscope.setField', uri, 'rdx', '1');
    await dirty(uri, true);
    await run('workbench.action.files.revert');
    await dirty(uri, false);
    await value(uri, 'rip', '0x000000000000fff0');
    await value(uri, 'rdx', '0x0000000000a00f11');
  });
  it('keeps what it has when the value is none, or it does not exist', async () => {
    const uri = await openNew();
    void run('sevscope.setField', uri, 'rdx', 'no number');
    void run('sevscope.setField', uri, 'nonsense', '1');
    void run('sevscope.setField', uri, 'rdx', '1', 7);
    void run('sevscope.setField', uri, 'rdx', '0xa00f11');
    await run('sevscope.setField', uri, 'rcx', '5');
    await dirty(uri, true);
    await run('undo');
    await dirty(uri, false);
    assert.deepEqual(await live(uri), PAGE);
  });
  it('is never taken for saved when it is not: an edit after undoing what was saved', async () => {
    const uri = await openNew();
    await run('sevscope.setField', uri, 'rdx', '1');
    await run('workbench.action.files.save');
    await dirty(uri, false);
    await run('undo');
    await dirty(uri, true);
    await run('sevscope.setField', uri, 'rdx', '2');
    await value(uri, 'rdx', '0x0000000000000002');
    await new Promise((done) => setTimeout(done, 500));
    assert.equal(isDirty(uri), true);
    await run('workbench.action.files.save');
    await dirty(uri, false);
    assert.equal(fieldOf(onDisk(uri), 'rdx'), '0x0000000000000002');
  });
});

describe('Undo after a revert', () => {
  closeEditors();
  it('works also when a new edit replaced those that were saved', async () => {
    const uri = await openNew();
    for (const value of ['1', '2', '3']) await run('sevscope.setField', uri, 'rdx', value);
    await run('workbench.action.files.save');
    await dirty(uri, false);
    for (let i = 0; i < 3; i++) await run('undo');
    await value(uri, 'rdx', '0x0000000000a00f11');
    await run('sevscope.setField', uri, 'rdx', '4');
    await value(uri, 'rdx', '0x0000000000000004');
    await run('workbench.action.files.revert');
    await dirty(uri, false);
    await value(uri, 'rdx', '0x0000000000000003');
    await run('sevscope.setField', uri, 'rdx', '5');
    await value(uri, 'rdx', '0x0000000000000005');
    await dirty(uri, true);
    await run('undo');
    await dirty(uri, false);
    await value(uri, 'rdx', '0x0000000000000003');
  });
});

describe('A file that is written by somebody else while it is edited', () => {
  closeEditors();
  it('is taken when the person chooses so, and nothing is left to save', async () => {
    const uri = await openNew();
    await run('sevscope.setField', uri, 'rcx', '1');
    await dirty(uri, true);
    const theirs = PAGE.slice();
    theirs[0x310] = 0x12;
    writeFileSync(uri.fsPath, theirs);
    await run('workbench.action.files.revert');
    await dirty(uri, false);
    await value(uri, 'rdx', '0x0000000000a00f12');
    await value(uri, 'rcx', '0x0000000000000000');
  });
  it('is read without a mark when nothing was edited, and undo changes one field, not the file', async () => {
    const uri = await openNew();
    await run('sevscope.setField', uri, 'rcx', '1');
    await run('workbench.action.files.save');
    await dirty(uri, false);
    const theirs = onDisk(uri);
    theirs[0x310] = 0x12;
    writeFileSync(uri.fsPath, theirs);
    await value(uri, 'rdx', '0x0000000000a00f12');
    assert.equal(isDirty(uri), false);
    await run('undo');
    await dirty(uri, true);
    await value(uri, 'rcx', '0x0000000000000000');
    await value(uri, 'rdx', '0x0000000000a00f12');
    await run('redo');
    await dirty(uri, false);
  });
});

describe('Changes', () => {
  closeEditors();
  it('are kept when the editor is closed and opened in another group meanwhile', async () => {
    const uri = await openNew();
    await run('sevscope.setField', uri, 'rcx', '1');
    await dirty(uri, true);
    await run('workbench.action.splitEditor');
    await until('there are two', () => vscode.window.tabGroups.all.length === 2);
    await run('workbench.action.closeActiveEditor');
    await dirty(uri, true);
    await value(uri, 'rcx', '0x0000000000000001');
  });
});

/** What VS Code keeps of edits, in plain words: a list of patches, where it stands, where it was saved. */
class Model {
  private edits: (Patch | undefined)[] = [];
  private at = -1;
  private savedAt = -1;
  private past = 0;
  private future = 0;
  /** The place of the last save can be reached by undo and redo. */
  private reachable = true;
  saved: Uint8Array;

  constructor(public bytes: Uint8Array) {
    this.saved = bytes.slice();
  }

  edit(patch: Patch): void {
    if (this.at < this.savedAt) this.reachable = false;
    this.push(patch);
    this.bytes.set(patch.after, patch.offset);
  }
  private push(patch: Patch | undefined): void {
    this.edits.splice(this.at + 1);
    this.at = this.edits.push(patch) - 1;
    this.past++;
    this.future = 0;
  }
  undo(): void {
    if (this.past === 0) return;
    this.past--;
    this.future++;
    if (this.at < 0) return;
    const patch = this.edits[this.at--];
    if (patch) this.bytes.set(patch.before, patch.offset);
  }
  redo(): void {
    if (this.future === 0) return;
    this.past++;
    this.future--;
    if (this.at >= this.edits.length - 1) return;
    const patch = this.edits[++this.at];
    if (patch) this.bytes.set(patch.after, patch.offset);
  }
  save(): void {
    if (this.mustBeClean) return;
    this.saved = this.bytes.slice();
    this.savedAt = this.at;
    this.reachable = true;
  }
  revert(): void {
    if (this.mustBeClean) return;
    this.bytes = this.saved.slice();
    this.at = this.savedAt;
    this.edits.splice(this.at + 1);
    while (this.edits.length <= this.savedAt) this.push(undefined);
    this.reachable = true;
  }
  get differs(): boolean {
    return Buffer.compare(this.bytes, this.saved) !== 0;
  }
  /** Nothing was done since the last save, or all of it was taken back. */
  get mustBeClean(): boolean {
    return this.reachable && this.at === this.savedAt && !this.differs;
  }
}

describe('A thousand random steps', () => {
  closeEditors();
  it('leave the bytes, the mark and the file that a plain model has', async function () {
    this.timeout(240_000);
    const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
    const random = seeded(seed);
    const uri = await openNew();
    const model = new Model(PAGE.slice());
    const all = leaves(VMSA);
    const history: string[] = [];
    try {
      for (let step = 0; step < 1000; step++) {
        const choice = random(100);
        if (choice < 45) {
          const leaf = all[random(all.length)]!;
          const bytes = randomBytes(random, leaf.size);
          const text = exactText(readLeaf(bytes, { ...leaf, offset: 0 }), leaf.size);
          history.push(`${leaf.path} = ${text}`);
          const patch = patchField(model.bytes, leaf, parseFieldValue(leaf, text));
          if (patch) model.edit(patch);
          await run('sevscope.setField', uri, leaf.path, text);
        } else if (choice < 70) {
          history.push('undo');
          model.undo();
          await run('undo');
        } else if (choice < 88) {
          history.push('redo');
          model.redo();
          await run('redo');
        } else if (choice < 95) {
          history.push('save');
          model.save();
          await run('workbench.action.files.save');
          await dirty(uri, false);
          assert.deepEqual(onDisk(uri), model.saved);
        } else {
          history.push('revert');
          model.revert();
          await run('workbench.action.files.revert');
        }
        await until(
          'the bytes are those of the model',
          async () => Buffer.compare(await live(uri), model.bytes) === 0,
        );
        if (model.differs) await dirty(uri, true);
        else if (model.mustBeClean) await dirty(uri, false);
        assert.deepEqual(onDisk(uri), model.saved);
      }
    } catch (error) {
      console.log(`seed ${seed}, ${history.length} steps, the last ${history.slice(-12).join('; ')}`);
      (error as Error).message += ` (seed ${seed}, step ${history.length}: ${history.slice(-12).join('; ')})`;
      throw error;
    }
  });
});
