// A worker thread that looks for problems of one launch file, so that reading firmware and ignore files holds nobody up, and that
// the code for it is not part of the extension itself. Started with the text; answers once and ends.

import { parentPort, workerData } from 'node:worker_threads';
import { lintLaunch, type LintOptions } from '../../app/launchProblems';
import { nodeIo } from '../../node/io';

/** What it is started with. */
export interface LaunchWorkerData extends LintOptions {
  readonly text: string;
  /** Where the file is or will be, absolute. */
  readonly path: string;
}

const { text, path, ...options } = workerData as LaunchWorkerData;
void lintLaunch(nodeIo(__dirname), text, path, options).then((lint) => parentPort?.postMessage(lint));
