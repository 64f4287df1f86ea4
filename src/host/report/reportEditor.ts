// The read-only editor of attestation reports, also on both sides of a diff: a thread reads the file and verifies the report with the certificates
// in it and beside it. Nothing is fetched. Problems of an open report are also in VS Code's list of problems.

import * as vscode from 'vscode';
import type { Io } from '../../app/io';
import { SCHEMES, viewType } from '../../contributions';
import { utf8 } from '../../core/binary/hex';
import type { Finding } from '../../core/binary/region';
import type { ActionOf } from '../../protocol/pages';
import { runTask } from '../../threads';
import { DiffPanels } from '../shell/diffPanels';
import { FileProblems } from '../shell/fileProblems';
import { PageEditor } from '../shell/page';
import { openIn, runCommand } from '../shell/run';
import * as errors from './errors';
import { ReportPanel, type ReportPanelHost } from './reportPanel';

/** An attestation report. */
export class ReportEditor extends PageEditor implements ReportPanelHost {
  protected readonly viewType = viewType('snpReport');
  private readonly diffPanels = new DiffPanels<ReportPanel>();
  private readonly problems = new FileProblems(this.diffPanels.panels);

  override register(): vscode.Disposable {
    const others = vscode.window.registerCustomEditorProvider(viewType('snpReportOption'), this, {
      supportsMultipleEditorsPerDocument: true,
    });
    return vscode.Disposable.from(super.register(), others, this.diffPanels.register(), this.problems);
  }

  protected open(uri: vscode.Uri, webviewPanel: vscode.WebviewPanel): Promise<void> {
    const panel = new ReportPanel(this, uri, webviewPanel);
    this.diffPanels.add(panel);
    webviewPanel.onDidDispose(() => {
      this.problems.closed(uri);
    });
    // The page starts only when this has returned, and the report is read meanwhile.
    void panel.load();
    this.diffPanels.look();
    return Promise.resolve();
  }

  found(uri: vscode.Uri, findings: readonly Finding[] | undefined): void {
    this.problems.found(uri, findings);
  }

  /** Buttons run the commands, so that both take the same path. */
  async act({ uri, files }: ReportPanel, action: ActionOf<'snpReport'>): Promise<void> {
    switch (action) {
      case 'openAsText':
        await vscode.commands.executeCommand('workbench.action.reopenWithEditor');
        return;
      case 'compareReport':
        await runCommand('compareReports', uri);
        return;
      case 'openComparison':
        if (files) await runCommand('compareReports', files.original, files.modified);
        return;
      default:
        action satisfies never;
    }
  }
}

/** Opens the report in the clipboard. What is none is not kept: it may be anything. */
export async function openPastedReport(io: Io): Promise<void> {
  const text = await vscode.env.clipboard.readText();
  const read = await runTask(
    io,
    'readReport',
    { file: utf8(text), beside: [], at: Date.now() },
    { died: errors.reportUnread },
  );
  if ('reason' in read) throw errors.noReportToPaste(read.reason);
  const query = JSON.stringify({ text });
  await openIn('snpReport', vscode.Uri.from({ scheme: SCHEMES.pasted, path: '/Pasted.snpreport', query }));
}
