// Tree rows, tests as the Test Explorer and Test Results show them, problems with their fixes, and titles of tabs. The
// only file that creates these, so that text from a file or a host is made plain in all of them. Test Results is a
// terminal.

import * as vscode from 'vscode';
import { editorLine, markdownParagraphs, plainText, terminalText } from '../../core/binary/plainText';
import type { Severity } from '../../core/binary/region';

/** A row of a tree. */
export interface TreeRow {
  readonly label: string;
  readonly description?: string;
  /** Paragraphs. */
  readonly tooltip?: readonly string[];
  /** The name of the icon. */
  readonly icon: string;
  readonly id?: string;
  /** The key that menus match it by. */
  readonly contextValue?: string;
  readonly command?: vscode.Command;
  /** Whether it has rows below it; they start collapsed. */
  readonly hasRows?: boolean;
}

/** Paragraphs without markup, as the tooltip of a tree row. */
export const plainTooltip = (paragraphs: readonly string[]): vscode.MarkdownString =>
  new vscode.MarkdownString(markdownParagraphs(paragraphs));

/** Creates the tree item of a row. */
export function treeItem({ label, description, tooltip, icon, hasRows, ...rest }: TreeRow): vscode.TreeItem {
  const { Collapsed, None } = vscode.TreeItemCollapsibleState;
  return Object.assign(new vscode.TreeItem(editorLine(label), hasRows ? Collapsed : None), {
    ...rest,
    ...(description !== undefined && { description: editorLine(description) }),
    ...(tooltip && { tooltip: plainTooltip(tooltip) }),
    iconPath: new vscode.ThemeIcon(icon),
  });
}

/** Adds a tooltip that was left out at creation. */
export function addTooltip(item: vscode.TreeItem, paragraphs: readonly string[]): void {
  item.tooltip = plainTooltip(paragraphs);
}

/** Creates a test. */
export function testItem(
  controller: vscode.TestController,
  id: string,
  label: string,
  uri: vscode.Uri | undefined,
): vscode.TestItem {
  return controller.createTestItem(id, editorLine(label), uri);
}

/** Changes the label of a test. */
export function labelTest(item: vscode.TestItem, label: string): void {
  item.label = editorLine(label);
}

/** Shows on a test why it cannot be run; undefined when it can. */
export function sayUnreadable(item: vscode.TestItem, why: string | undefined): void {
  item.error = why === undefined ? undefined : editorLine(why);
}

/** The message of a failed test. */
export interface TestFailure {
  readonly text: string;
  readonly location?: vscode.Location;
  /** Two texts shown side by side. */
  readonly difference?: { readonly expected: string; readonly actual: string };
}

/** Creates the message of a failed test. */
export function testMessage({ text, location, difference }: TestFailure): vscode.TestMessage {
  const message = difference
    ? vscode.TestMessage.diff(
        terminalText(text),
        terminalText(difference.expected),
        terminalText(difference.actual),
      )
    : new vscode.TestMessage(terminalText(text));
  if (location) message.location = location;
  return message;
}

/** Prints lines about a test to Test Results. */
export function testOutput(run: vscode.TestRun, item: vscode.TestItem, text: string): void {
  run.appendOutput(`${terminalText(text)}\n`.replaceAll(/\r?\n/g, '\r\n'), undefined, item);
}

const SEVERITIES: Readonly<Record<Severity, vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  info: vscode.DiagnosticSeverity.Information,
};

/** Creates a problem at a place in a file. @param rule its name, which is ours */
export function problemAt(
  range: vscode.Range,
  message: string,
  { severity, rule }: { readonly severity: Severity; readonly rule: string },
): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(range, editorLine(message), SEVERITIES[severity]);
  return Object.assign(diagnostic, { source: 'SevScope', code: rule });
}

/** Creates a fix of a problem: an edit, or a command with the same title. */
export function quickFix(
  title: string,
  problem: vscode.Diagnostic,
  fix: vscode.WorkspaceEdit | Omit<vscode.Command, 'title'>,
): vscode.CodeAction {
  const plain = editorLine(title);
  const action = new vscode.CodeAction(plain, vscode.CodeActionKind.QuickFix);
  action.diagnostics = [problem];
  if (fix instanceof vscode.WorkspaceEdit) action.edit = fix;
  else action.command = { ...fix, title: plain };
  return action;
}

/** Creates a line with a command above another. The title is ours and may have icons. */
export const lens = (at: vscode.Range, shown: vscode.Command): vscode.CodeLens =>
  new vscode.CodeLens(at, shown);

/** Longer titles of tabs are cut. */
const MOST_OF_TITLE = 200;

/** The path of one of our own URIs: its tab shows the last part, so it has only one. */
export const tabPath = (title: string): string => `/${plainText(title, MOST_OF_TITLE).replaceAll('/', '∕')}`;
