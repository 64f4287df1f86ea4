// The thread that reads images: what it posts for one image and for two, as the extension host starts it.

import assert from 'node:assert/strict';
import { compress } from 'lzma1';
import { LZMA } from '../../../../src/core/ovmf/volumes/guids';
import { compareInThread, readImageInThread } from '../../../../src/host/ovmf/contents';
import { nodeIo } from '../../../../src/node/io';
import type { ImagesFound } from '../../../../src/protocol/ovmf';
import { file, section, volume } from '../../../../src/core/ovmf/volumes/build';
import { guided } from '../../../helpers/volumes';
import { io } from '../../../helpers/io';

const GUID = 'aaaaaaaa-0000-4000-8000-000000000001';
const holding = (byte: number) => {
  const inner = volume({
    size: 0x200,
    name: GUID,
    files: [file({ guid: GUID, type: 7, body: section(0x10, Uint8Array.of(byte)) })],
  });
  const body = guided(LZMA, compress(section(0x17, inner)));
  return volume({ size: 0x800, files: [file({ guid: GUID, type: 0x0b, body })] });
};

const { signal } = new AbortController();

describe('The thread that reads images', () => {
  it('reads what is compressed in one', async () => {
    const { contents } = (await readImageInThread(io, holding(1), signal, () => undefined))!;
    const section = contents?.nodes[0]?.children[0]?.children[0];
    assert.deepEqual(
      [section?.decoded?.method, section?.children[0]?.children[0]?.children[0]?.name],
      ['LZMA', GUID],
    );
  });
  it('compares two, at first without what is compressed', async () => {
    const told: ImagesFound[] = [];
    const answer = await compareInThread(io, holding(1), holding(2), signal, (soFar) => told.push(soFar));
    assert.deepEqual(told.at(-1), answer);
    assert.deepEqual(
      told.map(({ comparison }) => [
        comparison?.pending,
        comparison?.changes.map(({ kind, path, notes }) => [
          kind,
          path,
          // How differently the same is compressed is not ours.
          comparison.pending ? undefined : notes,
        ]),
      ]),
      [
        [true, [['changed', ['FFS2', GUID], undefined]]],
        [false, [['changed', ['FFS2', GUID, 'LZMA', GUID, GUID], ['PE32 image: 1 byte of 5 differs']]]],
      ],
    );
  });
  it('compares equal ones once, and files without volumes', async () => {
    const told: ImagesFound[] = [];
    await compareInThread(io, holding(1), holding(1), signal, (soFar) => told.push(soFar));
    assert.deepEqual(
      told.map(({ comparison }) => [comparison?.equal, comparison?.pending]),
      [[true, false]],
    );
    const answer = await compareInThread(io, Uint8Array.of(1), Uint8Array.of(2), signal, () => undefined);
    assert.deepEqual(
      answer?.comparison?.changes.map(({ kind, what }) => [kind, what]),
      [['changed', 'unknown']],
    );
  });
  it('that cannot start compares nothing, and says so', async () => {
    const nowhere = compareInThread(nodeIo('/nowhere'), holding(1), holding(2), signal, () => undefined);
    await assert.rejects(nowhere, {
      code: 'comparison-unread',
      message: /^These images could not be compared: .+ Their bytes are shown\.$/,
    });
  });
});
