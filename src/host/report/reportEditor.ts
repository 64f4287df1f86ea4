// The read-only editor of attestation reports, also on both sides of a diff: a thread reads the file and verifies the report with the certificates
// in it and beside it. Nothing is fetched.

import * as vscode from 'vscode';
import type { Io } from '../../app/io';
import { SCHEMES, viewType } from '../../contributions';
import { utf8 } from '../../core/binary/hex';
import type { ActionOf } from '../../protocol/pages';
import { runTask } from '../../threads';
import { filesOfDiff } from '../shell/diffPanels';
import { FileEditor } from '../shell/fileEditor';
import { openIn, runCommand } from '../shell/run';
import * as errors from './errors';
import { ReportPanel } from './reportPanel';

/** An attestation report. */
export class ReportEditor extends FileEditor<ReportPanel, 'snpReport'> {
  protected readonly viewType = viewType('snpReport');
  protected override readonly optionType = viewType('snpReportOption');

  protected panelOn(uri: vscode.Uri, panel: vscode.WebviewPanel): ReportPanel {
    return new ReportPanel(this, uri, panel);
  }

  /** Buttons run the commands, so that both take the same path. */
  async act(panel: ReportPanel, action: ActionOf<'snpReport'>): Promise<void> {
    const { uri } = panel;
    const files = filesOfDiff(panel);
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
