// Connections to libvirt for the extension and the command line. Each has its own worker process, which lives
// as long as the connection. Every call ends in time, with an answer, a libvirt error or the death of the
// worker, because nothing else can end a call that hangs inside libvirt.

import type { DomainSummary, HostFacts, LaunchSecurityInfo } from '../core/domain/facts';
import * as errors from './errors';
import type { CheckError } from '../core/errors';
import type { Answer, CallName } from './api';
import { Channel } from './channel';
import type { Connection, ConnectOptions, Libvirt } from './contract';
import { thisMachine } from './thisMachine';
import { parseConnectionUri } from './uri';

const TIMEOUT_MS = 10_000;
/** The time limit for closing, after which the process is killed. */
const CLOSE_MS = 1000;

/** Starts a worker and has it connect, as a Libvirt promises. @throws CheckError */
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
  return new WorkerConnection(channel);
}

/** A connection through a worker process. */
class WorkerConnection implements Connection {
  constructor(private readonly channel: Channel) {}

  get ended(): Promise<CheckError | undefined> {
    return this.channel.ended;
  }

  host(): Promise<HostFacts> {
    return this.channel.call('host', {});
  }

  listDomains(): Promise<DomainSummary[]> {
    return this.channel.call('domains', {});
  }

  domain(nameUuidOrId: string): Promise<Answer<'domain'>> {
    return this.channel.call('domain', { given: nameUuidOrId });
  }

  launchSecurityInfo(uuid: string): Promise<LaunchSecurityInfo> {
    return this.channel.call('launchSecurity', { uuid });
  }

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

  close(): Promise<void> {
    return this.channel.close(CLOSE_MS, 'close' satisfies CallName);
  }
}

/** The libvirt of this machine. */
export const libvirt: Libvirt = { connect, thisMachine };
