// The thread that reads images: what comes from it in parts is what core reads at once, and it ends when it should.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseContents } from '../../../../src/core/ovmf/contents';
import { parseFirmware } from '../../../../src/core/ovmf/firmwareFile';
import { imageTables } from '../../../../src/core/ovmf/imageTables';
import { buildOvmf } from '../../../../src/core/ovmf/build';
import { END } from '../../../../src/core/ovmf/kinds/fileKind';
import { lintOvmf } from '../../../../src/core/ovmf/lint';
import { LZMA } from '../../../../src/core/ovmf/volumes/guids';
import { nodeIo } from '../../../../src/node/io';
import { decompressSection } from '../../../../src/node/decompress';
import { readImageInThread } from '../../../../src/host/ovmf/contents';
import { tablesAtEnd } from '../../../../src/core/ovmf/tablesAtEnd';
import type { ImageFound } from '../../../../src/protocol/ovmf';
import { eachSlice } from '../../../../src/host/shell/slices';
import { file, volume } from '../../../../src/core/ovmf/volumes/build';
import { LZMA_STREAM, guided } from '../../../helpers/volumes';
import { io } from '../../../helpers/io';

const MIB = 2 ** 20;
/** Where Debian's packages have their images. */
const DEBIAN = '/usr/share/OVMF';
const nobody = () => undefined;

/** The same bytes in memory that threads share. */
function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

describe('The thread that decompresses', () => {
  const memories: [title: string, memory: (bytes: Uint8Array) => Uint8Array][] = [
    ['memory of its own', (bytes) => bytes],
    ['shared memory', shared],
  ];
  for (const [title, memory] of memories) {
    it(`gives what core reads, from an image of more than one slice in ${title}`, async () => {
      const body = guided(LZMA, LZMA_STREAM);
      const files = [
        file({ guid: LZMA, type: 2, body }),
        file({ guid: LZMA, type: 2, body: body.slice(0, -20) }),
      ];
      const image = new Uint8Array(5 * MIB).fill(0xff);
      image.set(volume({ size: 0x400, files }), 4 * MIB - 0x100);
      const parsed = parseFirmware(image);
      const tables = imageTables(parsed);
      const [first, contents] = [
        parseContents(image, parsed),
        parseContents(image, parsed, decompressSection),
      ];
      assert.deepEqual([first.pending, contents.pending], [true, false]);
      assert.ok(contents.findings.length > first.findings.length);
      assert.deepEqual(first.findings, lintOvmf(image).findings);
      const told: ImageFound[] = [];
      const answer = await readImageInThread(io, memory(image), new AbortController().signal, (soFar) =>
        told.push(soFar),
      );
      assert.deepEqual(told.slice(0, 3), [{ tables }, { tables, contents: first }, { tables, contents }]);
      assert.deepEqual(told.slice(3), [answer]);
      assert.deepEqual(
        answer?.digests?.rows.find(({ title }) => title === 'SHA-256')?.value,
        createHash('sha256').update(image).digest('hex'),
      );
    });
  }
  it('reads an image without compressed sections once', async () => {
    const told: string[] = [];
    await readImageInThread(io, volume({ size: 0x400, files: [] }), new AbortController().signal, (soFar) =>
      told.push(Object.keys(soFar).join()),
    );
    assert.deepEqual(told, ['contents', 'contents,digests']);
  });
  it('is ended by the signal, before and while it gets the image, without an answer', async () => {
    for (const wait of [0, 1, 20]) {
      const stop = new AbortController();
      const answer = readImageInThread(io, new Uint8Array(64 * MIB).fill(0xff), stop.signal, nobody);
      if (wait === 0) stop.abort();
      else setTimeout(() => stop.abort(), wait);
      assert.equal(await answer, undefined);
    }
    assert.equal(await readImageInThread(io, new Uint8Array(1), AbortSignal.abort(), nobody), undefined);
  });
  it('that has answered when it is stopped, before anybody heard, is not heard', async () => {
    const stop = new AbortController();
    let heard = 0;
    const answer = readImageInThread(io, new Uint8Array(MIB).fill(0xff), stop.signal, () => heard++);
    // The other thread is asked in this turn, and answers while this one hears nothing.
    await new Promise(setImmediate);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
    stop.abort();
    assert.deepEqual([await answer, heard], [undefined, 0]);
  });
  it('that cannot start is an error with a sentence', async () => {
    const { signal } = new AbortController();
    const nowhere = readImageInThread(nodeIo(resolve('nowhere')), new Uint8Array(1), signal, nobody);
    await assert.rejects(nowhere, {
      code: 'volumes-unread',
      message: /^The firmware volumes of this image could not be read: .+ Its tables and bytes are shown/,
    });
  });
  it('has tables only where the ends of the file do not tell them', async () => {
    const early = buildOvmf({ size: 0x40000 });
    const images: [Uint8Array, boolean][] = [
      [early, false],
      [new Uint8Array(2 * MIB).fill(0xff), true],
      [new Uint8Array(2 * MIB), true],
    ];
    for (const [image, hasMore] of images) {
      const told: ImageFound[] = [];
      await readImageInThread(io, image, new AbortController().signal, (soFar) => told.push(soFar));
      assert.equal(told[0]?.tables !== undefined, hasMore);
      const tables = told.at(-1)?.tables ?? tablesAtEnd(image);
      assert.deepEqual(tables, imageTables(parseFirmware(image)));
    }
  });
});

describe('The tables at the ends of an image', () => {
  it('are those of the whole image, and nothing but the ends is looked at', () => {
    const image = new Uint8Array(64 * MIB).fill(0xff);
    image.set(buildOvmf({ size: 0x4000 }), image.length - 0x4000);
    const tables = tablesAtEnd(image);
    assert.equal(tables.base, 2 ** 32 - image.length);
    assert.ok(tables.regions.some(({ kind }) => kind === 'table'));
    assert.deepEqual(tables, imageTables(parseFirmware(image)));
    const ends = new Uint8Array(image.length);
    for (const [from, to] of [
      [0, END],
      [image.length - END, image.length],
    ] as const)
      ends.set(image.subarray(from, to), from);
    assert.deepEqual(tablesAtEnd(ends), tables);
  });
  for (const path of existsSync(DEBIAN) ? readdirSync(DEBIAN).filter((name) => name.endsWith('.fd')) : [])
    it(`are those of the whole image: ${path}`, () => {
      const image = new Uint8Array(readFileSync(join(DEBIAN, path)));
      assert.deepEqual(tablesAtEnd(image), imageTables(parseFirmware(image)));
    });
});

describe('Slices', () => {
  for (const size of [0, 1, MIB, MIB + 1, 3 * MIB]) {
    it(`of ${size} bytes are all of them in order, with turns of the event loop between them`, async () => {
      const seen: [number, number][] = [];
      let turns = 0;
      const count = setInterval(() => turns++, 0);
      let last = -1;
      assert.equal(
        await eachSlice(new Uint8Array(size), (slice, offset) => {
          seen.push([offset, slice.length]);
          assert.ok(offset === 0 || last < turns);
          last = turns;
          // Timers are due after a millisecond.
          for (const begin = performance.now(); performance.now() - begin < 2;);
        }),
        true,
      );
      clearInterval(count);
      const expected = Array.from({ length: Math.ceil(size / MIB) }, (_, i) => i * MIB);
      assert.deepEqual(
        seen,
        expected.map((offset) => [offset, Math.min(size - offset, MIB)]),
      );
    });
  }
});
