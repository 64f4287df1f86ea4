// Hosts that many checks ask: one connection for all of them, one answer after the other, and a host that cannot be reached is not
// tried again. The workers are real processes.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HostConnections } from '../../../src/app/hostConnections';
import { CheckError } from '../../../src/core/errors';
import { libvirt } from '../../../src/libvirt/client';
import type { Connection, ConnectOptions } from '../../../src/libvirt/contract';
import { fakeWorker } from '../../helpers/fakeWorker';
import { useFolder } from '../../helpers/folder';

let folder: string;
let log: string;

/** A worker that notes when it connects and ends. @param onOpen what it does then @param onList what it does when asked */
const worker = (onOpen: string, onList = 'send({ id, ok: [] });'): string =>
  fakeWorker(
    folder,
    `const note = (text) => require('node:fs').appendFileSync(${JSON.stringify(log)}, text + '\\n');
if (call === 'open') { note('open ' + request.uri); ${onOpen} }
if (call === 'domains') { ${onList} }
if (call === 'close') { note('close'); send({ id, ok: null }); }`,
  );
const OPENS = 'return send({ id, ok: null });';

const notes = (): string[] => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []);
const list = (connection: Connection) => connection.listDomains();
/** What answers has the time that a busy machine needs. */
const options = (workerPath: string, uri = 'test:///default', timeoutMs = 20_000): ConnectOptions => ({
  uri,
  workerPath,
  timeoutMs,
});
/** What does not answer is not waited for. */
const SILENT = ['test:///default', 2000] as const;

describe('The hosts of many checks', () => {
  useFolder((made) => {
    folder = made;
    log = join(folder, 'log');
  });
  it('are connected to once, and left when nobody asks any more', async () => {
    const hosts = new HostConnections(libvirt);
    const workerPath = worker(OPENS);
    const turns: number[] = [];
    const all = Array.from({ length: 20 }, (_, i) =>
      hosts.use(options(workerPath), list, () => turns.push(i)),
    );
    await Promise.all(all);
    assert.deepEqual(notes(), ['open test:///default', 'close']);
    assert.deepEqual(
      turns,
      Array.from({ length: 20 }, (_, i) => i),
    );
    await hosts.use(options(workerPath), list, () => undefined);
    assert.equal(notes().length, 4, 'later it is connected to again');
  });

  it('are asked for one at a time', async () => {
    const hosts = new HostConnections(libvirt);
    let asking = 0;
    const ask = async (connection: Connection) => {
      asking += 1;
      assert.equal(asking, 1);
      await connection.listDomains();
      asking -= 1;
    };
    const workerPath = worker(OPENS);
    await Promise.all(Array.from({ length: 5 }, () => hosts.use(options(workerPath), ask, () => undefined)));
  });

  it('are not tried again when they cannot be reached: all have the one answer', async () => {
    const hosts = new HostConnections(libvirt);
    const workerPath = worker('');
    const begin = performance.now();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, () => hosts.use(options(workerPath, ...SILENT), list, () => undefined)),
    );
    const took = performance.now() - begin;
    const messages = outcomes.map((outcome) => {
      assert.ok(outcome.status === 'rejected' && outcome.reason instanceof CheckError);
      assert.equal(outcome.reason.code, 'libvirt-silent');
      return outcome.reason.message;
    });
    assert.equal(new Set(messages).size, 1);
    assert.match(messages[0]!, /did not connect within 2 s/);
    assert.deepEqual(notes(), ['open test:///default']);
    assert.ok(took < 15_000, `${took} ms`);
    await assert.rejects(
      hosts.use(options(workerPath, ...SILENT), list, () => undefined),
      { code: 'libvirt-silent' },
    );
    assert.equal(notes().length, 1, 'nor later');
  });

  it('are connected to again when the connection is lost while one asks', async () => {
    const hosts = new HostConnections(libvirt);
    const mark = join(folder, 'mark');
    const workerPath = worker(
      OPENS,
      `const fs = require('node:fs'); if (fs.existsSync(${JSON.stringify(mark)})) return send({ id, ok: [] });
fs.writeFileSync(${JSON.stringify(mark)}, ''); process.exit(1);`,
    );
    const outcomes = await Promise.allSettled(
      Array.from({ length: 3 }, () => hosts.use(options(workerPath), list, () => undefined)),
    );
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['rejected', 'fulfilled', 'fulfilled'],
    );
    assert.deepEqual(notes(), ['open test:///default', 'open test:///default', 'close']);
  });

  it('are at most four at the same time, and none waits for ever', async () => {
    const hosts = new HostConnections(libvirt);
    const workerPath = worker(OPENS);
    let open = 0;
    let most = 0;
    const ask = async (connection: Connection) => {
      open += 1;
      most = Math.max(most, open);
      await connection.listDomains();
      await new Promise((done) => setTimeout(done, 100));
      open -= 1;
    };
    const uris = Array.from({ length: 8 }, (_, i) => `qemu+ssh://host${i}/system`);
    await Promise.all(
      [...uris, ...uris].map((uri) => hosts.use(options(workerPath, uri), ask, () => undefined)),
    );
    assert.ok(most > 1 && most <= 4, `${most} at the same time`);
    assert.equal(notes().filter((note) => note.startsWith('open')).length, 8);
  });

  it('are not asked when the turn of a check ends it', async () => {
    const hosts = new HostConnections(libvirt);
    const stopped = () => {
      throw new Error('stopped');
    };
    await assert.rejects(hosts.use(options(worker(OPENS)), list, stopped), /stopped/);
    assert.deepEqual(notes(), []);
  });
});
