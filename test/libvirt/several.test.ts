// `sevscope validate --launch` with many launch files of running domains: the host is connected to once for all of them, and one that
// stays silent costs its time-out once.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { REMOTE_CPU, useBed } from '../helpers/bed';
import { writeGuestLaunch } from '../helpers/guests';

const DOMAINS = 6;
const SILENT = 5;
/** Seconds; long enough for ssh to log in on a busy machine. */
const TIMEOUT = 8;

/** Runs the command line where `noting-ssh` of a folder is the system's ssh, and PATH begins with planted programs. */
async function runWithSsh(args: readonly string[], folder: string) {
  const script = `mount --bind ${folder}/noting-ssh "$(realpath /usr/bin/ssh)" && exec "$@"`;
  const child = spawn(
    'unshare',
    ['--mount', '/bin/sh', '-ec', script, 'sh', process.execPath, resolve('dist/sevscope.js'), ...args],
    { cwd: folder, env: { ...process.env, PATH: `${folder}/planted:${process.env['PATH']}` } },
  );
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number]>,
  ]);
  return { stdout, stderr, status };
}

describe('Several launches of running domains', () => {
  const bed = useBed();
  let folder: string;
  let silent: Server;
  let asked = 0;

  before(async function () {
    this.timeout(300_000);
    folder = mkdtempSync(join(tmpdir(), 'sevscope-several-'));
    // In place of ssh, for the command line alone: the ssh of the bed, which notes each connection.
    copyFileSync('/usr/bin/ssh', join(folder, 'real-ssh'));
    const ofBed = readFileSync(join(bed().sshFolder, 'ssh'), 'utf8').replace(
      '/usr/bin/ssh',
      `${folder}/real-ssh`,
    );
    const noting = ofBed.replace('exec', `echo >> ${folder}/connections; exec`);
    writeFileSync(join(folder, 'noting-ssh'), noting, { mode: 0o755 });
    // What a workspace could plant; nothing of it may run.
    mkdirSync(join(folder, 'planted'));
    for (const name of ['ssh', 'nc', 'sh'])
      writeFileSync(join(folder, 'planted', name), `#!/bin/sh\ntouch ${folder}/marker\n`, { mode: 0o755 });
    silent = createServer(() => asked++);
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;

    const specs = Array.from({ length: DOMAINS }, (_, i) => ({
      ...({ host: 'b', policy: 5, vcpus: 2, name: `several-${i}` } as const),
      cpu: i === 1 ? ([23, 49, 0] as const) : REMOTE_CPU,
    }));
    const domains = await bed().defineDomains(specs);
    for (const [i, domain] of domains.entries()) {
      const connection = bed().uris.b.plainSsh;
      writeGuestLaunch(folder, bed(), domain, {
        domain: { connection, name: i === 2 ? 'nobody' : domain.name, policy: 5 },
      });
    }
    for (let i = 0; i < SILENT; i++)
      writeGuestLaunch(
        folder,
        bed(),
        { ...domains[0]!, name: `silent-${i}` },
        {
          domain: { connection: `qemu+tcp://127.0.0.1:${port}/system`, name: 'guest', policy: 5 },
        },
      );
  });
  after(() => {
    silent.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('share the connection to their host, and do not wait for a silent one each', async () => {
    const begin = performance.now();
    const args = ['validate', '--timeout', String(TIMEOUT), '--json', '--launch', '*.sevlaunch.json'];
    const { stdout, stderr, status } = await runWithSsh(args, folder);
    assert.ok(!existsSync(join(folder, 'marker')), 'a planted program has run');
    const seconds = (performance.now() - begin) / 1000;
    assert.equal(stderr, '');
    const results = JSON.parse(stdout) as { file: string; status: number; error?: { message: string } }[];
    assert.deepEqual(
      results.map(({ file, status }) => [file.replace('.sevlaunch.json', ''), status]),
      [
        ...Array.from({ length: DOMAINS }, (_, i) => [`several-${i}`, [0, 1, 6][i] ?? 0]),
        ...Array.from({ length: SILENT }, (_, i) => [`silent-${i}`, 5]),
      ],
    );
    assert.equal(status, 6);
    const said = results.filter(({ status }) => status === 5).map(({ error }) => error!.message);
    assert.equal(new Set(said).size, 1);
    assert.match(said[0]!, /did not connect within 8 s/);
    assert.equal(asked, 1, 'the silent host is asked once');
    assert.equal(readFileSync(join(folder, 'connections'), 'utf8'), '\n', 'ssh runs once');
    assert.ok(seconds < 2 * TIMEOUT + 4, `${seconds} s`);
  });
});
