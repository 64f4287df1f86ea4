// The thread that decompresses: what it posts for one image and for two, as the extension host starts it.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { compress } from 'lzma1';
import type { VolumeComparison } from '../../../src/core/ovmf/volumes/compareVolumes';
import type { VolumeContents } from '../../../src/core/ovmf/volumes/contents';
import { LZMA } from '../../../src/core/ovmf/volumes/guids';
import type { VolumesRequest } from '../../../src/host/volumesWorker';
import { file, guided, section, volume } from '../../helpers/volumes';

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

async function ask(request: VolumesRequest): Promise<unknown> {
  const worker = new Worker(join(process.cwd(), 'dist', 'volumesWorker.js'), { workerData: request });
  const [answer] = (await once(worker, 'message')) as [unknown];
  await worker.terminate();
  return answer;
}

describe('The thread that decompresses', () => {
  it('reads an image', async () => {
    const answer = (await ask({ kind: 'read', bytes: holding(1) })) as VolumeContents;
    assert.deepEqual(
      answer.sections.map(({ method, nodes }) => [method, nodes[0]?.children[0]?.name]),
      [['LZMA', GUID]],
    );
  });
  it('compares two', async () => {
    const answer = (await ask({ kind: 'compare', a: holding(1), b: holding(2) })) as VolumeComparison;
    assert.deepEqual(
      answer.changes.map(({ kind, path, notes }) => [kind, path, notes]),
      [['changed', ['FFS2', GUID, 'LZMA', GUID, GUID], ['PE32 image: 1 byte of 5 differs']]],
    );
  });
  it('has nothing to say of files without volumes', async () => {
    assert.equal(await ask({ kind: 'compare', a: Uint8Array.of(1), b: Uint8Array.of(2) }), undefined);
  });
});
