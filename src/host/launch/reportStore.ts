// The latest reports of domains, so that a tab shows its report after a reload without connecting. Reports
// contain no secrets.

import type { Memento, Uri } from 'vscode';
import type { Report, Verdict } from '../../core/launch/report';
import type { KeptExplanation } from './explaining';
import { isObject } from '../../core/binary/values';

/** A report and when it was made, in ISO 8601. */
export interface StoredReport {
  readonly report: Report;
  readonly made: string;
  /** How many secrets the guest received. */
  readonly injected?: number;
  /** Why it did not match, if someone asked. */
  readonly explanation?: KeptExplanation;
}

const VERDICTS: readonly unknown[] = ['matches', 'does not match', 'cannot be trusted'] satisfies Verdict[];

/** Whether a stored report, perhaps written by another version, can still be shown. */
function isStored(value: unknown): value is StoredReport {
  if (!isObject(value)) return false;
  const { report, made } = value;
  if (!isObject(report) || typeof made !== 'string') return false;
  const { verdict, title, facts, steps, warnings, evidence } = report;
  const ofEvidence = evidence === undefined ? [] : [isObject(evidence) && evidence['steps']];
  const lists = [facts, steps, warnings, ...ofEvidence].every((list) => Array.isArray(list));
  return lists && VERDICTS.includes(verdict) && typeof title === 'string';
}

function isExplanation(value: unknown): value is KeptExplanation {
  if (!isObject(value)) return false;
  const { kind, result, changeable } = value;
  if (kind !== 'found' || !isObject(result)) return false;
  const { explanations, covered, remains, summary } = result;
  const lists = [changeable, explanations, covered, remains].every((list) => Array.isArray(list));
  return lists && typeof summary === 'string';
}

const KEY = 'sevscope.reports';
/** More reports than anybody has open. */
const MOST = 20;

/** Keeps reports by the URI of their tab, in the workspace's own storage. */
export class ReportStore {
  constructor(private readonly memento: Memento) {}

  find(uri: Uri): StoredReport | undefined {
    const found: unknown = this.all()[uri.toString()];
    if (!isStored(found)) return undefined;
    const { explanation, ...rest } = found;
    return isExplanation(explanation) ? found : rest;
  }

  async keep(uri: Uri, stored: StoredReport): Promise<void> {
    const key = uri.toString();
    const others = Object.entries(this.all()).filter(([other]) => other !== key);
    await this.memento.update(KEY, Object.fromEntries([...others.slice(1 - MOST), [key, stored]]));
  }

  /** Deletes the report of a tab: a new check has begun. */
  async forget(uri: Uri): Promise<void> {
    const others = Object.entries(this.all()).filter(([other]) => other !== uri.toString());
    await this.memento.update(KEY, Object.fromEntries(others));
  }

  private all(): Readonly<Record<string, StoredReport>> {
    return this.memento.get<Record<string, StoredReport>>(KEY, {});
  }
}
