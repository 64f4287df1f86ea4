// Registers commands: everything that a person runs by name. Tests and tasks can also call them with their answers; menus
// pass arguments of their own after the file, so an argument counts as an answer only if it has the right type.

import * as vscode from 'vscode';
import { command, type CommandId } from '../../contributions';
import { present } from './present';

/** A command: its arguments are answers if they have the right type. */
export type Command = (...args: never[]) => unknown;

/** A part of the extension: what it has registered, and its commands by their ids. */
export interface CommandGroup<Id extends CommandId> {
  readonly registered: readonly vscode.Disposable[];
  readonly commands: Readonly<Record<Id, Command>>;
}

/** Registers a command, whose failures are shown. */
export const registerCommand = (id: CommandId, run: Command): vscode.Disposable =>
  vscode.commands.registerCommand(command(id), (...args: never[]) => present(() => run(...args)));
