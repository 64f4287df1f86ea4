// The read-only editors of files: VMSA pages and OVMF images. They hold no state but the bytes that the page
// shows, and show a file again when it changes on disk.

import { posix } from 'node:path';
import * as vscode from 'vscode';
import { MAX_FILE, explainNotVmsa } from '../core/classify';
import * as errors from '../core/errors';
import { VMSA_SIZE } from '../core/vmsa/layout';
import type { Action, View } from '../protocol';
import { Page, PageEditor } from './page';
import { sentence } from './present';

/** The last part of a path, as tabs show it. */
export function nameOf(uri: vscode.Uri): string {
  return posix.basename(uri.path);
}

/** Reads a file of any file system of VS Code. @throws CheckError when it is too large or cannot be read */
export async function readUri(uri: vscode.Uri): Promise<Uint8Array> {
  try {
    const { size } = await vscode.workspace.fs.stat(uri);
    if (size > MAX_FILE) throw errors.tooLarge(nameOf(uri), MAX_FILE);
    // What VS Code hands out is a Buffer, which its messages to webviews do not carry as bytes.
    return new Uint8Array(await vscode.workspace.fs.readFile(uri));
  } catch (error) {
    if (error instanceof vscode.FileSystemError) throw errors.unreadableFile(nameOf(uri), error.code);
    throw error;
  }
}

/** Calls `changed` when the file at `uri` is written or removed, soon but not for every chunk of a build. */
export function watchFile(uri: vscode.Uri, changed: () => void): vscode.Disposable {
  const folder = uri.with({ path: posix.dirname(uri.path) });
  // All of the folder: a name is no pattern, and `OVMF[debug].fd` as one would match nothing.
  const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, '*'));
  let timer: NodeJS.Timeout | undefined;
  const soon = (event: vscode.Uri) => {
    if (event.path !== uri.path) return;
    clearTimeout(timer);
    timer = setTimeout(changed, 100);
  };
  return vscode.Disposable.from(
    watcher,
    watcher.onDidChange(soon),
    watcher.onDidCreate(soon),
    watcher.onDidDelete(soon),
    {
      dispose: () => {
        clearTimeout(timer);
      },
    },
  );
}

/** What the two editors have in common. */
abstract class FileEditor extends PageEditor {
  /** The view of a file's bytes. */
  protected abstract view(name: string, bytes: Uint8Array): View;

  protected async open(uri: vscode.Uri, panel: vscode.WebviewPanel): Promise<void> {
    const page = new Page(this.extensionUri, panel, (action) => runFileAction(action, uri));
    const load = async () => {
      try {
        page.show(this.view(nameOf(uri), await readUri(uri)));
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

/** Buttons act through the commands, so that both ways are one. */
async function runFileAction(action: Action, uri: vscode.Uri): Promise<void> {
  switch (action) {
    case 'compare':
      return vscode.commands.executeCommand('sevscope.compareWithGenerated', uri);
    case 'generate':
      return vscode.commands.executeCommand('sevscope.generateVmsa', uri);
    case 'openAsText':
      return vscode.commands.executeCommand('workbench.action.reopenWithEditor');
    case 'pickFirmware':
    case 'saveExpected':
    case 'openLaunchFile':
    case 'runAgain':
      return;
  }
}

/** A VMSA page, field by field. */
export class VmsaEditor extends FileEditor {
  static readonly viewType = 'sevscope.vmsa';
  protected readonly viewType = VmsaEditor.viewType;

  protected view(name: string, bytes: Uint8Array): View {
    if (bytes.length === VMSA_SIZE) return { kind: 'vmsa', name, bytes };
    const text = explainNotVmsa(bytes);
    return { kind: 'notice', title: `${name} is not a VMSA page`, text, actions: ['openAsText', 'generate'] };
  }
}

/** An OVMF image. */
export class OvmfEditor extends FileEditor {
  static readonly viewType = 'sevscope.ovmf';
  protected readonly viewType = OvmfEditor.viewType;

  protected view(name: string, bytes: Uint8Array): View {
    return { kind: 'ovmf', name, bytes };
  }
}
