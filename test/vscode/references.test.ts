// Reference values in the extension host: what the page is told, that a new question ends what was computed for the old one, that Cancel does, that
// what is shown survives a page that is loaded again, and that closing the tab ends its thread.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Io, Thread } from '../../src/app/io';
import { NO_REFERENCES, type ReferenceQuestion } from '../../src/core/check/referenceQuestion';
import { buildOvmf } from '../../src/core/ovmf/build';
import { ReferenceEditor } from '../../src/host/references/referenceEditor';
import { fromCommand, fromFile, questionIn, referencesUri } from '../../src/host/references/referenceSource';
import { PREVIEW } from '../../src/protocol/references';
import { TestPanel } from '../helpers/panel';
import { closeEditors } from './closeEditors';
import { io } from './machine';
import { until } from './until';

const { extensionUri } = vscode.extensions.getExtension('sevscope.sevscope')!;

let folder: string;
let asked: ReferenceQuestion;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'sevscope-references-'));
  writeFileSync(join(folder, 'OVMF.fd'), buildOvmf({ size: 0x20000 }));
  writeFileSync(join(folder, 'kernel'), 'fake vmlinuz\n');
  asked = { ...NO_REFERENCES, firmware: join(folder, 'OVMF.fd'), cpus: 'EPYC-v4' };
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Threads that run. */
let running = 0;
const counting: Io = {
  ...io,
  thread: (...args) => {
    running++;
    const thread = io.thread(...args);
    let isOver = false;
    const terminate: Thread['terminate'] = async () => {
      if (!isOver) running--;
      isOver = true;
      await thread.terminate();
    };
    return { hear: thread.hear.bind(thread), post: thread.post.bind(thread), terminate };
  },
};

async function open(question: ReferenceQuestion) {
  const panel = new TestPanel();
  const editor = new ReferenceEditor(counting, extensionUri);
  const uri = referencesUri({ title: 'a', question, noted: [] });
  await editor.resolveCustomEditor({ uri, dispose: () => undefined }, panel.panel);
  return panel;
}
const stateOf = (panel: TestPanel) => panel.viewOf('references');
const isNow = (panel: TestPanel, kind: string) =>
  until(`the page is ${kind}`, () => stateOf(panel)?.progress.kind === kind);
/** Takes days: no launch goes on from another one. */
const endless = (): ReferenceQuestion => ({
  ...asked,
  ...{ kernel: join(folder, 'kernel'), cmdline: 'nr_cpus={vcpus}', vcpus: '1-4096', cpus: 'all' },
});

describe('The page of reference values', () => {
  it('has its question in its address', () => {
    const named = { title: "a 'b' 100% ü #?", question: endless(), noted: [] };
    assert.deepEqual(questionIn(vscode.Uri.parse(referencesUri(named).toString(), true)), named);
    const bad = vscode.Uri.from({ scheme: 'sevscope-references', path: '/a', query: '{"title":"a"}' });
    assert.throws(() => questionIn(bad), { code: 'bad-editor-uri' });
  });

  it('is shown the first rows and all that is known, also when it is loaded again', async () => {
    const panel = await open({ ...asked, vcpus: '1-512', cpus: 'EPYC-v4,EPYC,EPYC-Milan' });
    await isNow(panel, 'computed');
    const state = stateOf(panel)!;
    assert.equal(state.preview.rows.length, PREVIEW);
    // Two of the CPUs have one signature.
    assert.deepEqual(state.progress, { kind: 'computed', total: 1536, distinct: 1024 });
    const before = panel.posted.length;
    panel.send({ type: 'ready' });
    await until('it is shown again', () => panel.posted.length > before);
    assert.deepEqual(stateOf(panel), state);
    panel.dispose();
    await until('its thread has ended', () => running === 0);
  });

  it('computes another question in place of the one that runs', async () => {
    const panel = await open(endless());
    await until('there are rows', () => (stateOf(panel)?.preview.rows.length ?? 0) > 0);
    panel.send({ type: 'ask', question: { ...asked, vcpus: '2' } });
    await isNow(panel, 'computed');
    assert.equal(running, 1);
    assert.deepEqual(
      stateOf(panel)?.preview.rows.map(({ vcpus }) => vcpus),
      [2],
    );
    panel.dispose();
    await until('its thread has ended', () => running === 0);
  });

  it('is cancelled, keeps what it shows, and is computed when that is asked for', async () => {
    const panel = await open(endless());
    await until('there are rows', () => (stateOf(panel)?.preview.rows.length ?? 0) > 0);
    panel.send({ type: 'action', action: 'cancelReferences' });
    await isNow(panel, 'stopped');
    assert.equal(running, 0);
    const { progress, preview } = stateOf(panel)!;
    assert.ok(progress.kind === 'stopped' && progress.done >= preview.rows.length);
    panel.send({ type: 'action', action: 'computeReferences', question: asked });
    await isNow(panel, 'computed');
    panel.dispose();
  });

  it('says which input is wrong', async () => {
    const panel = await open({ ...asked, kernel: join(folder, 'no kernel') });
    await isNow(panel, 'failed');
    const { progress } = stateOf(panel)!;
    assert.ok(progress.kind === 'failed');
    assert.equal(progress.input, 'kernel');
    assert.equal(running, 0);
    panel.dispose();
  });

  it('copies the text of the form', async () => {
    const panel = await open({ ...asked, format: 'hex', vcpus: '1,3' });
    await isNow(panel, 'computed');
    await vscode.env.clipboard.writeText('');
    panel.send({ type: 'action', action: 'copyReferences' });
    let copied = '';
    const read = async () => (copied = await vscode.env.clipboard.readText());
    await until('it is in the clipboard', () => (void read(), copied !== ''));
    assert.equal(
      copied,
      `${stateOf(panel)!
        .preview.rows.map(({ digest }) => digest)
        .join('\n')}\n`,
    );
    panel.dispose();
  });
});

describe('A question about reference values', () => {
  closeEditors();
  it('is filled in from a launch file as its editor has it', async () => {
    const file = vscode.Uri.file(join(folder, 'a.sevlaunch.json'));
    writeFileSync(file.fsPath, '{"technology":"snp","firmware":"OVMF.fd","vcpus":2,"cpu":"EPYC-Genoa"}');
    const document = await vscode.workspace.openTextDocument(file);
    const edit = new vscode.WorkspaceEdit();
    edit.replace(file, new vscode.Range(0, 0, 1, 0), document.getText().replace('2', '16'));
    await vscode.workspace.applyEdit(edit);
    const { question } = await fromFile(io, file);
    assert.deepEqual(question, { ...asked, vcpus: '16', cpus: 'EPYC-Genoa' });
    await vscode.window.showTextDocument(document);
  });
  it('is none of plain SEV', async () => {
    const file = vscode.Uri.file(join(folder, 'sev.sevlaunch.json'));
    writeFileSync(file.fsPath, '{"technology":"sev","firmware":"OVMF.fd"}');
    await assert.rejects(async () => fromFile(io, file), { code: 'no-references-of-sev' });
    const line = 'qemu -object sev-guest,id=s,policy=1 -machine confidential-guest-support=s';
    await assert.rejects(fromCommand(io, line), { code: 'no-references-of-sev' });
  });
  it('opens its page by the command', async () => {
    const line = `qemu -object sev-snp-guest,id=s -machine confidential-guest-support=s -bios ${asked.firmware} -smp 5`;
    await vscode.commands.executeCommand('sevscope.referenceValues', line);
    const { activeTab } = vscode.window.tabGroups.activeTabGroup;
    assert.equal(activeTab?.label, 'a pasted launch: Reference Values');
    assert.ok(activeTab.input instanceof vscode.TabInputCustom);
    assert.equal(activeTab.input.viewType, 'sevscope.references');
    assert.equal(questionIn(activeTab.input.uri).question.vcpus, '5');
  });
});
