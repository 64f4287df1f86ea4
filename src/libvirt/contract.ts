// What the rest of the program knows of libvirt: how a connection is made, what it answers, and what a machine is known by. Types only, so
// that whoever uses them needs neither processes nor Node; client.ts has what does it.

import type { DomainSummary, HostFacts, LaunchSecurityInfo } from '../core/domain/facts';
import type { CheckError } from '../core/errors';
import type { Answer } from './api';
import type { Credential } from './credentials';
import type { MachineIds } from './locality';

/** A question for the person. Its texts are the host's, with control characters escaped. */
export type Prompt = Credential;
/** Her answer. Bytes are cleared once they are sent; a text cannot be. */
export type PromptAnswer = string | Uint8Array;

/** How to connect. */
export interface ConnectOptions {
  readonly uri: string;
  /** The script of the worker, dist/libvirtWorker.js. */
  readonly workerPath: string;
  /**
   * For a URI that a person typed as a command, where she could run any program herself: it is taken as it is, with
   * the environment as it is. All others must pass the allow-list of uri.ts.
   */
  readonly asTyped?: boolean;
  /** Her setting for plain TCP to other machines. */
  readonly allowTcp?: boolean;
  /** Milliseconds for each call, 10 s unless given. While a person answers a prompt the clock stands still. */
  readonly timeoutMs?: number;
  /** Answers all questions, or undefined to give up. Without it nothing that asks can be connected to. */
  readonly onPrompt?: (
    prompts: readonly Prompt[],
    signal: AbortSignal,
  ) => Promise<readonly PromptAnswer[] | undefined>;
  readonly signal?: AbortSignal;
}

/** A connection. A failure of one call leaves it usable, unless its process ended: then every call says so. */
export interface Connection {
  /** Becomes the reason when the connection has ended: undefined when it was closed. */
  readonly ended: Promise<CheckError | undefined>;
  host(): Promise<HostFacts>;
  /** All domains, running or not, in the host's order. */
  listDomains(): Promise<DomainSummary[]>;
  /**
   * A domain with its definition, by UUID (8-4-4-4-12 digits, either case), by id while it runs, or by name.
   * @throws CheckError `usage` when the text is the UUID or id of one and the name of another, `bug` for no domain, and
   * as parseDomainXml does for a definition that cannot be read
   */
  domain(nameUuidOrId: string): Promise<Answer<'domain'>>;
  /** What the host reports of the launch; all undefined for a domain without SEV. */
  launchSecurityInfo(uuid: string): Promise<LaunchSecurityInfo>;
  /** Gives a paused domain its sealed secret: base64, and a guest-physical address unless the firmware names it. */
  setLaunchSecurityState(
    uuid: string,
    secret: { readonly header: string; readonly payload: string; readonly address?: bigint },
  ): Promise<void>;
  resume(uuid: string): Promise<void>;
  /** Ends the connection and waits until its process is gone. May be called at any time and more than once. */
  close(): Promise<void>;
}

/** What a check of a domain is handed in. */
export interface Libvirt {
  /**
   * Connects.
   * @throws CheckError: `usage` for a URI that is refused, `bug` when libvirt is missing or does not connect, `state` when
   * it stays silent, its process ends, the person does not answer, or `signal` stops it
   */
  connect(options: ConnectOptions): Promise<Connection>;
  /** What the machine that the check runs on is known by. */
  thisMachine(): Promise<MachineIds>;
}
