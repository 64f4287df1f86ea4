// Files that make a careless walk work for minutes, as SEVSCOPE_CASES/bombs/gen.py writes them and as our own builders do: what
// the whole process takes for each command. Without the folder, its files are skipped.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BOMBS } from '../helpers/bombs';
import { costOf } from '../helpers/cost';

const CASES = process.env['SEVSCOPE_CASES'];
const MIB = 2 ** 20;
/** Seconds of processor time, and memory beside the files. */
interface Bounds {
  readonly cpu: number;
  readonly memory: number;
}
/** What a command takes at the most. */
const BOUNDS: Bounds = { cpu: 2, memory: 128 * MIB };
/** The same where the tests run beside others; what is bounded is the work, which the unit tests count. */
const BACKSTOP: Bounds = { cpu: 4, memory: 192 * MIB };
/** No answer about an image is longer. */
const MOST_ANSWER = 24 * MIB;

let folder: string;
before(() => (folder = mkdtempSync(join(tmpdir(), 'sevscope-bombs-'))));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Runs each command on a file, on it and a copy with another byte in the middle, and on it and another bomb. */
async function holds(name: string, bounds: Bounds): Promise<void> {
  const bytes = await readFile(join(folder, name));
  bytes[bytes.length >> 1]! ^= 0x55;
  writeFileSync(join(folder, 'changed'), bytes);
  writeFileSync(join(folder, 'other'), BOMBS['volumes that are no longer than their headers']!(MIB));
  const commands = [
    ['lint', name],
    ['show', '--json', name],
    ['diff', name, 'changed'],
    ['diff', name, 'other'],
  ];
  for (const args of commands) {
    const { cpu, memory, answer, status } = await costOf(['ovmf', ...args], folder);
    const input = args
      .slice(1)
      .reduce((sum, one) => sum + (one.startsWith('--') ? 0 : statSync(join(folder, one)).size), 0);
    const what = `ovmf ${args.join(' ')}: ${cpu} s, ${Math.round((memory - input) / MIB)} MiB beside the input, ${answer} bytes`;
    assert.ok(status !== null && status <= 2, what);
    assert.ok(cpu <= bounds.cpu && memory - input <= bounds.memory && answer <= MOST_ANSWER, what);
  }
}

describe('The command line on bombs of others', function () {
  this.timeout(120_000);
  it('stays within 2 seconds and 128 MiB for each', async function () {
    const script = CASES === undefined ? undefined : join(CASES, 'bombs', 'gen.py');
    if (script === undefined) this.skip();
    assert.ok(existsSync(script), script);
    execFileSync('python3', ['-B', script], { cwd: folder, timeout: 60_000 });
    const names = readdirSync(folder).filter((name) => name.endsWith('.fd'));
    assert.ok(names.length >= 8);
    for (const name of names) await holds(name, BOUNDS);
  });
});

describe('The command line on bombs', function () {
  this.timeout(60_000);
  for (const kind of Object.keys(BOMBS)) {
    it(`stays within 4 seconds and 192 MiB for ${kind}`, async () => {
      writeFileSync(join(folder, 'bomb'), BOMBS[kind]!(8 * MIB));
      await holds('bomb', BACKSTOP);
    });
  }
});
