// Firmware as the use cases read it: what the ends of a file do not show is read from the rest, once for all that
// share them; a pipe is left alone; and a container is refused.

import assert from 'node:assert/strict';
import { CheckError } from '../../../src/core/errors';
import { firmwareDoubt, inspectFirmware, readFirmware } from '../../../src/app/firmware';
import type { Io } from '../../../src/app/io';
import { memoryIo } from '../../helpers/memoryIo';
import { CONTAINERS, IMAGE, variables } from '../../helpers/otherFiles';
import { join } from '../../helpers/volumes';

/** An Io with these files, and how often one was read whole. */
function withFiles(files: Readonly<Record<string, Uint8Array>>) {
  const memory = memoryIo();
  let reads = 0;
  for (const [path, bytes] of Object.entries(files)) memory.files.set(path, { bytes, mode: 0o644 });
  const read: Io['read'] = (...args) => {
    reads += 1;
    return memory.read(...args);
  };
  return { io: { ...memory, read }, reads: () => reads };
}

const PADDED = join(IMAGE, new Uint8Array(0x20000).fill(0xff));
const [, QCOW2] = CONTAINERS[0]!;

describe('The firmware of a launch', () => {
  it('is inspected whole where its ends do not tell', async () => {
    const { io, reads } = withFiles({ '/padded.fd': PADDED, '/vars.fd': variables(0x1000) });
    const streamed = await io.digest('/padded.fd');
    const { doubt } = await inspectFirmware(io, '/padded.fd', streamed);
    assert.match(doubt ?? '', /^padded\.fd: .* the image ends at 0x10000; 131072 bytes/);
    assert.equal(reads(), 1);
    await inspectFirmware(io, '/padded.fd', { ...streamed });
    assert.equal(reads(), 1, 'shared by those who share the ends');
    assert.match((await inspectFirmware(io, '/vars.fd', await io.digest('/vars.fd'))).doubt ?? '', /VARS/);
    assert.equal(reads(), 1, 'its ends tell');
  });

  it('is not read again from a pipe', async () => {
    const { io, reads } = withFiles({ '/pipe': PADDED });
    const pipe: Io = { ...io, stat: async (path) => ({ ...(await io.stat(path)), kind: 'pipe' }) as never };
    const { doubt } = await inspectFirmware(pipe, '/pipe', await io.digest('/pipe'));
    assert.match(doubt ?? '', /not known to be OVMF/);
    assert.equal(reads(), 0);
    assert.equal(await firmwareDoubt(pipe, '/pipe'), undefined);
  });

  it('is refused as a container, by whoever reads it', async () => {
    const { io } = withFiles({ '/fw.fd': QCOW2 });
    const isRefused = (error: unknown) =>
      error instanceof CheckError && error.kind === 'usage' && error.code === 'no-firmware';
    await assert.rejects(readFirmware(io, '/fw.fd'), isRefused);
    await assert.rejects(async () => inspectFirmware(io, '/fw.fd', await io.digest('/fw.fd')), isRefused);
  });

  it('is doubted in words for those who only name it', async () => {
    const { io } = withFiles({ '/fw.fd': QCOW2, '/vars.fd': variables(0x1000), '/ok.fd': IMAGE });
    assert.match((await firmwareDoubt(io, '/fw.fd')) ?? '', /^fw\.fd is a qcow2 disk image/);
    assert.match((await firmwareDoubt(io, '/vars.fd')) ?? '', /^vars\.fd is a variable store/);
    for (const path of ['/ok.fd', '/none.fd']) assert.equal(await firmwareDoubt(io, path), undefined);
  });
});
