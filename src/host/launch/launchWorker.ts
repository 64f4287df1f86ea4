// A worker thread that finds the problems of one launch file, so that reading firmware and ignore files blocks
// nobody and its code stays out of the extension bundle. Started with the text; answers once and ends.

import { parentPort, workerData } from 'node:worker_threads';
import { readLaunchSource } from '../../app/launchFile';
import { lintLaunch, type LintOptions } from '../../app/launchProblems';
import type { BadByte } from '../../app/text';
import { nodeIo } from '../../node/io';

/** The data the thread starts with. */
export interface LaunchWorkerData extends LintOptions {
  readonly text: string;
  /** Path of the file, existing or not, absolute. */
  readonly path: string;
}

const { text, path, ...options } = workerData as LaunchWorkerData;
const io = nodeIo(__dirname);

/** Where the file is not UTF-8, when the editor shows it as it is: all that the text says of it is U+FFFD. */
async function badByteOf(): Promise<BadByte | undefined> {
  if (!options.files || !text.includes('\ufffd') || (await io.stat(path)).kind !== 'file') return undefined;
  const source = await readLaunchSource(io, path, { onlyFile: true }).catch(() => undefined);
  // A byte order mark is not in the text of an editor.
  const mark = source?.text.startsWith('\ufeff') ? 1 : 0;
  if (!source?.badByte || source.text.slice(mark) !== text) return undefined;
  return { ...source.badByte, offset: source.badByte.offset - mark };
}

void badByteOf()
  .then((badByte) => lintLaunch(io, text, path, { ...options, badByte }))
  .then((lint) => parentPort?.postMessage(lint));
