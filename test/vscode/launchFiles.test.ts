// Launch files in a real extension host: their problems while they are edited, what mends them, the lenses above them, what VS Code
// completes in them, their reports, and recording a launch into one.

import { strict as assert } from 'node:assert';
import { chmodSync, existsSync, readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { CPU_MODELS } from '../../src/core/vmsa/launch/cpuModels';
import { SEV_ES_PROFILES } from '../../src/core/vmsa/launch/profiles';
import { writeSample } from '../../src/app/sample';
import { SAMPLE } from '../../src/app/sampleNames';
import { Connections } from '../../src/host/connections/connections';
import { recordLaunch, unlessCancelled } from '../../src/host/launch/recordLaunch';
import type { ReportEditor } from '../../src/host/launch/reportEditor';
import { ReportEditor as Reports } from '../../src/host/launch/reportEditor';
import { FAKE_MEASUREMENT, FAKE_UUID, fakeHost } from '../helpers/fakeHost';
import { fakeWorker } from '../helpers/fakeWorker';
import { useFolder } from '../helpers/folder';
import { closeEditors } from './closeEditors';
import { HOST, extension, memory, run, used, withHost } from './domainsView';
import { until } from './until';
import { io } from './machine';

let folder: string;
/** Each suite starts with the extension and the sample. A hook outside of them would start it before any test. */
const withSample = () => {
  before(async () => {
    await extension.activate();
  });
  closeEditors();
  useFolder((made) => writeSample(io, (folder = made)));
};

const at = (name: string) => vscode.Uri.file(join(folder, name));
const text = (name: string) => readFileSync(join(folder, name), 'utf8');

/** Opens a launch file, which is the matching one of the sample with changes. */
async function open(changes: object = {}, name = 'a.sevlaunch.json'): Promise<vscode.TextEditor> {
  const value = { ...(JSON.parse(text(SAMPLE.sevEsMatches)) as object), ...changes };
  writeFileSync(join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
  return vscode.window.showTextDocument(await vscode.workspace.openTextDocument(at(name)));
}

const problems = (uri: vscode.Uri) =>
  vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'SevScope');
/** Waits for these rules, in the order of the text. */
async function found(uri: vscode.Uri, ...rules: string[]): Promise<vscode.Diagnostic[]> {
  const is = () => problems(uri).map(({ code }) => code as string);
  await until(`there are ${rules.join(', ')}`, () => is().join() === rules.join()).catch((error: unknown) => {
    throw new Error(`${String(error)}; there are ${is().join(', ')}`);
  });
  return problems(uri);
}
/** Replaces a part of the text in the editor. */
async function change(editor: vscode.TextEditor, from: string, to: string): Promise<void> {
  const { document } = editor;
  const start = document.getText().indexOf(from);
  assert.ok(start >= 0, from);
  const range = new vscode.Range(document.positionAt(start), document.positionAt(start + from.length));
  await editor.edit((builder) => {
    builder.replace(range, to);
  });
}

describe('The problems of a launch file', () => {
  withSample();
  it('are shown at their members, each with its rule and how much it matters', async () => {
    const { document } = await open({ initrd: 'none', keys: { tik: 'README.md' } });
    const { Error: wrong, Warning: warning } = vscode.DiagnosticSeverity;
    const shown = await found(document.uri, 'unreadable-file', 'key-size', 'key-open-to-others');
    assert.deepEqual(
      shown.map(({ range, severity }) => [document.getText(range), severity]),
      [
        ['"none"', wrong],
        ['"README.md"', wrong],
        ['"README.md"', warning],
      ],
    );
  });
  it('follow the text, saved or not', async () => {
    const editor = await open();
    const { document } = editor;
    await change(editor, '"vcpus": 2,', '');
    await found(document.uri, 'vcpus-needed');
    assert.ok(document.isDirty);
    await change(editor, '"cpu"', '"vcpus": 2, "cpu"');
    await found(document.uri);
  });
  it('are looked for in a file that was never saved', async () => {
    const uri = at('new.sevlaunch.json').with({ scheme: 'untitled' });
    const editor = await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
    await editor.edit((edit) => {
      edit.insert(new vscode.Position(0, 0), text(SAMPLE.sevEsMatches).replace('OVMF.sample.fd', 'none.fd'));
    });
    await found(uri, 'unreadable-file');
  });
  it('follow the files that are named', async () => {
    const { document } = await open({ initrd: 'none' });
    await found(document.uri, 'unreadable-file');
    // VS Code tells nobody when it has begun to watch a folder.
    await new Promise((done) => setTimeout(done, 1000));
    writeFileSync(join(folder, 'none'), 'an initrd');
    await found(document.uri);
    const image = readFileSync(join(folder, 'OVMF.sample.fd'));
    unlinkSync(join(folder, 'OVMF.sample.fd'));
    await found(document.uri, 'unreadable-file');
    writeFileSync(join(folder, 'OVMF.sample.fd'), new Uint8Array(65536).fill(0xff));
    await found(document.uri, 'no-firmware');
    writeFileSync(join(folder, 'OVMF.sample.fd'), image);
    await found(document.uri);
  });
  it("are said once: what the schema refuses is VS Code's to say", async () => {
    const { document } = await open({ vcpus: 0, frimware: 'x', initrd: 'none' });
    await found(document.uri, 'unreadable-file');
    const bySchema = () =>
      vscode.languages.getDiagnostics(document.uri).filter(({ source }) => source !== 'SevScope');
    await until('VS Code has read the schema', () => bySchema().length >= 2);
    const said = bySchema()
      .map(({ message }) => message)
      .join('\n');
    assert.match(said, /minimum of 1/);
    assert.match(said, /frimware is not allowed/);
  });
  it('are gone when the file is closed, and of no other file', async () => {
    // Not through the API, which keeps documents for minutes.
    writeFileSync(at('closed.sevlaunch.json').fsPath, '{ "initrd": "none" }');
    const uri = at('closed.sevlaunch.json');
    await run('vscode.open', uri);
    await found(uri, 'nothing-to-check', 'firmware-needed', 'kernel-needed', 'unreadable-file');
    await run('workbench.action.closeAllEditors');
    await found(uri);
    const other = await open({ initrd: 'none' }, 'other.json');
    await new Promise((done) => setTimeout(done, 500));
    assert.deepEqual(problems(other.document.uri), []);
  });
});

describe('A quick fix of a launch file', () => {
  withSample();
  const fixes = async (uri: vscode.Uri, range: vscode.Range) =>
    (await run('vscode.executeCodeActionProvider', uri, range)) as vscode.CodeAction[];
  async function fix(document: vscode.TextDocument, title: string): Promise<void> {
    const [{ range }] = problems(document.uri) as [vscode.Diagnostic];
    const action = (await fixes(document.uri, range)).find((one) => one.title === title);
    assert.ok(action, title);
    if (action.edit) await vscode.workspace.applyEdit(action.edit);
    if (action.command) await run(action.command.command, ...((action.command.arguments ?? []) as unknown[]));
  }

  it('adds the number of vCPUs', async () => {
    const { document } = await open({ vcpus: undefined });
    await found(document.uri, 'vcpus-needed');
    await fix(document, 'Add "vcpus": 1');
    await found(document.uri);
    assert.equal((JSON.parse(document.getText()) as { vcpus: number }).vcpus, 1);
  });
  it('takes the CPU out where there are pages', async () => {
    const { document } = await open({ vcpus: 1, profile: undefined, vmsa: { bsp: 'vcpu0.vmsa' } });
    await found(document.uri, 'cpu-and-pages');
    await fix(document, 'Remove "cpu"');
    await found(document.uri);
  });
  it('takes a key from everybody but its owner', async function () {
    if (process.platform === 'win32') return this.skip();
    chmodSync(join(folder, 'sample_tik.bin'), 0o644);
    const { document } = await open();
    await found(document.uri, 'key-open-to-others');
    await fix(document, 'Make the key file readable by its owner only (chmod 600)');
    await found(document.uri);
    assert.equal(statSync(join(folder, 'sample_tik.bin')).mode & 0o777, 0o600);
  });
});

describe('Above a launch file', () => {
  withSample();
  it('stands what can be done with it', async () => {
    const { document } = await open();
    const lenses = (await run('vscode.executeCodeLensProvider', document.uri, 10)) as vscode.CodeLens[];
    assert.deepEqual(
      lenses.map(({ command, range }) => [command?.title, command?.command, range.start.line]),
      [
        ['$(verified) Validate', 'sevscope.validateLaunch', 0],
        ['Explain', 'sevscope.explainMismatch', 0],
        ['Open Report', 'sevscope.openReport', 0],
        ['Reference Values…', 'sevscope.referenceValues', 0],
      ],
    );
    for (const { command } of lenses) assert.equal(String(command?.arguments?.[0]), document.uri.toString());
  });
});

describe('In a launch file VS Code completes', () => {
  withSample();
  /** The labels that are offered where `|` stands in the text, with their words. */
  async function offered(marked: string): Promise<Map<string, string>> {
    const uri = at('complete.sevlaunch.json');
    const place = marked.indexOf('|');
    writeFileSync(uri.fsPath, marked.replace('|', ''));
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document);
    const labels = new Map<string, string>();
    // The schema is read when the first file needs it.
    await until('something is offered', async () => {
      const { items } = (await run(
        'vscode.executeCompletionItemProvider',
        uri,
        document.positionAt(place),
      )) as vscode.CompletionList;
      for (const { label, documentation, detail } of items) {
        const words = [detail, typeof documentation === 'string' ? documentation : documentation?.value];
        labels.set(typeof label === 'string' ? label : label.label, words.join(' '));
      }
      return labels.size > 0;
    });
    return labels;
  }
  const quoted = (name: string) => JSON.stringify(name);

  it('CPU models with their numbers', async () => {
    const labels = await offered('{ "cpu": | }');
    for (const { name } of CPU_MODELS) assert.ok(labels.has(quoted(name)), name);
    assert.match(labels.get('"EPYC-Milan-v2"') ?? '', /family 25 .*model 1/);
    assert.ok(labels.has('Family, model and stepping'));
  });
  it('profiles with what they are', async () => {
    const labels = await offered('{ "profile": | }');
    for (const { id, title } of SEV_ES_PROFILES)
      assert.ok(labels.get(quoted(id))?.includes(title), `${id}: ${String(labels.get(quoted(id)))}`);
  });
  it('policies in words', async () => {
    const labels = await offered('{ "launch": { "policy": | } }');
    assert.match(labels.get('0x7') ?? '', /NODBG.*ES/);
  });
  it('all members', async () => {
    const labels = await offered('{ | }');
    for (const member of [
      'firmware',
      'kernel',
      'initrd',
      'cmdline',
      'vcpus',
      'vmsa',
      'keys',
      'launch',
      'domain',
    ])
      assert.ok(labels.has(member), member);
  });
  it('whole files', async () => {
    const labels = await offered('|');
    assert.ok(labels.has('A recorded launch') && labels.has('The launch of a libvirt domain'));
  });
});

describe('The report of a launch file', () => {
  withSample();
  const reports = () =>
    vscode.window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .filter(({ input }) => input instanceof vscode.TabInputCustom && input.viewType === Reports.viewType);

  it('is opened once, and shown again where it is', async () => {
    const { document } = await open();
    await run('sevscope.openReport', document.uri);
    await until('it is open', () => reports().length === 1);
    const [{ group }] = reports() as [vscode.Tab];
    await vscode.window.showTextDocument(document, vscode.ViewColumn.Beside);
    await run('sevscope.openReport', document.uri);
    await until('its group has the focus', () => vscode.window.tabGroups.activeTabGroup === group);
    await vscode.window.showTextDocument(document, vscode.ViewColumn.Beside);
    await run('sevscope.validateLaunch', document.uri);
    assert.equal(reports().length, 1);
  });
});

describe('A launch that is recorded', () => {
  withSample();
  withHost();

  it('opens unsaved, beside the inputs of the file that names the domain', async () => {
    const [{ uri: root }] = vscode.workspace.workspaceFolders as [vscode.WorkspaceFolder];
    const inputs = vscode.Uri.joinPath(root, 'inputs.sevlaunch.json');
    const domain = { connection: HOST, name: 'guest' };
    const launchFile = { firmware: 'fw/OVMF.fd', vcpus: 2, cpu: 'EPYC-Rome', keys: { tk: 'tk.bin' }, domain };
    writeFileSync(inputs.fsPath, JSON.stringify(launchFile));
    const worker = fakeWorker(folder, fakeHost());
    const connections = new Connections(worker);
    used.push(connections);
    const around = { io, reports: undefined as unknown as ReportEditor, connections, memory: memory() };
    try {
      await recordLaunch(around, { uri: HOST, domain: FAKE_UUID, name: 'guest' });
      const { document } = vscode.window.activeTextEditor!;
      assert.deepEqual([document.isUntitled, document.isDirty], [true, true]);
      assert.equal(document.uri.fsPath, join(root.fsPath, 'guest-recorded.sevlaunch.json'));
      assert.deepEqual(JSON.parse(document.getText()), {
        name: 'guest',
        firmware: 'fw/OVMF.fd',
        vcpus: 2,
        cpu: 'EPYC-Rome',
        keys: { tk: 'tk.bin' },
        launch: { measurement: FAKE_MEASUREMENT, apiMajor: 1, apiMinor: 55, buildId: 24, policy: 5 },
        domain: { connection: HOST, name: FAKE_UUID },
      });
      await found(document.uri, 'unreadable-file', 'unreadable-file');
    } finally {
      rmSync(inputs.fsPath);
    }
  });
  it('is no longer waited for when somebody cancels, whatever becomes of it', async () => {
    const cancel = new vscode.CancellationTokenSource();
    const late: { fail?: (error: Error) => void } = {};
    const asked = new Promise<string>((_, fail) => (late.fail = fail));
    const waiting = unlessCancelled(asked, cancel.token);
    cancel.cancel();
    assert.equal(await waiting, undefined);
    late.fail!(new Error('too late'));
    assert.equal(await unlessCancelled(Promise.resolve('told'), cancel.token), 'told');
    await assert.rejects(unlessCancelled(Promise.reject(new Error('no')), cancel.token), /no/);
  });
  it('is asked of no host that is not hers', async () => {
    const asked = join(folder, 'asked');
    const worker = fakeWorker(folder, `require('node:fs').writeFileSync(${JSON.stringify(asked)}, '')`);
    const connections = new Connections(worker);
    used.push(connections);
    const around = { io, reports: undefined as unknown as ReportEditor, connections, memory: memory() };
    const foreign = { uri: 'qemu+ssh://elsewhere/system', domain: FAKE_UUID, name: 'guest' };
    // Nobody answers the question in this window, if it is shown at all.
    const asking = recordLaunch(around, foreign).catch(() => undefined);
    await Promise.race([asking, new Promise((done) => setTimeout(done, 1000))]);
    assert.ok(!existsSync(asked));
    assert.equal(vscode.window.activeTextEditor, undefined);
  });
});
