// Launch files as tests, in the extension host: found, run, told apart, cancelled; no host is asked that nobody agreed to; and the
// task that runs the command line.

import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { writeSample } from '../../src/app/sample';
import { SAMPLE } from '../../src/app/sampleNames';
import { launchTasks, resolveLaunchTask } from '../../src/host/launch/launchTasks';
import { LaunchTree } from '../../src/host/launch/launchTree';
import { evidenceId, ruleId, stepId } from '../../src/host/launch/testItems';
import { editorLine } from '../../src/core/binary/plainText';
import { RecordedRun } from '../helpers/testRun';
import { makeReport } from '../unit/core/report/reports';
import { connectionsOf, memory } from './domainsView';
import { io } from './machine';
import { until } from './until';

const { extensionUri } = vscode.extensions.getExtension('sevscope.sevscope')!;
const controller = vscode.tests.createTestController('sevscope.ofTests', 'Of the tests');

/** Launch files beside those of the sample. */
const [GONE, DOMAIN, SNP_DOMAIN, BROKEN] = [
  'gone.sevlaunch.json',
  'domain.sevlaunch.json',
  'snp-domain.sevlaunch.json',
  'broken.sevlaunch.json',
] as const;
/** One with a report that nobody signed, and one with that of a real machine. */
const [REPORTED, REAL] = ['reported.sevlaunch.json', 'real.sevlaunch.json'] as const;

let folder: string;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sevscope-tests-'));
  await writeSample(io, folder);
  const matches = JSON.parse(readFileSync(join(folder, SAMPLE.sevEsMatches), 'utf8')) as object;
  const put = (name: string, more: object) => {
    writeFileSync(join(folder, name), JSON.stringify({ ...matches, ...more }, null, 2));
  };
  put(GONE, { kernel: 'nowhere' });
  const domain = { connection: 'test:///default', name: 'test' };
  put(DOMAIN, { launch: undefined, domain });
  const snp = {
    launch: undefined,
    keys: undefined,
    kernel: undefined,
    initrd: undefined,
    cmdline: undefined,
  };
  put(SNP_DOMAIN, { ...snp, technology: 'snp', domain });
  const of = JSON.parse(readFileSync(join(folder, SAMPLE.snpMatches), 'utf8')) as object;
  writeFileSync(join(folder, 'report.bin'), makeReport('Genoa'));
  const reported = {
    ...of,
    kernel: undefined,
    initrd: undefined,
    cmdline: undefined,
    launchDigest: undefined,
  };
  writeFileSync(join(folder, REPORTED), JSON.stringify({ ...reported, report: 'report.bin' }, null, 2));
  const vectors = process.env['SEVSCOPE_VECTORS'];
  if (vectors !== undefined) {
    const report = join(vectors, 'report', 'veraison-extended-report.bin');
    const launchDigest = readFileSync(report).subarray(0x90, 0xc0).toString('hex');
    writeFileSync(join(folder, REAL), JSON.stringify({ report, launchDigest }));
  }
  writeFileSync(join(folder, BROKEN), '{\n  "firmware": 5,\n  "keys": {}\n}\n');
});
after(() => {
  controller.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** A tree over files of the sample, and the run that it tells; the items are VS Code's. */
function treeOf(names: readonly string[], agreed: readonly string[] = []) {
  const recorded = new RecordedRun();
  const items = names.map((name) => {
    const uri = vscode.Uri.file(join(folder, name));
    return controller.createTestItem(uri.toString(), name, uri);
  });
  controller.items.replace(items);
  const tree = new LaunchTree(
    Object.assign(Object.create(controller) as vscode.TestController, {
      items: controller.items,
      createTestItem: controller.createTestItem.bind(controller),
      createTestRun: () => recorded.run,
    }),
    {
      io,
      extensionUri,
      connections: connectionsOf(),
      memory: memory({ 'sevscope.confirmedConnections': agreed }),
    },
  );
  const run = (token = new vscode.CancellationTokenSource().token) =>
    tree.run(new vscode.TestRunRequest(items), token);
  return { tree, items, recorded, run };
}

describe('Launch files as tests', function () {
  this.timeout(30_000);
  it('have the steps of their check below them', async () => {
    const { tree, items } = treeOf([SAMPLE.sevEsMatches, SAMPLE.sevEsMismatch, DOMAIN, BROKEN, SNP_DOMAIN]);
    for (const item of items) await tree.resolve(item);
    const labels = items.map((item) => [...item.children].map(([, child]) => child.label));
    assert.deepEqual(labels[1], [
      'Firmware',
      'VMSAs',
      'Launch digest',
      'Expected measurement',
      'Reported measurement',
    ]);
    assert.ok(labels[0]!.includes('Kernel hashes'));
    assert.ok(labels[2]!.includes('The domain is paused'));
    assert.deepEqual(labels[3], []);
    const isSnp = (label: string) =>
      label === 'The ID block fits the launch' || label.startsWith('The host data');
    assert.deepEqual([labels[2]!.filter(isSnp).length, labels[4]!.filter(isSnp).length], [0, 2]);
    assert.deepEqual(labels[4]!.slice(-3), ['Firmware', 'VMSAs', 'Launch digest']);
    assert.match(items[3]!.error as string, /firmware: wanted a text, found 5/);
    assert.match(items[0]!.label, /sev-es-matches\.sevlaunch\.json: Two vCPUs with kernel hashes$/);
  });

  it('of SNP match the digest that they name, or fail at it', async () => {
    const { tree, items, recorded, run } = treeOf([SAMPLE.snpMatches, SAMPLE.snpMismatch]);
    for (const item of items) await tree.resolve(item);
    const labels = [...items[0]!.children].map(([, child]) => child.label);
    assert.deepEqual(labels.slice(-3), ['VMSAs', 'Launch digest', 'Named launch digest']);
    await run();
    assert.deepEqual(
      items.map(({ id }) => recorded.states.get(id)),
      ['passed', 'failed'],
    );
    const { expectedOutput, actualOutput, location } = recorded.messages.get(items[1]!.id)![0]!;
    assert.notEqual(expectedOutput, actualOutput);
    const lines = readFileSync(items[1]!.uri!.fsPath, 'utf8').split('\n');
    assert.match(lines[location!.range.start.line]!, /"launchDigest"/);
  });

  it('of SNP with a report pass only when that is verified', async () => {
    const vectors = process.env['SEVSCOPE_VECTORS'];
    const { tree, items, recorded, run } = treeOf([REPORTED, ...(vectors === undefined ? [] : [REAL])]);
    for (const item of items) await tree.resolve(item);
    const labelsOf = () => items.map((item) => [...item.children].map(([, child]) => child.label));
    assert.deepEqual(labelsOf()[0], ['Firmware', 'VMSAs', 'Launch digest', 'Measurement in the report']);
    await run();
    assert.deepEqual(
      items.map(({ id }) => recorded.states.get(id)),
      ['failed', ...(vectors === undefined ? [] : ['passed'])],
    );
    const { message, expectedOutput, location } = recorded.messages.get(items[0]!.id)![0]!;
    assert.match(message as string, /^The attestation report is not verified \(Chain of certificates\)/);
    assert.equal(expectedOutput, undefined);
    const lines = readFileSync(items[0]!.uri!.fsPath, 'utf8').split('\n');
    assert.match(lines[location!.range.start.line]!, /"report"/);
    // Each step of the verification, and none that was not taken is a pass.
    assert.ok(labelsOf()[0]!.includes('Report: Signature of the report'));
    const state = (step: string) => recorded.states.get(evidenceId(items[0]!, step));
    assert.deepEqual(
      [state('format'), state('signature'), state('revocation')],
      ['passed', 'failed', 'skipped'],
    );
  });

  it('come out each in its way, and none stops another', async () => {
    const names = [SAMPLE.sevEsMatches, SAMPLE.sevEsMismatch, GONE, BROKEN, DOMAIN];
    const { items, recorded, run } = treeOf(names);
    await run();
    assert.deepEqual(
      items.map(({ id }) => recorded.states.get(id)),
      ['passed', 'failed', 'errored', 'errored', 'errored'],
    );
    assert.ok(recorded.ended);
    const message = (index: number) => recorded.messages.get(items[index]!.id)![0]!;
    const { expectedOutput, actualOutput, location } = message(1);
    assert.match(
      `${String(expectedOutput)} ${String(actualOutput)}`,
      /^[0-9a-f]{32}\n[0-9a-f]{32} [0-9a-f]{32}\n[0-9a-f]{32}$/,
    );
    assert.notEqual(expectedOutput, actualOutput);
    const lines = readFileSync(items[1]!.uri!.fsPath, 'utf8').split('\n');
    assert.match(lines[location!.range.start.line]!, /"measurement"/);
    assert.match(message(2).message as string, /nowhere cannot be read: there is no such file/);
    const gone = readFileSync(items[2]!.uri!.fsPath, 'utf8').split('\n');
    assert.match(gone[message(2).location!.range.start.line]!, /"kernel"/);
    assert.equal(message(3).location!.range.start.line, 1);
    assert.match(message(4).message as string, /Nothing was asked of test:\/\/\/default/);
    const step = items[1]!.children.get(stepId(items[1]!, 'firmware'))!;
    assert.match(step.label, /^Firmware: [0-9a-f]{16}…$/);
    // A tick beside a digest would say that it is the right one, which nobody knows.
    assert.equal(recorded.states.get(step.id), undefined);
    assert.ok(recorded.output.some((text) => text.includes('Launch digest: SHA-256 ')));
  });

  it('of a domain that she agreed to have its rules as steps', async function () {
    const { items, recorded, run } = treeOf([DOMAIN, SAMPLE.sevEsMatches], ['test:///default']);
    await run();
    const [domain] = items;
    // Without libvirt on this machine there is its sentence instead.
    const said = recorded.messages.get(domain!.id)![0]!.message as string;
    if (said.includes('libvirt client library')) this.skip();
    assert.equal(recorded.states.get(domain!.id), 'errored');
    assert.equal(recorded.states.get(ruleId(domain!, 'launch-security')), 'failed');
    const all = [...domain!.children].map(([id]) => recorded.states.get(id));
    assert.ok(all.includes('skipped') && all.includes('passed'));
  });

  it('that are stopped come out in no way', async () => {
    const { items, recorded, run } = treeOf([SAMPLE.sevEsMatches, SAMPLE.sevEsMismatch]);
    const source = new vscode.CancellationTokenSource();
    source.cancel();
    await run(source.token);
    assert.deepEqual(
      items.map(({ id }) => recorded.states.get(id)),
      ['skipped', 'skipped'],
    );
    assert.ok(recorded.ended);
  });

  it('hold no key in what they say', async () => {
    const { recorded, run } = treeOf([SAMPLE.sevEsMatches, SAMPLE.sevEsMismatch]);
    await run();
    const said = recorded.output.join('\n');
    for (const name of ['sample_tik.bin', 'sample_tek.bin']) {
      const key = readFileSync(join(folder, name));
      assert.ok(!said.includes(key.toString('hex')) && !said.includes(key.toString('base64')));
    }
  });
});

/** Runs a task. @returns its exit status */
async function statusOf(task: vscode.Task): Promise<number | undefined> {
  const ended = new Promise<number | undefined>((done) => {
    const listener = vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
      if (execution.task.name !== task.name) return;
      listener.dispose();
      done(exitCode);
    });
  });
  await vscode.tasks.executeTask(task);
  return ended;
}

describe('The task', function () {
  this.timeout(30_000);
  const workspace = vscode.workspace.workspaceFolders![0]!;
  const home = workspace.uri.fsPath;
  const around = { io, extensionUri };
  const marker = join(home, 'marker');
  const command = join(home, 'marker.sh');
  /** Would run a program if it became an option. */
  const asOptions = [`--connect=qemu+ext:///system?command=${command}`, '--domain=guest'];
  const taskOf = (definition: object, scope: vscode.WorkspaceFolder | vscode.TaskScope = workspace) =>
    resolveLaunchTask(
      around,
      new vscode.Task({ type: 'sevscope', ...definition }, scope, 'mine', 'sevscope'),
    );
  before(() => {
    cpSync(folder, join(home, 'launches'), { recursive: true });
    writeFileSync(command, `#!/bin/sh\ntouch ${marker}\n`, { mode: 0o755 });
  });
  after(() => {
    for (const name of ['launches', '.vscode', 'marker.sh', 'results.xml'])
      rmSync(join(home, name), { recursive: true, force: true });
  });

  it('runs the command line over a pattern, and writes its results', async () => {
    const task = (await taskOf({ launch: 'launches/*-snp-*.sevlaunch.json', junit: 'results.xml' }))!;
    assert.deepEqual(task.problemMatchers, ['$sevscope']);
    const execution = task.execution as vscode.ProcessExecution;
    assert.equal(execution.process, process.execPath);
    assert.deepEqual(execution.args.slice(1), [
      'validate',
      '--launch=launches/*-snp-*.sevlaunch.json',
      '--junit=results.xml',
    ]);
    assert.equal(await statusOf(task), 1);
    assert.match(readFileSync(join(home, 'results.xml'), 'utf8'), /tests="2" failures="1"/);
  });

  const refused: [definition: object, scope?: vscode.TaskScope][] = [
    [{ launch: asOptions }],
    [{ launch: [`launches/${SAMPLE.sevEsMatches}`, ...asOptions] }],
    [{ launch: '../**/*.sevlaunch.json' }],
    [{ launch: `\${env:HOME}/${SAMPLE.sevEsMatches}` }],
    [{ launch: `launches/${SAMPLE.sevEsMatches}`, junit: '/tmp/results.xml' }],
    [{ launch: '\u001b[2J$(sync)[a](command:b)' }],
  ];
  for (const [definition, scope] of refused) {
    it(`says why it does not run ${JSON.stringify(definition).replaceAll(home, '')}, and ends with 2`, async () => {
      const task = (await taskOf(definition, scope))!;
      assert.ok(task.execution instanceof vscode.CustomExecution);
      assert.equal(editorLine(task.name), task.name);
      assert.equal(await statusOf(task), 2);
      assert.ok(!existsSync(marker));
    });
  }

  it('runs from tasks.json in the same way', async () => {
    mkdirSync(join(home, '.vscode'), { recursive: true });
    const tasks = [
      { label: 'good', type: 'sevscope', launch: `\${workspaceFolder}/launches/${SAMPLE.sevEsMatches}` },
      { label: 'bad', type: 'sevscope', launch: asOptions },
    ];
    writeFileSync(join(home, '.vscode', 'tasks.json'), JSON.stringify({ version: '2.0.0', tasks }));
    const named = async (name: string) =>
      (await vscode.tasks.fetchTasks()).find((task) => task.name === name);
    await until('the tasks are known', async () => (await named('bad')) !== undefined);
    assert.deepEqual([await statusOf((await named('good'))!), await statusOf((await named('bad'))!)], [0, 2]);
    assert.ok(!existsSync(marker));
  });

  it('is offered for each folder with a launch file', async () => {
    const [offered] = await launchTasks(around);
    assert.deepEqual(offered!.definition, { type: 'sevscope', launch: '**/*.sevlaunch.json' });
    const all = await vscode.tasks.fetchTasks({ type: 'sevscope' });
    assert.ok(all.some(({ name }) => name === offered!.name));
  });
});
