// The settings about connections. Only the person's own values count: a workspace must not choose what is connected to, so
// what stands in workspace or folder settings is not even looked at.

import * as vscode from 'vscode';

const SECTION = 'sevscope';
const CONNECTIONS = 'connections';
/** Bounds of the time for one call, in seconds. */
const TIMEOUT = { least: 1, most: 600, usual: 10 };

/** The person's own value, or undefined when she has none. */
function userValue(name: string): unknown {
  return vscode.workspace.getConfiguration(SECTION).inspect<unknown>(name)?.globalValue;
}

/** The connection URIs of the person's settings as they stand there, which may be refused ones. */
export function connectionTexts(): string[] {
  const value = userValue(CONNECTIONS);
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** Writes the connection URIs into the person's settings. */
export async function storeConnectionTexts(texts: readonly string[]): Promise<void> {
  const configuration = vscode.workspace.getConfiguration(SECTION);
  await configuration.update(CONNECTIONS, texts, vscode.ConfigurationTarget.Global);
}

/** Whether plain TCP to other machines is allowed. */
export function allowsTcp(): boolean {
  return userValue('allowTcp') === true;
}

/** Milliseconds for one call of libvirt. */
export function timeoutMs(): number {
  const value = userValue('libvirtTimeout');
  const seconds = typeof value === 'number' && Number.isFinite(value) ? value : TIMEOUT.usual;
  return 1000 * Math.min(Math.max(seconds, TIMEOUT.least), TIMEOUT.most);
}

/** Calls `changed` when one of these settings may be another. */
export function onSettingsChanged(changed: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration(SECTION)) changed();
  });
}
