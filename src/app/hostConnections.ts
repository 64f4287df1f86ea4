// The hosts that many checks ask: each is connected to once, and an unreachable one costs its timeout once, not
// for every check that names it.

import type { Connection, ConnectOptions, Libvirt } from '../libvirt/contract';
import { Gate } from './gate';

/** The most hosts connected at the same time: each connection is a process. */
const MOST_CONNECTIONS = 4;

/** Who connects. */
type Connects = Pick<Libvirt, 'connect'>;

/** Connects, lets a caller ask, and ends the connection. */
export async function withConnection<T>(
  { connect }: Connects,
  options: ConnectOptions,
  ask: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await connect(options);
  try {
    return await ask(connection);
  } finally {
    await connection.close();
  }
}

interface Host {
  /** libvirt answers one question at a time, so the timeout for an answer must not run while others are asked. */
  readonly turn: Gate;
  /** The connection, or why it failed, which is not retried; undefined when it was closed or lost. */
  opened: Promise<Connection> | undefined;
  failed: boolean;
  /** How many ask, or wait for their turn. */
  users: number;
}

/** Connections that are shared as long as somebody uses them. */
export class HostConnections {
  private readonly hosts = new Map<string, Host>();
  private readonly places = new Gate(MOST_CONNECTIONS);

  constructor(private readonly libvirt: Connects) {}

  /**
   * Like withConnection, but shares the connection with others that ask the same host.
   * @param onTurn called when the caller's turn comes; if it throws, the call ends
   * @throws CheckError as connect() and `ask` do
   */
  async use<T>(
    options: ConnectOptions,
    ask: (connection: Connection) => Promise<T>,
    onTurn: () => void,
  ): Promise<T> {
    const host = this.hostOf(options);
    host.users += 1;
    try {
      return await host.turn.through(async () => {
        onTurn();
        return ask(await (host.opened ??= this.open(host, options)));
      });
    } finally {
      host.users -= 1;
      if (host.users === 0) await this.leave(host);
    }
  }

  private hostOf({ uri, asTyped = false }: ConnectOptions): Host {
    const key = `${asTyped} ${uri}`;
    let host = this.hosts.get(key);
    if (!host) {
      host = { turn: new Gate(1), opened: undefined, failed: false, users: 0 };
      this.hosts.set(key, host);
    }
    return host;
  }

  /** Its place in the gate is held until the connection has ended. */
  private async open(host: Host, options: ConnectOptions): Promise<Connection> {
    await this.places.enter();
    try {
      const connection = await this.libvirt.connect(options);
      const opened = host.opened;
      void connection.ended.then(() => {
        this.places.leave();
        // Lost while in use: the next user connects anew.
        if (host.opened === opened) host.opened = undefined;
      });
      return connection;
    } catch (error) {
      host.failed = true;
      this.places.leave();
      throw error;
    }
  }

  /** Called when nobody uses it any more. */
  private async leave(host: Host): Promise<void> {
    const { opened } = host;
    if (host.failed || !opened) return;
    host.opened = undefined;
    await (await opened).close();
  }
}
