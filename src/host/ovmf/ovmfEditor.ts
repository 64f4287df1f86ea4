// The read-only editor of OVMF images, also on both sides of a diff. Problems of an open image are also in VS
// Code's Problems list.

import * as vscode from 'vscode';
import type { ByteRange, Finding } from '../../core/binary/region';
import { viewType } from '../../contributions';
import type { ActionOf } from '../../protocol/pages';
import { DiffPanels } from '../shell/diffPanels';
import { newLaunchFile } from '../launch/newLaunchFile';
import { OvmfPanel, type OvmfPanelHost } from './ovmfPanel';
import { FileProblems } from '../shell/fileProblems';
import { PageEditor } from '../shell/page';
import { openIn, runCommand } from '../shell/run';

/** An OVMF image. */
export class OvmfEditor extends PageEditor implements OvmfPanelHost {
  static readonly viewType = viewType('ovmf');
  protected readonly viewType = OvmfEditor.viewType;
  private readonly diffPanels = new DiffPanels<OvmfPanel>();
  private readonly problems = new FileProblems(this.diffPanels.panels);
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
      this.problems.closed(uri);
    });
    // The page starts only when this has returned, and the image is read meanwhile.
    void panel.load();
    this.diffPanels.look();
    return Promise.resolve();
  }

  found(uri: vscode.Uri, findings: readonly Finding[] | undefined): void {
    this.problems.found(uri, findings);
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
