// The processes of the libvirt client: a host that says nothing, a caller that dies, and what is left afterwards.

import assert from 'node:assert/strict';
import { fork, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import { connect } from '../../src/libvirt/client';
import { children, failure, isAlive, until, workerPath } from '../helpers/libvirt';
import { promptly } from '../helpers/promptly';

describe('A connection to libvirt', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sevscope-libvirt-'));
  const sockets: Socket[] = [];
  let silent: Server;
  const silentPort = () => (silent.address() as AddressInfo).port;
  /** A host that takes connections and says nothing. */
  const silentUri = () => `qemu+tcp://127.0.0.1:${silentPort()}/system`;

  before(async () => {
    silent = createServer((socket) => sockets.push(socket));
    await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening));
  });
  after(() => {
    for (const socket of sockets) socket.destroy();
    silent.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('to a host that says nothing is given up at the deadline', async () => {
    const begin = performance.now();
    const error = await failure(connect({ uri: silentUri(), timeoutMs: 1000, workerPath }));
    const took = performance.now() - begin;
    assert.match(error.message, /did not connect within 1 s.*libvirtd runs there/);
    assert.equal(error.code, 'libvirt-silent');
    assert.equal(error.kind, 'state');
    assert.ok(took > 950 && took < 20_000, `${took} ms`);
  });

  it('to a host that says nothing is stopped soon, and its process is gone', async () => {
    const stop = new AbortController();
    const taken = sockets.length;
    const before = new Set(children());
    const connecting = failure(connect({ uri: silentUri(), signal: stop.signal, workerPath }));
    await until(() => sockets.length > taken, 5000);
    const [pid] = children().filter((child) => !before.has(child));
    assert.ok(pid !== undefined && isAlive(pid));
    const assertPrompt = promptly(250);
    stop.abort();
    assert.equal((await connecting).code, 'libvirt-cancelled');
    assertPrompt();
    await until(() => !children().includes(pid), 8000);
  });

  it('to a host that says nothing takes its ssh along when it is stopped', async () => {
    const stop = new AbortController();
    const taken = sockets.length;
    const before = new Set(children());
    const connecting = failure(
      connect({ uri: `qemu+ssh://127.0.0.1:${silentPort()}/system`, signal: stop.signal, workerPath }),
    );
    await until(() => sockets.length > taken, 5000);
    const [pid] = children().filter((child) => !before.has(child));
    const [ssh] = children(pid);
    assert.ok(ssh !== undefined, 'ssh runs');
    stop.abort();
    await connecting;
    await until(() => !isAlive(ssh), 8000);
  });

  it('opened and closed twenty times, and a few at once, leaves no process', async () => {
    const before = children();
    const several = Array.from({ length: 5 }, () => connect({ uri: 'test:///default', workerPath }));
    for (const one of await Promise.all(several)) await one.close();
    for (let i = 0; i < 20; i++) {
      const one = await connect({ uri: 'test:///default', workerPath });
      assert.equal((await one.listDomains()).length, 1);
      await one.close();
    }
    assert.deepEqual(children(), before);
  });

  it('left open keeps no program from ending', () => {
    const script = join(folder, 'leaves.cjs');
    buildSync({
      stdin: {
        contents: `import { connect } from './src/libvirt/client';
          void connect({ uri: 'test:///default', workerPath: ${JSON.stringify(workerPath)} }).then((c) => c.host()).then((h) => console.log(h.driver));`,
        resolveDir: resolve('.'),
        loader: 'ts',
      },
      bundle: true,
      platform: 'node',
      outfile: script,
    });
    const { status, stdout } = spawnSync(process.execPath, [script], { timeout: 30_000, encoding: 'utf8' });
    assert.deepEqual([status, stdout], [0, 'TEST\n']);
  });

  const orphans: [name: string, message: () => object, withinMs: number][] = [
    ['waits', () => ({ id: 1, call: 'open', request: { uri: 'test:///default', aliases: true } }), 1000],
    // Inside a call its own thread does not see that nobody waits any more.
    ['hangs', () => ({ id: 1, call: 'open', request: { uri: silentUri(), aliases: false } }), 1000],
  ];
  for (const [name, message, withinMs] of orphans) {
    it(`whose caller dies while it ${name} ends by itself`, async () => {
      const taken = sockets.length;
      const script = join(folder, `dies-${name}.cjs`);
      writeFileSync(
        script,
        `const worker = require('node:child_process').fork(${JSON.stringify(workerPath)}, [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc', 'pipe', 'pipe'] });
         worker.send(${JSON.stringify(message())});
         worker.on('message', () => process.send(worker.pid));
         process.on('message', () => process.send(worker.pid));`,
      );
      const caller = fork(script);
      const replied = new Promise<number>((done) => caller.once('message', (pid) => done(pid as number)));
      if (name === 'hangs') {
        await until(() => sockets.length > taken, 5000);
        caller.send('who');
      }
      const pid = await replied;
      assert.ok(isAlive(pid));
      caller.kill('SIGKILL');
      await until(() => !isAlive(pid), withinMs);
    });
  }
});
