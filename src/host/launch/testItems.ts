// Ids and positions shared by the tests of launch files and their results.

import * as vscode from 'vscode';
import type { LineColumn } from '../../app/launchText';

/** The id of the test of a step. */
export const stepId = (item: vscode.TestItem, id: string): string => `${item.id}#${id}`;

/** The id of a rule's test; some rules share a name with a step. */
export const ruleId = (item: vscode.TestItem, id: string): string => `${item.id}#rule/${id}`;

/** The id of the test of a step of a report's verification. */
export const evidenceId = (item: vscode.TestItem, step: string): string => `${item.id}#report/${step}`;

/** A position in VS Code's zero-based counting. */
export const positionOf = ({ line, column }: LineColumn): vscode.Position =>
  new vscode.Position(line - 1, column - 1);
