// The read-only editor of OVMF images. It holds no state but the bytes that the page shows, and shows a file again
// when it changes on disk. What is wrong with an open image is also in VS Code's list of problems.

import { setImmediate } from 'node:timers/promises';
import * as vscode from 'vscode';
import { hex } from '../core/hex';
import { parseOvmf } from '../core/ovmf/image';
import type { Finding, Severity } from '../core/region';
import type { Action } from '../protocol';
import { readContentsApart } from './contents';
import { nameOf, readUri, watchFile } from './files';
import { newLaunchFile } from './newLaunchFile';
import { Page, PageEditor } from './page';
import { sentence } from './present';

const SEVERITIES: Readonly<Record<Severity, vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  info: vscode.DiagnosticSeverity.Information,
};

/** A problem of a file that has no lines: the offset stands in the message. */
function diagnosticOf({ rule, severity, message, offset }: Finding): vscode.Diagnostic {
  const nowhere = new vscode.Range(0, 0, 0, 0);
  const diagnostic = new vscode.Diagnostic(nowhere, `${hex(offset)}: ${message}`, SEVERITIES[severity]);
  diagnostic.source = 'SevScope';
  diagnostic.code = rule;
  return diagnostic;
}

/** An OVMF image. */
export class OvmfEditor extends PageEditor {
  static readonly viewType = 'sevscope.ovmf';
  protected readonly viewType = OvmfEditor.viewType;
  private readonly problems = vscode.languages.createDiagnosticCollection('sevscope');
  /** How many panels show a file: its problems are listed as long as one does. */
  private readonly shown = new Map<string, number>();

  override register(): vscode.Disposable {
    return vscode.Disposable.from(super.register(), this.problems);
  }

  protected async open(uri: vscode.Uri, panel: vscode.WebviewPanel): Promise<void> {
    const page = new Page(this.extensionUri, panel, (action) => act(action, uri));
    let reading = new AbortController();
    const load = async () => {
      // Of several rebuilds in a row only the last counts, and only one thread decompresses.
      reading.abort();
      const { signal } = (reading = new AbortController());
      try {
        const bytes = await readUri(uri);
        if (!signal.aborted) await this.show(uri, bytes, page, signal);
      } catch (error) {
        if (signal.aborted) return;
        this.problems.delete(uri);
        page.show({
          kind: 'notice',
          title: `${nameOf(uri)} cannot be shown`,
          text: sentence(error),
          actions: ['openAsText'],
        });
      }
    };
    const key = uri.toString();
    this.shown.set(key, (this.shown.get(key) ?? 0) + 1);
    const watcher = watchFile(uri, () => void load());
    panel.onDidDispose(() => {
      watcher.dispose();
      reading.abort();
      const left = (this.shown.get(key) ?? 1) - 1;
      this.shown.set(key, left);
      if (left === 0) this.problems.delete(uri);
    });
    await load();
  }

  /** Shows an image at once, and again when what is compressed in it is known. */
  private async show(uri: vscode.Uri, bytes: Uint8Array, page: Page, signal: AbortSignal): Promise<void> {
    page.show({ kind: 'ovmf', name: nameOf(uri), bytes });
    // VS Code copies what it posts, and erased flash is read to its end: not both in one turn.
    await setImmediate();
    const isStale = () => signal.aborted;
    if (isStale()) return;
    const { findings } = parseOvmf(bytes);
    this.problems.set(uri, findings.map(diagnosticOf));
    try {
      const script = vscode.Uri.joinPath(this.extensionUri, 'dist', 'volumesWorker.js').fsPath;
      const contents = await readContentsApart(script, bytes, signal);
      if (isStale() || !contents) return;
      page.extend({ contents });
      this.problems.set(uri, [...findings, ...contents.findings].map(diagnosticOf));
    } catch (error) {
      if (!isStale()) page.extend({ unread: sentence(error) });
    }
  }
}

/** Buttons act through the commands, so that both ways are one. */
async function act(action: Action, uri: vscode.Uri): Promise<void> {
  if (action === 'openAsText') await vscode.commands.executeCommand('workbench.action.reopenWithEditor');
  if (action === 'compareImage') await vscode.commands.executeCommand('sevscope.compareImages', uri);
  if (action === 'generate')
    await vscode.commands.executeCommand('sevscope.generateVmsa', undefined, { firmware: uri.toString() });
  if (action === 'newLaunchFile') await newLaunchFile(uri);
}
