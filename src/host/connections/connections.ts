// The open connections of this window, at most one per URI. A connection is opened when its host is first asked
// something, and closed when it has been idle for a while, when it is removed, and when the window closes.

import * as vscode from 'vscode';
import * as shellErrors from '../shell/errors';
import type { HostFacts } from '../../core/domain/facts';
import type { CheckError } from '../../core/errors';
import { connect } from '../../libvirt/client';
import type { Connection } from '../../libvirt/contract';
import { connectionOptions } from './connectionOptions';
import { asCheckError } from '../shell/present';

/** The state of a connection. */
export type ConnectionState =
  | { readonly kind: 'closed' }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected'; readonly host: HostFacts }
  /** Stays until someone asks to connect again. */
  | { readonly kind: 'failed'; readonly error: CheckError };

/** A connection that is open or being opened. */
interface Live {
  readonly stop: AbortController;
  readonly opened: Promise<Opened>;
  /** How many callers wait for an answer. */
  users: number;
  idle: NodeJS.Timeout | undefined;
}

interface Opened {
  readonly connection: Connection;
  readonly host: HostFacts;
}

const IDLE_MS = 5 * 60_000;
const CLOSED: ConnectionState = { kind: 'closed' };

/** Opens, shares and closes connections. */
export class Connections implements vscode.Disposable {
  /** Whether an idle connection is still in view and should stay open. */
  isNeeded: (uri: string) => boolean = () => false;

  private readonly changed = new vscode.EventEmitter<string>();
  private readonly live = new Map<string, Live>();
  private readonly states = new Map<string, ConnectionState>();

  /**
   * @param workerPath the script of the worker, dist/libvirtWorker.js
   * @param idleMs how long an unused connection stays open
   */
  constructor(
    private readonly workerPath: string,
    private readonly idleMs = IDLE_MS,
  ) {}

  /** Fires with the URI of a connection whose state has changed. */
  get onDidChange(): vscode.Event<string> {
    return this.changed.event;
  }

  state(uri: string): ConnectionState {
    return this.states.get(uri) ?? CLOSED;
  }

  /**
   * Asks a host, opening a connection if there is none.
   * @param uri must pass the allow-list
   * @throws CheckError also when the workspace is not trusted
   */
  async use<T>(uri: string, work: (connection: Connection) => Promise<T>): Promise<T> {
    if (!vscode.workspace.isTrusted) throw shellErrors.untrustedWorkspace();
    const live = this.live.get(uri) ?? this.open(uri);
    live.users += 1;
    clearTimeout(live.idle);
    try {
      const { connection } = await live.opened;
      return await work(connection);
    } finally {
      live.users -= 1;
      if (live.users === 0) this.startIdleClock(uri, live);
    }
  }

  /** Forgets why a connection failed, so that it can be reopened. */
  forgetFailure(uri: string): void {
    if (this.state(uri).kind === 'failed') this.setState(uri, CLOSED);
  }

  /** Closes a connection; pending calls get no answer. */
  async close(uri: string): Promise<void> {
    const live = this.live.get(uri);
    this.forget(uri, live, CLOSED);
    if (!live) return;
    // Do not wait for calls in progress.
    if (live.users > 0) live.stop.abort();
    const opened = await live.opened.catch(() => undefined);
    await opened?.connection.close();
  }

  /** Ends everything at once: a closing window waits for nothing. */
  dispose(): void {
    for (const { stop, idle } of this.live.values()) {
      clearTimeout(idle);
      stop.abort();
    }
    this.live.clear();
    this.changed.dispose();
  }

  private open(uri: string): Live {
    const stop = new AbortController();
    const live: Live = { stop, opened: this.connect(uri, stop.signal), users: 0, idle: undefined };
    this.live.set(uri, live);
    this.setState(uri, { kind: 'connecting' });
    const fail = (error: unknown) => this.forget(uri, live, { kind: 'failed', error: asCheckError(error) });
    live.opened
      .then(async ({ connection, host }) => {
        if (this.live.get(uri) === live) this.setState(uri, { kind: 'connected', host });
        const reason = await connection.ended;
        if (reason) fail(reason);
      })
      .catch(fail);
    return live;
  }

  private async connect(uri: string, signal: AbortSignal): Promise<Opened> {
    const connection = await connect({ ...connectionOptions(this.workerPath, uri), signal });
    try {
      return { connection, host: await connection.host() };
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** Drops a connection that has ended, unless another has taken its place. */
  private forget(uri: string, live: Live | undefined, state: ConnectionState): void {
    if (this.live.get(uri) !== live) return;
    clearTimeout(live?.idle);
    this.live.delete(uri);
    this.setState(uri, state);
  }

  private setState(uri: string, state: ConnectionState): void {
    this.states.set(uri, state);
    this.changed.fire(uri);
  }

  private startIdleClock(uri: string, live: Live): void {
    clearTimeout(live.idle);
    if (this.live.get(uri) !== live) return;
    live.idle = setTimeout(() => {
      if (this.isNeeded(uri)) this.startIdleClock(uri, live);
      else void this.close(uri);
    }, this.idleMs);
  }
}
