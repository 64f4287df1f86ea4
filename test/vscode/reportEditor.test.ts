// The editor of attestation reports in VS Code: which files it opens, what it says of others, certificates beside a file, and the clipboard.

import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { ReportEditor } from '../../src/host/report/reportEditor';
import { ReportsEditor } from '../../src/host/report/reportsEditor';
import { makeEvidence, type EvidenceBytes } from '../helpers/evidence';
import { TestPanel } from '../helpers/panel';
import { response } from '../helpers/reportForms';
import { makeReport } from '../unit/core/report/reports';
import { closeEditors } from './closeEditors';
import { io } from './machine';
import { until } from './until';

let folder: string;
const { extensionUri } = vscode.extensions.getExtension('sevscope.sevscope')!;
const file = (name: string, content: Uint8Array | string) => {
  writeFileSync(join(folder, name), content);
  return vscode.Uri.file(join(folder, name));
};
const viewTypeOfTab = () => {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputCustom ? input.viewType : undefined;
};
async function show(uri: vscode.Uri): Promise<TestPanel> {
  const panel = new TestPanel();
  const editor = new ReportEditor(io, extensionUri);
  await editor.resolveCustomEditor({ uri, dispose: () => undefined }, panel.panel);
  return panel;
}
const outcomeOf = (panel: TestPanel, id: string) =>
  panel.viewOf('snpReport')?.verification?.steps.find(({ step }) => step === id)?.outcome;

describe('An attestation report in VS Code', () => {
  closeEditors();
  let evidence: EvidenceBytes;
  before(function () {
    // Keys of 4096 bits.
    this.timeout(240_000);
    folder = mkdtempSync(join(tmpdir(), 'sevscope-report-'));
    evidence = makeEvidence();
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('is opened by its name, and any file by the command', async () => {
    await vscode.commands.executeCommand('vscode.open', file('a.snpreport', makeReport('Genoa')));
    await until('it is open', () => viewTypeOfTab() === 'sevscope.snpReport');
    const hex = Buffer.from(makeReport('Turin')).toString('hex');
    await vscode.commands.executeCommand('sevscope.openAsReport', file('report.txt', hex));
    await until('the text is open', () => viewTypeOfTab() === 'sevscope.snpReport');
    await vscode.commands.executeCommand('vscode.open', file('report.bin', makeReport('Genoa')));
    await until('another editor opened it', () => viewTypeOfTab() !== 'sevscope.snpReport');
  });
  it('is opened from the clipboard, which keeps what is none', async () => {
    await vscode.env.clipboard.writeText(Buffer.from(makeReport('Genoa')).toString('base64'));
    await vscode.commands.executeCommand('sevscope.openPastedReport');
    await until('it is open', () => viewTypeOfTab() === 'sevscope.snpReport');
  });
  it('uses the certificates of its folder, also those that come later', async () => {
    const uri = file('guest.snpreport', evidence.report);
    const panel = await show(uri);
    await until('it is not verified', () => outcomeOf(panel, 'signature') === 'not-checked');
    assert.equal(panel.viewOf('snpReport')!.verification!.urls.length, 1);
    // VS Code tells nobody when it has begun to watch a folder.
    await new Promise((done) => setTimeout(done, 1000));
    file('ark.der', evidence.ark);
    file('ask.der', evidence.ask);
    file('vcek.der', evidence.leaf);
    await until('its signature is right', () => outcomeOf(panel, 'signature') === 'passed');
    assert.equal(outcomeOf(panel, 'chain'), 'passed');
    assert.equal(outcomeOf(panel, 'root'), 'failed');
    panel.dispose();
  });
  it('has its findings among the problems until it is closed', async () => {
    const rules = () => vscode.languages.getDiagnostics(uri).map(({ code }) => code);
    const uri = file('debug.snpreport', makeReport('Genoa', { policy: 0xb0000n }));
    await vscode.commands.executeCommand('vscode.open', uri);
    await until('DEBUG is a problem', () => rules().includes('report-policy-debug'));
    assert.match(vscode.languages.getDiagnostics(uri)[0]!.message, /^0x8: /);
    file('debug.snpreport', makeReport('Genoa'));
    await until('that is wrong no more', () => !rules().includes('report-policy-debug'));
    file('debug.snpreport', makeReport('Genoa', { vmpl: 9 }));
    await until('its VMPL is a problem', () => rules().includes('report-vmpl'));
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await until('it is closed', () => rules().length === 0);
  });
  it('is compared with another one, each with whether it is true', async () => {
    const [a, b] = [
      file('old.snpreport', evidence.report),
      file('new-report.bin', makeReport('Genoa', { policy: 0xb0000n })),
    ];
    await vscode.commands.executeCommand('sevscope.compareReports', a, [a, b]);
    await until('it is open', () => viewTypeOfTab() === 'sevscope.snpReports');
    const { uri } = vscode.window.tabGroups.activeTabGroup.activeTab!.input as vscode.TabInputCustom;
    const compare = async (of: vscode.Uri) => {
      const panel = new TestPanel();
      const editor = new ReportsEditor(io, extensionUri);
      await editor.resolveCustomEditor({ uri: of, dispose: () => undefined }, panel.panel);
      return panel;
    };
    const panel = await compare(uri);
    await until('both are known', () => panel.viewOf('snpReports')?.other.verified === false);
    const { name, bytes, other } = panel.viewOf('snpReports')!;
    assert.deepEqual([name, other.name], ['old.snpreport', 'new-report.bin']);
    assert.deepEqual(Buffer.from(bytes), Buffer.from(evidence.report));
    writeFileSync(b.fsPath, 'words');
    const none = await compare(uri);
    await until('it is said', () => none.viewOf('notice') !== undefined);
    assert.match(none.viewOf('notice')!.text, /^new-report\.bin is no attestation report\. It is text/);
    panel.dispose();
    none.dispose();
  });
  it('knows the other side of a diff, from wherever the files have their reports', async () => {
    const [a, b] = [
      file('left.snpreport', response(makeReport('Genoa'))),
      file('right.snpreport', makeReport('Genoa', { vmpl: 1 })),
    ];
    await vscode.commands.executeCommand('vscode.diff', a, b);
    await until('it is open', () =>
      (vscode.window.tabGroups.activeTabGroup.activeTab?.label ?? '').includes('↔'),
    );
    const editor = new ReportEditor(io, extensionUri);
    const [left, right] = [new TestPanel(), new TestPanel()];
    for (const [uri, panel] of [
      [a, left],
      [b, right],
    ] as const)
      await editor.resolveCustomEditor({ uri, dispose: () => undefined }, panel.panel);
    await until('both know', () =>
      [left, right].every((panel) => panel.viewOf('snpReport')?.other !== undefined),
    );
    assert.equal(left.viewOf('snpReport')!.other!.side, 'modified');
    assert.deepEqual(Buffer.from(right.viewOf('snpReport')!.other!.bytes), Buffer.from(makeReport('Genoa')));
    right.send({ type: 'place', place: { name: 'vmpl', offset: 0x30, size: 4 } });
    await until('it is selected there', () => left.posted.at(-1)?.type === 'select');
    assert.deepEqual(left.posted.at(-1), {
      type: 'select',
      place: { name: 'vmpl', offset: 0x50, size: 4 },
    });
    left.dispose();
    right.dispose();
  });
  it('is said to be none where it is none', async () => {
    const panel = await show(file('other.snpreport', 'words'));
    await until('it is said', () => panel.viewOf('notice') !== undefined);
    assert.equal(panel.viewOf('notice')!.title, 'other.snpreport is no attestation report');
    panel.dispose();
  });
});
