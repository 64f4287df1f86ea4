// How the host runs what the manifest contributes: commands and editors by their ids in the table, never by a text.

import * as vscode from 'vscode';
import { command, viewType, type CommandId, type EditorId } from '../../contributions';

/** Runs a command of ours with its answers. @returns what it gave */
export const runCommand = (id: CommandId, ...args: unknown[]): Thenable<unknown> =>
  vscode.commands.executeCommand(command(id), ...args);

/** Opens a file or an address of ours in an editor of ours. @param column the active group unless told */
export const openIn = (editor: EditorId, uri: vscode.Uri, column?: vscode.ViewColumn): Thenable<unknown> =>
  vscode.commands.executeCommand('vscode.openWith', uri, viewType(editor), column);
