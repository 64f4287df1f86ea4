// The script of every thread in Node: runs one task of src/threads.ts.

import { parentPort, workerData } from 'node:worker_threads';
import { serve } from '../tasks/serve';
import type { ThreadStart } from './threads';

const { task, input } = workerData as ThreadStart;
const port = parentPort!;

// What it throws is heard by who started the thread.
void serve(
  task,
  input,
  {
    post: (message) => {
      port.postMessage(message);
    },
    hear: (listener) => {
      port.on('message', listener);
    },
  },
  {
    io: async () => (await import('./io')).nodeIo(__dirname),
    decoders: async () => (await import('./decompress')).decompressInto,
    hashes: async () => (await import('./hashes')).nodeHashes,
  },
);
