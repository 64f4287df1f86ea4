// No parser is forgotten: every exported function that takes bytes or text is called by a target, or is an exception with
// a reason. What is called is counted, not said.

import assert from 'node:assert/strict';
import { calledBy } from './called';
import { takersOfText } from './exported';
import { Fuzzing } from './loop';
import { TARGETS } from './targets';

const FOLDERS = ['src/core', 'src/app', 'src/libvirt', 'src/protocol'];
/** Enough to get past the first checks. */
const EXECUTIONS = 40;
const SECONDS = 0.2;

/** Functions that no target runs, and why. */
const EXCEPTIONS: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/\/(errors|ioErrors|reportErrors)\.ts /, 'makes sentences of what others have read'],
  [
    /\/binary\/(bits|struct)\.ts (flag|bits|address|row|struct)$/,
    'makes the tables of the program of its own texts',
  ],
  [/\/keys\.ts readSecret$/, 'opens a file, and its bytes are sealed as they are'],
  [
    /\/environment\.ts safeEnvironment$/,
    'takes the environment, and asks the system about the folders in it',
  ],
  [
    /\/(?:remarks\.ts unwanted|launchSchema\.ts usualRowsIn)$/,
    'takes names of members from the tables of the program',
  ],
];

describe('The fuzz targets', () => {
  it('have names of their own, words with hyphens', () => {
    const names = TARGETS.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    for (const name of names) assert.match(name, /^[a-z0-9]+(-[a-z0-9]+)*$/);
  });

  it('run every function that takes bytes or text', async () => {
    const called = await calledBy(async () => {
      for (const target of TARGETS) {
        const fuzzing = new Fuzzing(target, 1);
        await fuzzing.run({ executions: target.every ? 0 : target.seeds().length, seconds: Infinity });
        await fuzzing.run({ executions: EXECUTIONS, seconds: SECONDS });
      }
    });
    const lines = new Map<string, Set<number>>();
    for (const { file, line } of called) lines.set(file, (lines.get(file) ?? new Set()).add(line));
    const all = FOLDERS.flatMap(takersOfText);
    const forgotten = all
      .filter(
        ({ file, from, to }) => ![...(lines.get(file) ?? [])].some((line) => line >= from && line <= to),
      )
      .map(({ file, name }) => `${file} ${name}`);
    const open = forgotten.filter((name) => !EXCEPTIONS.some(([pattern]) => pattern.test(name)));
    assert.deepEqual(open, [], 'add them to a target of test/fuzz, or to the exceptions with a reason');
    for (const [pattern, why] of EXCEPTIONS)
      assert.ok(
        forgotten.some((name) => pattern.test(name)),
        `an exception that is none: ${why}`,
      );
  });
});
