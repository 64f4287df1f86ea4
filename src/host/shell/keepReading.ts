// Reads what a panel shows, and again when that is written.

import * as vscode from 'vscode';
import { watchFile } from './files';

/** A file of a panel. */
export interface KeptFile {
  readonly uri: vscode.Uri;
  /** Whether another file of its folder counts, by its name. */
  readonly isBeside?: ((name: string) => boolean) | undefined;
}

/** How the files of a panel are read. */
export interface Reading {
  /** Reads and shows them. What it finds after the signal is of an earlier state of the files. */
  readonly read: (signal: AbortSignal) => Promise<void>;
  /** Says why they could not be read, unless they are being read again. */
  readonly fail: (error: unknown) => void;
}

/**
 * Reads files whenever one of them is written, until the panel is closed. Of several writes in a row only the last counts.
 * @returns what reads them now
 */
export function keepReading(
  panel: vscode.WebviewPanel,
  files: readonly KeptFile[],
  { read, fail }: Reading,
): () => Promise<void> {
  let reading = new AbortController();
  const load = async () => {
    reading.abort();
    const { signal } = (reading = new AbortController());
    try {
      await read(signal);
    } catch (error) {
      if (!signal.aborted) fail(error);
    }
  };
  const watchers = files.map(({ uri, isBeside }) => watchFile(uri, () => void load(), isBeside));
  panel.onDidDispose(() => {
    vscode.Disposable.from(...watchers).dispose();
    reading.abort();
  });
  return load;
}
