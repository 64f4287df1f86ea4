// Why a launch does not match, in the extension host: what the page is told, what of it is kept, that a search ends at once when it
// is stopped, how the launch file is changed, and that no key is in any of it.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { ExplainResult } from '../../src/core/explain/explanation';
import type { Report } from '../../src/core/launch/report';
import { writeSample } from '../../src/app/sample';
import { SAMPLE } from '../../src/app/sampleNames';
import { ReportEditor } from '../../src/host/launch/reportEditor';
import { reportUri } from '../../src/host/launch/reportSource';
import { ReportStore } from '../../src/host/launch/reportStore';
import type { ExplanationState } from '../../src/protocol/launch';
import { TestPanel } from '../helpers/panel';
import { closeEditors } from './closeEditors';
import { connectionsOf, memory } from './domainsView';
import { until } from './until';
import { io } from './machine';
import { promptly } from '../helpers/promptly';

const { extensionUri } = vscode.extensions.getExtension('sevscope.sevscope')!;

let folder: string;
const fileOf = (name: string) => vscode.Uri.file(join(folder, name));
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sevscope-explain-'));
  await writeSample(io, folder);
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Opens a report in a panel of the test. */
async function openReport(uri: vscode.Uri, store = new ReportStore(memory())) {
  const panel = new TestPanel();
  const editor = new ReportEditor(io, extensionUri, {
    store,
    connections: connectionsOf(),
    mayConnect: () => Promise.resolve(false),
    onVerdict: () => undefined,
  });
  await editor.resolveCustomEditor({ uri, dispose: () => undefined }, panel.panel);
  await until(
    'its first check has ended',
    () => (panel.viewOf('report') ?? panel.viewOf('notice')) !== undefined,
  );
  return { panel, editor };
}
const stateOf = (panel: TestPanel): ExplanationState | undefined => panel.viewOf('report')?.explanation;

/** Waits until a search has ended. */
async function ended(panel: TestPanel): Promise<ExplanationState> {
  await until('the search has ended', () => (stateOf(panel) ?? { kind: 'searching' }).kind !== 'searching');
  return stateOf(panel)!;
}
async function found(panel: TestPanel) {
  const state = await ended(panel);
  assert.equal(state.kind, 'found', JSON.stringify(state));
  return state;
}

/** A launch of the sample with other fields. @returns its file */
function writeLaunch(name: string, change: (fields: Record<string, unknown>) => object): vscode.Uri {
  const text = readFileSync(join(folder, SAMPLE.sevEsMismatch), 'utf8');
  const fields = JSON.parse(text) as Record<string, unknown>;
  writeFileSync(join(folder, name), JSON.stringify({ ...fields, ...change(fields) }, null, 2));
  return fileOf(name);
}
const unexplained = () =>
  writeLaunch('nothing.sevlaunch.json', ({ launch }) => ({
    launch: { ...(launch as object), measurement: Buffer.alloc(48, 0x5a).toString('base64') },
  }));

describe('A mismatch', () => {
  closeEditors();
  it('is explained when somebody asks, and stays one', async () => {
    const { panel } = await openReport(reportUri({ file: fileOf(SAMPLE.sevEsMismatch) }));
    assert.equal(stateOf(panel), undefined);
    panel.send({ type: 'action', action: 'explain' });
    const { result, changeable } = await found(panel);
    assert.equal(result.outcome, 'explained');
    assert.equal(changeable.length, result.explanations.length);
    assert.equal(changeable[0], true);
    assert.equal(panel.viewOf('report')?.report.verdict, 'does not match');
    panel.send({ type: 'action', action: 'copyReport' });
    await until('it is copied with the report', async () => {
      const text = await vscode.env.clipboard.readText();
      return text.includes(': does not match\n') && text.includes('\n## Why it does not match\n');
    });
    panel.send({ type: 'action', action: 'copyReportJson' });
    await until('it is copied as JSON', async () => {
      const text = await vscode.env.clipboard.readText();
      return (
        text.startsWith('{') &&
        JSON.stringify((JSON.parse(text) as object)['explanation' as never]) === JSON.stringify(result)
      );
    });
    panel.dispose();
  });

  it('is explained at once when the command asks for it, also in a report that is open', async () => {
    const uri = reportUri({ file: fileOf(SAMPLE.sevEsMismatch) });
    const { panel, editor } = await openReport(uri);
    await editor.start(uri, true);
    assert.equal((await found(panel)).result.outcome, 'explained');
    await editor.start(uri);
    assert.equal(stateOf(panel), undefined, 'another check knows nothing of it');
    panel.dispose();
  });

  it('that is none is not explained', async () => {
    const uri = reportUri({ file: fileOf(SAMPLE.sevEsMatches) });
    const { panel, editor } = await openReport(uri);
    await editor.start(uri, true);
    assert.equal(panel.viewOf('report')?.report.verdict, 'matches');
    assert.equal(stateOf(panel), undefined);
    panel.dispose();
  });

  it('is explained by the command with a file, which opens the report', async () => {
    await vscode.commands.executeCommand('sevscope.explainMismatch', fileOf(SAMPLE.sevEsMismatch));
    const { input } = vscode.window.tabGroups.activeTabGroup.activeTab!;
    assert.ok(input instanceof vscode.TabInputCustom && input.viewType === ReportEditor.viewType);
  });
});

describe('A search', () => {
  closeEditors();
  it('tells how far it is, and is stopped soon', async () => {
    const { panel } = await openReport(reportUri({ file: unexplained() }));
    panel.send({ type: 'action', action: 'explain' });
    await until('it has begun', () => {
      const state = stateOf(panel);
      return state?.kind === 'searching' && state.progress?.kind === 'trying' && state.progress.tried > 0;
    });
    const assertPrompt = promptly(250);
    panel.send({ type: 'action', action: 'cancelExplain' });
    const state = await ended(panel);
    assertPrompt();
    assert.deepEqual([state.kind, 'text' in state && state.text.includes('cancelled')], ['ended', true]);
    const { length } = panel.posted;
    await new Promise((done) => setTimeout(done, 300));
    assert.equal(panel.posted.length, length, 'nothing comes after it');
    panel.dispose();
  });

  it('ends with its report, and with another check', async () => {
    const { panel } = await openReport(reportUri({ file: unexplained() }));
    panel.send({ type: 'action', action: 'explain' });
    await until('it has begun', () => stateOf(panel)?.kind === 'searching');
    panel.send({ type: 'action', action: 'runAgain' });
    await until('there is a verdict', () => panel.viewOf('report') !== undefined && !stateOf(panel));
    panel.send({ type: 'action', action: 'explain' });
    await until('it has begun', () => stateOf(panel)?.kind === 'searching');
    const { length } = panel.posted;
    panel.dispose();
    await new Promise((done) => setTimeout(done, 300));
    assert.equal(panel.posted.length, length, 'nothing is posted to a page that is gone');
  });

  it('says what is wrong with inputs that have gone meanwhile', async () => {
    writeFileSync(join(folder, 'gone.vmsa'), readFileSync(join(folder, 'vcpu0-wrong.vmsa')));
    const file = writeLaunch('gone.sevlaunch.json', () => ({ vmsa: { bsp: 'gone.vmsa' } }));
    const { panel } = await openReport(reportUri({ file }));
    rmSync(join(folder, 'gone.vmsa'));
    panel.send({ type: 'action', action: 'explain' });
    const state = await ended(panel);
    assert.match('text' in state ? state.text : '', /gone\.vmsa cannot be read/);
    panel.dispose();
  });
});

describe('A launch file', () => {
  closeEditors();
  it('is changed as an explanation says, unsaved, with undo; then it matches', async () => {
    const file = writeLaunch('edited.sevlaunch.json', () => ({}));
    const before = readFileSync(file.fsPath, 'utf8');
    const { panel } = await openReport(reportUri({ file }));
    panel.send({ type: 'action', action: 'explain' });
    await found(panel);
    panel.send({ type: 'changeLaunch', explanation: 0 });
    await until('it is changed', async () => (await found(panel)).changed === 0);
    const document = await vscode.workspace.openTextDocument(file);
    assert.ok(document.isDirty);
    assert.notEqual(document.getText(), before);
    assert.equal(readFileSync(file.fsPath, 'utf8'), before);
    const editor = vscode.window.activeTextEditor!;
    assert.equal(editor.document.uri.toString(), file.toString());
    assert.equal(document.getText(editor.selection), '"cpu": "EPYC-Milan"', 'what is new is selected');
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), before);
    await vscode.commands.executeCommand('redo');
    assert.equal(panel.viewOf('report')?.report.verdict, 'does not match');
    panel.send({ type: 'action', action: 'runAgain' });
    await until('it matches', () => panel.viewOf('report')?.report.verdict === 'matches');
    await vscode.commands.executeCommand('workbench.action.files.revert');
    panel.dispose();
  });

  it('is left alone when there is no such explanation', async () => {
    const file = fileOf(SAMPLE.sevEsMismatch);
    const { panel } = await openReport(reportUri({ file }));
    panel.send({ type: 'changeLaunch', explanation: 0 });
    panel.send({ type: 'action', action: 'explain' });
    await found(panel);
    panel.send({ type: 'changeLaunch', explanation: 1000 });
    await new Promise((done) => setTimeout(done, 300));
    assert.equal((await vscode.workspace.openTextDocument(file)).isDirty, false);
    panel.dispose();
  });
});

const RESULT: ExplainResult = {
  title: 'guest',
  outcome: 'not explained',
  summary: 'Nothing matches among 2 hypotheses.',
  explanations: [],
  hypotheses: 2,
  covered: [],
  remains: [],
};
const REPORT: Report = {
  title: 'guest',
  mode: 'SEV',
  verdict: 'does not match',
  summary: 'It does not match.',
  facts: [],
  steps: [],
  warnings: [],
  rules: [],
};

describe('The report of a domain after a reload', () => {
  closeEditors();
  const uri = () =>
    reportUri({
      file: fileOf(SAMPLE.sevEsMismatch),
      target: { uri: 'test:///default', domain: '6695eb01-f6a4-8304-79aa-97f2502e193f', name: 'test' },
    });
  const made = '2026-01-02T03:04:05.000Z';
  const kept: ExplanationState = { kind: 'found', result: RESULT, changeable: [], searchedFolder: false };

  it('has what was found', async () => {
    const store = new ReportStore(memory());
    await store.keep(uri(), { report: REPORT, made, explanation: kept });
    const { panel } = await openReport(uri(), store);
    assert.deepEqual(stateOf(panel), kept);
    panel.send({ type: 'action', action: 'explainFolder' });
    await new Promise((done) => setTimeout(done, 300));
    assert.deepEqual(stateOf(panel), kept, 'a search that cannot begin takes nothing away');
    panel.dispose();
  });
  const odd: unknown[] = [
    5,
    {},
    { ...kept, kind: 'searching' },
    { ...kept, result: { ...RESULT, covered: 1 } },
  ];
  for (const explanation of odd) {
    it(`shows nothing that another version kept: ${JSON.stringify(explanation).slice(0, 40)}`, () => {
      const stored = { [uri().toString()]: { report: REPORT, made, explanation } };
      assert.deepEqual(new ReportStore(memory({ 'sevscope.reports': stored })).find(uri()), {
        report: REPORT,
        made,
      });
    });
  }
  it('asks for another check, as what was checked is not kept', async () => {
    const store = new ReportStore(memory());
    await store.keep(uri(), { report: REPORT, made });
    const { panel } = await openReport(uri(), store);
    panel.send({ type: 'action', action: 'explain' });
    const state = await ended(panel);
    assert.match('text' in state ? state.text : '', /Check again, then ask why/);
    panel.dispose();
  });
});

describe('Keys', () => {
  closeEditors();
  it('are in nothing that an explanation shows or copies', async () => {
    const canary = Buffer.from('CANARY-TIK-16-B!');
    writeFileSync(join(folder, 'canary.bin'), canary);
    const file = writeLaunch('canary.sevlaunch.json', () => ({
      keys: { tik: 'canary.bin', tek: 'sample_tik.bin' },
    }));
    const { panel } = await openReport(reportUri({ file }));
    panel.send({ type: 'action', action: 'explain' });
    const { result } = await found(panel);
    panel.send({ type: 'action', action: 'copyReportJson' });
    await until('it is copied', async () => (await vscode.env.clipboard.readText()).startsWith('{'));
    const said = [
      JSON.stringify(panel.posted),
      JSON.stringify(result),
      await vscode.env.clipboard.readText(),
    ].join();
    for (const key of [canary, readFileSync(join(folder, 'sample_tik.bin'))])
      for (const form of ['hex', 'base64', 'latin1'] as const)
        assert.ok(!said.includes(key.toString(form)), `a key is in it as ${form}`);
    panel.dispose();
  });
});
