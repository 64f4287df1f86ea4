// The thread that decompresses: what it posts for one image and for two, as the extension host starts it.

import assert from 'node:assert/strict';
import { compress } from 'lzma1';
import { LZMA } from '../../../../src/core/ovmf/volumes/guids';
import { compareVolumesInThread, readImageInThread } from '../../../../src/host/ovmf/contents';
import { file, guided, section, volume } from '../../../helpers/volumes';
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

describe('The thread that decompresses', () => {
  it('reads an image', async () => {
    const answer = await readImageInThread(io, holding(1), signal, () => undefined);
    assert.deepEqual(
      answer?.sections.map(({ method, nodes }) => [method, nodes[0]?.children[0]?.name]),
      [['LZMA', GUID]],
    );
  });
  it('compares two', async () => {
    const answer = await compareVolumesInThread(io, holding(1), holding(2), signal);
    assert.deepEqual(
      answer?.changes.map(({ kind, path, notes }) => [kind, path, notes]),
      [['changed', ['FFS2', GUID, 'LZMA', GUID, GUID], ['PE32 image: 1 byte of 5 differs']]],
    );
  });
  it('has nothing to say of files without volumes', async () => {
    assert.equal(await compareVolumesInThread(io, Uint8Array.of(1), Uint8Array.of(2), signal), undefined);
  });
});
