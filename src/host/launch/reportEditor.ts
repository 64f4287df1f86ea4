// The report of a launch-measurement check: an editor whose URI says what is checked. A recorded launch is
// checked again whenever its report is opened, so that no stale verdict is ever shown for changed inputs. A
// domain is checked only on request: after a reload, its last report is shown with its time.

import * as vscode from 'vscode';
import { viewType } from '../../contributions';
import type { Io } from '../../app/io';
import { PageEditor } from '../shell/page';
import { openIn } from '../shell/run';
import { ReportRun, type ReportContext, type ReportWish } from './reportRun';

/** Shows reports. */
export class ReportEditor extends PageEditor {
  static readonly viewType = viewType('report');
  protected readonly viewType = ReportEditor.viewType;
  /** Reports of domains that the user has just requested: only these run when opened. */
  private readonly wanted = new Map<string, ReportWish>();
  private readonly runs = new Map<string, Set<ReportRun>>();

  constructor(
    io: Io,
    extensionUri: vscode.Uri,
    private readonly around: ReportContext,
  ) {
    super(io, extensionUri);
  }

  /**
   * Opens a report and runs its check, even if it is already open.
   * @param explain whether to search for the cause of a mismatch at once
   */
  async start(uri: vscode.Uri, explain = false): Promise<void> {
    const key = uri.toString();
    const [open] = this.runs.get(key) ?? [];
    if (!open) this.wanted.set(key, { explain });
    try {
      await this.reveal(uri);
    } finally {
      this.wanted.delete(key);
    }
    await open?.check({ explain });
  }

  /** Shows a report where it is already open, or else opens it in its state after a reload. */
  async reveal(uri: vscode.Uri): Promise<void> {
    const isIt = ({ input }: vscode.Tab) =>
      input instanceof vscode.TabInputCustom && input.uri.toString() === uri.toString();
    const group = vscode.window.tabGroups.all.find(({ tabs }) => tabs.some(isIt));
    await openIn('report', uri, group?.viewColumn);
  }

  protected open(uri: vscode.Uri, panel: vscode.WebviewPanel): Promise<void> {
    const key = uri.toString();
    const wish = this.wanted.get(key);
    this.wanted.delete(key);
    const run = new ReportRun(this.io, this.extensionUri, uri, panel, this.around);
    const runs = this.runs.get(key) ?? new Set();
    this.runs.set(key, runs.add(run));
    panel.onDidDispose(() => {
      runs.delete(run);
      run.end();
    });
    // VS Code draws nothing of a page until its editor is resolved, but a running check must be visible and
    // cancellable.
    void run.begin(wish);
    return Promise.resolve();
  }
}
