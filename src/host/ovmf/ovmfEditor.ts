// The read-only editor of OVMF images, also on both sides of a diff. Problems of an open image are also in VS
// Code's Problems list.

import * as vscode from 'vscode';
import { hex } from '../../core/binary/hex';
import type { ByteRange, Finding } from '../../core/binary/region';
import { NAME, viewType } from '../../contributions';
import type { ActionOf } from '../../protocol/pages';
import { DiffPanels } from '../vmsa/diffPanels';
import { newLaunchFile } from '../launch/newLaunchFile';
import { OvmfPanel, type OvmfPanelHost } from './ovmfPanel';
import { problemAt } from '../shell/labels';
import { PageEditor } from '../shell/page';
import { openIn, runCommand } from '../shell/run';

/** A problem of a file without lines: the message contains the offset. */
const problemOf = (finding: Finding): vscode.Diagnostic =>
  problemAt(new vscode.Range(0, 0, 0, 0), `${hex(finding.offset)}: ${finding.message}`, finding);

/** An OVMF image. */
export class OvmfEditor extends PageEditor implements OvmfPanelHost {
  static readonly viewType = viewType('ovmf');
  protected readonly viewType = OvmfEditor.viewType;
  private readonly problems = vscode.languages.createDiagnosticCollection(NAME);
  private readonly diffPanels = new DiffPanels<OvmfPanel>();
  /** What is to be selected in images that are being opened, by their URIs. */
  private readonly wanted = new Map<string, ByteRange>();

  override register(): vscode.Disposable {
    return vscode.Disposable.from(super.register(), this.diffPanels.register(), this.problems);
  }

  /** Opens an image, or shows it where it is open, and selects bytes of it. */
  async reveal(uri: vscode.Uri, range: ByteRange): Promise<void> {
    const key = uri.toString();
    this.wanted.set(key, range);
    try {
      await openIn('ovmf', uri);
    } finally {
      if (this.wanted.delete(key))
        for (const panel of this.diffPanels.panels)
          if (panel.uri.toString() === key && panel.panel.visible) panel.reveal(range);
    }
  }

  protected open(uri: vscode.Uri, webviewPanel: vscode.WebviewPanel): Promise<void> {
    const panel = new OvmfPanel(this, uri, webviewPanel);
    this.diffPanels.add(panel);
    const range = this.wanted.get(uri.toString());
    this.wanted.delete(uri.toString());
    if (range) panel.reveal(range);
    webviewPanel.onDidDispose(() => {
      // Problems are listed while a panel shows the file.
      if (!this.shows(uri)) this.problems.delete(uri);
    });
    // The page starts only when this has returned, and the image is read meanwhile.
    void panel.load();
    this.diffPanels.look();
    return Promise.resolve();
  }

  found(uri: vscode.Uri, findings: readonly Finding[] | undefined): void {
    if (this.shows(uri)) this.problems.set(uri, findings?.map(problemOf));
  }

  private shows(uri: vscode.Uri): boolean {
    return this.diffPanels.panels.some((panel) => panel.uri.toString() === uri.toString());
  }

  /** Buttons run the commands, so that both take the same path. */
  async act(panel: OvmfPanel, action: ActionOf<'ovmf'>): Promise<void> {
    const { uri, files } = panel;
    switch (action) {
      case 'openAsText':
        await vscode.commands.executeCommand('workbench.action.reopenWithEditor');
        return;
      case 'compareImage':
        await runCommand('compareImages', uri);
        return;
      case 'generate':
        await runCommand('generateVmsa', undefined, { firmware: uri.toString() });
        return;
      case 'newLaunchFile':
        await newLaunchFile(uri);
        return;
      case 'forgetBefore':
        panel.forgetBefore();
        return;
      case 'openComparison':
        if (files) await runCommand('compareImages', files.original, files.modified);
        return;
      default:
        action satisfies never;
    }
  }
}
