// The read-only editor of OVMF images, also on both sides of a diff.

import * as vscode from 'vscode';
import type { ByteRange } from '../../core/binary/region';
import { viewType } from '../../contributions';
import type { ActionOf } from '../../protocol/pages';
import { filesOfDiff } from '../shell/diffPanels';
import { FileEditor } from '../shell/fileEditor';
import { newLaunchFile } from '../launch/newLaunchFile';
import { OvmfPanel } from './ovmfPanel';
import { openIn, runCommand } from '../shell/run';

/** An OVMF image. */
export class OvmfEditor extends FileEditor<OvmfPanel, 'ovmf'> {
  static readonly viewType = viewType('ovmf');
  protected readonly viewType = OvmfEditor.viewType;
  /** What is to be selected in images that are being opened, by their URIs. */
  private readonly wanted = new Map<string, ByteRange>();

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

  protected panelOn(uri: vscode.Uri, webviewPanel: vscode.WebviewPanel): OvmfPanel {
    const panel = new OvmfPanel(this, uri, webviewPanel);
    const range = this.wanted.get(uri.toString());
    this.wanted.delete(uri.toString());
    if (range) panel.reveal(range);
    return panel;
  }

  /** Buttons run the commands, so that both take the same path. */
  async act(panel: OvmfPanel, action: ActionOf<'ovmf'>): Promise<void> {
    const { uri } = panel;
    const files = filesOfDiff(panel);
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
