// The thread that finds what to change in a launch file: the extension host itself has none of the code. Started with what
// launchChangesInThread gives it; posts one answer and ends.

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
