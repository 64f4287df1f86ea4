// How the extension connects: through the allow-list, with the person's own settings, and her answers where a host asks.

import type { ConnectOptions } from '../../libvirt/contract';
import { promptPerson } from './connectionPrompts';
import { allowsTcp, timeoutMs } from './connectionSettings';

/** The options for a connection. @param uri goes through the allow-list @param workerPath the script of libvirt's process */
export function connectionOptions(workerPath: string, uri: string): ConnectOptions {
  return {
    uri,
    workerPath,
    allowTcp: allowsTcp(),
    timeoutMs: timeoutMs(),
    onPrompt: promptPerson(uri),
  };
}
