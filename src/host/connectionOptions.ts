// How the extension connects: through the allow-list, with the person's own settings, and her answers where a host asks.

import * as vscode from 'vscode';
import type { ConnectOptions } from '../libvirt/client';
import { promptPerson } from './connectionPrompts';
import { allowsTcp, timeoutMs } from './connectionSettings';

/** The options for a connection. @param uri goes through the allow-list */
export function connectionOptions(extensionUri: vscode.Uri, uri: string): ConnectOptions {
  return {
    uri,
    workerPath: vscode.Uri.joinPath(extensionUri, 'dist', 'libvirtWorker.js').fsPath,
    allowTcp: allowsTcp(),
    timeoutMs: timeoutMs(),
    onPrompt: promptPerson(uri),
  };
}
