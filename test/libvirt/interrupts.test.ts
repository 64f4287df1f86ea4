// Signals while the command line waits for libvirt: its worker and the ssh that libvirt started end with it, also when
// it has no time to end them, and the terminal is as it was.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SAMPLE } from '../../src/app/sampleNames';
import { useOneSample } from '../helpers/sample';
import { descendants, interrupted, SIGNALS } from '../helpers/interrupted';
import { seeded } from '../helpers/random';

let folder: string;
useOneSample((made) => (folder = made));

/** An ssh that does not notice when nobody listens, and another process below it. */
const DEAF_SSH = '#!/bin/sh\ntrap "" HUP INT TERM PIPE\nsleep 1000 &\nexec sleep 1001\n';
const SLEEPS = 'sleep\u0000100';

/** The processes that have a folder in their environment, whoever their parent is by now. */
const processesOf = (path: string): string[] =>
  readdirSync('/proc').filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(path);
    } catch {
      return false;
    }
  });

/** Whether a process runs this. */
const runs = (pid: number, text: string): boolean => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(text);
  } catch {
    return false;
  }
};

describe('The command line, when a signal comes while it', function () {
  this.timeout(300_000);
  let bin: string;
  let silent: Server;
  const sockets: Socket[] = [];
  let env: NodeJS.ProcessEnv;

  before(async () => {
    bin = mkdtempSync(join(tmpdir(), 'sevscope-ssh-'));
    writeFileSync(join(bin, 'ssh'), DEAF_SSH, { mode: 0o755 });
    env = { ...process.env, PATH: `${bin}:${process.env['PATH']}` };
    silent = createServer((socket) => sockets.push(socket));
    await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening));
    const { port } = silent.address() as AddressInfo;
    const connection = `qemu+ssh://root@127.0.0.1:${port}/system`;
    for (const i of [1, 2, 3]) {
      const launch = JSON.parse(readFileSync(join(folder, SAMPLE.sevEsMatches), 'utf8')) as {
        launch?: unknown;
      };
      delete launch.launch;
      const domain = { connection, name: `guest${i}` };
      writeFileSync(join(folder, `running${i}.sevlaunch.json`), JSON.stringify({ ...launch, domain }));
    }
    writeFileSync(join(folder, 'report.xml'), 'before');
  });
  after(() => {
    for (const socket of sockets) socket.destroy();
    silent.close();
    assert.deepEqual(processesOf(bin), []);
    rmSync(bin, { recursive: true, force: true });
  });

  const uri = 'qemu+ssh://nobody.invalid/system';
  const firmware = ['--firmware', 'OVMF.sample.fd', '--tik', 'sample_tik.bin', '--tek', 'sample_tek.bin'];
  const typed = ['--connect', uri, '--domain', 'guest', '--timeout', '30'];
  /** Whether ssh runs, and what it started. */
  const sshRuns = (pid: number) => descendants(pid).filter((one) => runs(one, SLEEPS)).length >= 2;
  /** Whether any ssh runs: for what a launch file names, that of the system. */
  const anySshRuns = (pid: number) => sshRuns(pid) || descendants(pid).some((one) => runs(one, 'ssh\u0000'));

  const waits: readonly [what: string, args: readonly string[], reached: (pid: number) => boolean][] = [
    ['checks a domain', ['validate', ...typed, ...firmware, '--junit', 'report.xml'], sshRuns],
    ['records a launch', ['launch', 'record', ...typed, '--output', 'recorded.json'], sshRuns],
    [
      'checks the domain of a launch file',
      ['validate', '--launch', 'running1.sevlaunch.json', '--timeout', '30'],
      anySshRuns,
    ],
    [
      'checks several domains',
      ['validate', '--launch', ...[1, 2, 3].map((i) => `running${i}.sevlaunch.json`), '--timeout', '30'],
      anySshRuns,
    ],
  ];

  for (const [what, args, reached] of waits)
    for (const signal of [...SIGNALS, 'SIGKILL'] as const)
      for (const toGroup of [false, true])
        it(`${what}, ends by ${signal}${toGroup ? ' from the terminal' : ''} and leaves no process`, async () => {
          const after = seeded(SIGNALS.length)(200);
          const end = await interrupted(args, { cwd: folder, env, signal, after, reached, toGroup });
          assert.deepEqual([end.signal, end.status, end.stderr], [signal, null, ''], JSON.stringify(end));
          assert.ok(end.processes >= 2, JSON.stringify(end));
          assert.equal(readFileSync(join(folder, 'report.xml'), 'utf8'), 'before');
          const left = readdirSync(folder).filter(
            (name) => name.includes('partial') || name === 'recorded.json',
          );
          assert.deepEqual(left, []);
        });

  it('starts its worker, leaves no process', async () => {
    const [, args] = waits[0]!;
    for (const signal of SIGNALS)
      for (const after of [0, 5, 20, 60]) {
        const reached = (pid: number) => descendants(pid).length > 0;
        const end = await interrupted(args, { cwd: folder, env, signal, after, reached });
        assert.equal(end.signal, signal, JSON.stringify(end));
      }
  });
});
