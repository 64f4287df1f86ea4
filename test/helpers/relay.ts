// A TCP relay in front of a libvirtd that spoils what the daemon sends: what no emulator behind libvirtd can fake, because
// libvirtd itself is right. It follows libvirt's RPC (src/rpc/virnetprotocol.x): messages of a 32-bit length and a header
// of program, version, procedure, type, serial and status, all big endian.

import { createServer, connect, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** Procedures of the remote program (src/remote/remote_protocol.x) whose replies can be spoilt. */
export const PROCEDURES = {
  connectOpen: 1,
  domainLookupByName: 23,
  launchSecurityInfo: 396,
  setLaunchSecurityState: 439,
} as const;

/** A reply: the one to a procedure, or the one of a number from 1 on. */
export type Reply = number | keyof typeof PROCEDURES;

/** The remote program, and the type of a message that is a reply. */
const REMOTE_PROGRAM = 0x20008086;
const TYPE_REPLY = 1;
const HEADER_SIZE = 28;

/** What goes wrong on the wire. */
export interface WireFault {
  /** This text becomes that one, of equal length, in all that the daemon sends. */
  readonly rename?: readonly [string, string];
  /**
   * Of the reply to this procedure only so many bytes pass; then the connection is closed (cut), or nothing comes any
   * more while it stays open (mute).
   */
  readonly reply?: {
    readonly to: keyof typeof PROCEDURES;
    readonly bytes: number;
    readonly then: 'cut' | 'mute';
  };
  /** Before this reply passes something is done. */
  readonly before?: { readonly reply: Reply; readonly act: () => Promise<unknown> };
}

/** A relay that listens. */
export interface Relay {
  readonly port: number;
  /** How many replies have passed, on all connections. */
  readonly replies: number;
  close(): void;
}

/** The whole messages at the start of `data`, and what is left. */
function split(data: Buffer): { messages: Buffer[]; rest: Buffer } {
  const messages: Buffer[] = [];
  while (data.length >= 4 && data.length >= data.readUInt32BE(0)) {
    const length = Math.max(4, data.readUInt32BE(0));
    messages.push(data.subarray(0, length));
    data = data.subarray(length);
  }
  return { messages, rest: data };
}

const isReply = (message: Buffer): boolean =>
  message.length >= HEADER_SIZE &&
  message.readUInt32BE(4) === REMOTE_PROGRAM &&
  message.readInt32BE(16) === TYPE_REPLY;

const isReplyTo = (message: Buffer, procedure: number): boolean =>
  isReply(message) && message.readInt32BE(12) === procedure;

/** Whether a reply, the one of a number, is the one that is meant. */
const isThe = (meant: Reply, number: number, message: Buffer): boolean =>
  typeof meant === 'number' ? meant === number : isReplyTo(message, PROCEDURES[meant]);

/** Replaces every occurrence of a text by one of equal length, in place. */
function rename(message: Buffer, [from, to]: readonly [string, string]): void {
  for (let at = message.indexOf(from); at >= 0; at = message.indexOf(from, at + from.length))
    message.write(to, at);
}

/** Passes what the daemon sends on to the client, with the fault; `onReply` is told of each reply. */
function spoil(daemon: Socket, client: Socket, fault: WireFault, onReply: () => void): void {
  let pending: Buffer = Buffer.alloc(0);
  let replies = 0;
  const pass = async (data: Buffer) => {
    const { messages, rest } = split(Buffer.concat([pending, data]));
    pending = Buffer.from(rest);
    for (const message of messages) {
      if (isReply(message)) {
        onReply();
        replies++;
        if (fault.before && isThe(fault.before.reply, replies, message)) await fault.before.act();
      }
      if (fault.rename) rename(message, fault.rename);
      const { reply } = fault;
      if (reply && isReplyTo(message, PROCEDURES[reply.to])) {
        client.write(message.subarray(0, reply.bytes));
        daemon.removeAllListeners('data');
        daemon.resume();
        if (reply.then === 'cut') client.end(() => daemon.destroy());
        return;
      }
      client.write(message);
    }
  };
  let last: Promise<void> = Promise.resolve();
  daemon.on('data', (data) => {
    last = last.then(() => pass(data));
  });
}

/** Starts a relay to a daemon, which listens at `here`. A text and its replacement of different lengths are an error. */
export async function startRelay(
  { address, port }: { readonly address: string; readonly port: number },
  here: string,
  fault: WireFault,
): Promise<Relay> {
  if (fault.rename && fault.rename[0].length !== fault.rename[1].length)
    throw new Error(`${fault.rename.join(' and ')} differ in length`);
  const sockets = new Set<Socket>();
  let replies = 0;
  const server = createServer((client) => {
    const daemon = connect(port, address);
    for (const [socket, other] of [
      [client, daemon],
      [daemon, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    client.pipe(daemon);
    spoil(daemon, client, fault, () => replies++);
  });
  await new Promise<void>((done, failed) => {
    server.once('error', failed);
    server.listen(0, here, done);
  });
  return {
    port: (server.address() as AddressInfo).port,
    get replies() {
      return replies;
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
