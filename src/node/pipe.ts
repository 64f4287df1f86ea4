// How Node reads a pipe: as a socket, which waits for its writer without a thread. It may bring a key, so it reads into a buffer
// of ours: Node's own, of 64 KiB, is copied where less is read, and freed as it is.

import { Socket } from 'node:net';

/** As much as a pipe of Linux holds. */
const CHUNK = 64 * 1024;

/**
 * What arrives at an open pipe, whose descriptor is closed at the end. Each chunk is valid only until the next.
 * @param signal ends it at once @throws the system's error, or that of the signal
 */
export async function* pipeChunks(fd: number, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(CHUNK);
  let length = 0;
  let isOver = false;
  let failure: Error | undefined;
  let wake = (): void => undefined;
  const callback = (size: number) => {
    length = size;
    wake();
    // Nothing more until this was taken.
    return false;
  };
  const options = { fd, readable: true, writable: false, onread: { buffer, callback } };
  const socket = new Socket({ ...options, ...(signal && { signal }) });
  socket.on('error', (error) => (failure = error));
  socket.on('close', () => {
    isOver = true;
    wake();
  });
  try {
    for (;;) {
      socket.resume();
      await new Promise<void>((done) => {
        wake = done;
        if (length > 0 || isOver) done();
      });
      if (length === 0) break;
      yield buffer.subarray(0, length);
      buffer.fill(0, 0, length);
      length = 0;
    }
    if (failure) throw failure;
  } finally {
    socket.destroy();
    buffer.fill(0);
  }
}
