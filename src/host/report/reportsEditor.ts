// The comparison of two attestation reports, each with whether it is true.

import type * as vscode from 'vscode';
import { SCHEMES, viewType } from '../../contributions';
import type { ReportSide } from '../../protocol/snpReport';
import type { ComparedKind } from '../shell/compareFiles';
import { pairUri, showPair, type FilePair } from '../shell/filePair';
import { nameOf } from '../shell/files';
import { Page, PageEditor } from '../shell/page';
import { openIn } from '../shell/run';
import { belongsTo } from './besideReport';
import * as errors from './errors';
import { readReportAt, reportBytes, reportSide } from './reportRead';

/** Reports as they are compared. */
export const REPORTS: ComparedKind = {
  title: 'Attestation report',
  pattern: '**/{*.snpreport,*report*.bin,*report*.json,outblob}',
  fits: ({ path }) => /\.snpreport$|report[^/]*\.(bin|json)$|\/outblob$/.test(path),
  open: (a, b) => openIn('snpReports', pairUri(SCHEMES.snpReports, [a, b])),
};

/** Shows two reports and their differences. */
export class ReportsEditor extends PageEditor {
  protected readonly viewType = viewType('snpReports');

  protected open(uri: vscode.Uri, panel: vscode.WebviewPanel): Promise<void> {
    const page = new Page(this.extensionUri, panel, 'snpReports', { place: () => undefined });
    showPair(uri, panel, {
      what: 'attestation reports',
      beside: belongsTo,
      explain: (notice) => {
        page.show(notice);
      },
      show: (files, signal) => this.show(files, page, signal),
    });
    return Promise.resolve();
  }

  /** Shows two reports when both are read, and again when it is known of each whether it is true. */
  private async show(files: FilePair, page: Page<'snpReports'>, signal: AbortSignal): Promise<void> {
    const sides: (ReportSide | undefined)[] = [undefined, undefined];
    const read = async (file: vscode.Uri, i: number) => {
      const name = nameOf(file);
      let reason: string | undefined;
      await readReportAt(this.io, file, signal, (found) => {
        if ('reason' in found) {
          ({ reason } = found);
          return;
        }
        sides[i] = reportSide(name, sides[i]?.bytes ?? reportBytes(found), found.verification);
        const [left, right] = sides;
        if (left && right && !signal.aborted) page.show({ kind: 'snpReports', ...left, other: right });
      });
      if (reason !== undefined) throw errors.noReportToCompare(name, reason);
    };
    await Promise.all(files.map(read));
  }
}
