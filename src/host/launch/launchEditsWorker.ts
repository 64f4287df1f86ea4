// The thread that computes what to change in a launch file, so that the extension host need not load that code.
// Started with the task of launchChangesInThread; posts one answer and ends.

import { parentPort, workerData } from 'node:worker_threads';
import { CheckError, errorData } from '../../core/errors';
import { changeLaunchText } from '../../app/launchEdits';
import { nodeIo } from '../../node/io';
import type { ChangesAnswer, ChangesTask } from './launchChanges';

const io = nodeIo(__dirname);
const { text, path, edits } = workerData as ChangesTask;
const answers = edits.map((each): ChangesAnswer => {
  try {
    return { changes: changeLaunchText(io, text, path, each) };
  } catch (error) {
    if (error instanceof CheckError) return { error: errorData(error) };
    throw error;
  }
});
parentPort?.postMessage(answers);
