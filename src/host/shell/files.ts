// Files as the editors read them: through VS Code's file systems, with a limit, and watched for changes.

import { posix } from 'node:path';
import * as vscode from 'vscode';
import { MAX_FILE } from '../../core/binary/limits';
import * as ioErrors from '../../app/ioErrors';
import { SCHEMES } from '../../contributions';
import { pastedBytes } from './pasted';
import { eachSlice } from './slices';

/** The last part of a path, as tabs show it. */
export function nameOf(uri: vscode.Uri): string {
  return posix.basename(uri.path);
}

/** Reads a file of any file system of VS Code. @throws CheckError when it is too large or cannot be read */
export async function readUri(uri: vscode.Uri): Promise<Uint8Array> {
  if (uri.scheme === SCHEMES.pasted) return pastedBytes(uri);
  try {
    const { size } = await vscode.workspace.fs.stat(uri);
    if (size > MAX_FILE) throw ioErrors.tooLarge(nameOf(uri), MAX_FILE);
    const read = await vscode.workspace.fs.readFile(uri);
    // What VS Code hands out is a Buffer, which its messages to webviews do not carry as bytes. Memory that all of is overwritten is
    // not cleared first, which would take longer than a turn may.
    const bytes = new Uint8Array(Buffer.allocUnsafeSlow(read.length).buffer);
    await eachSlice(read, (slice, offset) => bytes.set(slice, offset));
    return bytes;
  } catch (error) {
    if (error instanceof vscode.FileSystemError) throw ioErrors.unreadableFile(nameOf(uri), error.code);
    throw error;
  }
}

/** Whether there is nothing at a URI, as far as its file system tells. */
export async function isGone(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return false;
  } catch (error) {
    return error instanceof vscode.FileSystemError && error.code === 'FileNotFound';
  }
}

/** Why a file cannot be written as a phrase, or undefined when nothing speaks against it. */
export async function whyNotWritable(uri: vscode.Uri): Promise<string | undefined> {
  if (uri.scheme === SCHEMES.pasted) return 'it was pasted and is no file yet';
  if (vscode.workspace.fs.isWritableFileSystem(uri.scheme) === false)
    return `the file system "${uri.scheme}" is read-only`;
  try {
    const { permissions = 0 } = await vscode.workspace.fs.stat(uri);
    return permissions & vscode.FilePermission.Readonly ? 'the file is read-only' : undefined;
  } catch {
    // What cannot be read says so itself.
    return undefined;
  }
}

/** The folder of the programs that run in threads and processes of their own. */
export const scriptFolder = (extensionUri: vscode.Uri): vscode.Uri =>
  vscode.Uri.joinPath(extensionUri, 'dist');

/** The program of the process that talks to libvirt. */
export const libvirtWorkerScript = (extensionUri: vscode.Uri): string =>
  vscode.Uri.joinPath(scriptFolder(extensionUri), 'libvirtWorker.js').fsPath;

/** Calls `changed` when the file at `uri` is written or removed, soon but not for every chunk of a build. */
export function watchFile(uri: vscode.Uri, changed: () => void): vscode.Disposable {
  if (uri.scheme === SCHEMES.pasted) return new vscode.Disposable(() => undefined);
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
