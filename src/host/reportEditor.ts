// The report of a launch-measurement check: an editor on a URI of its own that names the launch file. Opening it,
// also after a reload, runs the check anew, so that no old verdict is ever shown for changed inputs.

import * as vscode from 'vscode';
import * as errors from '../core/errors';
import { launchInputs, runCheck } from '../files/launch';
import { parseLaunchFile, readLaunchFile } from '../files/launchFile';
import type { Report } from '../core/measure/report';
import { nameOf } from './files';
import { Page, PageEditor } from './page';
import { sentence } from './present';

const SCHEME = 'sevscope-report';

/** The URI of a report; its path is what the tab shows. */
export function reportUri(launchFile: vscode.Uri): vscode.Uri {
  return vscode.Uri.from({
    scheme: SCHEME,
    path: `/Report: ${nameOf(launchFile)}`,
    query: launchFile.toString(),
  });
}

/** The launch file that a report's URI names. @throws CheckError when it was made by hand and names none */
function launchFileOf(uri: vscode.Uri): vscode.Uri {
  try {
    return vscode.Uri.parse(uri.query, true);
  } catch {
    throw errors.badEditorUri('launch file');
  }
}

/** Runs a launch file, with its text as it is in an open editor. @throws CheckError */
export async function checkLaunchFile(uri: vscode.Uri, signal?: AbortSignal): Promise<Report> {
  if (!vscode.workspace.isTrusted) throw errors.untrustedWorkspace();
  if (uri.scheme !== 'file') throw errors.notOnDisk(uri.scheme);
  const open = vscode.workspace.textDocuments.find((d) => d.uri.toString() === uri.toString());
  const file = open ? parseLaunchFile(open.getText(), uri.fsPath) : await readLaunchFile(uri.fsPath);
  const inputs = launchInputs(file, nameOf(uri));
  return runCheck(inputs, { signal });
}

/** Shows reports. */
export class ReportEditor extends PageEditor {
  static readonly viewType = 'sevscope.report';
  protected readonly viewType = ReportEditor.viewType;

  protected async open(uri: vscode.Uri, panel: vscode.WebviewPanel): Promise<void> {
    let running: AbortController | undefined;
    const run = async () => {
      running?.abort();
      const mine = (running = new AbortController());
      page.show({ kind: 'notice', title: 'Checking…', text: 'The inputs are read and hashed.', actions: [] });
      try {
        const report = await checkLaunchFile(launchFileOf(uri), mine.signal);
        if (running === mine) page.show({ kind: 'report', report });
      } catch (error) {
        if (running !== mine || mine.signal.aborted) return;
        const actions = ['runAgain', 'openLaunchFile'] as const;
        page.show({ kind: 'notice', title: 'There is no verdict', text: sentence(error), actions });
      }
    };
    const page = new Page(this.extensionUri, panel, async (action) => {
      if (action === 'runAgain') await run();
      if (action === 'openLaunchFile') await vscode.window.showTextDocument(launchFileOf(uri));
    });
    panel.onDidDispose(() => running?.abort());
    await run();
  }
}
