// The read-only editor of OVMF images. It holds no state but the bytes that the page shows, and shows a file again
// when it changes on disk. What is wrong with an open image is also in VS Code's list of problems.

import { Worker } from 'node:worker_threads';
import * as vscode from 'vscode';
import { hex } from '../core/hex';
import { parseOvmf } from '../core/ovmf/image';
import type { VolumeContents } from '../core/ovmf/volumes/contents';
import type { Finding, Severity } from '../core/region';
import type { Action } from '../protocol';
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
    const stop = new AbortController();
    let reads = 0;
    const load = async () => {
      try {
        const mine = ++reads;
        const bytes = await readUri(uri);
        if (mine !== reads) return;
        page.show({ kind: 'ovmf', name: nameOf(uri), bytes });
        const { findings } = parseOvmf(bytes);
        this.problems.set(uri, findings.map(diagnosticOf));
        const contents = await this.contentsOf(bytes, stop);
        if (mine !== reads || !contents) return;
        page.show({ kind: 'ovmf', name: nameOf(uri), bytes, contents });
        this.problems.set(uri, [...findings, ...contents.findings].map(diagnosticOf));
      } catch (error) {
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
      stop.abort();
      reads++;
      const left = (this.shown.get(key) ?? 1) - 1;
      this.shown.set(key, left);
      if (left === 0) this.problems.delete(uri);
    });
    await load();
  }

  /** Reads the volumes of an image in a thread of its own; nothing when the panel is closed before it ends. */
  private contentsOf(bytes: Uint8Array, stop: AbortController): Promise<VolumeContents | undefined> {
    if (stop.signal.aborted) return Promise.resolve(undefined);
    const script = vscode.Uri.joinPath(this.extensionUri, 'dist', 'volumesWorker.js').fsPath;
    const limits = { maxOldGenerationSizeMb: 512 };
    const worker = new Worker(script, { workerData: bytes, resourceLimits: limits });
    const end = () => void worker.terminate();
    stop.signal.addEventListener('abort', end);
    return new Promise((done) => {
      worker.once('message', (contents: VolumeContents) => {
        done(contents);
        end();
      });
      // Without its contents an image is shown all the same.
      worker.once('error', () => {
        done(undefined);
      });
      worker.once('exit', () => {
        stop.signal.removeEventListener('abort', end);
        done(undefined);
      });
    });
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
