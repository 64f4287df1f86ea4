// A large initrd is streamed: what a whole process of ours takes for one of 4 GiB.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SAMPLE } from '../../src/app/sampleNames';
import { runHere } from '../helpers/cli';
import { useFolder } from '../helpers/folder';
import { CLI } from '../helpers/peer';

/** Most memory of a process, in bytes. */
const MOST = 96 * 2 ** 20;
/** A backstop: the hash alone takes a few seconds. In microseconds of processor time. */
const MOST_TIME = 60e6;

/** SHA-256 of 2^32 bytes of zero, as sha256sum computes it. */
const ZEROS = '8479e43911dc45e89f934fe48d01297e16f51d17aa561d4d1c216b1ae0fcddca';

/**
 * Loaded into the process before it starts, to write down at its end what it took. What getrusage tells of memory begins with that
 * of the process which started it.
 */
const WATCH = `process.on('exit', () => {
  const { readFileSync, writeFileSync } = require('node:fs');
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  const memory = 1024 * /VmHWM:\\s*(\\d+) kB/.exec(readFileSync('/proc/self/status', 'latin1'))[1];
  writeFileSync(process.env.USAGE, JSON.stringify({ memory, time: userCPUTime + systemCPUTime }));
});`;

describe('An initrd of 4 GiB', () => {
  let folder: string;
  const at = (name: string) => join(folder, name);
  useFolder(async (made) => {
    folder = made;
    assert.equal((await runHere(['sample', '.'], folder)).status, 0);
    writeFileSync(at('initrd'), '');
    truncateSync(at('initrd'), 2 ** 32);
    writeFileSync(at('watch.cjs'), WATCH);
  });
  const measured = (args: readonly string[]) =>
    new Promise<{ stdout: string; status: unknown }>((done) => {
      const env = { ...process.env, USAGE: at('usage') };
      const all = ['--require', at('watch.cjs'), CLI, ...args];
      execFile(process.execPath, all, { cwd: folder, env }, (error, stdout) => {
        done({ stdout, status: error?.code ?? 0 });
      });
    });
  const digest = ['digest', '--mode', 'sev', '-f', 'OVMF.sample.fd', '-k', 'vmlinuz.sample', '-r', 'initrd'];
  const validate = ['validate', '--launch', SAMPLE.sevEsMatches, '-r', 'initrd', '--json'];
  for (const [args, status, says] of [
    [digest, 0, /^[0-9a-f]{64}\n$/],
    [validate, 1, new RegExp(ZEROS)],
  ] as const)
    it(`is read by ${args[0]} within 96 MiB`, async function () {
      // On a busy machine it waits for its turns; what it may take of the processor is below.
      this.timeout(300_000);
      const { stdout, status: ended } = await measured(args);
      assert.equal(ended, status);
      assert.match(stdout, says);
      const { memory: bytes, time } = JSON.parse(readFileSync(at('usage'), 'utf8')) as Record<string, number>;
      assert.ok(bytes! < MOST, `${bytes! >> 20} MiB`);
      assert.ok(time! < MOST_TIME, `${time! / 1e6} s of processor time`);
    });
});
