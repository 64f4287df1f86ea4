// One webview that shows an attestation report. It reads it again when the file or what belongs to it is written; on one side of a diff editor, it
// shows the differences from the other side.

import type * as vscode from 'vscode';
import type { CursorPlace } from '../../protocol/shared';
import type { ReadReport, ReportSide, SnpReportState } from '../../protocol/snpReport';
import type { OtherSide } from '../shell/diffPanels';
import type { FilePanel, FilePanelHost } from '../shell/fileEditor';
import { nameOf } from '../shell/files';
import { keepReading } from '../shell/keepReading';
import { Page } from '../shell/page';
import { sentence } from '../shell/present';
import { belongsTo } from './besideReport';
import { readReportAt, reportBytes, reportSide } from './reportRead';

/** A webview panel on a report. */
export class ReportPanel implements FilePanel<ReportPanel> {
  other: OtherSide<ReportPanel> | undefined;
  /** What is known of the report, without the other side; undefined while only a notice is shown. */
  private shown: SnpReportState | undefined;
  /** The report alone. */
  private bytes: Uint8Array | undefined;
  /** Whether what is known is of an earlier state of the file. */
  private isStale = false;
  private readonly page: Page<'snpReport'>;
  readonly load: () => Promise<void>;

  constructor(
    private readonly host: FilePanelHost<ReportPanel, 'snpReport'>,
    readonly uri: vscode.Uri,
    readonly panel: vscode.WebviewPanel,
  ) {
    this.page = new Page(host.extensionUri, panel, 'snpReport', {
      action: ({ action }) => host.act(this, action),
      place: ({ place }) => {
        this.lead(place);
      },
    });
    this.load = keepReading(panel, [{ uri, isBeside: belongsTo(uri) }], {
      read: (signal) => this.read(signal),
      fail: (error) => {
        this.fail(sentence(error));
      },
    });
  }

  /** This report as the other side of a diff has it; undefined while there is none. */
  get asOther(): ReportSide | undefined {
    return this.shown && this.bytes && reportSide(this.shown.name, this.bytes, this.shown.verification);
  }

  private async read(signal: AbortSignal): Promise<void> {
    this.isStale = true;
    await readReportAt(this.host.io, this.uri, signal, (read) => {
      if (signal.aborted) return;
      if (this.isStale) this.shown = undefined;
      this.isStale = false;
      this.take(read);
      this.other?.panel.show();
    });
  }

  /** Says why no more is known. */
  private fail(why: string): void {
    if (this.shown && !this.isStale) {
      this.shown = { ...this.shown, unverified: why };
      this.show();
    } else this.explain(`${nameOf(this.uri)} cannot be shown`, why);
  }

  show(): void {
    if (!this.shown) return;
    const other = this.other?.panel.asOther;
    this.page.show({ ...this.shown, ...(other && { other: { ...other, side: this.other!.side } }) });
  }

  /** Shows what is known whenever more is. Bytes that are shown stay one object, because they cross once. */
  private take(read: ReadReport): void {
    const name = nameOf(this.uri);
    if ('reason' in read) {
      this.explain(`${name} is no attestation report`, read.reason);
      return;
    }
    const { verification } = read;
    if (this.shown) {
      this.shown = { ...this.shown, ...(verification && { verification }) };
    } else {
      const { carrier, ...facts } = read.facts;
      this.bytes = reportBytes(read);
      this.shown = { kind: 'snpReport', name, bytes: carrier, at: facts.offset, facts };
      this.host.found(this.uri, facts.findings);
    }
    this.show();
  }

  private explain(title: string, text: string): void {
    this.shown = this.bytes = undefined;
    this.host.found(this.uri, undefined);
    this.page.show({ kind: 'notice', title, text, actions: ['openAsText'] });
  }

  /** Selects on the other side of a diff what is selected here, counted from where each file has its report. */
  private lead(place: CursorPlace): void {
    const other = this.other?.panel;
    if (!other?.shown || !this.shown) return;
    const offset = place.offset - this.shown.at + other.shown.at;
    if (offset >= 0 && offset < other.shown.bytes.length)
      other.page.post({ type: 'select', place: { ...place, offset } });
  }
}
