// Rows of trees, and tests as the Test Explorer and Test Results show them. The only file that makes these, so that a text from a file
// or a host is plain in all of them. Test Results is a terminal.

import * as vscode from 'vscode';
import { editorLine, markdownParagraphs, terminalText } from '../../core/binary/plainText';

/** A row of a tree. */
export interface Row {
  readonly label: string;
  readonly description?: string;
  /** Paragraphs. */
  readonly tooltip?: readonly string[];
  /** The name of the picture. */
  readonly icon: string;
  readonly id?: string;
  /** What menus know it by. */
  readonly contextValue?: string;
  readonly command?: vscode.Command;
  /** Whether there are rows below it, which are not shown at first. */
  readonly hasRows?: boolean;
}

/** Paragraphs in which nothing is markup, for a tree to show while the pointer rests on a row. */
export const plainTooltip = (paragraphs: readonly string[]): vscode.MarkdownString =>
  new vscode.MarkdownString(markdownParagraphs(paragraphs));

/** Makes the item of a row. */
export function treeItem({ label, description, tooltip, icon, hasRows, ...rest }: Row): vscode.TreeItem {
  const { Collapsed, None } = vscode.TreeItemCollapsibleState;
  return Object.assign(new vscode.TreeItem(editorLine(label), hasRows ? Collapsed : None), {
    ...rest,
    ...(description !== undefined && { description: editorLine(description) }),
    ...(tooltip && { tooltip: plainTooltip(tooltip) }),
    iconPath: new vscode.ThemeIcon(icon),
  });
}

/** Gives an item a tooltip that was left out when it was made. */
export function addTooltip(item: vscode.TreeItem, paragraphs: readonly string[]): void {
  item.tooltip = plainTooltip(paragraphs);
}

/** Makes a test. */
export function testItem(
  controller: vscode.TestController,
  id: string,
  label: string,
  uri: vscode.Uri | undefined,
): vscode.TestItem {
  return controller.createTestItem(id, editorLine(label), uri);
}

/** Gives a test another label. */
export function labelTest(item: vscode.TestItem, label: string): void {
  item.label = editorLine(label);
}

/** Says at a test why it cannot be run; undefined when it can. */
export function sayUnreadable(item: vscode.TestItem, why: string | undefined): void {
  item.error = why === undefined ? undefined : editorLine(why);
}

/** What is said of a test that failed. */
export interface TestFailure {
  readonly text: string;
  readonly location?: vscode.Location;
  /** Two texts that are shown side by side. */
  readonly difference?: { readonly expected: string; readonly actual: string };
}

/** Makes the message of a test that failed. */
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

/** Prints lines about a test into Test Results. */
export function testOutput(run: vscode.TestRun, item: vscode.TestItem, text: string): void {
  run.appendOutput(`${terminalText(text)}\n`.replaceAll(/\r?\n/g, '\r\n'), undefined, item);
}
