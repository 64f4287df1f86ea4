// One webview that shows an attestation report. It reads it again when the file or what belongs to it is written; on one side of a diff editor, it
// shows the differences from the other side.

import type * as vscode from 'vscode';
import type { Io } from '../../app/io';
import type { Finding } from '../../core/binary/region';
import type { ActionOf } from '../../protocol/pages';
import type { CursorPlace } from '../../protocol/shared';
import type { ReadReport, ReportSide, SnpReportState } from '../../protocol/snpReport';
import { filesOfDiff, type DiffPanel, type OtherSide } from '../shell/diffPanels';
import { nameOf, watchFile } from '../shell/files';
import { Page } from '../shell/page';
import { sentence } from '../shell/present';
import { belongsTo } from './besideReport';
import { readReportAt, reportBytes, reportSide } from './reportRead';

/** What a panel needs from its editor. */
export interface ReportPanelHost {
  readonly io: Io;
  readonly extensionUri: vscode.Uri;
  act(panel: ReportPanel, action: ActionOf<'snpReport'>): Promise<void>;
  /** Reports the file's current findings; undefined when it could not be read. */
  found(uri: vscode.Uri, findings: readonly Finding[] | undefined): void;
}

/** A webview panel on a report. */
export class ReportPanel implements DiffPanel<ReportPanel> {
  other: OtherSide<ReportPanel> | undefined;
  /** What is known of the report, without the other side; undefined while only a notice is shown. */
  private shown: SnpReportState | undefined;
  /** The report alone. */
  private bytes: Uint8Array | undefined;
  /** Whether what is known is of an earlier state of the file. */
  private isStale = false;
  private reading = new AbortController();
  private readonly page: Page<'snpReport'>;

  constructor(
    private readonly host: ReportPanelHost,
    readonly uri: vscode.Uri,
    readonly panel: vscode.WebviewPanel,
  ) {
    this.page = new Page(host.extensionUri, panel, 'snpReport', {
      action: ({ action }) => host.act(this, action),
      place: ({ place }) => {
        this.lead(place);
      },
    });
    const watcher = watchFile(uri, () => void this.load(), belongsTo(uri));
    panel.onDidDispose(() => {
      watcher.dispose();
      this.reading.abort();
    });
  }

  /** The files of the diff editor that this panel is one side of. */
  get files(): ReturnType<typeof filesOfDiff> {
    return filesOfDiff(this);
  }

  /** This report as the other side of a diff has it; undefined while there is none. */
  get asOther(): ReportSide | undefined {
    return this.shown && this.bytes && reportSide(this.shown.name, this.bytes, this.shown.verification);
  }

  /** Reads the file and shows it; failures appear as a notice on the page. */
  async load(): Promise<void> {
    this.reading.abort();
    const { signal } = (this.reading = new AbortController());
    this.isStale = true;
    const take = (read: ReadReport) => {
      if (signal.aborted) return;
      if (this.isStale) this.shown = undefined;
      this.isStale = false;
      this.take(read);
      this.other?.panel.show();
    };
    try {
      await readReportAt(this.host.io, this.uri, signal, take);
    } catch (error) {
      if (!signal.aborted) this.fail(sentence(error));
    }
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
