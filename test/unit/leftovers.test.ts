// What is removed when an extension is switched off or a process ends: processes, threads and partial files, whatever
// they are doing.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leftover, removeLeftovers } from '../../src/leftovers';
import { connect } from '../../src/libvirt/client';
import { startThread } from '../../src/node/threads';
import { writeWhole } from '../../src/node/write';
import { fakeWorker } from '../helpers/fakeWorker';
import { children, failure, isAlive, until } from '../helpers/libvirt';

describe('Leftovers', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'sevscope-leftovers-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));
  afterEach('it listens to no signals that it has nothing to do at', () => {
    for (const signal of ['SIGTERM', 'SIGHUP']) assert.equal(process.listenerCount(signal), 0, signal);
  });

  for (const asTyped of [false, true])
    it(`include a libvirt worker that is computing${asTyped ? ' and shares the terminal' : ''}`, async () => {
      const before = children();
      const workerPath = fakeWorker(folder, 'for (;;);');
      const connecting = failure(connect({ uri: 'test:///default', workerPath, asTyped }));
      await until(() => children().length > before.length, 2000);
      const [worker] = children().filter((pid) => !before.includes(pid));
      removeLeftovers();
      await until(() => !isAlive(worker!), 1000);
      assert.equal((await connecting).code, 'libvirt-gone');
    });

  it('include a thread that is computing', async () => {
    const script = join(folder, 'loops.cjs');
    writeFileSync(script, "require('node:worker_threads').parentPort.postMessage(1); for (;;);");
    const thread = startThread(script, undefined);
    const ended = new Promise((end) =>
      thread.hear({ message: removeLeftovers, error: (why) => end(why), end: () => end('ended') }),
    );
    assert.equal(await ended, 'ended');
  });

  it('include a partial file, and the old one stays', async () => {
    const path = join(folder, 'table.csv');
    writeFileSync(path, 'before');
    const partials = () => readdirSync(folder).filter((name) => name.includes('.partial'));
    async function* rows() {
      yield 'first\n';
      assert.equal(partials().length, 1);
      removeLeftovers();
      assert.deepEqual(partials(), []);
      await Promise.resolve();
      yield 'last\n';
    }
    assert.equal((await failure(writeWhole(path, rows()))).code, 'unwritable-file');
    assert.equal(readFileSync(path, 'utf8'), 'before');
    assert.deepEqual(partials(), []);
  });

  it('are all removed when one of them is gone already', () => {
    const removed: number[] = [];
    leftover(() => removed.push(1));
    leftover(() => {
      throw new Error('gone');
    });
    const forget = leftover(() => removed.push(2));
    leftover(() => removed.push(3));
    forget();
    removeLeftovers();
    removeLeftovers();
    assert.deepEqual(removed, [3, 1]);
  });
});
