// Threads end by their deadline, and a decompressor in a thread says why it gave nothing when that ends, whatever ends it.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Io } from '../../../src/app/io';
import { COMMANDS } from '../../../src/cli/commands';
import { runProgram } from '../../../src/cli/program';
import { Budget, Spent } from '../../../src/core/ovmf/volumes/budget';
import { decompressInThread } from '../../../src/tasks/decompressThread';
import { startThread } from '../../../src/node/threads';
import { COMPRESSED, SECTIONS } from '../../helpers/compressions';
import { io } from '../../helpers/io';
import { file, section, utf16, volume } from '../../../src/core/ovmf/volumes/build';

/** Scripts of threads that never answer. */
const HOSTILE = {
  'works for ever': 'for (;;);',
  'ends at once': 'process.exit();',
  'takes all memory': 'const all = []; for (;;) all.push(new Array(1e5).fill({}).map((_, i) => ({ i })));',
} as const;
const PATIENCE = { deadline: 2000, silence: 500 };

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'sevscope-threads-'));
  for (const [name, script] of Object.entries(HOSTILE)) writeFileSync(join(folder, `${name}.js`), script);
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The machine with another script in every thread. */
const withScript = (name: string): Io => ({
  ...io,
  thread: (_name, data, options) => startThread(join(folder, `${name}.js`), data, options),
});

describe('A thread', () => {
  it('is ended at its deadline, which is heard as an error before the end', async () => {
    const thread = startThread(join(folder, 'works for ever.js'), undefined, { deadline: 300 });
    const heard: string[] = [];
    await new Promise<void>((done) => {
      thread.hear({
        message: () => undefined,
        error: (why) => heard.push(why),
        end: () => {
          heard.push('end');
          done();
        },
      });
    });
    assert.deepEqual(heard, ['it ran longer than 0.3 seconds and was ended', 'end']);
  });
});

describe('A decompressor in a thread', () => {
  const data = Uint8Array.from({ length: 5000 }, (_, i) => (i * i) >> 5);
  for (const [method, compress] of Object.entries(COMPRESSED)) {
    it(`gives what one in this thread gives, and takes the same steps: ${method}`, async () => {
      const thread = decompressInThread(io);
      const stream = compress(data);
      const budget = new Budget();
      const output = thread.decompress(method as 'lzma', stream, data.length, budget);
      assert.deepEqual(output, data);
      const steps = new Budget().steps - budget.steps;
      assert.ok(steps > 0);
      assert.throws(
        () => thread.decompress(method as 'lzma', stream, data.length, new Budget(steps - 1)),
        Spent,
      );
      assert.equal(thread.decompress(method as 'lzma', stream, data.length - 1), undefined);
      await thread.end();
    });
  }
  for (const name of [...Object.keys(HOSTILE), 'is not there']) {
    it(`stops waiting for a thread that ${name}, at once for further sections`, async () => {
      const thread = decompressInThread(withScript(name), PATIENCE);
      const stream = COMPRESSED.lzma(data);
      const first = thread.decompress('lzma', stream, data.length);
      assert.ok(typeof first === 'object' && 'stopped' in first);
      assert.match(first.stopped, /thread/);
      const start = performance.now();
      assert.deepEqual(thread.decompress('lzma', stream, data.length), first);
      assert.ok(performance.now() - start < PATIENCE.silence);
      await thread.end();
    });
  }
  it('that ends leaves a command all that is known without it, and a finding', async () => {
    const driver = file({
      guid: 'aaaaaaaa-0000-4000-8000-000000000001',
      type: 7,
      body: section(0x15, utf16('Driver')),
    });
    const packed = SECTIONS.lzma(section(0x17, volume({ size: 0x400, files: [] })));
    const image = volume({
      size: 0x2000,
      files: [driver, file({ guid: 'bbbbbbbb-0000-4000-8000-000000000002', type: 0x0b, body: packed })],
    });
    const path = join(folder, 'image.fd');
    writeFileSync(path, image);
    let text = '';
    const stream = { write: (part: string | Uint8Array) => (text += String(part)) };
    const streams = { stdout: stream, stderr: stream };
    const args = ['ovmf', 'show', '--volumes', path];
    assert.equal(await runProgram(COMMANDS, args, { io: withScript('ends at once'), ...streams }), 0);
    assert.match(text, /Driver/);
    assert.match(text, /LZMA section, .*not decoded: its thread ended/);
    assert.match(text, /info section-undecoded .*its thread ended/);
  });
});
