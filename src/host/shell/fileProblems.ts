// Findings of files without lines in VS Code's list of problems: the message contains the offset.

import * as vscode from 'vscode';
import { hex } from '../../core/binary/hex';
import type { Finding } from '../../core/binary/region';
import { NAME } from '../../contributions';
import { problemAt } from './labels';

const problemOf = (finding: Finding): vscode.Diagnostic =>
  problemAt(new vscode.Range(0, 0, 0, 0), `${hex(finding.offset)}: ${finding.message}`, finding);

/** The problems of the files of one editor, listed while a panel shows them. */
export class FileProblems implements vscode.Disposable {
  private readonly list = vscode.languages.createDiagnosticCollection(NAME);

  /** @param panels those that are open */
  constructor(private readonly panels: readonly { readonly uri: vscode.Uri }[]) {}

  /** Lists what was found in a file; undefined when it could not be read. */
  found(uri: vscode.Uri, findings: readonly Finding[] | undefined): void {
    if (this.shows(uri)) this.list.set(uri, findings?.map(problemOf));
  }

  /** A panel was closed. */
  closed(uri: vscode.Uri): void {
    if (!this.shows(uri)) this.list.delete(uri);
  }

  dispose(): void {
    this.list.dispose();
  }

  private shows(uri: vscode.Uri): boolean {
    return this.panels.some((panel) => panel.uri.toString() === uri.toString());
  }
}
