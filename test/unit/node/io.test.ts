// What Node's Io says of paths, beside what the tests of checks read and write through it.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useFolder } from '../../helpers/folder';
import { io } from '../../helpers/io';
import { randomBytes, seeded } from '../../helpers/random';

describe("Node's Io", () => {
  let folder: string;
  const at = (name: string) => join(folder, name);
  useFolder((made) => {
    folder = made;
    writeFileSync(at('file'), 'four', { mode: 0o640 });
    mkdirSync(at('folder'));
    execFileSync('mkfifo', [at('pipe')]);
    symlinkSync('file', at('link'));
    symlinkSync('nothing', at('dangling'));
  });
  it('tells what is at a path, and of a link what it leads to unless asked for itself', async () => {
    const kinds = async (ofLink: boolean) => {
      const names = ['file', 'folder', 'pipe', 'link', 'dangling', 'nothing', 'file/inside'];
      const found = await Promise.all(names.map((name) => io.stat(at(name), { ofLink })));
      return found.map((one) => (one.kind === 'none' ? one.code : one.kind));
    };
    assert.deepEqual(await kinds(false), ['file', 'folder', 'pipe', 'file', 'ENOENT', 'ENOENT', 'ENOTDIR']);
    assert.deepEqual(await kinds(true), ['file', 'folder', 'pipe', 'link', 'link', 'ENOENT', 'ENOTDIR']);
    assert.equal((await io.stat('/dev/null')).kind, 'character device');
  });
  it('tells the size and the mode of a file, and changes its identity with its bytes', async () => {
    const before = await io.stat(at('file'));
    assert.ok(before.kind === 'file');
    assert.deepEqual([before.size, before.mode], [4, 0o640]);
    writeFileSync(at('file'), 'other');
    const after = await io.stat(at('file'));
    assert.ok(after.kind === 'file' && after.identity !== before.identity);
  });
  it('tells both ends of a file before the rest is there, of a small one all, and of a pipe nothing', async () => {
    const END = 64 * 1024;
    const ends = async (path: string, options = {}) => {
      const early: { seen: Buffer; whole: Uint8Array }[] = [];
      const onEnds = (whole: Uint8Array) => {
        early.push({ seen: Buffer.from(whole), whole });
      };
      const read = await io.read(path, 'shown', { ...options, onEnds });
      return { read, early };
    };
    for (const size of [1, END - 1, END, 2 * END + 1, 4 * END]) {
      const bytes = Buffer.alloc(size, 7);
      writeFileSync(at('file'), bytes);
      const { read, early } = await ends(at('file'));
      assert.equal(early.length, 1);
      const [{ seen, whole }] = early as [{ seen: Buffer; whole: Uint8Array }];
      assert.equal(whole, read);
      assert.ok(bytes.equals(read));
      const expected = Buffer.from(bytes);
      if (size > 2 * END) expected.fill(0, END, size - END);
      assert.ok(seen.equals(expected), `${size} bytes`);
    }
    writeFileSync(at('file'), '');
    assert.deepEqual((await ends(at('file'))).early, []);
    spawn('sh', ['-c', 'echo bytes > pipe'], { cwd: folder, stdio: 'ignore' });
    const { read, early } = await ends(at('pipe'));
    assert.deepEqual([Buffer.from(read).toString(), early], ['bytes\n', []]);
  });
  it('reads into shared memory when it is asked to, a file and a pipe', async () => {
    writeFileSync(at('file'), 'bytes\n');
    spawn('sh', ['-c', 'echo bytes > pipe'], { cwd: folder, stdio: 'ignore' });
    for (const name of ['file', 'pipe']) {
      const read = await io.read(at(name), 'shown', { shared: true });
      assert.ok(read.buffer instanceof SharedArrayBuffer && read.buffer.byteLength === 6);
      assert.equal(Buffer.from(read).toString(), 'bytes\n');
    }
    assert.ok((await io.read(at('file'), 'shown')).buffer instanceof ArrayBuffer);
  });
  it('reads a file of several chunks, whole and shared, and hashes it on the way', async () => {
    for (const size of [2 ** 20, 2 ** 20 + 1, 5 * 2 ** 19, 3 * 2 ** 20]) {
      const bytes = Buffer.from(randomBytes(seeded(size), size));
      writeFileSync(at('large'), bytes);
      const sha256 = createHash('sha256').update(bytes).digest();
      assert.ok(bytes.equals(await io.read(at('large'), 'firmware')));
      assert.ok(bytes.equals(await io.read(at('large'), 'firmware', { shared: true })));
      const digested = await io.readDigested(at('large'), 'firmware');
      assert.ok(bytes.equals(digested.content));
      for (const digest of [digested.sha256, (await io.digest(at('large'), 'firmware')).sha256])
        assert.deepEqual(Buffer.from(digest), sha256);
    }
  });
  it('lists a folder, and nothing of what is none', async () => {
    assert.deepEqual((await io.list(folder)).sort(), ['dangling', 'file', 'folder', 'link', 'pipe']);
    assert.deepEqual(await io.list(at('file')), []);
  });
  it('makes folders, changes modes, and finds the end of links', async () => {
    await io.makeFolder(at('a/b'));
    assert.ok(statSync(at('a/b')).isDirectory());
    await io.setMode(at('file'), 0o600);
    assert.equal(statSync(at('file')).mode & 0o777, 0o600);
    assert.equal(await io.realPath(at('link')), await io.realPath(at('file')));
  });
  it("has the folder of Git's settings where XDG_CONFIG_HOME says, and as paths those of the platform", () => {
    const said = process.env['XDG_CONFIG_HOME'];
    try {
      process.env['XDG_CONFIG_HOME'] = '/elsewhere';
      assert.equal(io.configFolder(), '/elsewhere');
      delete process.env['XDG_CONFIG_HOME'];
      assert.match(io.configFolder(), /.\/\.config$/);
    } finally {
      if (said !== undefined) process.env['XDG_CONFIG_HOME'] = said;
    }
    assert.equal(io.path.toSlashes(io.path.join('a', 'b')), 'a/b');
  });
});
