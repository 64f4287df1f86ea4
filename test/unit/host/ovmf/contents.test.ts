// The thread that reads what is compressed: what comes from it in parts is what core reads at once, and it ends when it should.

import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { parseOvmf } from '../../../../src/core/ovmf/image';
import { ContentReader, inParts } from '../../../../src/core/ovmf/contentParts';
import type { VolumeContents } from '../../../../src/core/ovmf/contents';
import { parseContents } from '../../../../src/core/ovmf/contents';
import { lintOvmf } from '../../../../src/core/ovmf/lint';
import { LZMA } from '../../../../src/core/ovmf/volumes/guids';
import type { VolumeNode } from '../../../../src/core/ovmf/volumes/tree';
import { nodeIo } from '../../../../src/node/io';
import { decompressSection } from '../../../../src/node/decompress';
import { readImageInThread } from '../../../../src/host/ovmf/contents';
import { eachSlice } from '../../../../src/host/shell/slices';
import { LZMA_STREAM, file, guided, volume } from '../../../helpers/volumes';
import { io } from '../../../helpers/io';

const { facts } = lintOvmf(new Uint8Array(0)).value;
const MIB = 2 ** 20;
const nobody = () => undefined;

const leaf = (name: string, ...children: VolumeNode[]): VolumeNode => ({
  name,
  kind: 'file',
  offset: 0,
  size: 1,
  doc: '',
  fields: [],
  children,
});
const many = (n: number) => Array.from({ length: n }, (_, i) => leaf(`file ${i}`, leaf('section')));
const section = (nodes: readonly VolumeNode[]) => ({ section: 1, method: 'lzma', size: 9, nodes });
const together = (contents: VolumeContents) => {
  const reader = new ContentReader();
  const answers = [...inParts(contents)].map((part) => reader.add(structuredClone(part)));
  assert.deepEqual(answers.slice(0, -1), Array(answers.length - 1).fill(undefined));
  return { contents: answers.at(-1), parts: answers.length };
};

describe('Contents in parts', () => {
  const cases: [string, VolumeContents['sections']][] = [
    ['nothing compressed', []],
    ['an empty section', [section([])]],
    ['a tree that goes up several levels at once', [section([leaf('a', leaf('b', leaf('c'))), leaf('d')])]],
    ['two sections', [section([leaf('a')]), section([leaf('b', leaf('c'))])]],
    ['a part that is just full', [section(many(200))]],
    ['more than one part', [section(many(1000))]],
  ];
  for (const [name, sections] of cases) {
    it(`are the same together: ${name}`, () => {
      const contents = { sections, findings: [], facts, undecoded: [] };
      assert.deepEqual(together(contents).contents, contents);
    });
  }
  it('are more parts for more nodes', () => {
    const parts = (n: number) =>
      together({ sections: [section(many(n))], findings: [], facts, undecoded: [] }).parts;
    assert.deepEqual([parts(1), parts(200), parts(201), parts(1000)], [3, 3, 4, 7]);
  });
});

describe('The thread that decompresses', () => {
  it('gives what core reads, from an image of more than one slice', async () => {
    const body = guided(LZMA, LZMA_STREAM);
    const files = [
      file({ guid: LZMA, type: 2, body }),
      file({ guid: LZMA, type: 2, body: body.slice(0, -20) }),
    ];
    const image = new Uint8Array(5 * MIB).fill(0xff);
    image.set(volume({ size: 0x400, files }), 4 * MIB - 0x100);
    const { value, findings } = lintOvmf(image);
    const contents = parseContents(image, parseOvmf(image), decompressSection);
    assert.deepEqual(
      [findings.length > 0, contents.sections.length, contents.findings.length > findings.length],
      [true, 1, true],
    );
    const told: unknown[] = [];
    const answer = await readImageInThread(io, image, new AbortController().signal, (of) => told.push(of));
    assert.deepEqual(answer, contents);
    assert.deepEqual(told, [{ findings, facts: value.facts }]);
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
      code: 'contents-unread',
      message: /^What is compressed in this image could not be read: /,
    });
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
