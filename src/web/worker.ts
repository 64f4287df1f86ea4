// The script of every thread in a browser: runs one task of src/threads.ts, which its first message names.

import { serve } from '../tasks/serve';
import type { StarterMessage, ThreadMessage } from '../threads';
import type { ThreadStart } from './threads';

addEventListener(
  'message',
  ({ data: { task, input } }: MessageEvent<ThreadStart>) => {
    const port = {
      post: (message: ThreadMessage) => {
        postMessage(message);
      },
      hear: (listener: (message: StarterMessage) => void) => {
        addEventListener('message', ({ data }: MessageEvent<StarterMessage>) => {
          listener(data);
        });
      },
    };
    // What it throws is heard by who started the thread.
    serve(task, input, port, {
      io: async () => (await import('./io')).webIo(() => Promise.reject(new Error('it starts no threads'))),
      // A browser decodes Brotli for pages that it loads, and for nobody else.
      decoders: async () => (await import('../core/ovmf/volumes/decoders')).decodersWith(undefined),
      hashes: async () => (await import('../core/launch/nobleHashes')).nobleHashes,
    }).catch(reportError);
  },
  { once: true },
);
