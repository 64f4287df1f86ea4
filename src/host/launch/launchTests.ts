// Launch files in the Test Explorer, and as tasks. This file contains only what VS Code must know up front; the
// code that finds and runs them is in a separate bundle, loaded when the Test Explorer or a task needs it.
// Restricted Mode has neither.

import * as vscode from 'vscode';
import { NAME } from '../../contributions';
import type { LaunchTree, TreeContext } from './testing';

/** Offers the launch files of the workspace as tests and tasks. */
export class LaunchTests {
  private tree: Promise<LaunchTree> | undefined;

  constructor(private readonly around: TreeContext) {}

  /** Registers both; in an untrusted workspace, as soon as it is trusted. */
  register(): vscode.Disposable {
    const parts: vscode.Disposable[] = [];
    const begin = () => parts.push(this.offerTests(), this.offerTasks());
    if (vscode.workspace.isTrusted) begin();
    else parts.push(vscode.workspace.onDidGrantWorkspaceTrust(begin));
    return new vscode.Disposable(() => {
      for (const part of parts) part.dispose();
    });
  }

  private offerTests(): vscode.Disposable {
    const controller = vscode.tests.createTestController(`${NAME}.launches`, 'SEV Launches');
    const tree = () =>
      (this.tree ??= import('./testing').then(({ LaunchTree: Tree }) => new Tree(controller, this.around)));
    controller.resolveHandler = async (item) => (await tree()).resolve(item);
    controller.refreshHandler = async () => (await tree()).refresh();
    const run = async (request: vscode.TestRunRequest, token: vscode.CancellationToken) =>
      (await tree()).run(request, token);
    controller.createRunProfile('Validate', vscode.TestRunProfileKind.Run, run, true);
    return new vscode.Disposable(() => {
      controller.dispose();
      void this.tree?.then((loaded) => {
        loaded.dispose();
      });
    });
  }

  private offerTasks(): vscode.Disposable {
    return vscode.tasks.registerTaskProvider(NAME, {
      provideTasks: async () => (await import('./testing')).launchTasks(this.around),
      resolveTask: async (task) => (await import('./testing')).resolveLaunchTask(this.around, task),
    });
  }
}
