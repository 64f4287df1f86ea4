// The settings about connections. Only the person's own values count: a workspace must not choose what is connected to, so
// what stands in workspace or folder settings is not even looked at.

import * as vscode from 'vscode';
import { NAME, SETTINGS, type SettingId } from '../../contributions';

/** The person's own value, or undefined when she has none. */
function userValue(name: SettingId): unknown {
  return vscode.workspace.getConfiguration(NAME).inspect<unknown>(name)?.globalValue;
}

/** The connection URIs of the person's settings as they stand there, which may be refused ones. */
export function connectionTexts(): string[] {
  const value = userValue('connections');
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** Writes the connection URIs into the person's settings. */
export async function storeConnectionTexts(texts: readonly string[]): Promise<void> {
  const name: SettingId = 'connections';
  await vscode.workspace.getConfiguration(NAME).update(name, texts, vscode.ConfigurationTarget.Global);
}

/** Whether plain TCP to other machines is allowed. */
export function allowsTcp(): boolean {
  return userValue('allowTcp') === true;
}

/** Milliseconds for one call of libvirt. */
export function timeoutMs(): number {
  const value = userValue('libvirtTimeout');
  const { default: usual, minimum, maximum } = SETTINGS.libvirtTimeout;
  const seconds = typeof value === 'number' && Number.isFinite(value) ? value : usual;
  return 1000 * Math.min(Math.max(seconds, minimum), maximum);
}

/** Calls `changed` when one of these settings may be another. */
export function onSettingsChanged(changed: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration(NAME)) changed();
  });
}
