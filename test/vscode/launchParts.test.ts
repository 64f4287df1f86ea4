// What the page of a check looks into, in a real extension host: steps that are asked for, those of an earlier check, what is opened, and that
// a launch of thousands of pages holds nobody up.

import { strict as assert } from 'node:assert';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { writeSample } from '../../src/app/sample';
import { SAMPLE } from '../../src/app/sampleNames';
import { buildOvmf } from '../../src/core/ovmf/build';
import { ReportEditor } from '../../src/host/launch/reportEditor';
import { reportUri } from '../../src/host/launch/reportSource';
import { MOST_STEPS } from '../../src/protocol/launch';
import { useFolder } from '../helpers/folder';
import { TestPanel } from '../helpers/panel';
import { writeSnpLaunches } from '../helpers/snpLaunches';
import { makeReport } from '../unit/core/report/reports';
import { closeEditors } from './closeEditors';
import { extension } from './domainsView';
import { io } from './machine';
import { longestTurn, threadCpuUsage } from './turns';
import { until } from './until';

let folder: string;
const at = (name: string) => vscode.Uri.file(join(folder, name));

/** Opens the report of a launch file, with a page that is none. */
async function open(name: string): Promise<TestPanel> {
  const around = {
    store: { find: () => undefined },
    onVerdict: () => undefined,
  } as unknown as ConstructorParameters<typeof ReportEditor>[2];
  const editor = new ReportEditor(io, extension.extensionUri, around);
  const panel = new TestPanel();
  await editor.resolveCustomEditor(
    { uri: reportUri({ file: at(name) }), dispose: () => undefined },
    panel.panel,
  );
  await until('it is checked', () => panel.viewOf('report') !== undefined, 60);
  return panel;
}
const stepsOf = (panel: TestPanel) => panel.posted.filter((message) => message.type === 'steps');
const labels = () => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label));

describe('The parts of a checked launch', function () {
  this.timeout(300_000);
  before(async () => {
    await extension.activate();
  });
  closeEditors();
  useFolder(async (made) => {
    await writeSample(io, (folder = made));
    await writeSnpLaunches(folder);
  });

  it('of a launch with a report have the steps and the chain of that, and open it', async () => {
    const launch = JSON.parse(readFileSync(at('snp.sevlaunch.json').fsPath, 'utf8')) as object;
    const odd = JSON.parse(readFileSync(at('snp-odd.sevlaunch.json').fsPath, 'utf8')) as {
      launchDigest: string;
    };
    const measurement = Uint8Array.from(Buffer.from(odd.launchDigest, 'hex'));
    writeFileSync(at('report.bin').fsPath, makeReport('Genoa', { measurement }));
    const text = JSON.stringify({ ...launch, launchDigest: undefined, report: 'report.bin' });
    writeFileSync(at('reported.sevlaunch.json').fsPath, text);
    const panel = await open('reported.sevlaunch.json');
    const { report, picture, parts } = panel.viewOf('report')!;
    assert.deepEqual([report.verdict, report.evidence!.verified], ['cannot be trusted', false]);
    assert.equal(picture!.boxes.length, 4);
    assert.ok(parts!.steps);
    panel.send({ type: 'action', action: 'openEvidence' });
    await until('the report is open', () => labels().includes('report.bin'));
    // What is in a report may be explained, whoever made it.
    panel.send({ type: 'action', action: 'explain' });
    const found = () => panel.viewOf('report')?.explanation;
    await until('it is searched', () => found()?.kind === 'found' || found()?.kind === 'ended', 100);
    const explanation = found()!;
    assert.ok(explanation.kind === 'found' && explanation.result.notes![0]!.includes('is not verified'));
  });

  it('of SNP have each step when it is asked for, and none of an earlier check', async () => {
    const panel = await open('snp.sevlaunch.json');
    const { report, parts } = panel.viewOf('report')!;
    assert.equal(report.verdict, 'matches');
    assert.deepEqual(parts!.opens, ['firmware', 'metadata', 'vcpu']);
    const { check, size } = parts!.steps!;
    assert.equal(size, 48);
    panel.send({ type: 'steps', check, from: 0 });
    await until('they are there', () => stepsOf(panel).length === 1);
    const [first] = stepsOf(panel);
    const total = report.measured!.reduce((all, { count }) => all + count, 0);
    assert.equal(first!.pairs.length, total * 96);
    const last = Buffer.from(first!.pairs.subarray(-48)).toString('hex');
    assert.equal(last, report.measured!.at(-1)!.digest);
    panel.send({ type: 'steps', check, from: MOST_STEPS * 1000 });
    await until('there are none', () => stepsOf(panel).length === 2);
    assert.equal(stepsOf(panel)[1]!.pairs.length, 0);
    panel.send({ type: 'action', action: 'runAgain' });
    await until('it is checked again', () => panel.viewOf('report')?.parts?.steps?.check === check + 1, 60);
    panel.send({ type: 'steps', check, from: 0 });
    panel.send({ type: 'steps', check: check + 1, from: 0 });
    await until('the later one answers', () => stepsOf(panel).length === 3);
    assert.equal(stepsOf(panel)[2]!.check, check + 1);
    panel.dispose();
  });

  it('of SEV-ES with a measurement are its image and its VMSAs, and no steps', async () => {
    const panel = await open(SAMPLE.sevEsMatches);
    assert.deepEqual(panel.viewOf('report')!.parts, { opens: ['firmware', 'vcpu'] });
    panel.send({ type: 'openLoad', source: { from: 'vcpu', vcpu: 1 }, size: 4096 });
    await until('it is open', () => labels().some((label) => label.startsWith('vCPU 1 of 3-sev-es-matches')));
    panel.dispose();
  });

  it('that are no part of it open nothing', async () => {
    const panel = await open('snp.sevlaunch.json');
    const before = labels();
    panel.send({ type: 'openLoad', source: { from: 'vcpu', vcpu: 2 }, size: 4096 });
    panel.send({ type: 'openLoad', source: { from: 'svsm', offset: 0 }, size: 4096 });
    panel.send({ type: 'openLoad', source: { from: 'kernel hashes' }, size: 4096 });
    await new Promise((done) => setTimeout(done, 500));
    assert.deepEqual(labels(), before);
    panel.dispose();
  });

  it('of 4,096 pages and more are checked, and all copied, without holding anybody up', async function () {
    if (threadCpuUsage === undefined) return this.skip();
    const file = JSON.parse(readFileSync(at('snp.sevlaunch.json').fsPath, 'utf8')) as object;
    writeFileSync(at('large.fd').fsPath, buildOvmf({ size: 2 ** 24 }));
    writeFileSync(at('large.sevlaunch.json').fsPath, JSON.stringify({ ...file, firmware: 'large.fd' }));
    const turns: number[] = [];
    for (let i = 0; i < 3 && !turns.some((turn) => turn < 50); i++) {
      await vscode.env.clipboard.writeText('');
      const turn = await longestTurn(threadCpuUsage, async () => {
        const panel = await open('large.sevlaunch.json');
        const [firmware] = panel.viewOf('report')!.report.measured!;
        assert.equal(firmware!.count, 4096);
        panel.send({ type: 'action', action: 'copyTrace' });
        await until(
          'it is copied',
          async () => (await vscode.env.clipboard.readText()).includes('"vmsas"'),
          60,
        );
        panel.dispose();
      });
      turns.push(Math.round(turn));
    }
    assert.ok(Math.min(...turns) < 50, `longest turns: ${turns.join(', ')} ms`);
  });
});
