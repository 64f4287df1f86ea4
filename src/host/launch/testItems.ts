// Names and places that the tests of launch files and their results agree on.

import * as vscode from 'vscode';
import type { LineColumn } from '../../app/launchText';

/** The id of the test of a step. */
export const stepId = (item: vscode.TestItem, id: string): string => `${item.id}#${id}`;

/** The id of the test of a rule, some of which have the name of a step. */
export const ruleId = (item: vscode.TestItem, id: string): string => `${item.id}#rule/${id}`;

/** A place as VS Code counts. */
export const positionOf = ({ line, column }: LineColumn): vscode.Position =>
  new vscode.Position(line - 1, column - 1);
