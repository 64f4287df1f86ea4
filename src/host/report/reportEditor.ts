// The read-only editor of attestation reports: a thread reads the file and verifies the report with the certificates in it and beside it.
// Nothing is fetched.

import * as vscode from 'vscode';
import type { Io } from '../../app/io';
import { SCHEMES, viewType } from '../../contributions';
import { utf8 } from '../../core/binary/hex';
import type { ReadReport } from '../../protocol/snpReport';
import { runTask } from '../../threads';
import { nameOf, readUri, watchFile } from '../shell/files';
import { Page, PageEditor } from '../shell/page';
import { sentence } from '../shell/present';
import { queryOf } from '../shell/query';
import { openIn } from '../shell/run';
import { belongsTo, readBeside } from './besideReport';
import * as errors from './errors';

const isPasted = ({ scheme }: vscode.Uri): boolean => scheme === SCHEMES.pasted;

/** The bytes of a file, or of a report that was pasted and whose text is in its URI. */
async function contentOf(io: Io, uri: vscode.Uri): Promise<Uint8Array> {
  const { text } = isPasted(uri) ? queryOf(uri) : {};
  return isPasted(uri) ? utf8(typeof text === 'string' ? text : '') : readUri(io, uri);
}

/** An attestation report. */
export class ReportEditor extends PageEditor {
  protected readonly viewType = viewType('snpReport');

  override register(): vscode.Disposable {
    const others = vscode.window.registerCustomEditorProvider(viewType('snpReportOption'), this, {
      supportsMultipleEditorsPerDocument: true,
    });
    return vscode.Disposable.from(super.register(), others);
  }

  protected open(uri: vscode.Uri, panel: vscode.WebviewPanel): Promise<void> {
    const page = new Page(this.extensionUri, panel, 'snpReport', {
      action: async () => {
        await vscode.commands.executeCommand('workbench.action.reopenWithEditor');
      },
      place: () => undefined,
    });
    let reading = new AbortController();
    const load = () => {
      reading.abort();
      reading = new AbortController();
      return this.load(uri, page, reading.signal);
    };
    const watcher = watchFile(uri, () => void load(), belongsTo(uri));
    panel.onDidDispose(() => {
      watcher.dispose();
      reading.abort();
    });
    // The page starts only when this has returned.
    void load();
    return Promise.resolve();
  }

  /** Shows what is known whenever more is. Bytes that are shown stay one object, because they cross once. */
  private async load(uri: vscode.Uri, page: Page<'snpReport'>, signal: AbortSignal): Promise<void> {
    const name = nameOf(uri);
    let shown: Parameters<typeof page.show>[0] | undefined;
    const show = (read: ReadReport) => {
      if (signal.aborted) return;
      if ('reason' in read) {
        const title = `${name} is no attestation report`;
        page.show({ kind: 'notice', title, text: read.reason, actions: ['openAsText'] });
        return;
      }
      const { verification } = read;
      const { carrier, ...facts } = read.facts;
      shown =
        shown?.kind === 'snpReport'
          ? { ...shown, ...(verification && { verification }) }
          : { kind: 'snpReport', name, bytes: carrier, at: facts.offset, facts };
      page.show(shown);
    };
    try {
      const [file, beside] = await Promise.all([
        contentOf(this.io, uri),
        isPasted(uri) ? [] : readBeside(this.io, uri),
      ]);
      const task = { file, beside, at: Date.now() };
      await runTask(this.io, 'readReport', task, { signal, answer: show, died: errors.reportUnread });
    } catch (error) {
      if (signal.aborted) return;
      if (shown?.kind === 'snpReport') page.show({ ...shown, unverified: sentence(error) });
      else
        page.show({
          ...{ kind: 'notice', title: `${name} cannot be shown`, text: sentence(error) },
          actions: ['openAsText'],
        });
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
