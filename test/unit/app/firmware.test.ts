// Firmware as the use cases read it: once, for its digest and for what is in it, also for all checks of a batch; and
// a container is refused.

import assert from 'node:assert/strict';
import { CheckError } from '../../../src/core/errors';
import { DigestCache } from '../../../src/app/digestCache';
import { firmwareDoubt, firmwareOf, readFirmware, readMeasured } from '../../../src/app/firmware';
import type { Io } from '../../../src/app/io';
import { nobleHashes } from '../../../src/core/launch/nobleHashes';
import { memoryIo } from '../../helpers/memoryIo';
import { CONTAINERS, IMAGE, variables } from '../../helpers/otherFiles';
import { join } from '../../helpers/volumes';

/** An Io with these files, and how often one was read. */
function withFiles(files: Readonly<Record<string, Uint8Array>>) {
  const memory = memoryIo();
  let reads = 0;
  for (const [path, bytes] of Object.entries(files)) memory.files.set(path, { bytes, mode: 0o644 });
  const counted =
    <A extends unknown[], R>(read: (...given: A) => R) =>
    (...given: A): R => {
      reads += 1;
      return read(...given);
    };
  const io: Io = {
    ...memory,
    read: counted((...given: Parameters<Io['read']>) => memory.read(...given)),
    readDigested: counted((...given: Parameters<Io['read']>) => memory.readDigested(...given)),
    readEnds: counted((...given: Parameters<Io['read']>) => memory.readEnds(...given)),
    digest: counted(memory.digest),
  };
  return { io, reads: () => reads };
}

const PADDED = join(IMAGE, new Uint8Array(0x20000).fill(0xff));
const [, QCOW2] = CONTAINERS[0]!;

describe('The firmware of a launch', () => {
  it('is measured and judged by one read of all of it', async () => {
    const { io, reads } = withFiles({ '/padded.fd': PADDED, '/vars.fd': variables(0x1000) });
    const { doubt, sha256, bytes } = await readMeasured(io, '/padded.fd');
    assert.match(doubt ?? '', /^padded\.fd: .* the image ends at 0x10000; 131072 bytes/);
    assert.deepEqual([bytes, sha256], [PADDED.length, nobleHashes.sha256(PADDED)]);
    assert.equal(reads(), 1);
    assert.match((await readMeasured(io, '/vars.fd')).doubt ?? '', /VARS/);
    assert.equal(reads(), 2);
  });

  it('is shared by the checks of a batch', async () => {
    const { io, reads } = withFiles({ '/fw.fd': IMAGE });
    const cache = new DigestCache(io);
    await Promise.all([cache.firmware('/fw.fd'), cache.firmware('/fw.fd')]);
    assert.equal(reads(), 1);
  });

  it('is shared with its bytes, by checks of measurements and of digests', async () => {
    const { io, reads } = withFiles({ '/fw.fd': IMAGE });
    const cache = new DigestCache(io);
    const all = await Promise.all([
      cache.wholeFirmware('/fw.fd'),
      cache.firmware('/fw.fd'),
      cache.wholeFirmware('/fw.fd'),
    ]);
    assert.equal(reads(), 1);
    assert.deepEqual([all[0].content, all[2].content], [IMAGE, IMAGE]);
    assert.deepEqual(all[0].sha256, nobleHashes.sha256(IMAGE));
    assert.equal('content' in all[1], false);
  });

  it('keeps no more bytes than the largest file has, and reads what it let go again', async () => {
    const large = (last: number) => {
      const bytes = new Uint8Array(2 ** 25 + 4096);
      bytes[0] = last;
      return bytes;
    };
    const { io, reads } = withFiles({ '/a.fd': large(1), '/b.fd': large(2) });
    const cache = new DigestCache(io);
    for (const [path, first, wanted] of [
      ['/a.fd', 1, 1],
      ['/a.fd', 1, 1],
      ['/b.fd', 2, 2],
      ['/b.fd', 2, 2],
      ['/a.fd', 1, 3],
    ] as const) {
      assert.equal((await cache.wholeFirmware(path)).content[0], first);
      assert.equal(reads(), wanted);
    }
  });

  it('is larger than QEMU maps above 16 MiB, and is measured all the same', () => {
    const large = (mebibytes: number) => {
      const bytes = new Uint8Array(mebibytes * 2 ** 20);
      bytes.set(IMAGE, bytes.length - IMAGE.length);
      return firmwareOf(`${mebibytes}.fd`, bytes).doubt;
    };
    assert.equal(large(16), undefined);
    assert.match(large(17) ?? '', /^17\.fd has 17825792 bytes \(17 MiB\); QEMU maps at most 16777216 bytes/);
  });

  it('is refused as a container, by whoever reads it', async () => {
    const { io } = withFiles({ '/fw.fd': QCOW2 });
    const isRefused = (error: unknown) =>
      error instanceof CheckError && error.kind === 'usage' && error.code === 'no-firmware';
    await assert.rejects(readFirmware(io, '/fw.fd'), isRefused);
    await assert.rejects(readMeasured(io, '/fw.fd'), isRefused);
  });

  it('is doubted in words for those who only name it', async () => {
    const { io } = withFiles({ '/fw.fd': QCOW2, '/vars.fd': variables(0x1000), '/ok.fd': IMAGE });
    assert.match((await firmwareDoubt(io, '/fw.fd')) ?? '', /^fw\.fd is a qcow2 disk image/);
    assert.match((await firmwareDoubt(io, '/vars.fd')) ?? '', /^vars\.fd is a variable store/);
    for (const path of ['/ok.fd', '/none.fd']) assert.equal(await firmwareDoubt(io, path), undefined);
  });
});
