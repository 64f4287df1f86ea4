// Exports a report as text, with the explanation if there is one: to the clipboard, or to a file.

import * as vscode from 'vscode';
import * as shellErrors from '../shell/errors';
import { chooseSaveFile } from '../shell/ask';
import { explanationMarkdown } from '../../core/explain/exportExplanation';
import type { ExplainResult } from '../../core/explain/explanation';
import { jsonText } from '../../core/binary/json';
import { reportMarkdown } from '../../core/check/exportReport';
import type { Report } from '../../core/launch/report';

/** What is copied and saved. */
export interface ExportedReport {
  readonly report: Report;
  readonly explanation?: ExplainResult | undefined;
}

/** A report as text in the given format. */
export function reportText({ report, explanation }: ExportedReport, form: 'markdown' | 'json'): string {
  if (form === 'json') return `${jsonText({ ...report, ...(explanation && { explanation }) })}\n`;
  const why = explanation ? `\n${asSection(explanationMarkdown(explanation))}` : '';
  return `${reportMarkdown(report)}${why}`;
}

/** Turns a standalone document into a section of the report. */
function asSection(markdown: string): string {
  const [, ...lines] = markdown.split('\n');
  return ['## Why it does not match', ...lines.map((line) => line.replace(/^## /, '### '))].join('\n');
}

/** Saves a report as Markdown or JSON, depending on the chosen name. */
export async function saveReport(exported: ExportedReport, near: vscode.Uri): Promise<void> {
  if (!vscode.workspace.isTrusted) throw shellErrors.untrustedWorkspace();
  const target = await chooseSaveFile({
    title: 'Save report',
    folder: vscode.Uri.joinPath(near, '..'),
    name: exported.report.title,
    end: '.report.md',
    filters: { Markdown: ['md'], JSON: ['json'] },
  });
  if (!target) return;
  const text = reportText(exported, target.path.endsWith('.json') ? 'json' : 'markdown');
  await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
}
