// Editors that compare two files: the URI names both, so that they survive a reload.

import * as vscode from 'vscode';
import type { Notice } from '../../protocol/shared';
import * as errors from './errors';
import { nameOf } from './files';
import { keepReading } from './keepReading';
import { tabPath } from './labels';
import { sentence } from './present';
import { queryOf } from './query';

/** Two files. */
export type FilePair = readonly [vscode.Uri, vscode.Uri];

/** The URI of a comparison; its path is what the tab shows. */
export function pairUri(scheme: string, [a, b]: FilePair): vscode.Uri {
  return vscode.Uri.from({
    scheme,
    path: tabPath(`${nameOf(a)} ↔ ${nameOf(b)}`),
    query: JSON.stringify({ a: a.toString(), b: b.toString() }),
  });
}

/** The two files of a comparison. @param what it compares @throws CheckError when the URI was made by hand and is invalid */
function filesOf(uri: vscode.Uri, what: string): FilePair {
  try {
    const { a, b } = queryOf(uri);
    if (typeof a === 'string' && typeof b === 'string')
      return [vscode.Uri.parse(a, true), vscode.Uri.parse(b, true)];
  } catch {
    // Same answer as for a malformed URI.
  }
  throw errors.badEditorUri(`comparison of ${what}`);
}

/** What an editor does with two files. */
export interface PairWork {
  /** What it compares, in the plural. */
  readonly what: string;
  /** Reads and shows both. What it finds after the signal is of an earlier state of the files. */
  readonly show: (files: FilePair, signal: AbortSignal) => Promise<void>;
  readonly explain: (notice: Notice<never>) => void;
  /** Other files in the folder of one that count, by their names. */
  readonly beside?: (file: vscode.Uri) => (name: string) => boolean;
}

/** Shows two files, and again whenever one is written, until the panel is closed. */
export function showPair(
  uri: vscode.Uri,
  panel: vscode.WebviewPanel,
  { what, show, explain, beside }: PairWork,
): void {
  let files: FilePair | [] = [];
  try {
    files = filesOf(uri, what);
  } catch {
    // A URI that names no files is reported when it is loaded.
  }
  const kept = files.map((file) => ({ uri: file, isBeside: beside?.(file) }));
  const load = keepReading(panel, kept, {
    read: (signal) => show(filesOf(uri, what), signal),
    fail: (error) => {
      explain({
        kind: 'notice',
        title: 'The comparison cannot be shown',
        text: sentence(error),
        actions: [],
      });
    },
  });
  // The page starts only when its editor has returned, and the files are read meanwhile.
  void load();
}
