// Launch files as tests, in the extension host: found, run, told apart, cancelled; no host is asked that nobody agreed to; and the
// task that runs the command line.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { writeSample } from '../../src/app/sample';
import { launchTasks, resolveLaunchTask } from '../../src/host/launch/launchTasks';
import { LaunchTree } from '../../src/host/launch/launchTree';
import { ruleId, stepId } from '../../src/host/launch/testItems';
import { RecordedRun } from '../helpers/testRun';
import { memory } from './domainsView';
import { io } from './machine';

const { extensionUri } = vscode.extensions.getExtension('sevscope.sevscope')!;
const controller = vscode.tests.createTestController('sevscope.ofTests', 'Of the tests');

let folder: string;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sevscope-tests-'));
  await writeSample(io, folder);
  const matches = JSON.parse(readFileSync(join(folder, 'matches.sevlaunch.json'), 'utf8')) as object;
  const put = (name: string, more: object) => {
    writeFileSync(join(folder, `${name}.sevlaunch.json`), JSON.stringify({ ...matches, ...more }, null, 2));
  };
  put('gone', { kernel: 'nowhere' });
  const domain = { connection: 'test:///default', name: 'test' };
  put('domain', { launch: undefined, domain });
  writeFileSync(join(folder, 'broken.sevlaunch.json'), '{\n  "firmware": 5,\n  "keys": {}\n}\n');
});
after(() => {
  controller.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** A tree over files of the sample, and the run that it tells; the items are VS Code's. */
function treeOf(names: readonly string[], agreed: readonly string[] = []) {
  const recorded = new RecordedRun();
  const items = names.map((name) => {
    const uri = vscode.Uri.file(join(folder, `${name}.sevlaunch.json`));
    return controller.createTestItem(uri.toString(), name, uri);
  });
  controller.items.replace(items);
  const tree = new LaunchTree(
    Object.assign(Object.create(controller) as vscode.TestController, {
      items: controller.items,
      createTestItem: controller.createTestItem.bind(controller),
      createTestRun: () => recorded.run,
    }),
    { io, extensionUri, memory: memory({ 'sevscope.confirmedConnections': agreed }) },
  );
  const run = (token = new vscode.CancellationTokenSource().token) =>
    tree.run(new vscode.TestRunRequest(items), token);
  return { tree, items, recorded, run };
}

describe('Launch files as tests', function () {
  this.timeout(30_000);
  it('have the steps of their check below them', async () => {
    const { tree, items } = treeOf(['matches', 'mismatch', 'domain', 'broken']);
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
    assert.match(items[3]!.error as string, /firmware: wanted string, found 5/);
    assert.match(items[0]!.label, /matches\.sevlaunch\.json: Two vCPUs with kernel hashes$/);
  });

  it('come out each in its way, and none stops another', async () => {
    const names = ['matches', 'mismatch', 'gone', 'broken', 'domain'];
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
    const { items, recorded, run } = treeOf(['domain', 'matches'], ['test:///default']);
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
    const { items, recorded, run } = treeOf(['matches', 'mismatch']);
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
    const { recorded, run } = treeOf(['matches', 'mismatch']);
    await run();
    const said = recorded.output.join('\n');
    for (const name of ['sample_tik.bin', 'sample_tek.bin']) {
      const key = readFileSync(join(folder, name));
      assert.ok(!said.includes(key.toString('hex')) && !said.includes(key.toString('base64')));
    }
  });
});

describe('The task', () => {
  it('runs the command line over a pattern, and needs one', async () => {
    const task = (launch?: unknown) =>
      new vscode.Task({ type: 'sevscope', launch }, vscode.TaskScope.Workspace, 'mine', 'sevscope');
    assert.equal(resolveLaunchTask(extensionUri, task()), undefined);
    const resolved = resolveLaunchTask(extensionUri, task(join(folder, 'm*.sevlaunch.json')))!;
    assert.deepEqual(resolved.problemMatchers, ['$sevscope']);
    const ended = new Promise<number | undefined>((done) => {
      const listener = vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
        if (execution.task.name !== resolved.name) return;
        listener.dispose();
        done(exitCode);
      });
    });
    await vscode.tasks.executeTask(resolved);
    assert.equal(await ended, 1);
  });
  it('is offered for each folder with a launch file', async () => {
    for (const { definition } of await launchTasks(extensionUri))
      assert.deepEqual(definition, { type: 'sevscope', launch: '**/*.sevlaunch.json' });
    const all = await vscode.tasks.fetchTasks({ type: 'sevscope' });
    assert.equal(all.length, (await launchTasks(extensionUri)).length);
  });
});
