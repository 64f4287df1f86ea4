// The one owner of connections to libvirt, at most one for each URI: whoever asks a host, a view, a report or a batch,
// has a share in it. A connection is opened when its host is first asked something.

import type { HostFacts } from '../../core/domain/facts';
import type { CheckError } from '../../core/errors';
import type { Connection } from '../../libvirt/contract';
import * as errors from '../../libvirt/errors';
import { Lease } from './lease';

/** The state of a connection. */
export type ConnectionState =
  | { readonly kind: 'closed' }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected'; readonly host: HostFacts }
  /** Stays until someone asks to connect again. */
  | { readonly kind: 'failed'; readonly error: CheckError };

/** What was asked of a host when it was connected to. */
interface Opened {
  readonly connection: Connection;
  readonly host: HostFacts;
}

/** A connection that is open or being opened. */
interface Live {
  readonly stop: AbortController;
  readonly opened: Promise<Opened>;
  /** How many have a share in it. */
  shares: number;
  /** Whether it stays open for a while when nobody has a share: it is in view, or a person asked for it. */
  stays: boolean;
  /** The end of the last question. */
  tail: Promise<unknown>;
  idle: NodeJS.Timeout | undefined;
}

/** How to connect, and whom to tell. */
export interface SharedOptions {
  readonly connect: (uri: string, signal: AbortSignal) => Promise<Connection>;
  /** Makes a failure of whatever was thrown. */
  readonly asError: (thrown: unknown) => CheckError;
  /** Called with the URI of a connection whose state has changed. */
  readonly onChange: (uri: string) => void;
  /** How long an unused connection stays open. */
  readonly idleMs: number;
}

/** How to share a connection. */
export interface ShareOptions {
  readonly signal?: AbortSignal | undefined;
  /** Whether the connection stays open for a while afterwards, and why it failed is kept. */
  readonly stays?: boolean;
}

const CLOSED: ConnectionState = { kind: 'closed' };

/** Opens, shares and closes connections. */
export class SharedConnections {
  /** Whether an idle connection is still in view and should stay open. */
  isNeeded: (uri: string) => boolean = () => false;

  private readonly live = new Map<string, Live>();
  private readonly states = new Map<string, ConnectionState>();

  constructor(private readonly options: SharedOptions) {}

  state(uri: string): ConnectionState {
    return this.states.get(uri) ?? CLOSED;
  }

  /**
   * A share in the connection to a host, which is opened if there is none. Whoever has it closes it.
   * @throws CheckError when the host cannot be reached, or `signal` stops the caller
   */
  async share(uri: string, { signal, stays = false }: ShareOptions = {}): Promise<Connection> {
    if (signal?.aborted) throw errors.libvirtCancelled();
    const live = this.live.get(uri) ?? this.open(uri);
    live.stays ||= stays;
    live.shares += 1;
    clearTimeout(live.idle);
    try {
      const opened = await unlessAborted(live.opened, signal);
      const inTurn = <T>(ask: () => Promise<T>): Promise<T> => {
        const answer = live.tail.then(ask);
        live.tail = answer.catch(() => undefined);
        return answer;
      };
      return new Lease({ ...opened, inTurn, signal, giveBack: (hung) => this.leave(uri, live, hung) });
    } catch (error) {
      await this.leave(uri, live, true);
      throw error;
    }
  }

  /** Forgets why a connection failed, so that it can be reopened. */
  forgetFailure(uri: string): void {
    if (this.state(uri).kind === 'failed') this.setState(uri, CLOSED);
  }

  /** Closes a connection, whoever has a share in it; pending calls get no answer. */
  async close(uri: string): Promise<void> {
    const live = this.live.get(uri);
    this.forget(uri, live, CLOSED);
    if (live) await this.end(live, live.shares > 0);
  }

  /** Ends everything at once: a closing window waits for nothing. */
  dispose(): void {
    for (const { stop, idle } of this.live.values()) {
      clearTimeout(idle);
      stop.abort();
    }
    this.live.clear();
  }

  private open(uri: string): Live {
    const stop = new AbortController();
    const opened = this.connect(uri, stop.signal);
    const live: Live = { stop, opened, shares: 0, stays: false, tail: Promise.resolve(), idle: undefined };
    this.live.set(uri, live);
    this.setState(uri, { kind: 'connecting' });
    // A check tells why it failed itself; what is in view shows it.
    const fail = (error: unknown) =>
      this.forget(uri, live, live.stays ? { kind: 'failed', error: this.options.asError(error) } : CLOSED);
    opened
      .then(async ({ connection, host }) => {
        if (this.live.get(uri) === live) this.setState(uri, { kind: 'connected', host });
        const reason = await connection.ended;
        if (reason) fail(reason);
      })
      .catch(fail);
    return live;
  }

  private async connect(uri: string, signal: AbortSignal): Promise<Opened> {
    const connection = await this.options.connect(uri, signal);
    try {
      return { connection, host: await connection.host() };
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** Called by each share at its end. @param hung whether it was stopped before it had its answer */
  private async leave(uri: string, live: Live, hung: boolean): Promise<void> {
    live.shares -= 1;
    if (live.shares > 0 || this.live.get(uri) !== live) return;
    // What hangs is not waited for, unless it is in view: its deadline ends it.
    if (live.stays && !(hung && !this.isNeeded(uri))) {
      this.startIdleClock(uri, live);
      return;
    }
    this.forget(uri, live, CLOSED);
    await this.end(live, hung);
  }

  /** @param now whether calls in progress are not waited for */
  private async end({ stop, opened }: Live, now: boolean): Promise<void> {
    if (now) stop.abort();
    const made = await opened.catch(() => undefined);
    await made?.connection.close();
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
    this.options.onChange(uri);
  }

  private startIdleClock(uri: string, live: Live): void {
    clearTimeout(live.idle);
    live.idle = setTimeout(() => {
      if (this.isNeeded(uri)) this.startIdleClock(uri, live);
      else void this.close(uri);
    }, this.options.idleMs);
  }
}

/** Waits for a promise. @throws CheckError as soon as the signal aborts */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  let abort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(errors.libvirtCancelled());
  });
  signal.addEventListener('abort', abort);
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
