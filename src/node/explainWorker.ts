// The script of the threads of a search: one coordinates, the others search.

import { parentPort, workerData } from 'node:worker_threads';
import { searchSpace } from '../core/explain/causes';
import { Search } from '../core/explain/search';
import { coordinate } from '../app/explainCoordinator';
import { nodeHashes } from './hashes';
import { nodeIo } from './io';
import type { CoordinatorTask, SearcherReply, SearcherRequest, SearcherTask } from '../app/explainThreads';

const task = workerData as CoordinatorTask | SearcherTask;
const port = parentPort!;

if (task.role === 'coordinator') {
  void coordinate(nodeIo(__dirname), task, (message) => port.postMessage(message));
} else {
  const keys = task.keyMemory && new Int32Array(task.keyMemory);
  const search = new Search(searchSpace(task.facts), keys, nodeHashes);
  port.on('message', (unit: SearcherRequest) => {
    port.postMessage(search.run(unit) satisfies SearcherReply);
  });
}
