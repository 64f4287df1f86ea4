// Tasks: programs that VS Code runs in a terminal, without a shell. The only file that makes them, so that their
// names, and what is said where there is nothing to run, are plain. VS Code itself prints the arguments: who makes a
// task judges them.

import * as vscode from 'vscode';
import { editorLine, plainText, terminalLine } from '../../core/binary/plainText';
import { EXIT_STATUS, type CheckError } from '../../core/errors';

/** What runs: a program with these arguments, or what is said instead. */
export type TaskWork =
  | { readonly node: string; readonly args: readonly string[]; readonly cwd: string }
  | { readonly refused: CheckError };

/** A task for a definition of tasks.json. */
export interface TaskRow {
  readonly definition: vscode.TaskDefinition;
  readonly scope: vscode.WorkspaceFolder | vscode.TaskScope;
  readonly name: string;
  readonly detail: string;
  /** Who offers it. */
  readonly source: string;
  readonly matcher: string;
  readonly work: TaskWork;
}

/** Longer names are cut. */
const MOST_OF_NAME = 100;

/** A terminal that prints why nothing was run, and ends with the status that the command line would have. */
function saying(refused: CheckError): vscode.CustomExecution {
  return new vscode.CustomExecution(() => {
    const [write, close] = [new vscode.EventEmitter<string>(), new vscode.EventEmitter<number>()];
    return Promise.resolve({
      onDidWrite: write.event,
      onDidClose: close.event,
      open() {
        write.fire(`${terminalLine(`ERROR: ${refused.message}`)}\r\n`);
        close.fire(EXIT_STATUS[refused.kind]);
      },
      close: () => undefined,
    });
  });
}

/** Node is that of the extension host: on a desktop, VS Code itself in its Node mode. */
function running(node: string, args: readonly string[], cwd: string): vscode.ProcessExecution {
  return new vscode.ProcessExecution(node, [...args], {
    cwd,
    env: { ELECTRON_RUN_AS_NODE: '1' },
  });
}

/** Makes a task of the group of tests. */
export function taskOf({ definition, scope, name, detail, source, matcher, work }: TaskRow): vscode.Task {
  const execution = 'refused' in work ? saying(work.refused) : running(work.node, work.args, work.cwd);
  const shown = editorLine(plainText(name, MOST_OF_NAME));
  const task = new vscode.Task(definition, scope, shown, source, execution, matcher);
  task.group = vscode.TaskGroup.Test;
  return Object.assign(task, { detail: editorLine(detail) });
}
