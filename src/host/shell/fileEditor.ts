// Read-only editors whose panels read a file, also on both sides of a diff. Problems of an open file are also in VS Code's list of problems.

import * as vscode from 'vscode';
import type { Io } from '../../app/io';
import type { Finding } from '../../core/binary/region';
import type { ActionOf, PageName } from '../../protocol/pages';
import { DiffPanels, type DiffPanel } from './diffPanels';
import { FileProblems } from './fileProblems';
import { PageEditor } from './page';

/** A panel on a file. */
export interface FilePanel<P> extends DiffPanel<P> {
  /** Reads the file and shows it; failures appear as a notice on the page. */
  load(): Promise<void>;
}

/** What such a panel needs from its editor. */
export interface FilePanelHost<P, Name extends PageName> {
  readonly io: Io;
  readonly extensionUri: vscode.Uri;
  act(panel: P, action: ActionOf<Name>): Promise<void>;
  /** Reports the file's current findings; undefined when it could not be read. */
  found(uri: vscode.Uri, findings: readonly Finding[] | undefined): void;
}

/** The editor of such panels. */
export abstract class FileEditor<P extends FilePanel<P>, Name extends PageName>
  extends PageEditor
  implements FilePanelHost<P, Name>
{
  protected readonly diffPanels = new DiffPanels<P>();
  private readonly problems = new FileProblems(this.diffPanels.panels);

  abstract act(panel: P, action: ActionOf<Name>): Promise<void>;

  /** Makes a panel, which is not read yet. */
  protected abstract panelOn(uri: vscode.Uri, panel: vscode.WebviewPanel): P;

  override register(): vscode.Disposable {
    return vscode.Disposable.from(super.register(), this.diffPanels.register(), this.problems);
  }

  found(uri: vscode.Uri, findings: readonly Finding[] | undefined): void {
    this.problems.found(uri, findings);
  }

  protected open(uri: vscode.Uri, webviewPanel: vscode.WebviewPanel): Promise<void> {
    const panel = this.panelOn(uri, webviewPanel);
    this.diffPanels.add(panel);
    webviewPanel.onDidDispose(() => {
      this.problems.closed(uri);
    });
    // The page starts only when this has returned, and the file is read meanwhile.
    void panel.load();
    this.diffPanels.look();
    return Promise.resolve();
  }
}
