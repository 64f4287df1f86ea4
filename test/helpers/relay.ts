// A TCP relay in front of a libvirtd that corrupts what the daemon sends: faults that no emulator behind libvirtd
// can cause, because libvirtd itself is correct. It follows libvirt's RPC (src/rpc/virnetprotocol.x): messages of
// a 32-bit length and a header of program, version, procedure, type, serial and status, all big endian.

import { createServer, connect, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** Procedures of the remote program (src/remote/remote_protocol.x) whose replies can be corrupted. */
export const PROCEDURES = {
  connectOpen: 1,
  domainLookupByName: 23,
  launchSecurityInfo: 396,
  setLaunchSecurityState: 439,
} as const;

/** A reply: the first to a procedure, or the one with this number, counted from 1. */
export type Reply = number | keyof typeof PROCEDURES;

/** The number of the remote program, and the message type of a reply. */
const REMOTE_PROGRAM = 0x20008086;
const TYPE_REPLY = 1;
const HEADER_SIZE = 28;

/** What goes wrong on the wire. */
export interface WireFault {
  /** Replaces this text by that one, of equal length, in everything the daemon sends. */
  readonly rename?: readonly [string, string];
  /**
   * Only this many bytes of the reply to this procedure pass; then the connection is closed (cut), or stays open
   * without any further data (mute).
   */
  readonly reply?: {
    readonly to: keyof typeof PROCEDURES;
    readonly bytes: number;
    readonly then: 'cut' | 'mute';
  };
  /** Runs something before this reply passes. */
  readonly before?: { readonly reply: Reply; readonly act: () => Promise<unknown> };
}

/** A listening relay. */
export interface Relay {
  readonly port: number;
  /** How many replies have passed, over all connections. */
  readonly replies: number;
  close(): void;
}

/** Splits `data` into the whole messages at its start and the rest. */
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

/** Whether a reply, which has this number, is the one meant. */
const isThe = (meant: Reply, number: number, message: Buffer): boolean =>
  typeof meant === 'number' ? meant === number : isReplyTo(message, PROCEDURES[meant]);

/** Replaces every occurrence of a text by one of equal length, in place. */
function rename(message: Buffer, [from, to]: readonly [string, string]): void {
  for (let at = message.indexOf(from); at >= 0; at = message.indexOf(from, at + from.length))
    message.write(to, at);
}

/** Forwards what the daemon sends to the client, with the fault; `onReply` is called for each reply. */
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

/** Starts a relay to a daemon; it listens at `here`. @throws when a text and its replacement differ in length */
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
