// The share of one caller in a connection that others use as well: it asks like a connection of its own, and ends when
// it is closed or stopped, which ends nothing for the others.

import type { HostFacts } from '../../core/domain/facts';
import type { CheckError } from '../../core/errors';
import type { Connection } from '../../libvirt/contract';
import * as errors from '../../libvirt/errors';

/** What a share needs of those that it shares with. */
export interface LeaseContext {
  readonly connection: Connection;
  /** The host, as it was when it was connected to. */
  readonly host: HostFacts;
  /** Lets a caller ask when all earlier ones have their answer, of whichever share. */
  readonly inTurn: <T>(ask: () => Promise<T>) => Promise<T>;
  readonly signal: AbortSignal | undefined;
  /** Gives the share back. @param hung whether it was stopped while it waited for an answer */
  readonly giveBack: (hung: boolean) => Promise<void>;
}

/** A share. What it asks after its end is not sent. */
export class Lease implements Connection {
  readonly ended: Promise<CheckError | undefined>;

  private over: CheckError | undefined;
  private waiting = 0;
  private given: Promise<void> | undefined;
  private markEnded: (reason: CheckError | undefined) => void = () => undefined;
  private stopWaiting: (reason: CheckError) => void = () => undefined;
  private readonly stopped: Promise<never>;

  constructor(private readonly around: LeaseContext) {
    this.ended = new Promise((resolve) => (this.markEnded = resolve));
    this.stopped = new Promise((_, reject) => (this.stopWaiting = reject));
    this.stopped.catch(() => undefined);
    void around.connection.ended.then((reason) => this.end(reason ?? errors.libvirtClosed(), reason));
    if (around.signal?.aborted) this.abort();
    else around.signal?.addEventListener('abort', this.abort);
  }

  host: Connection['host'] = () =>
    this.over ? Promise.reject(this.over) : Promise.resolve(this.around.host);
  listDomains: Connection['listDomains'] = () => this.ask((connection) => connection.listDomains());
  domain: Connection['domain'] = (given) => this.ask((connection) => connection.domain(given));
  launchSecurityInfo: Connection['launchSecurityInfo'] = (uuid) =>
    this.ask((connection) => connection.launchSecurityInfo(uuid));
  setLaunchSecurityState: Connection['setLaunchSecurityState'] = (uuid, secret) =>
    this.ask((connection) => connection.setLaunchSecurityState(uuid, secret));
  resume: Connection['resume'] = (uuid) => this.ask((connection) => connection.resume(uuid));

  /** Gives the share back; the connection ends if it is nobody's then. */
  close(): Promise<void> {
    this.end(errors.libvirtClosed());
    return this.given!;
  }

  private async ask<T>(question: (connection: Connection) => Promise<T>): Promise<T> {
    const { connection, inTurn } = this.around;
    const asked = inTurn(() => (this.over ? Promise.reject(this.over) : question(connection)));
    this.waiting += 1;
    try {
      return await Promise.race([asked, this.stopped]);
    } finally {
      this.waiting -= 1;
    }
  }

  private readonly abort = (): void => {
    const reason = errors.libvirtCancelled();
    this.end(reason, reason);
  };

  /** @param failure what `ended` becomes: undefined for a share that was closed */
  private end(reason: CheckError, failure?: CheckError): void {
    if (this.over) return;
    this.over = reason;
    this.around.signal?.removeEventListener('abort', this.abort);
    const hung = this.waiting > 0;
    this.stopWaiting(reason);
    this.given = this.around.giveBack(hung);
    void this.given.finally(() => this.markEnded(failure));
  }
}
