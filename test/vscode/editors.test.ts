// Editors and commands in a real extension host: each kind of file opens in its editor, and each command does its
// job when it is called with its answers.

import { strict as assert } from 'node:assert';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { generateVmsa, type VmsaRequest } from '../../src/core/vmsa/launch/generate';
import { runRecorded } from '../../src/host/launch/checks';
import { reportUri } from '../../src/host/launch/reportSource';
import { CheckError } from '../../src/core/errors';
import { SAMPLE } from '../../src/app/sampleNames';
import { useFolder } from '../helpers/folder';
import { closeEditors } from './closeEditors';
import { io } from './machine';

const MILAN = { family: 25, model: 1, stepping: 1 };
const BSP: VmsaRequest = { profile: 'sev-es', role: 'bsp', cpu: MILAN };

let folder: string;
const file = (name: string) => vscode.Uri.file(join(folder, name));
const run = (command: string, ...args: unknown[]) => vscode.commands.executeCommand(command, ...args);

/** Waits until the active tab is a custom editor of this type. @returns its URI and label */
async function activeEditor(viewType: string): Promise<{ uri: vscode.Uri; label: string }> {
  for (let i = 0; i < 100; i++) {
    const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
    if (tab?.input instanceof vscode.TabInputCustom && tab.input.viewType === viewType) {
      return { uri: tab.input.uri, label: tab.label };
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`no editor ${viewType} became active`);
}

/** Each suite starts with the sample. A hook outside of them would start the extension before any test. */
const withSample = () => {
  closeEditors();
  useFolder(async (made) => {
    folder = made;
    await run('sevscope.createSample', vscode.Uri.file(folder));
  });
};

describe('Files open by default in', () => {
  withSample();
  const cases: [string, string][] = [
    ['OVMF.sample.fd', 'sevscope.ovmf'],
    ['vcpu0.vmsa', 'sevscope.vmsa'],
    ['guest-vmsa-0.bin', 'sevscope.vmsa'],
  ];
  for (const [name, viewType] of cases) {
    it(`${name}: ${viewType}`, async () => {
      if (name.endsWith('.bin')) writeFileSync(join(folder, name), generateVmsa(BSP).bytes);
      await run('vscode.open', file(name));
      assert.equal((await activeEditor(viewType)).uri.toString(), file(name).toString());
    });
  }
  it('the editor that a command asks for', async () => {
    await run('sevscope.openAsOvmf', file('vcpu0.vmsa'));
    await activeEditor('sevscope.ovmf');
    await run('sevscope.openAsVmsa', file('OVMF.sample.fd'));
    await activeEditor('sevscope.vmsa');
  });
});

describe('Commands', () => {
  withSample();
  it('generate a page that is the one of the core, and open it', async () => {
    const target = file('generated.vmsa');
    const request: VmsaRequest = { profile: 'sev-es-init2', role: 'ap', cpu: MILAN, resetAddress: 0x80b004 };
    await run('sevscope.generateVmsa', target, request);
    assert.deepEqual(new Uint8Array(readFileSync(target.fsPath)), generateVmsa(request).bytes);
    assert.equal((await activeEditor('sevscope.vmsa')).uri.toString(), target.toString());
  });
  it('compare a page with the generated one, on a URI that says both', async () => {
    await run('sevscope.compareWithGenerated', file('vcpu0-wrong.vmsa'), BSP);
    const { uri, label } = await activeEditor('sevscope.comparison');
    const said = JSON.parse(uri.query) as { file: string; request: VmsaRequest };
    assert.equal(said.file, file('vcpu0-wrong.vmsa').toString());
    assert.deepEqual(said.request, BSP);
    assert.match(label, /vcpu0-wrong\.vmsa/);
  });
  it('validate a launch file and open its report', async () => {
    await run('sevscope.validateLaunch', file(SAMPLE.sevEsMatches));
    const { uri } = await activeEditor('sevscope.report');
    assert.equal(uri.toString(), reportUri({ file: file(SAMPLE.sevEsMatches) }).toString());
  });
  it('validate the launch file of the active text editor', async () => {
    await vscode.window.showTextDocument(file(SAMPLE.sevEsMismatch));
    await run('sevscope.validateLaunch');
    await activeEditor('sevscope.report');
  });
});

describe('Editors on our own addresses', () => {
  withSample();
  for (const viewType of ['sevscope.comparison', 'sevscope.report']) {
    it(`open for ${viewType} even when the address was made by hand`, async () => {
      const scheme = viewType === 'sevscope.report' ? 'sevscope-report' : 'sevscope-compare';
      await run(
        'vscode.openWith',
        vscode.Uri.from({ scheme, path: '/nothing', query: 'no query of ours' }),
        viewType,
      );
      assert.equal((await activeEditor(viewType)).uri.scheme, scheme);
    });
  }
  it('are not confused by what a menu passes after the file', async () => {
    void run('sevscope.compareWithGenerated', file('vcpu0.vmsa'), { groupId: 0 });
    await new Promise((done) => setTimeout(done, 1000));
    await run('workbench.action.acceptSelectedQuickOpenItem');
    const { uri } = await activeEditor('sevscope.comparison');
    assert.deepEqual((JSON.parse(uri.query) as { request: VmsaRequest }).request, BSP);
  });
});

describe('A launch file', () => {
  withSample();
  const verdictOf = async (uri: vscode.Uri) => (await runRecorded(io, uri, {})).report.verdict;

  it('gives the same verdicts as on the command line', async () => {
    assert.equal(await verdictOf(file(SAMPLE.sevEsMatches)), 'matches');
    assert.equal(await verdictOf(file(SAMPLE.sevEsMismatch)), 'does not match');
  });
  it('is checked as it stands in its editor, saved or not', async () => {
    const document = await vscode.workspace.openTextDocument(file(SAMPLE.sevEsMismatch));
    const edit = new vscode.WorkspaceEdit();
    const at = document.getText().indexOf('vcpu0-wrong.vmsa');
    edit.replace(
      document.uri,
      new vscode.Range(document.positionAt(at), document.positionAt(at + 16)),
      'vcpu0.vmsa',
    );
    await vscode.workspace.applyEdit(edit);
    assert.equal(await verdictOf(document.uri), 'matches');
    await vscode.window.showTextDocument(document);
    await run('workbench.action.files.revert');
  });
  it('gets problems from its schema while it is typed', async () => {
    const path = join(folder, 'wrong.sevlaunch.json');
    writeFileSync(path, JSON.stringify({ firmware: 1, keys: {}, launch: {}, nonsense: true }));
    await vscode.window.showTextDocument(vscode.Uri.file(path));
    for (let i = 0; i < 100 && vscode.languages.getDiagnostics(vscode.Uri.file(path)).length === 0; i++) {
      await new Promise((done) => setTimeout(done, 100));
    }
    assert.notDeepEqual(vscode.languages.getDiagnostics(vscode.Uri.file(path)), []);
  });
  it('that names files which are not there gives one sentence', async () => {
    rmSync(join(folder, 'initrd.sample'));
    await assert.rejects(
      verdictOf(file(SAMPLE.sevEsMatches)),
      (e) => e instanceof CheckError && e.code === 'unreadable-file' && e.at?.input === 'initrd',
    );
  });
});
