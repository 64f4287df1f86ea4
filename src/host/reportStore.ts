// The reports of domains that were made last, so that a tab shows its report after a reload without connecting. There is
// nothing secret in a report.

import type { Memento, Uri } from 'vscode';
import type { Report } from '../core/measure/report';

/** A report and when it was made, in ISO 8601. */
export interface StoredReport {
  readonly report: Report;
  readonly made: string;
}

const KEY = 'sevscope.reports';
/** More than anybody has open. */
const MOST = 20;

/** Keeps reports by the URI of their tab, in the workspace's own storage. */
export class ReportStore {
  constructor(private readonly memento: Memento) {}

  find(uri: Uri): StoredReport | undefined {
    return this.all()[uri.toString()];
  }

  async keep(uri: Uri, stored: StoredReport): Promise<void> {
    const key = uri.toString();
    const others = Object.entries(this.all()).filter(([other]) => other !== key);
    await this.memento.update(KEY, Object.fromEntries([...others.slice(1 - MOST), [key, stored]]));
  }

  private all(): Readonly<Record<string, StoredReport>> {
    return this.memento.get<Record<string, StoredReport>>(KEY, {});
  }
}
