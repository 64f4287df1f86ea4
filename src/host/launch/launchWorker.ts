// A worker thread that finds the problems of one launch file, so that reading firmware and ignore files blocks
// nobody and its code stays out of the extension bundle. Started with the text; answers once and ends.

import { parentPort, workerData } from 'node:worker_threads';
import { lintLaunch, type LintOptions } from '../../app/launchProblems';
import { nodeIo } from '../../node/io';

/** The data the thread starts with. */
export interface LaunchWorkerData extends LintOptions {
  readonly text: string;
  /** Path of the file, existing or not, absolute. */
  readonly path: string;
}

const { text, path, ...options } = workerData as LaunchWorkerData;
void lintLaunch(nodeIo(__dirname), text, path, options).then((lint) => parentPort?.postMessage(lint));
