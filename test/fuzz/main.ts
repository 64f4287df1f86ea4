// `npm run fuzz`, bundled: fuzzes the targets one after the other, keeps what failed, shortened, and prints the totals.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join, relative } from 'node:path';
import { Fuzzing, failsLike, type Failure, type Fuzzed } from './loop';
import { reduce } from './reduce';
import type { Target } from './target';
import { TARGETS } from './targets';
import { Watch } from './watch';

/** What the script that starts this hands over. */
interface Options {
  readonly seed: number;
  readonly targets: readonly string[];
  readonly executions: number;
  readonly seconds: number;
  /** Where failing inputs are written. */
  readonly folder: string;
  /** A file to run a target on, instead of fuzzing it. */
  readonly input?: string;
}

/** Targets of whole images get this share of the executions of others. */
const SLOW = 10;
const SHORT_NAME = 8;

/** Writes a failing input, shortened. @returns the command that runs it again */
async function keep(target: Target, { key, input }: Failure, folder: string): Promise<string> {
  const short = target.every ? input : await reduce(input, (one) => failsLike(target, one, key));
  mkdirSync(folder, { recursive: true });
  const name = createHash('sha256').update(short).digest('hex').slice(0, SHORT_NAME);
  const path = join(folder, `${target.name}-${name}`);
  writeFileSync(path, short);
  return `npm run fuzz -- --target ${target.name} --input ${relative('', path)}`;
}

const perSecond = ({ executions, seconds }: Pick<Fuzzed, 'executions' | 'seconds'>): string =>
  Math.round(executions / Math.max(seconds, 1e-3)).toLocaleString('en-US');

function row(name: string, result: Fuzzed): string {
  const { executions, failed, features, slowest } = result;
  const cells = [
    executions.toLocaleString('en-US').padStart(11),
    perSecond(result).padStart(9),
    String(features).padStart(7),
    `${slowest.milliseconds.toFixed(1)} ms`.padStart(11),
    String(failed).padStart(7),
  ];
  return `${name.padEnd(32)}${cells.join('')}`;
}

async function fuzz(target: Target, options: Options, watch: Watch): Promise<Fuzzed> {
  const { seed, seconds, executions, folder } = options;
  const fuzzing = new Fuzzing(target, seed, watch);
  await fuzzing.run({ executions: target.slow ? Math.ceil(executions / SLOW) : executions, seconds });
  const { result } = fuzzing;
  console.log(row(target.name, result));
  for (const failure of result.failures) {
    console.log(`  ${failure.message.split('\n').slice(0, 6).join('\n  ')}`);
    console.log(`  again: ${await keep(target, failure, folder)}`);
  }
  return result;
}

/** Runs a target on one file. */
async function runAgain(target: Target, path: string): Promise<number> {
  const input = Uint8Array.from(readFileSync(path));
  const fuzzing = new Fuzzing({ ...target, form: 'bytes', seeds: () => [input] }, 0);
  await fuzzing.run({ executions: 1, seconds: 600 });
  const { failures } = fuzzing.result;
  for (const { message } of failures) console.log(message);
  if (failures.length === 0) console.log(`${target.name} holds for ${path}`);
  return failures.length === 0 ? 0 : 1;
}

async function main(options: Options): Promise<number> {
  const chosen =
    options.targets.length === 0 ? TARGETS : TARGETS.filter(({ name }) => options.targets.includes(name));
  const unknown = options.targets.find((name) => !TARGETS.some((target) => target.name === name));
  if (unknown !== undefined) {
    console.error(`There is no target ${unknown}. Targets: ${TARGETS.map(({ name }) => name).join(', ')}`);
    return 2;
  }
  if (options.input !== undefined) return runAgain(chosen[0]!, options.input);
  console.log(`Seed ${options.seed}`);
  console.log(
    `${'target'.padEnd(32)}${'executions'.padStart(11)}${'a second'.padStart(9)}${'seen'.padStart(7)}${'slowest'.padStart(11)}${'failed'.padStart(7)}`,
  );
  const watch = new Watch(options.folder);
  let slowest: Fuzzed['slowest'] = { milliseconds: 0, input: new Uint8Array() };
  const sum = { executions: 0, seconds: 0, failed: 0, features: 0 };
  for (const target of chosen) {
    const result = await fuzz(target, options, watch);
    sum.executions += result.executions;
    sum.seconds += result.seconds;
    sum.failed += result.failed;
    sum.features += result.features;
    if (result.slowest.milliseconds > slowest.milliseconds) slowest = result.slowest;
  }
  console.log(row('all', { ...sum, failures: [], slowest }));
  const mib = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(`Most memory: ${mib} MiB`);
  await watch.stop();
  return sum.failed === 0 ? 0 : 1;
}

void main(JSON.parse(process.argv[2] ?? '{}') as Options).then((status) => (process.exitCode = status));
