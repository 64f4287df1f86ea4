// Signals in the middle of what the command line does: it ends at once, by the signal, with no partial file, and old
// outputs whole. For those that reach a libvirt worker see test/libvirt/interrupts.test.ts.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SAMPLE } from '../../src/app/sampleNames';
import { interrupted, SIGNALS, type Interruption } from '../helpers/interrupted';
import { CLI } from '../helpers/peer';
import { seeded } from '../helpers/random';
import { useOneSample } from '../helpers/sample';

let folder: string;
useOneSample((made) => {
  folder = made;
  execFileSync('mkfifo', [join(folder, 'silent')]);
  writeFileSync(join(folder, 'table.csv'), 'before');
  writeFileSync(join(folder, 'report.xml'), 'before');
});

const none = Buffer.alloc(48, 1).toString('base64');
const matrix = ['digest', '--matrix', '--mode', 'seves', '-f', 'OVMF.sample.fd', '--vcpus', '1-4096'];
const partials = () =>
  readdirSync(folder, { recursive: true }).filter((name) => String(name).includes('.partial'));

/** What runs long enough to be interrupted, and the moment from which it may be. */
const LONG: readonly [what: string, args: readonly string[], how?: Partial<Interruption>][] = [
  ['reads a pipe that nobody writes', ['digest', '--mode', 'sev', '-f', 'silent']],
  ['reads a pipe for a check', ['validate', '--launch', SAMPLE.sevEsMatches, '--kernel', 'silent']],
  ['searches in threads', ['explain', '--launch', SAMPLE.sevEsMatches, '-m', none, '--max-cpus', '4096']],
  ['writes a table', [...matrix, '--output', 'table.csv'], { reached: () => partials().length > 0 }],
  ['writes a table that nobody reads', matrix, { read: false }],
  [
    'writes its results into a pipe that nobody reads',
    ['validate', '--launch', SAMPLE.sevEsMatches, SAMPLE.sevEsMismatch, '--junit', 'silent'],
  ],
  ['reads standard input', ['show', '-']],
];

describe('The command line, when a signal comes while it', function () {
  this.timeout(120_000);
  for (const [what, args, how] of LONG)
    for (const [i, signal] of SIGNALS.entries())
      it(`${what}, ends by ${signal} and leaves nothing`, async () => {
        const random = seeded(i + 1);
        // At once, soon, and when it is at work.
        for (const [least, most] of [
          [0, 60],
          [100, 400],
          [500, 1200],
        ] as const) {
          const after = least + random(most - least);
          const end = await interrupted(args, { cwd: folder, signal, after, ...how });
          const said = `after ${after} ms: ${JSON.stringify(end)}`;
          assert.deepEqual([end.signal, end.status, end.stderr], [signal, null, ''], said);
          assert.deepEqual(partials(), [], said);
          for (const old of ['table.csv', 'report.xml'])
            assert.equal(readFileSync(join(folder, old), 'utf8'), 'before', said);
        }
      });

  for (const signal of SIGNALS)
    it(`writes a sample, leaves whole files only: ${signal}`, async () => {
      spawnSync(process.execPath, [CLI, 'sample', 'whole'], { cwd: folder });
      for (const after of [0, 2, 5, 10, 20, 40]) {
        const target = `sample-${signal}-${after}`;
        const reached = () => existsSync(join(folder, target));
        await interrupted(['sample', target], { cwd: folder, signal, after, reached });
        assert.deepEqual(partials(), []);
        for (const name of readdirSync(join(folder, target)).filter((one) => one.endsWith('.fd')))
          assert.deepEqual(
            readFileSync(join(folder, target, name)),
            readFileSync(join(folder, 'whole', name)),
          );
      }
    });
});
