// What the extension is made of on each runtime: the viewers everywhere, and the checks of launches where the runtime
// brings them. Everything else happens when one of them is used.

import type { ExtensionContext } from 'vscode';
import type { Io } from '../app/io';
import * as ioErrors from '../app/ioErrors';
import { CHECK_COMMANDS, type CheckCommandId, type CommandId } from '../contributions';
import { registerCommand, type Command, type CommandGroup } from './shell/commands';
import { viewing } from './viewing';

/** Registers what checks launches. */
type Checking = (context: ExtensionContext, io: Io) => CommandGroup<CheckCommandId>;

/** Without a machine: menus and palette do not offer these commands, but a key or another extension may run them. */
const noChecking: Checking = () => {
  const refuse: Command = () => {
    throw ioErrors.noMachine();
  };
  const commands = Object.fromEntries(Object.keys(CHECK_COMMANDS).map((id) => [id, refuse]));
  return { registered: [], commands: commands as Record<CheckCommandId, Command> };
};

/** Registers all that the extension offers on a runtime. @param checking if there is a machine to check launches on */
export function activateOn(io: Io, context: ExtensionContext, checking: Checking = noChecking): void {
  const parts = [viewing(context, io), checking(context, io)];
  for (const { registered, commands } of parts) {
    const own = Object.entries(commands) as [CommandId, Command][];
    context.subscriptions.push(...registered, ...own.map(([id, run]) => registerCommand(id, run)));
  }
}
