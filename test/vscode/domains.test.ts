// The view of domains in a real extension host, with the real libvirt and its test driver; workers of our own only for what
// that cannot be made to do.

import { strict as assert } from 'node:assert';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { checkDomain } from '../../src/app/domainCheck';
import { checkMany } from '../../src/app/checkMany';
import type { HostFacts } from '../../src/core/domain/facts';
import { promptPerson } from '../../src/host/connections/connectionPrompts';
import { connectionTexts, storeConnectionTexts } from '../../src/host/connections/connectionSettings';
import type { DomainsNode, DomainNode } from '../../src/host/domains/domainItems';
import { plainTooltip } from '../../src/host/shell/labels';
import { fakeWorker, opens } from '../helpers/fakeWorker';
import {
  HOST,
  descriptions,
  domains,
  labelOf,
  make,
  realWorker,
  rootItem,
  roots,
  run,
  temporaryFolder,
  used,
  withHost,
  workers,
} from './domainsView';
import { io } from './machine';
import { longestTurn, threadCpuUsage } from './turns';
import { until } from './until';
import { promptly } from '../helpers/promptly';

/** A value as source text, with what is undefined in it. */
const literal = (value: unknown): string =>
  typeof value === 'object' && value !== null
    ? `{ ${Object.entries(value)
        .map(([name, part]) => `${name}: ${literal(part)}`)
        .join(', ')} }`
    : value === undefined
      ? 'undefined'
      : JSON.stringify(value);

describe('The view of domains', () => {
  const folder = temporaryFolder();
  withHost();

  describe('Domains of a host', () => {
    before(async function () {
      await storeConnectionTexts([HOST]);
      const { view } = make();
      const [first] = descriptions(view, await domains(view));
      view.dispose();
      if (first?.includes('libvirt0')) {
        console.error('libvirt is not installed: the tests of its domains are skipped.');
        this.skip();
      }
    });

    it('are asked for only when the connection is expanded', async () => {
      const { view } = make();
      await run('sevscope.domains.focus');
      assert.equal(view.getTreeItem((await roots(view))[0]!).description, '');
      assert.deepEqual(workers(), []);
      await domains(view);
      assert.equal(workers().length, 1);
    });

    it('are not asked for once their connection is removed', async () => {
      const { view } = make();
      const [root] = await roots(view);
      await storeConnectionTexts([]);
      assert.deepEqual(await roots(view), []);
      assert.deepEqual(await view.getChildren(root), []);
      assert.deepEqual(workers(), []);
    });

    it('are listed with why they cannot be checked, under the name and version of their host', async () => {
      const { view } = make();
      const [domain, ...more] = await domains(view);
      assert.ok(domain?.kind === 'domain' && more.length === 0);
      const item = view.resolveTreeItem(view.getTreeItem(domain), domain);
      assert.equal(item.label, 'test');
      assert.equal(
        item.description,
        'running, no SEV, 2 vCPUs. The domain has no launch security: its memory is not encrypted and nothing is measured.',
      );
      assert.equal(item.contextValue, 'domain', 'the menu offers no check');
      const { value, isTrusted, supportHtml } = item.tooltip as vscode.MarkdownString;
      assert.match(value, /It cannot be checked&#46; The domain has no launch security/);
      assert.ok(!isTrusted && !supportHtml);
      const root = await rootItem(view);
      assert.match(String(root.description), /^\S+, libvirt \d+\.\d+\.\d+$/);
      assert.equal(root.contextValue, 'connection');
      // What a command of its menu gets.
      assert.deepEqual(
        [domain.uri, domain.domain, domain.name],
        [HOST, '6695eb01-f6a4-8304-79aa-97f2502e193f', 'test'],
      );
    });

    it('come over one connection, which is closed when nobody looks any more', async () => {
      const { view, connections } = make(realWorker(), 300);
      await Promise.all([domains(view), domains(view)]);
      assert.equal(workers().length, 1);
      view.refresh(HOST);
      await domains(view);
      assert.equal(workers().length, 1);
      await until('it is closed', () => connections.state(HOST).kind === 'closed');
      await until('its process is gone', () => workers().length === 0);
      assert.equal((await domains(view)).length, 1, 'and is opened again');
    });

    it('are checked over the connection that the view has, by reports and by batches', async () => {
      const { view, connections } = make();
      const [domain] = await domains(view);
      assert.ok(domain?.kind === 'domain');
      const [worker] = workers();
      const { workerPath } = connections;
      const connection = { uri: HOST, workerPath };
      const inputs = { domain: domain.domain, vcpus: 2, keys: { tk: join(folder(), 'tk') } };
      writeFileSync(inputs.keys.tk, Buffer.alloc(32, 1));
      const options = { libvirt: connections.libvirt, connection };
      const job = { path: 'guest', prepare: () => Promise.resolve({ domain: inputs, connection }) };
      const ends = await Promise.all([
        checkDomain(io, inputs, options),
        checkDomain(io, inputs, options),
        checkMany(io, [job, job, job], options).then(([first]) => first!.outcome),
      ]);
      for (const end of ends)
        assert.ok('report' in end && end.report.rules?.some(({ outcome }) => outcome === 'failed'));
      assert.deepEqual(workers(), [worker]);
    });

    it('stay as long as the view shows them', async () => {
      const { view, connections } = make(realWorker(), 100);
      connections.isNeeded = (uri) => uri === HOST;
      await domains(view);
      await new Promise((done) => setTimeout(done, 500));
      assert.equal(connections.state(HOST).kind, 'connected');
    });

    it('are gone at once when the window closes', async () => {
      const { view } = make();
      await domains(view);
      view.dispose();
      await until('the process is gone', () => workers().length === 0);
    });

    it('carry their last verdict, and are shown again when there is a new one', async () => {
      const { view, verdicts } = make();
      const [domain] = (await domains(view)) as DomainNode[];
      const shown: (DomainsNode | undefined)[] = [];
      used.push(view.onDidChangeTreeData((node) => shown.push(node)));
      const when = new Date(2026, 1, 3, 4, 5);
      await verdicts.rememberVerdict('TEST:///default', domain!.domain.toUpperCase(), 'does not match', when);
      assert.deepEqual(shown, [domain]);
      assert.match(
        String(view.getTreeItem(domain!).description),
        /^does not match · .*no SEV.* · checked .*2026/,
      );
    });

    it('are listed by the view itself when a connection is added, which is taken back when it is removed', async () => {
      await storeConnectionTexts([]);
      const adding = run('sevscope.addConnection', 'TEST:///default');
      const accept = () => run('workbench.action.acceptSelectedQuickOpenItem');
      await until('it is in the settings', async () => {
        await accept();
        return connectionTexts().length > 0;
      });
      await adding;
      assert.deepEqual(connectionTexts(), [HOST]);
      await until('the view connects', () => workers().length === 1);
      await run('sevscope.removeConnection', HOST);
      assert.deepEqual(connectionTexts(), []);
      await until('the view closes it', () => workers().length === 0);
    });
  });

  describe('The UUID of a domain', () => {
    it('is copied', async () => {
      await run('sevscope.copyDomainUuid', { domain: '6695eb01-f6a4-8304-79aa-97f2502e193f' });
      assert.equal(await vscode.env.clipboard.readText(), '6695eb01-f6a4-8304-79aa-97f2502e193f');
    });
  });

  /** Hosts that misbehave: what the connection says, and what to do. */
  const hosts: [name: string, body: string, error: RegExp, rows: string[]][] = [
    ['dies', 'process.exit(9)', /was lost \(its process ended with 9\)/, ['Connect again.', 'Connect Again']],
    [
      'says nothing',
      opens,
      /did not describe its host within 1 s/,
      ['Check that the host is up and libvirtd runs there, then try again.', 'Connect Again'],
    ],
    ['lies', 'send({ id, ok: 5 })', /has not the shape of one/, ['Connect again.', 'Connect Again']],
  ];

  const FACTS: HostFacts = {
    hostname: 'a\u202eb',
    uuid: undefined,
    driver: 'QEMU',
    libraryVersion: '1.0.0',
    serverVersion: '1.2.3',
    cpu: { arch: 'x86_64', vendor: undefined, model: undefined, signature: undefined },
    sev: undefined,
  };
  const describesHost = `${opens} if (call === 'host') return send({ id, ok: ${literal(FACTS)} });`;
  const listing = (count: number, name: string) => `
if (call === 'domains') return send({ id, ok: Array.from({ length: ${count} }, (_, i) => ({ id: undefined,
  name: ${name}, uuid: '11111111-1111-1111-1111-' + String(i).padStart(12, '0'),
  state: { name: 'shut off', reason: 'destroyed' }, launchSecurity: 'sev', sevEs: i % 2 === 0, vcpus: 4,
  problem: undefined })) });`;

  describe('A host that', () => {
    const settings = () => vscode.workspace.getConfiguration('sevscope');
    before(() => settings().update('libvirtTimeout', 1, vscode.ConfigurationTarget.Global));
    after(() => settings().update('libvirtTimeout', undefined, vscode.ConfigurationTarget.Global));

    for (const [name, body, error, rows] of hosts) {
      it(`${name} is one sentence and what to do, until somebody connects again`, async () => {
        const { view, connections } = make(fakeWorker(folder(), body));
        const found = await domains(view);
        assert.deepEqual(
          found.map((node) => view.getTreeItem(node).label),
          rows,
        );
        assert.match(String((await rootItem(view)).description), error);
        assert.equal((await domains(view)).length, 2);
        assert.equal(connections.state(HOST).kind, 'failed');
        view.refresh(HOST);
        assert.equal(connections.state(HOST).kind, 'closed');
      });
    }

    it('dies later takes its domains from the view', async () => {
      const death = 'setTimeout(() => process.exit(9), 500);';
      const { view, connections } = make(
        fakeWorker(folder(), `${death} ${describesHost}${listing(1, "'x'")}`),
      );
      assert.deepEqual(descriptions(view, await domains(view)), ['x: shut off, SEV-ES, 4 vCPUs']);
      await until('it is noticed', () => connections.state(HOST).kind === 'failed');
      assert.match(descriptions(view, await domains(view))[0]!, /Connect again/);
    });

    it('has no domains says so', async () => {
      const { view } = make(fakeWorker(folder(), `${describesHost}${listing(0, "'x'")}`));
      assert.deepEqual(descriptions(view, await domains(view)), ['The host has no domains.: ']);
    });

    it('has names that are markup is shown as text', async () => {
      const hostile = "'<img src=x> [a](command:x) https://x.example \\u202e\\n`$(zap)'";
      const { view } = make(fakeWorker(folder(), `${describesHost}${listing(2, hostile)}`));
      const [domain] = (await domains(view)) as DomainNode[];
      const item = view.resolveTreeItem(view.getTreeItem(domain!), domain!);
      assert.doesNotMatch(labelOf(item.label), /[\n\u202e]/);
      assert.match((item.tooltip as vscode.MarkdownString).value.split('\n')[0]!, /^[\p{L}\p{N} &#;]*$/u);
      assert.equal(item.contextValue, 'domain.sev', 'the menu offers a check');
      assert.match(String((await rootItem(view)).description), /^a\\u202eb, libvirt 1\.2\.3$/);
    });

    it('has 1,000 domains is listed soon, and holds nobody up', async function () {
      if (threadCpuUsage === undefined) return this.skip();
      const turns: number[] = [];
      for (let i = 0; i < 3 && !turns.some((turn) => turn < 50); i++) {
        // A view that has asked once knows the answer.
        const { view } = make(fakeWorker(folder(), `${describesHost}${listing(1000, "'guest' + i")}`));
        let shown = 0;
        const assertPrompt = promptly(1000);
        const turn = await longestTurn(threadCpuUsage, async () => {
          const found = await domains(view);
          shown = found.map((node) => view.getTreeItem(node)).length;
        });
        assertPrompt();
        assert.equal(shown, 1000);
        turns.push(Math.round(turn));
      }
      assert.ok(Math.min(...turns) < 50, `longest turns: ${turns.join(', ')} ms`);
    });
  });

  describe('What a host asks', () => {
    const body = `const b = Buffer.alloc(64); ask('[{"kind":"passphrase","prompt":"Word"}]');
  const n = readSync(4, b, 0, 64, null); send({ id, error: { kind: 'bug', code: 'test', found: b.subarray(0, n).toString('hex') + '. ' } });`;

    it('is not answered when the person closes the question', async () => {
      const { view } = make(fakeWorker(folder(), body));
      let answered = false;
      const asked = domains(view).then(() => (answered = true));
      await until('the question is closed', async () => {
        await run('workbench.action.closeQuickOpen');
        return answered;
      });
      await asked;
      assert.match(String((await rootItem(view)).description), /^The login was cancelled/);
    });

    it('is taken back when the connection is closed', async () => {
      const stop = new AbortController();
      const answer = promptPerson('x')([{ kind: 'passphrase', prompt: 'Word' }], stop.signal);
      stop.abort();
      assert.equal(await answer, undefined);
    });
  });
  describe('A tooltip', () => {
    it('has nothing in it that is markup', () => {
      assert.equal(plainTooltip(['a_b*', '  1. é']).value, 'a&#95;b&#42;\n\n1&#46; é');
    });
  });
});
