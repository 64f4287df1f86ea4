// `npm run fuzz`: builds, and fuzzes every parser, reader and message check (test/fuzz) in a process of its own.
// @ts-check

import { join, resolve } from 'node:path';
import { bundle } from './bundle.mjs';
import { Failure, ROOT, main, run } from './run.mjs';
import { readArguments } from './usage.mjs';

/** Inputs that fail, shortened; Git ignores them. */
const FAILURES = join(ROOT, 'fuzz-failures');
/** A day, which is the most that anyone waits. */
const MOST_SECONDS = 86_400;
/** Far above what the targets need, far below what an endless list takes. */
const MOST_HEAP_MIB = 1024;

/** @satisfies {import('./usage.mjs').Command} */
const COMMAND = {
  name: 'npm run fuzz',
  doc: 'Builds, and runs every parser, reader and message check on mutated inputs. Prints what failed, and totals.',
  options: {
    seed: {
      type: 'string',
      value: 'N',
      doc: 'Make the inputs of this seed; by default one of the time of day.',
    },
    target: { type: 'string', value: 'NAME', doc: 'Run only these targets, with commas between them.' },
    executions: {
      type: 'string',
      value: 'N',
      doc: 'Run each target so many times, those of whole images a tenth; 10000 by default.',
    },
    seconds: { type: 'string', value: 'N', doc: 'Run each target so many seconds of a processor at most.' },
    input: { type: 'string', value: 'FILE', doc: 'Run the target on this file instead.' },
  },
};

/**
 * A number that an option gives.
 * @param {string | boolean | undefined} text
 * @param {number} otherwise
 * @param {string} name
 */
function numberOf(text, otherwise, name) {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0 || text === '') throw new Failure(`--${name} must be a number.`);
  return value;
}

await main(import.meta.url, async (args) => {
  const { values } = readArguments(COMMAND, args);
  const { seed, target, executions, seconds, input } = values;
  if (input !== undefined && target === undefined)
    throw new Failure('--input needs a --target to run on it.');
  const options = {
    seed: numberOf(seed, Date.now() % 2 ** 31, 'seed'),
    targets: typeof target === 'string' ? target.split(',') : [],
    executions: numberOf(executions, 10_000, 'executions'),
    seconds: numberOf(seconds, MOST_SECONDS, 'seconds'),
    folder: FAILURES,
    ...(typeof input === 'string' ? { input: resolve(input) } : {}),
  };
  await bundle({ quiet: true });
  const script = join(ROOT, 'out/test/fuzz/main.js');
  const flags = ['--enable-source-maps', `--max-old-space-size=${MOST_HEAP_MIB}`];
  const { code } = await run(process.execPath, [...flags, script, JSON.stringify(options)], {
    show: true,
    seconds: MOST_SECONDS,
  });
  return code;
});
