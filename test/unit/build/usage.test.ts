// The scripts that people run: --help and unknown arguments give the usage at once, and nothing is started or installed.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, cpSync, mkdirSync, readdirSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { useFolder } from '../../helpers/folder';

const SCRIPTS = {
  'npm start': 'start.mjs',
  'npm test': 'test.mjs',
  'npm run check': 'check.mjs',
  'npm run fuzz': 'fuzz.mjs',
  'npm run bench': 'bench.mjs',
  'npm run test:desktop': 'desktop.mjs',
} as const;

interface Ended {
  readonly status: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script of a clone that has never been set up. */
function run(clone: string, script: string, args: readonly string[]): Promise<Ended> {
  return new Promise((done) => {
    const options = { cwd: clone, timeout: 30_000, env: { PATH: '' } };
    execFile(
      process.execPath,
      [join(clone, 'src/build', script), ...args],
      options,
      (error, stdout, stderr) => {
        done({ status: error ? error.code : 0, stdout, stderr });
      },
    );
  });
}

/** All files below a folder. */
const filesIn = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();

describe('A script that people run', () => {
  let clone: string;
  useFolder((folder) => {
    clone = join(folder, 'clone');
    mkdirSync(clone);
    cpSync('src/build', join(clone, 'src/build'), { recursive: true });
    for (const file of ['package.json', 'package-lock.json']) copyFileSync(file, join(clone, file));
  });

  for (const [name, script] of Object.entries(SCRIPTS))
    it(`gives its usage and touches nothing: ${name}`, async () => {
      const before = filesIn(clone);
      const usage = (text: string) => text.slice(text.indexOf('Usage: '));
      const asked = await run(clone, script, ['--help']);
      assert.deepEqual([asked.status, asked.stderr], [0, '']);
      assert.ok(asked.stdout.startsWith(`Usage: ${name} `), asked.stdout);
      assert.match(asked.stdout, /--help +Show this/);
      assert.deepEqual(await run(clone, script, ['-h']), asked);
      const wrong: [string[], RegExp][] = [
        [['--hepl'], /'--hepl'/],
        [['-x'], /'-x'/],
        [['nonsense'], /'nonsense'/],
        [['--help=yes'], /--help/],
      ];
      for (const [args, says] of wrong) {
        const { status, stdout, stderr } = await run(clone, script, args);
        assert.deepEqual([status, stdout], [2, ''], args.join(' '));
        assert.match(stderr, says);
        assert.equal(usage(stderr), usage(asked.stdout), 'with the usage');
      }
      assert.deepEqual(filesIn(clone), before);
    });

  it('names its options and tiers', async () => {
    const { stdout } = await run(clone, 'test.mjs', ['--help']);
    assert.match(stdout, /-g, --grep TEXT/);
    assert.match(stdout, /unit, limits, fuzz, peer, libvirt, vscode, browser/);
    assert.equal((await run(clone, 'test.mjs', ['unit', '--grep'])).status, 2, 'an option without its value');
    assert.match((await run(clone, 'start.mjs', ['--help'])).stdout, /--desktop[\s\S]*--once/);
  });

  it('refuses a port that is none, that browsers refuse, or that is taken, before anything is set up', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const before = filesIn(clone);
    const cases: [string, RegExp][] = [
      ['0', /^--port 0 is no port\. Give one from 1 to 65535\.$/m],
      ['65536', /^--port 65536 is no port/m],
      ['80a', /^--port 80a is no port/m],
      ['', /is no port/],
      ['6000', /^Browsers open no page at port 6000/m],
      [String(port), new RegExp(`^Port ${port} of 127\\.0\\.0\\.1 is taken`, 'm')],
    ];
    for (const [given, says] of cases) {
      const { status, stdout, stderr } = await run(clone, 'start.mjs', [`--port=${given}`]);
      assert.deepEqual([status, stdout], [1, ''], given);
      assert.match(stderr, says);
    }
    taken.close();
    assert.deepEqual(filesIn(clone), before);
  });
});
