// Tasks of the type `sevscope`: they run the command line over the launch files of a folder, with its output in
// the Problems list.

import * as vscode from 'vscode';
import { terminalLine } from '../../core/binary/plainText';
import { LAUNCH_PATTERN, NAME } from '../../contributions';

/** One of our task definitions in tasks.json. */
interface LaunchTask extends vscode.TaskDefinition {
  readonly launch?: unknown;
  readonly junit?: unknown;
}

const texts = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((text) => typeof text === 'string');

/** The task for a definition. It runs on the current Node; on a desktop, that is VS Code itself in its Node mode. */
function taskFor(
  extensionUri: vscode.Uri,
  definition: LaunchTask,
  scope: vscode.WorkspaceFolder | vscode.TaskScope,
): vscode.Task {
  const program = vscode.Uri.joinPath(extensionUri, 'dist', 'sevscope.js').fsPath;
  const launch = texts(definition.launch);
  const junit = texts(definition.junit).slice(0, 1);
  const args = [program, 'validate', '--launch', ...launch, ...junit.flatMap((path) => ['--junit', path])];
  const execution = new vscode.ProcessExecution(process.execPath, args, {
    env: { ELECTRON_RUN_AS_NODE: '1' },
    ...(typeof scope === 'object' && { cwd: scope.uri.fsPath }),
  });
  // The name is shown in a terminal.
  const name = terminalLine(`validate ${launch.join(' ')}`);
  const task = new vscode.Task(definition, scope, name, NAME, execution, `$${NAME}`);
  task.group = vscode.TaskGroup.Test;
  task.detail = 'Check launch measurements with sevscope validate';
  return task;
}

/** One task for all launch files of each folder on disk that has any. */
export async function launchTasks(extensionUri: vscode.Uri): Promise<vscode.Task[]> {
  if (!vscode.workspace.isTrusted) return [];
  const tasks: vscode.Task[] = [];
  for (const folder of vscode.workspace.workspaceFolders ?? []) {
    if (folder.uri.scheme !== 'file') continue;
    const pattern = new vscode.RelativePattern(folder, LAUNCH_PATTERN);
    const [found] = await vscode.workspace.findFiles(pattern, '**/node_modules/**', 1);
    if (found) tasks.push(taskFor(extensionUri, { type: NAME, launch: LAUNCH_PATTERN }, folder));
  }
  return tasks;
}

/** A task of tasks.json with its command line; undefined when it names no launch file. */
export function resolveLaunchTask(extensionUri: vscode.Uri, task: vscode.Task): vscode.Task | undefined {
  const definition: LaunchTask = task.definition;
  if (!vscode.workspace.isTrusted || texts(definition.launch).length === 0) return undefined;
  return taskFor(extensionUri, definition, task.scope ?? vscode.TaskScope.Workspace);
}
