// One connection for all that ask a host: a view, reports and batches share it, however they begin and end. The workers are real
// processes.

import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HostConnections } from '../../../../src/app/hostConnections';
import { CheckError } from '../../../../src/core/errors';
import { SharedConnections } from '../../../../src/host/connections/sharedConnections';
import { connect } from '../../../../src/libvirt/client';
import type { Connection } from '../../../../src/libvirt/contract';
import { answers, fakeWorker } from '../../../helpers/fakeWorker';
import { FAKE_UUID, fakeHost } from '../../../helpers/fakeHost';
import { useFolder } from '../../../helpers/folder';

const URI = 'test:///default';
let folder: string;
let log: string;

const notes = (): string[] => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []);
const opens = () => notes().filter((note) => note.startsWith('open'));
/** The calls that reached the host, without those with which a connection begins. */
const asked = () => notes().filter((note) => !note.startsWith('open') && note !== 'host');

/** A host that notes each call with the process that got it. @param instead what it does in place of its answers */
function worker(instead = ''): string {
  return fakeWorker(
    folder,
    `require('node:fs').appendFileSync(${JSON.stringify(log)}, (call === 'open' ? 'open ' + process.pid : call) + '\\n');
${instead}
${answers({ resume: null })}
${fakeHost()}`,
  );
}

/** Until a file has the word, then the call is answered. */
const waits = (call: string) =>
  `const fs = require('node:fs');
if (call === '${call}') while (!fs.readFileSync(${JSON.stringify(log)}, 'utf8').includes('GO'));`;
const go = () => {
  appendFileSync(log, 'GO\n');
};
const HANGS = (call: string) => `if (call === '${call}') return;`;

/** Becomes true while it is waited for: nothing here takes longer than a process does to start. */
async function until(what: () => boolean): Promise<void> {
  for (let i = 0; i < 1000 && !what(); i++) await new Promise((done) => setTimeout(done, 10));
  assert.ok(what());
}

const isAlive = (note: string): boolean => {
  try {
    process.kill(Number(note.split(' ')[1]), 0);
    return true;
  } catch {
    return false;
  }
};
const codeOf = (error: unknown) => (error instanceof CheckError ? error.code : error);

const made: SharedConnections[] = [];
function shared(workerPath: string, idleMs = 60_000) {
  const states: string[] = [];
  const connections: SharedConnections = new SharedConnections({
    connect: (uri, signal) => connect({ uri, workerPath, timeoutMs: 20_000, signal }),
    asError: (thrown) => thrown as CheckError,
    onChange: (uri) => states.push(connections.state(uri).kind),
    idleMs,
  });
  made.push(connections);
  return { connections, states };
}

/** What a view does: it asks, and stays connected. */
async function list(connections: SharedConnections): Promise<void> {
  const share = await connections.share(URI, { stays: true });
  await share.listDomains();
  await share.close();
}

/** What a check does. */
async function check(connections: Pick<SharedConnections, 'share'>, signal?: AbortSignal): Promise<void> {
  const share = await connections.share(URI, { signal });
  try {
    await share.host();
    await share.domain(FAKE_UUID);
    await share.launchSecurityInfo(FAKE_UUID);
  } finally {
    await share.close();
  }
}

/** Checks of a batch, as many as there are. */
function batch(connections: SharedConnections, count: number): Promise<unknown> {
  const hosts = new HostConnections({ connect: ({ uri, signal }) => connections.share(uri, { signal }) });
  const ask = (connection: Connection) => connection.domain(FAKE_UUID);
  return Promise.all(
    Array.from({ length: count }, () => hosts.use({ uri: URI, workerPath: '' }, ask, () => undefined)),
  );
}

describe('A connection to a host', () => {
  useFolder((path) => {
    folder = path;
    log = join(folder, 'log');
  });
  afterEach(() => {
    for (const one of made.splice(0)) one.dispose();
  });

  const together: [string, (connections: SharedConnections) => Promise<unknown>][] = [
    ['a report', (connections) => check(connections)],
    ['two reports', (connections) => Promise.all([check(connections), check(connections)])],
    ['a batch', (connections) => batch(connections, 5)],
    ['a batch and a report', (connections) => Promise.all([batch(connections, 5), check(connections)])],
    ['the view again', (connections) => list(connections)],
  ];
  for (const [who, ask] of together) {
    it(`is one for the view and ${who}, one after the other`, async () => {
      const { connections } = shared(worker());
      await list(connections);
      await ask(connections);
      await list(connections);
      assert.equal(opens().length, 1);
      assert.ok(isAlive(opens()[0]!), 'it stays open');
    });
    it(`is one for the view and ${who} at the same time`, async () => {
      const { connections } = shared(worker());
      await Promise.all([list(connections), ask(connections)]);
      assert.equal(opens().length, 1);
    });
    it(`is one for ${who} and the view, which comes while it is open`, async () => {
      const { connections } = shared(worker());
      const share = await connections.share(URI);
      await Promise.all([ask(connections), list(connections)]);
      await share.close();
      assert.equal(opens().length, 1);
      assert.ok(isAlive(opens()[0]!), 'what a view asks keeps it open');
    });
  }

  it('ends with a check that alone has it, and leaves no process and no state', async () => {
    const { connections, states } = shared(worker());
    await check(connections);
    assert.deepEqual(states, ['connecting', 'connected', 'closed']);
    assert.equal(notes().at(-1), 'close');
    assert.ok(!isAlive(opens()[0]!));
  });
  it('ends when nobody has asked for a while, unless it is in view', async () => {
    const { connections, states } = shared(worker(), 1);
    let inView = true;
    connections.isNeeded = () => inView;
    await list(connections);
    await new Promise((done) => setTimeout(done, 50));
    assert.equal(connections.state(URI).kind, 'connected');
    inView = false;
    await until(() => states.at(-1) === 'closed' && !isAlive(opens()[0]!));
  });

  it('goes on for the others when one of them stops, which gets no answer and asks nothing more', async () => {
    const { connections } = shared(worker(waits('domains')));
    const stop = new AbortController();
    const [view, report] = [
      await connections.share(URI),
      await connections.share(URI, { signal: stop.signal }),
    ];
    const listing = view.listDomains();
    const resumed = report.resume(FAKE_UUID);
    await until(() => asked().length === 1);
    stop.abort();
    await assert.rejects(resumed, { code: 'libvirt-cancelled' });
    await assert.rejects(report.domain(FAKE_UUID), { code: 'libvirt-cancelled' });
    assert.equal(codeOf(await report.ended), 'libvirt-cancelled');
    go();
    assert.equal((await listing).length, 1);
    await view.listDomains();
    await view.close();
    assert.deepEqual(
      asked().filter((note) => note !== 'GO'),
      ['domains', 'domains', 'close'],
      'what waited for its turn is not sent',
    );
  });
  it('ends at once with the only one that has it, when that stops while it hangs', async () => {
    const { connections, states } = shared(worker(HANGS('domains')));
    const stop = new AbortController();
    const share = await connections.share(URI, { signal: stop.signal });
    const listing = share.listDomains();
    await until(() => asked().length === 1);
    stop.abort();
    await assert.rejects(listing, { code: 'libvirt-cancelled' });
    await share.close();
    assert.ok(!isAlive(opens()[0]!));
    assert.equal(states.at(-1), 'closed');
  });

  const whileOpening: [string, number, boolean][] = [
    ['is given up when the only one that waits for it stops', 0, false],
    ['is waited for by the others when one of them stops', 1, true],
  ];
  for (const [what, others, goesOn] of whileOpening) {
    it(`that is being opened ${what}`, async () => {
      const { connections, states } = shared(worker(waits('open')));
      const stop = new AbortController();
      const stopped = check(connections, stop.signal);
      const rest = Array.from({ length: others }, () => check(connections));
      await until(() => opens().length === 1);
      stop.abort();
      await assert.rejects(stopped, { code: 'libvirt-cancelled' });
      assert.equal(isAlive(opens()[0]!), goesOn);
      assert.equal(states.at(-1), goesOn ? 'connecting' : 'closed');
      go();
      await Promise.all(rest);
      assert.equal(opens().length, 1);
    });
  }
  it('is not opened for one that has already stopped', async () => {
    const { connections } = shared(worker());
    await assert.rejects(check(connections, AbortSignal.abort()), { code: 'libvirt-cancelled' });
    assert.deepEqual(notes(), []);
  });

  it('that is lost is lost for all, and opened anew for the next', async () => {
    const { connections, states } = shared(worker(`if (call === 'domains') process.exit(1);`));
    const [one, other] = [await connections.share(URI, { stays: true }), await connections.share(URI)];
    await assert.rejects(one.listDomains(), { code: 'libvirt-gone' });
    assert.deepEqual([codeOf(await one.ended), codeOf(await other.ended)], ['libvirt-gone', 'libvirt-gone']);
    await assert.rejects(other.domain(FAKE_UUID), { code: 'libvirt-gone' });
    assert.equal(states.at(-1), 'failed');
    await check(connections);
    assert.equal(opens().length, 2);
  });
  const failing: [string, boolean, string][] = [
    ['a view shows why', true, 'failed'],
    ['a check tells why itself', false, 'closed'],
  ];
  for (const [what, stays, state] of failing) {
    it(`that cannot be opened is asked for again by the next one, and ${what}`, async () => {
      const { connections, states } = shared(worker(`if (call === 'open') process.exit(1);`));
      for (const count of [1, 2]) {
        await assert.rejects(connections.share(URI, { stays }), { code: 'libvirt-gone' });
        assert.deepEqual([opens().length, states.at(-1)], [count, state]);
      }
      connections.forgetFailure(URI);
      assert.equal(connections.state(URI).kind, 'closed');
    });
  }
  it('that is removed ends for all, whatever they wait for', async () => {
    const { connections } = shared(worker(HANGS('domains')));
    const share = await connections.share(URI);
    const listing = share.listDomains();
    await until(() => asked().length === 1);
    await Promise.all([assert.rejects(listing, { code: 'libvirt-cancelled' }), connections.close(URI)]);
    assert.ok(!isAlive(opens()[0]!));
  });
});
