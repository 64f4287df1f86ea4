// The commands that compare two files: those that are selected, or one and another that the user picks.

import * as vscode from 'vscode';
import type { Io } from '../../app/io';
import { activeFile, pickFile } from './picks';

/** What two files are compared as. */
export interface ComparedKind {
  /** What a file is, for the title of a question. */
  readonly title: string;
  /** Files to choose from. */
  readonly pattern: string;
  /** Whether the file of the active editor is one by its name. */
  readonly fits: (file: vscode.Uri) => boolean;
  readonly open: (a: vscode.Uri, b: vscode.Uri) => Thenable<unknown>;
}

/** Compares files. @param more what a menu passes, all that are selected, or the other file */
export async function compareFiles(
  io: Io,
  { title, pattern, fits, open }: ComparedKind,
  uri?: unknown,
  more?: unknown,
): Promise<void> {
  const selected = Array.isArray(more) ? more.filter((file) => file instanceof vscode.Uri) : [];
  const active = activeFile();
  const first =
    uri instanceof vscode.Uri
      ? uri
      : active && fits(active)
        ? active
        : await pickFile(io, `${title} to compare`, pattern);
  if (!first) return;
  const second =
    more instanceof vscode.Uri
      ? more
      : selected.length === 2
        ? selected.find((file) => file.toString() !== first.toString())
        : await pickFile(io, `${title} to compare with`, pattern, first);
  if (second) await open(first, second);
}
