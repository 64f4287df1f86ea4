// The open connections of this window: shared by the view of domains, reports and batches, opened as the settings say,
// and only where the workspace is trusted.

import * as vscode from 'vscode';
import * as shellErrors from '../shell/errors';
import { connect, libvirt } from '../../libvirt/client';
import type { Connection, Libvirt } from '../../libvirt/contract';
import { connectionOptions } from './connectionOptions';
import { asCheckError } from '../shell/present';
import { SharedConnections, type ShareOptions } from './sharedConnections';

export type { ConnectionState } from './sharedConnections';

const IDLE_MS = 5 * 60_000;

/** Opens, shares and closes connections. */
export class Connections extends SharedConnections implements vscode.Disposable {
  /** Connects for a check: where a connection is open, with a share in it. */
  readonly libvirt: Libvirt = {
    connect: ({ uri, signal }) => this.share(uri, { signal }),
    thisMachine: () => libvirt.thisMachine(),
  };

  private readonly changed: vscode.EventEmitter<string>;

  /**
   * @param workerPath the script of the worker, dist/libvirtWorker.js
   * @param idleMs how long an unused connection stays open
   */
  constructor(
    readonly workerPath: string,
    idleMs = IDLE_MS,
  ) {
    const changed = new vscode.EventEmitter<string>();
    super({
      connect: (uri, signal) => connect({ ...connectionOptions(workerPath, uri), signal }),
      asError: asCheckError,
      onChange: (uri) => changed.fire(uri),
      idleMs,
    });
    this.changed = changed;
  }

  /** Fires with the URI of a connection whose state has changed. */
  get onDidChange(): vscode.Event<string> {
    return this.changed.event;
  }

  /** A share in a connection. @throws CheckError also when the workspace is not trusted */
  override async share(uri: string, options?: ShareOptions): Promise<Connection> {
    if (!vscode.workspace.isTrusted) throw shellErrors.untrustedWorkspace();
    return super.share(uri, options);
  }

  /**
   * Asks a host, over a connection that stays open for a while.
   * @param uri must pass the allow-list
   * @throws CheckError also when the workspace is not trusted
   */
  async use<T>(uri: string, work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await this.share(uri, { stays: true });
    try {
      return await work(connection);
    } finally {
      await connection.close();
    }
  }

  override dispose(): void {
    super.dispose();
    this.changed.dispose();
  }
}
