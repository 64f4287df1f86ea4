// File access for the editors: through VS Code's file systems, with a size limit, and watched for changes.

import * as vscode from 'vscode';
import { FILE_ROLES, type FileRole } from '../../app/fileRoles';
import type { Io, ReadOptions } from '../../app/io';
import * as ioErrors from '../../app/ioErrors';
import { CheckError, reworded } from '../../core/errors';
import { pastedBytes, whyNoFile } from './pasted';
import { eachSlice } from './slices';

/** The last part of a path, as tabs show it. */
export function nameOf(uri: vscode.Uri): string {
  return uri.path.split('/').findLast((part) => part !== '') ?? '';
}

/** Whether a file is on a disk that we read from: what a browser hands out of its machine has the same scheme. */
export const isOnDisk = (io: Io, { scheme }: vscode.Uri): boolean => io.hasDisk && scheme === 'file';

/**
 * Reads a file from any VS Code file system, on disk a regular file only: VS Code would wait for a pipe, and read a
 * device until memory ends.
 * @param options both are for files on disk only
 * @throws CheckError when it is too large or cannot be read
 */
export async function readUri(
  io: Io,
  uri: vscode.Uri,
  options: Pick<ReadOptions, 'onEnds' | 'shared'> = {},
  role: FileRole = 'shown',
): Promise<Uint8Array> {
  if (whyNoFile(uri) !== undefined) return pastedBytes(uri);
  if (isOnDisk(io, uri)) return readOnDisk(io, uri, options, role);
  try {
    const { size } = await vscode.workspace.fs.stat(uri);
    if (size > FILE_ROLES[role].most) throw ioErrors.tooLarge(nameOf(uri), role, size);
    const read = await vscode.workspace.fs.readFile(uri);
    // In Node, VS Code returns a Buffer, which messages to webviews do not carry as bytes.
    const bytes = new Uint8Array(read.length);
    await eachSlice(read, (slice, offset) => bytes.set(slice, offset));
    return bytes;
  } catch (error) {
    if (error instanceof vscode.FileSystemError) throw ioErrors.unreadableFile(nameOf(uri), error.code);
    throw error;
  }
}

async function readOnDisk(
  io: Io,
  uri: vscode.Uri,
  options: ReadOptions,
  role: FileRole,
): Promise<Uint8Array> {
  try {
    return await io.read(uri.fsPath, role, { ...options, onlyFile: true });
  } catch (error) {
    // The editor is about one file, whose name is enough.
    throw error instanceof CheckError ? reworded(error, (t) => t.replaceAll(uri.fsPath, nameOf(uri))) : error;
  }
}

/** What a person may wait for a list of files, in milliseconds. */
const SEARCH_MS = 10_000;

/**
 * Files of the workspace, outside of folders of packages. None where a search takes too long: on a file system that cannot be searched,
 * VS Code waits for somebody who can, for ever.
 */
export async function findFiles(pattern: string, most: number): Promise<readonly vscode.Uri[]> {
  const stop = new vscode.CancellationTokenSource();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<readonly vscode.Uri[]>((done) => {
    timer = setTimeout(() => {
      stop.cancel();
      done([]);
    }, SEARCH_MS);
  });
  const found = vscode.workspace.findFiles(pattern, '**/node_modules/**', most, stop.token);
  return Promise.race([found, late]).finally(() => {
    clearTimeout(timer);
    stop.dispose();
  });
}

/** Reads a file that SevScope or VS Code wrote for SevScope. */
export const readOwn = (uri: vscode.Uri): Thenable<Uint8Array> => vscode.workspace.fs.readFile(uri);

/** Whether nothing exists at a URI, as far as its file system can tell. */
export async function isGone(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return false;
  } catch (error) {
    return error instanceof vscode.FileSystemError && error.code === 'FileNotFound';
  }
}

/** Why a file cannot be written, as a phrase; undefined when nothing is known to prevent it. */
export async function whyNotWritable(uri: vscode.Uri): Promise<string | undefined> {
  const none = whyNoFile(uri);
  if (none !== undefined) return none;
  if (vscode.workspace.fs.isWritableFileSystem(uri.scheme) === false)
    return `the file system "${uri.scheme}" is read-only`;
  try {
    const { permissions = 0 } = await vscode.workspace.fs.stat(uri);
    return permissions & vscode.FilePermission.Readonly ? 'the file is read-only' : undefined;
  } catch {
    // An unreadable file is reported by whoever reads it.
    return undefined;
  }
}

/** The folder of the scripts that run in threads and processes. */
export const scriptFolder = (extensionUri: vscode.Uri): vscode.Uri =>
  vscode.Uri.joinPath(extensionUri, 'dist');

/** The script of the process that talks to libvirt. */
export const libvirtWorkerScript = (extensionUri: vscode.Uri): string =>
  vscode.Uri.joinPath(scriptFolder(extensionUri), 'libvirtWorker.js').fsPath;

/**
 * Calls `changed` when the file at `uri` is written or removed, debounced so that one build is not many changes.
 * @param isBeside other files of its folder that count, by their names
 */
export function watchFile(
  uri: vscode.Uri,
  changed: () => void,
  isBeside: (name: string) => boolean = () => false,
): vscode.Disposable {
  if (whyNoFile(uri) !== undefined) return new vscode.Disposable(() => undefined);
  const folder = vscode.Uri.joinPath(uri, '..');
  // Watch the whole folder: a file name is not a glob pattern, and `OVMF[debug].fd` as a pattern would not match
  // itself.
  const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, '*'));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = (event: vscode.Uri) => {
    if (event.path !== uri.path && !isBeside(nameOf(event))) return;
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
