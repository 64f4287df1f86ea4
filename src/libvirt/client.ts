// Connections to libvirt for the extension and the command line. Each has its own worker process, which lives
// as long as the connection. Every call ends in time, with an answer, a libvirt error or the death of the
// worker, because nothing else can end a call that hangs inside libvirt.

import type { DomainSummary, HostFacts, LaunchSecurityInfo } from '../core/domain/facts';
import * as errors from './errors';
import type { CheckError } from '../core/errors';
import type { Answer, CallName } from './api';
import { Channel, type ChannelOptions } from './channel';
import { parseConnectionUri } from './uri';

export type { Prompt, PromptAnswer } from './channel';

/** How to connect. */
export interface ConnectOptions extends Pick<ChannelOptions, 'onPrompt' | 'signal' | 'workerPath'> {
  readonly uri: string;
  /**
   * For a URI typed as part of a command, by someone who could run any program anyway: it is used unchanged,
   * with the whole environment. All others must pass the allow-list of uri.ts.
   */
  readonly asTyped?: boolean;
  /** The user's setting for plain TCP to other machines. */
  readonly allowTcp?: boolean;
  /** Milliseconds for each call, 10 s by default. The clock stops while the user answers a prompt. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;
/** The time limit for closing, after which the process is killed. */
const CLOSE_MS = 1000;

/**
 * Connects.
 * @throws CheckError: `usage` for a URI that is refused, `bug` when libvirt is missing or cannot connect,
 *   `state` when it does not respond, its process ends, the user does not answer, or `signal` aborts
 */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const { uri, asTyped = false, allowTcp = false, timeoutMs = TIMEOUT_MS, ...rest } = options;
  const target = asTyped ? undefined : parseConnectionUri(uri, { allowTcp });
  if (target?.ok === false) throw errors.refusedUri(target.reason);
  if (process.platform === 'win32') throw errors.libvirtUnsupported('Windows');
  const channel = new Channel({ ...rest, timeoutMs, asTyped });
  try {
    await channel.call('open', {
      uri: target?.canonical ?? uri,
      // The test driver does not know the flag; and no alias looks like a URI of the allow-list.
      aliases: target === undefined || target.driver === 'test',
    });
  } catch (error) {
    await channel.close(CLOSE_MS);
    throw channel.loginCancelled ? errors.loginCancelled() : error;
  }
  return new Connection(channel);
}

/** A connection. It survives a failed call, unless its process ended: then every call fails with that reason. */
export class Connection {
  constructor(private readonly channel: Channel) {}

  /** Resolves when the connection has ended: with the reason, or undefined when it was closed. */
  get ended(): Promise<CheckError | undefined> {
    return this.channel.ended;
  }

  host(): Promise<HostFacts> {
    return this.channel.call('host', {});
  }

  /** All domains, running or not, in the host's order. */
  listDomains(): Promise<DomainSummary[]> {
    return this.channel.call('domains', {});
  }

  /**
   * A domain with its definition, by UUID (8-4-4-4-12 digits, either case), by id while it runs, or by name.
   * @throws CheckError `usage` when the text is the UUID or id of one and the name of another, `bug` when
   *   there is no such domain, and as parseDomainXml does for a definition that cannot be parsed
   */
  domain(nameUuidOrId: string): Promise<Answer<'domain'>> {
    return this.channel.call('domain', { given: nameUuidOrId });
  }

  /** What the host reports about the launch; all undefined for a domain without SEV. */
  launchSecurityInfo(uuid: string): Promise<LaunchSecurityInfo> {
    return this.channel.call('launchSecurity', { uuid });
  }

  /**
   * Gives a paused domain its sealed secret: base64, and a guest-physical address unless the firmware specifies it.
   */
  async setLaunchSecurityState(
    uuid: string,
    secret: { readonly header: string; readonly payload: string; readonly address?: bigint },
  ): Promise<void> {
    const { header, payload, address } = secret;
    await this.channel.call('setLaunchSecurity', { uuid, header, payload, address });
  }

  async resume(uuid: string): Promise<void> {
    await this.channel.call('resume', { uuid });
  }

  /** Ends the connection and waits until its process is gone. May be called at any time, repeatedly. */
  close(): Promise<void> {
    return this.channel.close(CLOSE_MS, 'close' satisfies CallName);
  }
}
