// Failures as data: what of one survives on its way to another process, how it gets its place, and what holds for all factories of all
// folders, read from their sources.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CheckError, errorData, errorFrom, usage, withPlace } from '../../../src/core/errors';

const FULL = new CheckError('config', 'no-area', 'There is none.', {
  advice: 'Make one.',
  at: { input: 'firmware', offset: 16 },
});

describe('A failure', () => {
  it('is read as what was found, then what to do', () => {
    assert.equal(FULL.message, 'There is none. Make one.');
    assert.equal(usage('odd', 'It is odd.').message, 'It is odd.');
  });
  for (const error of [FULL, usage('odd', 'It is odd.')]) {
    it(`is the same after it crossed to another process: ${error.code}`, () => {
      const crossed = errorFrom(structuredClone(errorData(error)));
      assert.deepEqual(errorData(crossed), errorData(error));
      assert.equal(crossed.message, error.message);
      assert.ok(crossed instanceof CheckError);
    });
  }
});

describe('The place of a failure', () => {
  it('is given by whoever knows what was read, and keeps all else', async () => {
    const error = new CheckError('bug', 'unread', 'No.', { advice: 'Try.' });
    error.cause = { number: 5 };
    const failing = withPlace({ input: 'kernel' }, () => Promise.reject(error));
    await assert.rejects(failing, {
      name: 'CheckError',
      kind: 'bug',
      code: 'unread',
      message: 'No. Try.',
      at: { input: 'kernel' },
      cause: { number: 5 },
      stack: error.stack,
    });
    assert.equal(error.at, undefined, 'another input may share what was read');
  });
  it('is not as exact as what the failure says itself', async () => {
    const failing = withPlace({ input: 'kernel', member: ['kernel'] }, () => Promise.reject(FULL));
    await assert.rejects(failing, { at: { input: 'firmware', member: ['kernel'], offset: 16 } });
  });
  const strangers = [new CheckError('state', 'stopped', 'It was stopped.'), new RangeError('odd')];
  for (const error of strangers) {
    it(`is none for a ${error.name} that is not about an input`, async () => {
      const thrown = await withPlace({ input: 'kernel' }, () => Promise.reject(error)).catch(
        (e: unknown) => e,
      );
      assert.equal(thrown, error);
    });
  }
  it('changes nothing where nothing fails', async () => {
    assert.equal(await withPlace({ input: 'kernel' }, () => 5), 5);
  });
});

const isFactoryFile = (path: string) => /^(e|[a-z][A-Za-z]*E)rrors\.ts$/.test(basename(path));
const sources = ['src', 'webview'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name))
    .map((path) => ({ path, text: readFileSync(path, 'utf8') })),
);
const factories = sources
  .filter(({ path }) => isFactoryFile(path) && path !== 'src/core/errors.ts')
  .flatMap(({ path, text }) =>
    text
      .split(/^export function /m)
      .slice(1)
      .map((body) => ({ path, name: /^\w+/.exec(body)![0], body })),
  );
const codesIn = (body: string) => [
  ...new Set(
    [...body.matchAll(/(?:\busage\(|new CheckError\(\s*[^,]+,)\s*'([^']*)'/g)].map(([, code]) => code!),
  ),
];

describe('The factories of failures', () => {
  it('are many, and each makes one failure', () => {
    assert.ok(factories.length > 90, `${factories.length}`);
    for (const { path, name, body } of factories) {
      // libvirt's failures have theirs from a table, and those of a launch file that breaks a rule have that of the rule.
      const count = ['libvirtFailed', 'unfitLaunchFile', 'unfitLaunchText'].includes(name) ? 0 : 1;
      assert.equal(codesIn(body).length, count, `${path}: ${name}`);
    }
  });
  it('have codes of their own, in plain lower case', () => {
    const all = factories.flatMap(({ body }) => codesIn(body));
    assert.deepEqual(
      all.filter((code, i) => all.indexOf(code) < i),
      [],
    );
    for (const code of all) assert.match(code, /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
  });
  it('are the only places where failures are made', () => {
    const elsewhere = sources.filter(
      ({ path, text }) => !isFactoryFile(path) && /new CheckError\(|(?<!\.)\busage\(/.test(text),
    );
    assert.deepEqual(
      elsewhere.map(({ path }) => path),
      [],
    );
  });
  it('of core name no option of the command line and nothing of VS Code', () => {
    const core = factories.filter(({ path }) => path.startsWith('src/core/'));
    assert.ok(core.length > 20);
    for (const { name, body } of core)
      assert.doesNotMatch(body, /--[a-z]|VS Code|Validate |sevscope |button/, name);
  });
});
