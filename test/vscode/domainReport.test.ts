// Reports of running domains in the extension host: what their addresses make run, which is nothing, what they keep, and that a
// connection which could run a program is refused wherever it comes from.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { reportMarkdown } from '../../src/core/check/exportReport';
import type { Report } from '../../src/core/launch/report';
import { writeSample } from '../../src/app/sample';
import { SAMPLE } from '../../src/app/sampleNames';
import { ReportEditor } from '../../src/host/launch/reportEditor';
import { reportSource, reportUri, type DomainTarget } from '../../src/host/launch/reportSource';
import { ReportStore } from '../../src/host/launch/reportStore';
import { TestPanel } from '../helpers/panel';
import { connectionsOf } from './domainsView';
import { until } from './until';
import { io } from './machine';
import { promptly } from '../helpers/promptly';

const { extensionUri } = vscode.extensions.getExtension('sevscope.sevscope')!;

/** A memento in memory, which keeps copies as the real one does. */
class Memory implements vscode.Memento {
  private readonly values = new Map<string, string>();
  keys = () => [...this.values.keys()];
  get<T>(key: string, otherwise?: T): T {
    const text = this.values.get(key);
    return (text === undefined ? otherwise : JSON.parse(text)) as T;
  }
  update(key: string, value: unknown): Promise<void> {
    this.values.set(key, JSON.stringify(value));
    return Promise.resolve();
  }
}

const REPORT: Report = {
  title: 'guest',
  mode: 'SEV',
  verdict: 'matches',
  summary: 'It matches.',
  facts: [],
  steps: [],
  warnings: [],
  rules: [],
};

let folder: string;
let file: vscode.Uri;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sevscope-report-'));
  await writeSample(io, folder);
  file = vscode.Uri.file(join(folder, SAMPLE.sevEsMatches));
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

const target = (more: Partial<DomainTarget> = {}): DomainTarget => ({
  uri: 'test:///default',
  domain: '6695eb01-f6a4-8304-79aa-97f2502e193f',
  name: 'test',
  ...more,
});

/** How checks ended, the latest last. */
const verdicts: unknown[] = [];

async function openReport(uri: vscode.Uri, store = new ReportStore(new Memory()), mayConnect = true) {
  const panel = new TestPanel();
  const editor = new ReportEditor(io, extensionUri, {
    store,
    connections: connectionsOf(),
    mayConnect: () => Promise.resolve(mayConnect),
    onVerdict: (_target, verdict) => verdicts.push(verdict),
  });
  await editor.resolveCustomEditor({ uri, dispose: () => undefined }, panel.panel);
  return panel;
}

describe("A domain report's address", () => {
  it('says file and domain, whatever the domain is called', () => {
    for (const name of ['guest', 'a/b', '../../x', 'ü?#%']) {
      const source = { file, target: target({ name }) };
      const read = reportSource(vscode.Uri.parse(reportUri(source).toString(), true));
      assert.deepEqual([read.file.toString(), read.target], [file.toString(), source.target]);
    }
  });
  it('makes nothing run when it is opened by itself', async () => {
    const panel = await openReport(reportUri({ file, target: target() }));
    assert.match(textOf(panel), /^Nothing has been asked of test:\/\/\/default yet\./);
    assert.ok(!panel.posted.some((message) => message.type === 'show' && message.view.kind === 'running'));
    panel.dispose();
  });
  it('shows the last report with its time, without asking', async () => {
    const store = new ReportStore(new Memory());
    const uri = reportUri({ file, target: target() });
    await store.keep(uri, { report: REPORT, made: '2026-01-02T03:04:05.000Z' });
    const panel = await openReport(uri, store);
    const view = panel.viewOf('report');
    assert.deepEqual([view?.report, view?.made, view?.earlier], [REPORT, '2026-01-02T03:04:05.000Z', true]);
    panel.send({ type: 'action', action: 'copyReport' });
    await until(
      'the report is copied',
      async () => (await vscode.env.clipboard.readText()) === reportMarkdown(REPORT),
    );
    panel.dispose();
  });
  it('asks nobody when she does not agree to the connection', async () => {
    const panel = await openReport(reportUri({ file, target: target() }), undefined, false);
    panel.send({ type: 'action', action: 'runAgain' });
    await until(
      'it is not checked',
      () => titleOf(panel).endsWith(' is not checked') && panel.posted.length > 2,
    );
    assert.equal(panel.viewOf('report'), undefined);
    panel.dispose();
  });
  it('forgets an older verdict when a new check finds none', async () => {
    const store = new ReportStore(new Memory());
    const uri = reportUri({ file, target: target({ uri: 'qemu+tcp://127.0.0.1:1/system' }) });
    await store.keep(uri, { report: REPORT, made: '2026-01-02T03:04:05.000Z' });
    const panel = await openReport(uri, store);
    panel.send({ type: 'action', action: 'runAgain' });
    await until('there is no verdict', () => /could not be checked/i.test(titleOf(panel)));
    assert.equal(store.find(uri), undefined);
    assert.equal(verdicts.at(-1), undefined);
    panel.dispose();
  });
  it('shows nothing that another version kept', async () => {
    const memory = new Memory();
    const uri = reportUri({ file, target: target() });
    for (const odd of [
      {},
      { report: {}, made: '' },
      { report: { ...REPORT, verdict: 'fine' }, made: '' },
      5,
    ]) {
      await memory.update('sevscope.reports', { [uri.toString()]: odd });
      assert.equal(new ReportStore(memory).find(uri), undefined);
    }
  });
  it('with more reports than are kept forgets the oldest', async () => {
    const store = new ReportStore(new Memory());
    const uris = Array.from({ length: 25 }, (_, i) => reportUri({ file, target: target({ name: `g${i}` }) }));
    for (const uri of uris) await store.keep(uri, { report: REPORT, made: '' });
    assert.equal(store.find(uris[0]!), undefined);
    assert.equal(store.find(uris[24]!)?.report.title, 'guest');
    assert.equal(uris.filter((uri) => store.find(uri)).length, 20);
  });
});

describe('A check that is run', () => {
  it('says each stage and what is wrong with the domain', async function () {
    this.timeout(30_000);
    const panel = await openReport(reportUri({ file, target: target() }));
    panel.send({ type: 'action', action: 'runAgain' });
    await until(
      'there is an end',
      () => panel.view?.kind === 'report' || /could not be checked/i.test(titleOf(panel)),
    );
    const running = panel.posted.flatMap((m) =>
      m.type === 'show' && m.view.kind === 'running' ? [m.view.stage] : [],
    );
    assert.ok(running.includes('connecting'));
    const report = panel.viewOf('report')?.report;
    // Without libvirt there is one sentence instead.
    if (report) {
      assert.equal(report.verdict, 'cannot be trusted');
      assert.equal(report.rules?.find(({ id }) => id === 'launch-security')?.outcome, 'failed');
    } else assert.match(textOf(panel), /libvirt/);
    panel.dispose();
  });
  const attacks = [
    'qemu+ext:///system?command=MARKER',
    'qemu+ssh://host/system?command=MARKER',
    'qemu+ssh://host/system?%63ommand=MARKER',
    'qemu:///embed?root=/tmp',
    'test:////etc/passwd',
  ];
  for (const attack of attacks) {
    it(`starts no program for ${attack}`, async () => {
      const marker = join(folder, 'marker');
      const script = join(folder, 'program.sh');
      writeFileSync(script, `#!/bin/sh\ntouch ${marker}\n`, { mode: 0o755 });
      const uri = attack.replace('MARKER', script);
      const panel = await openReport(reportUri({ file, target: target({ uri }) }));
      panel.send({ type: 'action', action: 'runAgain' });
      await until('it is refused', () => /could not be checked/i.test(titleOf(panel)));
      assert.ok(!existsSync(marker));
      assert.ok(textOf(panel).length > 20);
      panel.dispose();
    });
  }
  it('is cancelled at once', async () => {
    // An address that nobody answers at: of the machine itself, in the range for such tests.
    const panel = await openReport(
      reportUri({ file, target: target({ uri: 'qemu+tcp://127.255.255.254:1/system' }) }),
    );
    panel.send({ type: 'action', action: 'runAgain' });
    await until(
      'it runs',
      () => panel.view?.kind === 'running' || /could not be checked/i.test(titleOf(panel)),
    );
    const assertPrompt = promptly(500);
    panel.send({ type: 'action', action: 'cancelRun' });
    await until('it has ended', () => panel.view?.kind === 'notice');
    assertPrompt();
    panel.dispose();
  });
});

function titleOf({ view }: TestPanel): string {
  return view?.kind === 'notice' ? view.title : '';
}
function textOf({ view }: TestPanel): string {
  return view?.kind === 'notice' ? view.text : '';
}

describe('Keys', () => {
  it('are in nothing that a report shows, keeps or copies', async () => {
    const memory = new Memory();
    const panel = await openReport(reportUri({ file }), new ReportStore(memory));
    await until('the launch is checked', () => panel.view?.kind === 'report');
    const said = [
      JSON.stringify(panel.posted),
      memory
        .keys()
        .map((key) => JSON.stringify(memory.get(key)))
        .join(),
      reportMarkdown(panel.viewOf('report')!.report),
    ].join('\n');
    for (const name of ['sample_tik.bin', 'sample_tek.bin']) {
      const key = readFileSync(join(folder, name));
      for (const form of [key.toString('hex'), key.toString('base64'), key.toString('latin1')])
        assert.ok(!said.includes(form), `${name} is in it`);
    }
    panel.dispose();
  });
});
