// Launch files in the Test Explorer, and as tasks. Here is only what VS Code has to know of them; all that finds and runs them is in a
// bundle of its own, which is loaded when the Test Explorer or a task asks for it. In Restricted Mode there is neither.

import * as vscode from 'vscode';
import { NAME } from '../../contributions';
import type { LaunchTree, TreeSurroundings } from './testing';

/** Offers the launch files of the workspace as tests and tasks. */
export class LaunchTests {
  private tree: Promise<LaunchTree> | undefined;

  constructor(private readonly around: TreeSurroundings) {}

  /** Registers both, in a workspace that is not trusted as soon as it is. */
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
    const { extensionUri } = this.around;
    return vscode.tasks.registerTaskProvider(NAME, {
      provideTasks: async () => (await import('./testing')).launchTasks(extensionUri),
      resolveTask: async (task) => (await import('./testing')).resolveLaunchTask(extensionUri, task),
    });
  }
}
