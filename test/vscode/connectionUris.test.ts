// Connection URIs that would run a program, wherever they come from, in a real extension host.

import { strict as assert } from 'node:assert';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import {
  allowsTcp,
  connectionTexts,
  storeConnectionTexts,
  timeoutMs,
} from '../../src/host/connections/connectionSettings';
import { confirmedUris, isHers } from '../../src/host/launch/consent';
import { domainsCommands } from '../../src/host/domains/domainsCommands';
import { recordLaunch } from '../../src/host/launch/recordLaunch';
import type { ReportEditor } from '../../src/host/launch/reportEditor';
import { canonicalUri } from '../../src/host/launch/lastVerdicts';
import { validateDomain, validateNamed } from '../../src/host/launch/validateDomain';
import {
  HOST,
  descriptions,
  domains,
  make,
  memory,
  rootItem,
  roots,
  run,
  temporaryFolder,
  withHost,
  workers,
} from './domainsView';
import { until } from './until';
import { io } from './machine';

// What is refused comes before a report is opened or anything is remembered: neither may be touched.
const unusedReports = undefined as unknown as ReportEditor;
const unusedMemory = undefined as unknown as vscode.Memento;

const refused = (message: RegExp) => ({ name: 'CheckError', code: 'connection-refused', message });

describe('A URI that would run a program', () => {
  const folder = temporaryFolder();
  withHost();
  const marker = () => join(folder(), 'marker');
  const script = () => join(folder(), 'marker.sh');
  const uris: [name: string, uri: () => string, reason: RegExp][] = [
    ['the transport ext', () => `qemu+ext:///system?command=${script()}`, /runs a program of this machine/],
    [
      'a command',
      () => `qemu+ssh://localhost/system?command=${script()}`,
      /"command" is refused: it names a program/,
    ],
    ['a netcat', () => `qemu+ssh://localhost/system?netcat=${script()}`, /"netcat" is refused/],
    [
      'an option of ssh',
      () => `qemu+ssh://-oProxyCommand=${script()}/system`,
      /is not the name or address of a host/,
    ],
    ['a file of the test driver', () => `test://${script()}`, /path of a test URI is/],
  ];
  before(() => writeFileSync(script(), `#!/bin/sh\ntouch ${marker()}\n`, { mode: 0o755 }));
  afterEach(async () => {
    await new Promise((done) => setTimeout(done, 200));
    assert.deepEqual(workers(), [], 'a process was started');
    assert.ok(!existsSync(marker()), 'the program ran');
  });

  for (const [name, uri, reason] of uris) {
    it(`(${name}) of her own settings is refused, with the reason`, async () => {
      await storeConnectionTexts([uri()]);
      const { view } = make();
      assert.match(String((await rootItem(view)).description), reason);
      const rows = descriptions(view, await domains(view, uri()));
      assert.match(rows[0]!, /^Give, for example, qemu:\/\/\/system/);
      assert.match(rows[1]!, /^Open Settings/);
    });

    it(`(${name}) that a command is called with is refused, with the reason`, async () => {
      const add = domainsCommands(make().view, unusedMemory).addConnection;
      for (const argument of [uri(), { uri: uri() }]) {
        await assert.rejects(add(argument), refused(reason));
      }
      await run('sevscope.addConnection', uri());
      assert.deepEqual(connectionTexts(), [HOST]);
      const { connections } = make();
      const around = { io, reports: unusedReports, connections, memory: unusedMemory };
      const target = { uri: uri(), domain: 'guest', name: 'guest' };
      await assert.rejects(validateDomain(around, target), refused(reason));
      await assert.rejects(recordLaunch(around, target), refused(reason));
      const launchFile = join(folder(), 'guest.sevlaunch.json');
      const domain = { connection: uri(), name: 'guest' };
      writeFileSync(launchFile, JSON.stringify({ firmware: 'x', keys: { tk: 'x' }, domain }));
      await assert.rejects(validateNamed(around, vscode.Uri.file(launchFile)), refused(reason));
      await assert.rejects(
        connections.use(uri(), (connection) => connection.listDomains()),
        refused(reason),
      );
    });
  }

  it('in the settings of a workspace or a folder is not even shown', async () => {
    await storeConnectionTexts([]);
    const [first] = vscode.workspace.workspaceFolders!;
    const settings = join(first!.uri.fsPath, '.vscode');
    mkdirSync(settings, { recursive: true });
    const values = {
      'editor.tabSize': 7,
      'sevscope.connections': [HOST, ...uris.map(([, uri]) => uri())],
      'sevscope.allowTcp': true,
      'sevscope.libvirtTimeout': 300,
    };
    writeFileSync(join(settings, 'settings.json'), JSON.stringify(values));
    try {
      const editor = () => vscode.workspace.getConfiguration('editor', first!.uri);
      await until('the settings are read', () => editor().get('tabSize') === 7);
      const { view } = make();
      await run('sevscope.domains.focus');
      assert.deepEqual(await roots(view), []);
      assert.deepEqual([connectionTexts(), allowsTcp(), timeoutMs()], [[], false, 10_000]);
    } finally {
      rmSync(settings, { recursive: true });
    }
  });
});

describe("The person's own settings about connections", () => {
  withHost();
  const update = (name: string, value: unknown) =>
    vscode.workspace.getConfiguration('sevscope').update(name, value, vscode.ConfigurationTarget.Global);

  const read: [name: string, value: unknown, reads: () => unknown, is: unknown][] = [
    ['libvirtTimeout', 30, timeoutMs, 30_000],
    ['libvirtTimeout', 0, timeoutMs, 1000],
    ['libvirtTimeout', 1e9, timeoutMs, 600_000],
    ['libvirtTimeout', 'x', timeoutMs, 10_000],
    ['allowTcp', true, allowsTcp, true],
    ['allowTcp', 'yes', allowsTcp, false],
    ['connections', [5, 'x'], connectionTexts, ['x']],
    ['connections', 'x', connectionTexts, []],
  ];
  for (const [name, value, reads, is] of read) {
    it(`${name} of ${JSON.stringify(value)} is read as ${JSON.stringify(is)}`, async () => {
      try {
        await update(name, value);
        assert.deepEqual(reads(), is);
      } finally {
        await update(name, undefined);
      }
    });
  }

  it('decide whether plain TCP to another machine is refused', async () => {
    const uri = 'qemu+tcp://h.example/system';
    const { view } = make();
    await storeConnectionTexts([uri]);
    assert.match(String((await rootItem(view)).description), /^Plain TCP to another machine is refused/);
    try {
      await update('allowTcp', true);
      assert.equal((await rootItem(view)).description, '');
    } finally {
      await update('allowTcp', undefined);
    }
  });

  it('keep one connection for several spellings of a URI, and all of them go when it is removed', async () => {
    await storeConnectionTexts(['TEST:///default', HOST, 'qemu:///system']);
    const { view } = make();
    assert.deepEqual(
      (await roots(view)).map((root) => root.uri),
      [HOST, 'qemu:///system'],
    );
    await run('sevscope.removeConnection', { uri: HOST });
    assert.deepEqual(connectionTexts(), ['qemu:///system']);
  });
});

describe('A connection that she has agreed to', () => {
  withHost();
  const OTHER = canonicalUri('qemu+ssh://h.example/system');
  const agreed = (...uris: string[]) => memory({ 'sevscope.confirmedConnections': uris });
  const removes = (agreements: vscode.Memento) =>
    domainsCommands(make().view, agreements).removeConnection as (uri?: unknown) => Promise<void>;

  it('is not asked about again, until it is removed', async () => {
    await storeConnectionTexts([]);
    const agreements = agreed(OTHER, HOST);
    assert.equal(await isHers(agreements, 'TEST:///default', 'guest'), true);
    await removes(agreements)({ uri: 'TEST:///default' });
    assert.deepEqual(confirmedUris(agreements), [OTHER]);
  });

  it('is forgotten with the one of her settings', async () => {
    await storeConnectionTexts([HOST]);
    const agreements = agreed(HOST);
    await removes(agreements)(HOST);
    assert.deepEqual([confirmedUris(agreements), connectionTexts()], [[], []]);
  });

  it('is offered by the command although it is in no setting', async () => {
    await storeConnectionTexts([]);
    const agreements = agreed(OTHER);
    const removing = removes(agreements)();
    await until('it is forgotten', async () => {
      await run('workbench.action.acceptSelectedQuickOpenItem');
      return confirmedUris(agreements).length === 0;
    });
    await removing;
  });
});
