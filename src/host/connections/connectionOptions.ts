// How the extension connects: through the allow-list, with the user's own settings, and with prompts for what a
// host asks.

import type { ConnectOptions } from '../../libvirt/contract';
import { promptPerson } from './connectionPrompts';
import { allowsTcp, timeoutMs } from './connectionSettings';

/**
 * The options for a connection.
 * @param uri is checked against the allow-list
 * @param workerPath the script of libvirt's process
 */
export function connectionOptions(workerPath: string, uri: string): ConnectOptions {
  return {
    uri,
    workerPath,
    allowTcp: allowsTcp(),
    timeoutMs: timeoutMs(),
    onPrompt: promptPerson(uri),
  };
}
