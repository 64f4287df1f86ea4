// The settings about connections. Only user settings count: a workspace must not choose what is connected to, so
// workspace and folder settings are never read.

import * as vscode from 'vscode';
import { NAME, SETTINGS, type SettingId } from '../../contributions';

/** The value in the user settings; undefined when there is none. */
function userValue(name: SettingId): unknown {
  return vscode.workspace.getConfiguration(NAME).inspect<unknown>(name)?.globalValue;
}

/** The connection URIs as written in the user settings; some may be refused. */
export function connectionTexts(): string[] {
  const value = userValue('connections');
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** Writes the connection URIs into the user settings. */
export async function storeConnectionTexts(texts: readonly string[]): Promise<void> {
  const name: SettingId = 'connections';
  await vscode.workspace.getConfiguration(NAME).update(name, texts, vscode.ConfigurationTarget.Global);
}

/** Whether plain TCP to other machines is allowed. */
export function allowsTcp(): boolean {
  return userValue('allowTcp') === true;
}

/** Timeout of one libvirt call, in milliseconds. */
export function timeoutMs(): number {
  const value = userValue('libvirtTimeout');
  const { default: usual, minimum, maximum } = SETTINGS.libvirtTimeout;
  const seconds = typeof value === 'number' && Number.isFinite(value) ? value : usual;
  return 1000 * Math.min(Math.max(seconds, minimum), maximum);
}

/** Calls `changed` when one of these settings may have changed. */
export function onSettingsChanged(changed: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration(NAME)) changed();
  });
}
