// Answers that go to a file are whole or a failure, and what a shell opened for them is continued, never replaced.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SAMPLE } from '../../../src/app/sampleNames';
import { useFolder } from '../../helpers/folder';

/** The command line as people run it, for the shell. */
const env = { ...process.env, S: `${process.execPath} ${resolve('dist/sevscope.js')}` };

describe('An answer in a file', function () {
  this.timeout(60_000);
  let folder: string;
  useFolder((made) => {
    folder = made;
    assert.equal(shell('$S sample .').status, 0);
  });
  const shell = (script: string) => {
    const { status, stderr } = spawnSync('bash', ['--norc', '-c', script], {
      cwd: folder,
      env,
      encoding: 'utf8',
    });
    return { status, stderr };
  };
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');

  it('that took a part of it only is status 6 and one line', () => {
    // One block of 1 KiB.
    const { status, stderr } = shell('ulimit -f 1; $S vmsa export vcpu0.vmsa --as c >c.txt');
    assert.equal(status, 6);
    assert.match(stderr, /^ERROR: [^\n]+\n$/);
  });
  for (const name of ['/dev/stdout', '/dev/fd/1', '/proc/self/fd/1'])
    it(`continues what is behind ${name}`, () => {
      writeFileSync(join(folder, 'kept.txt'), 'kept\n');
      const { status } = shell(`$S vmsa export vcpu0.vmsa --as hex --output ${name} >>kept.txt`);
      assert.equal(status, 0);
      assert.match(read('kept.txt'), /^kept\n[0-9a-f]/);
    });
  it('continues what is behind a descriptor of the shell', () => {
    writeFileSync(join(folder, 'kept.txt'), 'kept\n');
    const { status } = shell('$S vmsa export vcpu0.vmsa --as hex --output /dev/fd/5 5>>kept.txt');
    assert.equal(status, 0);
    assert.match(read('kept.txt'), /^kept\n[0-9a-f]/);
  });
  it('has both answers that it was meant for', () => {
    const { status } = shell(
      `$S validate --launch ${SAMPLE.sevEsMatches} --json --junit /dev/stdout >both.txt`,
    );
    assert.equal(status, 0);
    assert.match(read('both.txt'), /"verdict"[\s\S]*<testsuite/);
  });
  it('is written behind a link whose end is not there yet', () => {
    symlinkSync('later.txt', join(folder, 'link.txt'));
    assert.equal(shell('$S vmsa export vcpu0.vmsa --as hex --output link.txt').status, 0);
    assert.match(read('later.txt'), /^[0-9a-f]/);
  });
});

describe('Launch files by a pattern', () => {
  let folder: string;
  useFolder((made) => (folder = made));
  it('include links to files, but nothing below a linked folder', () => {
    const script = `$S sample s && ln -s ${SAMPLE.sevEsMismatch} s/link.sevlaunch.json && ln -s s linked`;
    assert.equal(spawnSync('bash', ['--norc', '-c', script], { cwd: folder, env }).status, 0);
    const validate = (pattern: string) =>
      spawnSync('bash', ['--norc', '-c', `$S validate --launch '${pattern}'`], {
        cwd: folder,
        env,
        encoding: 'utf8',
      });
    const all = validate('**/*.sevlaunch.json');
    assert.equal(all.status, 1, all.stdout);
    assert.match(all.stdout, /link\.sevlaunch\.json/);
    assert.doesNotMatch(all.stdout, /linked/);
    assert.equal(validate('linked*/*.json').status, 2);
  });
});
