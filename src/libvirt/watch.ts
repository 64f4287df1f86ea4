// The thread of a worker that notices when nobody waits for an answer any more: the worker's own thread cannot while a
// call hangs inside libvirt.

import { Socket } from 'node:net';
import { ALIVE_FD, endThisWorker } from './processes';

new Socket({ fd: ALIVE_FD, readable: true, writable: false })
  .on('error', endThisWorker)
  .on('close', endThisWorker)
  .resume();
