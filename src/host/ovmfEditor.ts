// The read-only editor of OVMF images. It holds no state but the bytes that the page shows, and shows a file again
// when it changes on disk.

import * as vscode from 'vscode';
import { nameOf, readUri, watchFile } from './files';
import { Page, PageEditor } from './page';
import { sentence } from './present';

/** An OVMF image. */
export class OvmfEditor extends PageEditor {
  static readonly viewType = 'sevscope.ovmf';
  protected readonly viewType = OvmfEditor.viewType;

  protected async open(uri: vscode.Uri, panel: vscode.WebviewPanel): Promise<void> {
    const page = new Page(this.extensionUri, panel, (action) => {
      if (action === 'openAsText') void vscode.commands.executeCommand('workbench.action.reopenWithEditor');
    });
    const load = async () => {
      try {
        page.show({ kind: 'ovmf', name: nameOf(uri), bytes: await readUri(uri) });
      } catch (error) {
        page.show({
          kind: 'notice',
          title: `${nameOf(uri)} cannot be shown`,
          text: sentence(error),
          actions: ['openAsText'],
        });
      }
    };
    const watcher = watchFile(uri, () => void load());
    panel.onDidDispose(() => {
      watcher.dispose();
    });
    await load();
  }
}
