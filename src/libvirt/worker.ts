// The process that talks to libvirt: one connection, one call at a time, all synchronous, because the only
// way to end a hanging call is to end its process. It communicates over Node's IPC channel alone. When nobody waits for
// an answer any more, a thread ends the process, and the ssh that libvirt started.

import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import * as v from 'valibot';
import type { DomainConfig, DomainSummary, HostFacts, SevCapabilities } from '../core/domain/facts';
import { PLAIN_SEV } from '../core/domain/launchTypes';
import { CheckError, errorData, EXIT_STATUS } from '../core/errors';
import * as errors from './errors';
import { isSevEs } from '../core/tech/sev/policy';
import {
  CALLS,
  MessageSchema,
  type Answer,
  type CallName,
  type Message,
  type Reply,
  type Request,
} from './api';
import { parseCapabilities, parseDomainCapabilities } from './capabilitiesXml';
import { isUuid, parseDomainXml } from './domainXml';
import { faultError, FunctionMissing, LibraryMissing, LibvirtFault, NO_DOMAIN } from './faults';
import type { Domain, Host, Library } from './library';
import { endThisWorker } from './processes';
import { askParent, type Ask } from './prompts';

/** Where to get the library, by platform. */
const INSTALL: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'Install libvirt0 (Debian, Ubuntu), libvirt-libs (Fedora, RHEL) or libvirt (Arch, openSUSE).',
  darwin: 'Install it with Homebrew: brew install libvirt.',
};
const MOST_ID = 0x7fffffff;

/** What calls have access to. */
interface Context {
  /** Reports that the call is making progress. */
  readonly busy: () => void;
  readonly ask: Ask;
}

let library: Library | undefined;
let host: Host | undefined;

function connected(): Host {
  if (!host) throw errors.libvirtClosed();
  return host;
}

/** Uses a domain and frees it. */
function using<T>(domain: Domain, use: (domain: Domain) => T): T {
  try {
    return use(domain);
  } finally {
    domain.free();
  }
}

function byUuid<T>(uuid: string, use: (domain: Domain) => T): T {
  const domain = connected().byUuid(uuid);
  if (!domain) throw errors.noSuchDomain(uuid);
  return using(domain, use);
}

/**
 * The domain that the user named: by full UUID, by the id of a running one, or by name. Any text can be a
 * name, so one that is also a UUID or an id is looked up both ways.
 * @throws CheckError when it names none, or two
 */
function find(given: string): Domain {
  const here = connected();
  const [form, other] = isUuid(given)
    ? ['UUID', here.byUuid(given)]
    : /^[0-9]{1,10}$/.test(given) && Number(given) <= MOST_ID
      ? ['id', here.byId(Number(given))]
      : ['', undefined];
  const named = here.byName(given);
  if (other && named && other.uuid !== named.uuid) {
    const error = errors.ambiguousDomain(given, form, other.uuid, named.uuid);
    other.free();
    named.free();
    throw error;
  }
  if (other && named) named.free();
  const found = other ?? named;
  if (!found) throw errors.noSuchDomain(given);
  return found;
}

/** The summary of a listed domain. @param config its definition, or why that cannot be parsed */
function summaryOf(domain: Domain, config: DomainConfig | CheckError): DomainSummary {
  const { name, uuid, id, state } = domain;
  const facts = { id, name, uuid, state };
  if (config instanceof CheckError)
    return {
      ...facts,
      launchSecurity: undefined,
      sevEs: undefined,
      vcpus: undefined,
      problem: errorData(config),
    };
  const { launchSecurity, vcpus } = config;
  const sevEs = launchSecurity?.type === PLAIN_SEV ? isSevEs(Number(launchSecurity.policy)) : undefined;
  return { ...facts, launchSecurity: launchSecurity?.type, sevEs, vcpus: vcpus.current, problem: undefined };
}

/** The summary of a domain; a definition that cannot be parsed is reported in it. */
function summarize(domain: Domain): DomainSummary {
  const { xml } = domain;
  try {
    return summaryOf(domain, parseDomainXml(xml));
  } catch (error) {
    if (error instanceof CheckError) return summaryOf(domain, error);
    throw error;
  }
}

/** A domain with its definition. @throws CheckError when that cannot be parsed */
function describeDomain(domain: Domain): Answer<'domain'> {
  const config = parseDomainXml(domain.xml);
  return { summary: summaryOf(domain, config), config };
}

/** The result, or undefined when libvirt itself fails; errors in parsing its answer are thrown. */
function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof LibvirtFault) return undefined;
    throw error;
  }
}

/** A host may probe its emulators first, which takes seconds; each question gets the whole time limit. */
function describeHost({ busy }: Context): HostFacts {
  const here = connected();
  const { cpu, uuid } = parseCapabilities(here.capabilities);
  busy();
  const sev = orUndefined((): SevCapabilities => parseDomainCapabilities(here.domainCapabilities));
  busy();
  return {
    hostname: here.hostname,
    uuid,
    driver: here.driver,
    libraryVersion: library?.version ?? '',
    serverVersion: orUndefined(() => here.serverVersion),
    cpu,
    sev,
  };
}

/** All domains; one that disappears meanwhile is left out. */
function listDomains({ busy }: Context): DomainSummary[] {
  const waiting = connected().list();
  const summaries: DomainSummary[] = [];
  try {
    for (let domain = waiting.shift(); domain !== undefined; domain = waiting.shift()) {
      busy();
      try {
        summaries.push(using(domain, summarize));
      } catch (error) {
        if (!(error instanceof LibvirtFault && error.fault.code === NO_DOMAIN)) throw error;
      }
    }
  } finally {
    for (const domain of waiting) domain.free();
  }
  return summaries;
}

/** The implementation of each call. */
const ANSWERS: { [N in CallName]: (request: Request<N>, context: Context) => Answer<N> } = {
  open: ({ uri, aliases }, { ask }) => {
    host = library?.open(uri, { aliases, ask });
    return null;
  },
  host: (_, context) => describeHost(context),
  domains: (_, context) => listDomains(context),
  domain: ({ given }) => using(find(given), describeDomain),
  launchSecurity: ({ uuid }) => byUuid(uuid, (domain) => domain.launchSecurity),
  setLaunchSecurity: ({ uuid, ...secret }) =>
    byUuid(uuid, (domain) => {
      domain.setLaunchSecurity(secret);
      return null;
    }),
  resume: ({ uuid }) =>
    byUuid(uuid, (domain) => {
      domain.resume();
      return null;
    }),
  close: () => {
    connected().close();
    host = undefined;
    return null;
  },
};

function send(reply: Reply): void {
  process.send?.(reply);
}

/** A failure in the form that the client gets. */
function errorOf(error: unknown, opening: boolean): CheckError {
  if (error instanceof CheckError) return error;
  if (error instanceof LibvirtFault) return faultError(error.fault, opening);
  if (error instanceof LibraryMissing) return errors.libvirtMissing(INSTALL[process.platform] ?? '');
  if (error instanceof FunctionMissing) return errors.libvirtTooOld(error.message, library?.version ?? '');
  const why = error instanceof Error ? error.message : String(error);
  return errors.libvirtProcessFailed(why);
}

/** Loads koffi and libvirt. Deferred, so that a missing library becomes an answer. */
async function load(): Promise<void> {
  try {
    await import('./binding');
  } catch {
    throw errors.libvirtUnsupported(`${process.platform} ${process.arch}`);
  }
  library = (await import('./library')).Library.load();
}

function run({ id, call, request }: Message): void {
  const context: Context = {
    busy: () => {
      send({ id, busy: true });
    },
    ask: askParent,
  };
  // Shape and implementation belong to the same call, which the type of a union of calls cannot express.
  const answer = ANSWERS[call] as (request: unknown, context: Context) => unknown;
  const ok = answer(v.parse(CALLS[call].request, request), context);
  send({ id, ok });
}

async function answer(message: Message): Promise<void> {
  try {
    if (!library) await load();
    run(message);
  } catch (error) {
    const failure = errorOf(error, message.call === 'open');
    const fault = failure.cause as LibvirtFault['fault'] | undefined;
    send({ id: message.id, error: { ...errorData(failure), ...(fault && { fault }) } });
  }
}

let last: Promise<void> = Promise.resolve();
process.on('message', (raw) => {
  const message = v.parse(MessageSchema, raw);
  last = last.then(() => answer(message));
});
process.on('disconnect', endThisWorker);
// A terminal sends them to every process in it. The parent decides: ended by one, the worker would leave its ssh behind.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);
// Such as an answer that nobody takes any more. No stack reaches the terminal, which may be this process's own.
process.on('uncaughtException', () => process.exit(EXIT_STATUS.bug));
new Worker(join(__dirname, 'libvirtWatch.js')).unref();
