// The open connections of this window, at most one for each URI. One is opened when something is asked of its host, and
// closed when nobody has asked for a while, when it is removed, and when the window closes.

import * as vscode from 'vscode';
import * as shellErrors from '../shell/errors';
import type { HostFacts } from '../../core/domain/facts';
import type { CheckError } from '../../core/errors';
import { connect } from '../../libvirt/client';
import type { Connection } from '../../libvirt/contract';
import { connectionOptions } from './connectionOptions';
import { asCheckError } from '../shell/present';

/** What is known of a connection. */
export type ConnectionState =
  | { readonly kind: 'closed' }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected'; readonly host: HostFacts }
  /** It stays until somebody asks to connect again. */
  | { readonly kind: 'failed'; readonly error: CheckError };

/** A connection that is open or being opened. */
interface Live {
  readonly stop: AbortController;
  readonly opened: Promise<Opened>;
  /** How many wait for an answer. */
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
  /** Whether an open connection is still looked at although nothing is asked of it. */
  isNeeded: (uri: string) => boolean = () => false;

  private readonly changed = new vscode.EventEmitter<string>();
  private readonly live = new Map<string, Live>();
  private readonly states = new Map<string, ConnectionState>();

  /**
   * @param workerPath the script of the worker, dist/libvirtWorker.js
   * @param idleMs how long a connection stays open for nobody
   */
  constructor(
    private readonly workerPath: string,
    private readonly idleMs = IDLE_MS,
  ) {}

  /** Fires with the URI of a connection whose state is another. */
  get onDidChange(): vscode.Event<string> {
    return this.changed.event;
  }

  state(uri: string): ConnectionState {
    return this.states.get(uri) ?? CLOSED;
  }

  /**
   * Asks a host, for which a connection is opened unless there is one.
   * @param uri passes the allow-list, or is refused
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

  /** Forgets why a connection failed, so that it can be opened again. */
  forgetFailure(uri: string): void {
    if (this.state(uri).kind === 'failed') this.setState(uri, CLOSED);
  }

  /** Closes a connection; whoever waits for an answer of it gets none. */
  async close(uri: string): Promise<void> {
    const live = this.live.get(uri);
    this.forget(uri, live, CLOSED);
    if (!live) return;
    // What is under way is not waited for.
    if (live.users > 0) live.stop.abort();
    const opened = await live.opened.catch(() => undefined);
    await opened?.connection.close();
  }

  /** Ends all at once: when a window closes, nothing is waited for. */
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

  /** A connection that is none any more, unless another has taken its place. */
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
