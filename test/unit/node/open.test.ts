// The one opener: what it takes and what it refuses, for each role and each way of reading; and files that change
// while they are read, which a writer does here between two chunks, or as fast as it can.

import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  linkSync,
  mkdirSync,
  openSync,
  closeSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { FILE_ROLES, type FileRole } from '../../../src/app/fileRoles';
import type { ReadOptions } from '../../../src/app/io';
import { useFolder } from '../../helpers/folder';
import { io } from '../../helpers/io';

const ROLES = Object.keys(FILE_ROLES) as FileRole[];

/** Every way to read a file. */
const WAYS: Readonly<
  Record<string, (path: string, role: FileRole, options?: ReadOptions) => Promise<unknown>>
> = {
  read: (...given) => io.read(...given),
  readDigested: (...given) => io.readDigested(...given),
  digest: io.digest,
  readEnds: (...given) => io.readEnds(...given),
  probe: (...given) => io.probe(...given),
};
/** Those that report how far they are. */
const WATCHED = ['read', 'readDigested', 'digest'] as const;

const refused = (kind: string, wanted = 'a regular file or a pipe') => ({
  kind: 'bug',
  code: 'unreadable-file',
  message: new RegExp(`cannot be read: it is a ${kind}, and ${wanted} is wanted\\. Check the path\\.$`),
});

describe('The opener of files', () => {
  let folder: string;
  const at = (name: string) => join(folder, name);
  useFolder((made) => (folder = made));

  for (const [way, read] of Object.entries(WAYS))
    it(`refuses in ${way} what is no file, by what it is`, async () => {
      mkdirSync(at('folder'));
      symlinkSync('/dev/zero', at('zero'));
      const server = createServer().listen(at('socket'));
      await once(server, 'listening');
      try {
        for (const [path, kind] of [
          ['/dev/zero', 'character device'],
          ['/dev/urandom', 'character device'],
          ['/dev/null', 'character device'],
          ['/dev/tty', 'character device'],
          [at('zero'), 'character device'],
          [at('folder'), 'folder'],
          [at('socket'), 'socket'],
        ] as const)
          await assert.rejects(read(path, 'initrd'), refused(kind), path);
      } finally {
        server.close();
      }
      await assert.rejects(read(at('none'), 'initrd'), { message: /there is no such file/ });
      symlinkSync('loop', at('loop'));
      await assert.rejects(read(at('loop'), 'initrd'), {
        code: 'unreadable-file',
        message: /lead round in a circle/,
      });
    });
  it('refuses a block device', async function () {
    if (process.getuid?.() !== 0) this.skip();
    try {
      // A major number for experiments, behind which there is no device.
      execFileSync('mknod', [at('block'), 'b', '60', '0'], { stdio: 'ignore' });
    } catch {
      this.skip();
    }
    await assert.rejects(io.read(at('block'), 'firmware'), refused('block device'));
  });
  for (const role of ROLES) {
    const { most, words } = FILE_ROLES[role];
    it(`refuses as ${words} a device, and a file of more than ${most} bytes before it is read`, async () => {
      await assert.rejects(io.read('/dev/zero', role), refused('character device'));
      for (const [size, is] of [
        [most, 'taken'],
        [most + 1, 'refused'],
      ] as const) {
        writeFileSync(at('file'), '');
        truncateSync(at('file'), size);
        if (is === 'taken') {
          assert.equal((await io.probe(at('file'), role)).size, size);
          continue;
        }
        for (const [way, read] of Object.entries(WAYS)) {
          const onProgress = () => assert.fail('it is read');
          const tooLarge = {
            kind: 'usage',
            code: 'file-too-large',
            message: new RegExp(`file has ${size} bytes`),
          };
          await assert.rejects(read(at('file'), role, { onProgress }), tooLarge, way);
        }
      }
    });
    if (most <= 2 ** 26)
      it(`refuses as ${words} a pipe as soon as more has arrived`, async () => {
        execFileSync('mkfifo', [at('pipe')]);
        for (const way of WATCHED) {
          const writer = spawn('cat', ['/dev/zero'], { stdio: ['ignore', 'pipe', 'ignore'] });
          const into = spawn('sh', ['-c', 'cat >"$1"', 'sh', at('pipe')], {
            stdio: [writer.stdout, 'ignore', 'ignore'],
          });
          let length = 0;
          const onProgress = (_name: string, done: number) => (length = done);
          await assert.rejects(WAYS[way]!(at('pipe'), role, { onProgress }), {
            code: 'file-too-large',
            message: /pipe has more; .* has at most/,
          });
          assert.ok(length <= most);
          writer.kill();
          into.kill();
        }
      });
  }
  it('takes a pipe only from who can do with one', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    for (const [way, read] of Object.entries(WAYS))
      await assert.rejects(
        read(at('pipe'), 'launch', { onlyFile: true }),
        refused('pipe', 'a regular file'),
        way,
      );
  });
  it('opens no pipe that it only looks at, and closes what it opens', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    writeFileSync(at('file'), 'x');
    const before = execFileSync('ls', [`/proc/${process.pid}/fd`])
      .toString()
      .split('\n').length;
    for (let i = 0; i < 50; i++) {
      await io.probe(at('pipe'), 'kernel');
      await io.probe(at('file'), 'kernel');
      await io.read('/dev/zero', 'kernel').catch(() => undefined);
      await io.read(at('file'), 'kernel');
    }
    const after = execFileSync('ls', [`/proc/${process.pid}/fd`])
      .toString()
      .split('\n').length;
    assert.ok(after <= before + 5, `${before} descriptors, then ${after}`);
  });
  it('reads what the kernel makes up, whose size nobody knows', async () => {
    const text = Buffer.from(await io.read('/proc/self/status', 'launch')).toString();
    assert.match(text, /VmHWM/);
  });

  const CHANGES: Readonly<Record<string, () => void>> = {
    'is written in place': () => {
      const fd = openSync(at('file'), 'r+');
      writeSync(fd, 'x', 2 ** 20 - 1);
      closeSync(fd);
    },
    grows: () => appendFileSync(at('file'), 'x'),
    'grows without end': () => truncateSync(at('file'), 2 ** 25),
    shrinks: () => truncateSync(at('file'), 2 ** 19),
    'is emptied': () => truncateSync(at('file'), 0),
    'is replaced by another': () => {
      writeFileSync(at('next'), Buffer.alloc(2 ** 20, 1));
      renameSync(at('next'), at('file'));
    },
    'is removed': () => rmSync(at('file')),
    'gets its old time back': () => {
      const fd = openSync(at('file'), 'r+');
      writeSync(fd, 'x', 2 ** 20 - 1);
      closeSync(fd);
      utimesSync(at('file'), 1000, 1000);
    },
  };
  for (const [what, change] of Object.entries(CHANGES))
    it(`says that a file changed which ${what} meanwhile`, async () => {
      for (const way of WATCHED) {
        writeFileSync(at('file'), Buffer.alloc(2 ** 20));
        utimesSync(at('file'), 1000, 1000);
        let chunks = 0;
        const onProgress = () => {
          if (++chunks === 1) change();
        };
        await assert.rejects(
          WAYS[way]!(at('file'), 'firmware', { onProgress }),
          {
            kind: 'bug',
            code: 'file-changed',
            message: /file changed while it was read: .* Run this again when it is written\.$/,
          },
          way,
        );
        assert.ok(chunks <= 5, 'a file that grows is not followed');
      }
    });
  it('says so also of a link that leads elsewhere by then', async () => {
    for (const name of ['a', 'b']) writeFileSync(at(name), Buffer.alloc(2 ** 20));
    symlinkSync('a', at('file'));
    const onProgress = () => {
      rmSync(at('file'), { force: true });
      symlinkSync('b', at('file'));
    };
    await assert.rejects(io.read(at('file'), 'firmware', { onProgress }), { code: 'file-changed' });
  });
  it('sees a change in the same tick of the clock in which the file was made', async () => {
    for (let i = 0; i < 20; i++) {
      writeFileSync(at('file'), Buffer.alloc(2 ** 19));
      const onProgress = () => writeFileSync(at('file'), Buffer.alloc(2 ** 19, 1));
      await assert.rejects(io.read(at('file'), 'firmware', { onProgress }), { code: 'file-changed' });
    }
  });
  it('never mixes two versions of a file that is written all the time', async function () {
    // A writer that stands still in the middle of a write, because the machine is busy, looks like one that has ended.
    this.retries(3);
    const size = 2 ** 20;
    writeFileSync(at('file'), Buffer.alloc(size));
    const script = `
      const { openSync, writeSync } = require('node:fs');
      const fd = openSync(process.argv[1], 'r+');
      for (let i = 1; ; i++) writeSync(fd, Buffer.alloc(${size}, i), 0, ${size}, 0);`;
    const writer = execFile(process.execPath, ['-e', script, at('file')]);
    try {
      for (let i = 0; i < 12; i++) {
        const whole = await io.read(at('file'), 'firmware').catch(() => undefined);
        if (whole) assert.equal(new Set(whole).size, 1);
        const ends = await io.readEnds(at('file'), 'firmware').catch(() => undefined);
        if (ends) assert.equal(new Set([...ends.head, ...ends.tail]).size, 1);
      }
    } finally {
      writer.kill('SIGKILL');
    }
    await once(writer, 'close');
    await io.read(at('file'), 'firmware');
  });
  it('takes a file that only its readers touch', async () => {
    writeFileSync(at('file'), Buffer.alloc(2 ** 20, 7));
    const both = await Promise.all([
      io.digest(at('file'), 'kernel'),
      io.readDigested(at('file'), 'firmware'),
    ]);
    assert.deepEqual(both[0].sha256, both[1].sha256);
  });
  it('tells which paths lead to one file', async () => {
    writeFileSync(at('file'), '');
    linkSync(at('file'), at('hard'));
    symlinkSync('hard', at('link'));
    symlinkSync('.', at('here'));
    mkdirSync(at('folder'));
    const place = await io.placeOf(at('file'));
    for (const name of ['hard', 'link', 'here/link', 'folder/../file'])
      assert.equal(await io.placeOf(at(name)), place, name);
    const none = await io.placeOf(at('new'));
    for (const name of ['here/new', 'folder/../new']) assert.equal(await io.placeOf(at(name)), none);
    assert.notEqual(none, place);
    assert.notEqual(await io.placeOf(at('folder/new')), none);
    for (const path of ['/dev/null', at('folder')]) assert.equal(await io.placeOf(path), undefined);
  });
  it('judges the file that is open, whatever its path says', async () => {
    writeFileSync(at('file'), 'x', { mode: 0o600 });
    symlinkSync('file', at('link'));
    chmodSync(at('file'), 0o644);
    assert.deepEqual((await io.probe(at('link'), 'key')).mode, 0o644);
  });
});
