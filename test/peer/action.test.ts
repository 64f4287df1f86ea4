// The GitHub action's script, as a runner calls it: by variables of the environment, with its answers in files and in lines of its log.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CLI } from '../helpers/peer';
import { useOneSample } from '../helpers/sample';

const SCRIPT = resolve('.github/action/run.mjs');

describe('The action', () => {
  let folder: string;
  useOneSample((made) => (folder = made));

  function run(inputs: Readonly<Record<string, string>>) {
    const [summary, outputs] = ['summary.md', 'outputs'].map((name) => join(folder, name));
    for (const one of [summary!, outputs!]) rmSync(one, { force: true });
    const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT], {
      cwd: folder,
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        SEVSCOPE: CLI,
        GITHUB_STEP_SUMMARY: summary,
        GITHUB_OUTPUT: outputs,
        ...inputs,
      },
    });
    assert.equal(stderr, '');
    const text = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '');
    return { status, log: stdout, summary: text(summary!), outputs: text(outputs!) };
  }

  it('passes where all launches match', () => {
    const { status, log, summary, outputs } = run({
      LAUNCH_FILES: '1-*.sevlaunch.json\n3-*.sevlaunch.json',
      JUNIT: 'junit.xml',
    });
    assert.equal(status, 0);
    assert.doesNotMatch(log, /^::error/m);
    assert.match(summary, /2 passed, 0 failed/);
    assert.equal(outputs, 'passed=2\nfailed=0\njunit=junit.xml\n');
    assert.match(readFileSync(join(folder, 'junit.xml'), 'utf8'), /<testsuites/);
  });

  it('fails where one does not, with its file', () => {
    const { status, log, outputs } = run({ LAUNCH_FILES: '*.sevlaunch.json', FIRMWARE: 'OVMF.sample.fd' });
    assert.equal(status, 1);
    assert.match(log, /^::error file=2-snp-mismatch\.sevlaunch\.json::does not match: /m);
    assert.match(log, /^::error file=4-sev-es-mismatch\.sevlaunch\.json::does not match: /m);
    assert.match(outputs, /^passed=3\nfailed=2\n/);
  });

  it('says of one file alone what it says of several', () => {
    assert.equal(run({ LAUNCH_FILES: '1-snp-matches.sevlaunch.json' }).status, 0);
    const { status, log } = run({ LAUNCH_FILES: '2-snp-mismatch.sevlaunch.json' });
    assert.equal(status, 1);
    assert.match(log, /^::error file=2-snp-mismatch\.sevlaunch\.json::does not match: /m);
  });

  const BROKEN: readonly [title: string, inputs: Readonly<Record<string, string>>, found: RegExp][] = [
    ['no input', {}, /^::error::There is nothing to check/m],
    [
      'a launch file that is not there',
      { LAUNCH_FILES: 'none.sevlaunch.json' },
      /^::error.*none\.sevlaunch\.json/m,
    ],
    ['a pattern that fits nothing', { LAUNCH_FILES: 'none/*.sevlaunch.json' }, /^::error/m],
    ['an image that is none', { FIRMWARE: 'README.md' }, /^::error file=README\.md/m],
    ['an image that is not there', { FIRMWARE: 'none.fd' }, /^::error file=none\.fd/m],
    [
      'arguments that fit nothing',
      { REFERENCE_VALUES: 'README.md: --mode what' },
      /^::error file=README\.md::/m,
    ],
  ];
  for (const [title, inputs, found] of BROKEN)
    it(`fails with one sentence for ${title}`, () => {
      const { status, log, outputs } = run(inputs);
      assert.equal(status, 1);
      assert.match(log, found);
      assert.doesNotMatch(log, /\n {4}at /);
      assert.match(outputs, /^passed=0\n/);
    });

  it('says where a file of reference values is out of date', () => {
    const args = '--mode snp --firmware OVMF.sample.fd --matrix --vcpus 1-3 --cpu EPYC-Milan --format csv';
    const made = execFileSync(process.execPath, [CLI, 'digest', ...args.split(' ')], {
      cwd: folder,
      encoding: 'utf8',
    });
    writeFileSync(join(folder, 'values.csv'), made);
    assert.equal(run({ REFERENCE_VALUES: `values.csv: ${args}` }).status, 0);
    const text = readFileSync(join(folder, 'values.csv'), 'utf8').split('\n');
    writeFileSync(
      join(folder, 'values.csv'),
      text.map((line, i) => (i === 2 ? `${line}0` : line)).join('\n'),
    );
    const { status, log } = run({ REFERENCE_VALUES: `values.csv: ${args}` });
    assert.equal(status, 1);
    assert.match(log, /^::error file=values\.csv,line=3::Line 3 is not what these inputs give\./m);
  });

  it('keeps an annotation in its line whatever the file is called', () => {
    const name = 'a,b:c%0A::error::x\n.fd';
    copyFileSync(join(folder, 'README.md'), join(folder, 'a,b:c%.fd'));
    const { log } = run({ FIRMWARE: 'a,b:c%.fd' });
    assert.match(log, /^::error file=a%2Cb%3Ac%25\.fd::/m);
    assert.ok(
      !run({ FIRMWARE: name })
        .log.split('\n')
        .some((line) => line.startsWith('::error::x')),
    );
  });
});
