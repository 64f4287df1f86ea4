// Tasks of the type `sevscope`: they run the command line over the launch files of a folder, with its output in
// the Problems list.

import * as vscode from 'vscode';
import { LAUNCH_PATTERN, NAME } from '../../contributions';
import type { Io } from '../../app/io';
import { asCheckError } from '../shell/present';
import { taskOf, type TaskWork } from '../shell/tasks';
import * as errors from './errors';
import { taskArguments } from './taskArguments';

/** What tasks need from their context. */
export interface TaskContext {
  readonly io: Io;
  readonly extensionUri: vscode.Uri;
}

const NOT_IN = '**/node_modules/**';

/** The folder of a task: its own, or the only one that there is. */
function folderOf(scope: vscode.Task['scope']): vscode.WorkspaceFolder | undefined {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const folder = typeof scope === 'object' ? scope : folders.length === 1 ? folders[0] : undefined;
  return folder?.uri.scheme === 'file' ? folder : undefined;
}

async function workOf(
  { io, extensionUri }: TaskContext,
  definition: vscode.TaskDefinition,
  folder: vscode.WorkspaceFolder | undefined,
): Promise<TaskWork> {
  try {
    if (!folder) throw errors.taskWithoutFolder();
    const matches = async (pattern: string) => {
      const found = await vscode.workspace.findFiles(new vscode.RelativePattern(folder, pattern), NOT_IN);
      return found.map(({ fsPath }) => fsPath);
    };
    const cwd = folder.uri.fsPath;
    const program = vscode.Uri.joinPath(extensionUri, 'dist', 'sevscope.js').fsPath;
    const args = [program, ...(await taskArguments(definition, { path: cwd, io, matches }))];
    return { node: process.execPath, args, cwd };
  } catch (error) {
    return { refused: asCheckError(error) };
  }
}

/** The task for a definition. What is refused is a task, too: it says why when it is run. */
async function taskFor(
  around: TaskContext,
  definition: vscode.TaskDefinition,
  scope: vscode.WorkspaceFolder | vscode.TaskScope,
): Promise<vscode.Task> {
  const launch: unknown = definition['launch'];
  return taskOf({
    definition,
    scope,
    name: `validate ${[launch].flat().filter((text) => typeof text === 'string').join(' ')}`, // prettier-ignore
    detail: 'Check launch measurements with sevscope validate',
    source: NAME,
    matcher: `$${NAME}`,
    work: await workOf(around, definition, folderOf(scope)),
  });
}

/** One task for all launch files of each folder on disk that has any. */
export async function launchTasks(around: TaskContext): Promise<vscode.Task[]> {
  if (!vscode.workspace.isTrusted) return [];
  const tasks: vscode.Task[] = [];
  for (const folder of vscode.workspace.workspaceFolders ?? []) {
    if (folder.uri.scheme !== 'file') continue;
    const pattern = new vscode.RelativePattern(folder, LAUNCH_PATTERN);
    const [found] = await vscode.workspace.findFiles(pattern, NOT_IN, 1);
    if (found) tasks.push(await taskFor(around, { type: NAME, launch: LAUNCH_PATTERN }, folder));
  }
  return tasks;
}

/** A task of tasks.json with its command line; undefined in Restricted Mode. */
export async function resolveLaunchTask(
  around: TaskContext,
  task: vscode.Task,
): Promise<vscode.Task | undefined> {
  if (!vscode.workspace.isTrusted) return undefined;
  return taskFor(around, task.definition, task.scope ?? vscode.TaskScope.Workspace);
}
