// What calls of a function cost, measured in another process: processor time, and the most memory beyond what it had before.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';

/** What a call did and cost. */
export interface Cost {
  readonly name: string;
  /** What `call` returned. */
  readonly said: string;
  /** Processor time in milliseconds. */
  readonly milliseconds: number;
  /** The most memory beyond that before the call, in MiB. */
  readonly mebibytes: number;
}

const MEASURE = `
  import { readFileSync, writeFileSync } from 'node:fs';
  const measure = (name, make, call) => {
    const input = make();
    globalThis.gc();
    // Linux then counts the most memory anew.
    writeFileSync('/proc/self/clear_refs', '5');
    const before = process.memoryUsage.rss();
    const begin = process.cpuUsage();
    const said = call(input);
    const { user, system } = process.cpuUsage(begin);
    const most = 1024 * Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'latin1'))[1]);
    console.log(JSON.stringify({ name, said, milliseconds: (user + system) / 1000, mebibytes: (most - before) / 2 ** 20 }));
  };`;

/**
 * Calls `call` with each input, in a process of its own.
 * @param script TypeScript that defines `inputs`, functions that make an input by name, and `call`, which returns a text
 */
export function costs(script: string): Cost[] {
  const folder = mkdtempSync(join(tmpdir(), 'sevscope-costs-'));
  try {
    const outfile = join(folder, 'built.cjs');
    const end = `
      const [wanted] = process.argv.slice(2);
      call('');
      if (wanted) measure(wanted, inputs[wanted], call);
      else console.log(JSON.stringify(Object.keys(inputs)));`;
    const alias = { 'jsonc-parser': resolve('node_modules/jsonc-parser/lib/esm/main.js') };
    const stdin = { contents: `${MEASURE}${script}${end}`, resolveDir: resolve('.'), loader: 'ts' } as const;
    buildSync({ stdin, bundle: true, platform: 'node', outfile, alias, logLevel: 'error' });
    const run = (...args: string[]): unknown => {
      const options = { encoding: 'utf8', timeout: 60_000 } as const;
      const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', outfile, ...args], options);
      assert.ok(stdout !== '', stderr);
      return JSON.parse(stdout);
    };
    return (run() as string[]).map((name) => run(name) as Cost);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
