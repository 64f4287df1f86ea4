// Runs what the manifest contributes: commands and editors by their ids in the table, never by a string.

import * as vscode from 'vscode';
import { command, viewType, type CommandId, type EditorId } from '../../contributions';

/** Runs one of our commands with its answers. @returns its result */
export const runCommand = (id: CommandId, ...args: unknown[]): Thenable<unknown> =>
  vscode.commands.executeCommand(command(id), ...args);

/** Opens a file or a URI of ours in one of our editors. @param column the active group by default */
export const openIn = (editor: EditorId, uri: vscode.Uri, column?: vscode.ViewColumn): Thenable<unknown> =>
  vscode.commands.executeCommand('vscode.openWith', uri, viewType(editor), column);
