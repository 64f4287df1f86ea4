// Which connection URIs are allowed (libvirt's "Connection URIs" and "Remote support" pages). A URI can name
// a program to run, here or there, and files to read; so only a short list of forms is accepted, anything
// else is refused rather than sanitised, and the URI is rebuilt from its parts. URIs on the command line are
// exempt, because whoever types them could run any program anyway.

import { plainText } from '../core/binary/plainText';
import { addressOf, isLoopback } from './address';

/** A way to reach libvirtd. */
export type Transport = keyof typeof TRANSPORTS;

/** A URI that may be opened. */
export interface ConnectionUri {
  readonly ok: true;
  /** The URI for libvirt, rebuilt from the parts below. */
  readonly canonical: string;
  /** For people, in one line. */
  readonly display: string;
  readonly driver: keyof typeof DRIVERS;
  readonly transport: Transport;
  /** `system`, `session` or, for the test driver, `default`. */
  readonly path: string;
  /** A name or an address, in lower case and without brackets; undefined for this machine. */
  readonly host: string | undefined;
  readonly user: string | undefined;
  readonly port: number | undefined;
}

/** Why a URI may not be opened: one sentence. */
export interface RefusedUri {
  readonly ok: false;
  readonly reason: string;
}

/** The user's own settings. */
export interface UriRules {
  /** Plain TCP to other machines, which does not encrypt, and without SASL does not authenticate. */
  readonly allowTcp?: boolean;
}

const DRIVERS = {
  qemu: { title: 'QEMU', paths: ['system', 'session'] },
  test: { title: "libvirt's test driver", paths: ['default'] },
} as const;

const TRANSPORTS = {
  unix: { title: 'this machine', remote: false },
  ssh: { title: 'SSH', remote: true },
  libssh: { title: 'libssh', remote: true },
  tls: { title: 'TLS', remote: true },
  tcp: { title: 'TCP without encryption', remote: true },
} as const;

/** Transports that libvirt has but that are refused. */
const REFUSED_TRANSPORTS: Readonly<Record<string, string>> = {
  ext: 'it runs a program of this machine',
  libssh2: 'it is the older of two libraries; use ssh or libssh',
};

/** The only parameters allowed: which transports they apply to, and the values that are known to be harmless. */
const PARAMETERS: Readonly<Record<string, { on: readonly Transport[]; values: readonly string[] }>> = {
  mode: { on: ['unix', 'ssh', 'libssh', 'tls', 'tcp'], values: ['auto', 'direct', 'legacy'] },
  // The process that runs ssh has no terminal, so this is always set: ssh fails instead of waiting for input.
  no_tty: { on: ['ssh'], values: ['1'] },
  proxy: { on: ['ssh', 'libssh'], values: ['auto', 'native', 'netcat'] },
};

/** Parameters that libvirt has but that are refused, each with what it would do. */
const REFUSED_PARAMETERS: Readonly<Record<string, string>> = {
  command: 'it names a program to run on this machine',
  argv: 'it holds arguments of a program to run on this machine',
  netcat: 'it names a program to run on the host',
  socket: 'it chooses another socket than that of libvirtd',
  keyfile: 'it chooses another key',
  sshauth: 'it changes how the host is authenticated',
  known_hosts: 'it chooses which hosts are known',
  known_hosts_verify: 'it weakens how the host is authenticated',
  no_verify: 'it weakens how the host is authenticated',
  no_sanity: 'it weakens how the host is authenticated',
  pkipath: 'it chooses other certificates',
  tls_priority: 'it weakens the encryption',
  authfile: 'it reads passwords from a file',
  name: 'the host would open yet another URI',
  root: 'it starts QEMU with other folders',
};

const MOST_CHARACTERS = 512;
/** Printable ASCII without spaces, quotes, backslashes and characters that RFC 3986 does not allow. */
const URI_CHARACTERS = /^[!$-;=?-[\]_a-z~]*$/i;
const SHAPE = /^([a-z0-9]+)(?:\+([a-z0-9]+))?:\/\/([^/?]*)(\/[^?]*)?(\?.*)?$/i;
/** Starts with a letter, a digit or an underscore, so that no program takes it for an option. */
const USER = /^[a-z0-9_][a-z0-9._@+-]{0,63}$/i;
const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_][a-z0-9_-]{0,62})*\.?$/i;

class Refusal extends Error {}
const refuse = (reason: string): never => {
  throw new Refusal(reason);
};
const quote = (text: string): string => `"${plainText(text, 60)}"`;

/** Whether there is a colon, perhaps as an escape, between the scheme and the first @. */
function hasPassword(text: string): boolean {
  const begin = !text.includes('://') ? 0 : text.indexOf('://') + 3;
  return /:|%3a/i.test(text.slice(begin, Math.max(begin, text.indexOf('@', begin))));
}

/** Decodes percent escapes. @throws Refusal for an invalid escape, or one of anything but a plain character */
function unescape(text: string): string {
  if (/%(?![0-9a-f]{2})/i.test(text)) refuse(`${quote(text)} has a percent sign that begins no escape.`);
  const plain = text.replace(/%([0-9a-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(parseInt(digits, 16)),
  );
  if (!/^[!-~]*$/.test(plain)) refuse(`${quote(text)} hides a character that belongs in no URI.`);
  return plain;
}

/** Whether a text is an IPv6 address without a zone, as every runtime reads it in a URL. */
const isIpv6 = (text: string): boolean => /^[0-9a-f:.]+$/i.test(text) && URL.canParse(`http://[${text}]`);

interface Authority {
  host: string | undefined;
  user: string | undefined;
  port: number | undefined;
}

function parsePort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9][0-9]{0,4}$/.test(text) || Number(text) > 0xffff) {
    // Of user:password without a host, that is the password.
    const port = /^[0-9]{1,9}$/.test(text) ? `The port ${quote(text)}` : 'The port';
    refuse(`${port} is not a number from 1 to 65535.`);
  }
  return Number(text);
}

function parseHost(text: string): string {
  if (text.includes('%')) refuse('The host has a percent escape, which no host name needs.');
  if (text.startsWith('[')) {
    const address = text.slice(1, -1);
    if (!isIpv6(address)) refuse(`${quote(text)} is not an IPv6 address in brackets.`);
    return address.toLowerCase();
  }
  if (!HOST_NAME.test(text)) refuse(`${quote(text)} is not the name or address of a host.`);
  return text.toLowerCase();
}

function parseAuthority(text: string): Authority {
  if (text === '') return { host: undefined, user: undefined, port: undefined };
  const at = text.split('@');
  if (at.length > 2) refuse('There is more than one @ before the host.');
  const user = at.length === 2 ? unescape(at[0]!) : undefined;
  if (user !== undefined && !USER.test(user)) refuse(`${quote(user)} is not a user name.`);
  const parts = /^(\[[^\]]*\]|[^:[\]]*)(?::(.*))?$/.exec(at.at(-1)!);
  if (!parts) return refuse(`${quote(text)} is not a host with a port; an IPv6 address stands in brackets.`);
  return { host: parseHost(parts[1]!), user, port: parsePort(parts[2]) };
}

/** Parameters by name, sorted. libvirt separates them with & and ;, decodes names and ignores their case. */
function parseParameters(query: string | undefined, transport: Transport): Map<string, string> {
  const found = new Map<string, string>();
  if (query === undefined) return found;
  for (const item of query.slice(1).split(/[&;]/)) {
    const [rawName = '', rawValue, ...more] = item.split('=');
    const name = unescape(rawName).toLowerCase();
    const risk = Object.hasOwn(REFUSED_PARAMETERS, name) ? REFUSED_PARAMETERS[name] : undefined;
    if (risk !== undefined) refuse(`The parameter ${quote(name)} is refused: ${risk}.`);
    if (name === '' || rawValue === undefined || rawValue === '' || more.length > 0) {
      refuse(`${quote(item)} is not a parameter with its value.`);
    }
    const allowed = Object.hasOwn(PARAMETERS, name) ? PARAMETERS[name]! : undefined;
    const known = Object.keys(PARAMETERS).join(', ');
    if (!allowed) return refuse(`The parameter ${quote(name)} is refused: only ${known} are allowed.`);
    if (!allowed.on.includes(transport)) refuse(`The parameter "${name}" has no meaning over ${transport}.`);
    const value = unescape(rawValue!);
    if (!allowed.values.includes(value)) {
      refuse(`The parameter "${name}" is ${quote(value)}; allowed is ${allowed.values.join(', ')}.`);
    }
    if (found.has(name)) refuse(`The parameter "${name}" is given twice.`);
    found.set(name, value);
  }
  return new Map([...found].sort());
}

/**
 * The host of a connection that is not encrypted and must end on this machine, as what is opened: an address in its
 * canonical form, so that no resolver can take it for a name. Of names, only `localhost` is never asked of others.
 */
function loopbackHost(host: string): string | undefined {
  if (host === 'localhost') return host;
  const address = addressOf(host.includes(':') ? `[${host}]` : host);
  return address !== undefined && isLoopback(address) ? address : undefined;
}

function parseTransport(text: string | undefined, host: string | undefined): Transport {
  // libvirt uses TLS when a host is named without a transport.
  const name = text?.toLowerCase() ?? (host === undefined ? 'unix' : 'tls');
  if (Object.hasOwn(REFUSED_TRANSPORTS, name)) {
    refuse(`The transport "${name}" is refused: ${REFUSED_TRANSPORTS[name]!}.`);
  }
  if (!Object.hasOwn(TRANSPORTS, name)) {
    refuse(`There is no transport ${quote(name)}; use one of ${Object.keys(TRANSPORTS).join(', ')}.`);
  }
  const transport = name as Transport;
  if (TRANSPORTS[transport].remote && host === undefined) refuse(`The transport "${name}" needs a host.`);
  if (!TRANSPORTS[transport].remote && host !== undefined) {
    refuse('The transport "unix" reaches this machine only; leave the host out.');
  }
  return transport;
}

function allow(text: string, { allowTcp = false }: UriRules): ConnectionUri {
  // Before anything quotes a part of it.
  if (hasPassword(text)) refuse('A password belongs in no URI; you are asked for it.');
  if (text.length > MOST_CHARACTERS) refuse(`A connection URI has at most ${MOST_CHARACTERS} characters.`);
  if (text.includes('#')) refuse('A connection URI has no fragment (#).');
  if (!URI_CHARACTERS.test(text)) refuse(`${quote(text)} has a character that belongs in no URI.`);
  const shape = SHAPE.exec(text);
  if (!shape) return refuse(`${quote(text)} is not a connection URI.`);

  const driver = shape[1]!.toLowerCase();
  if (!Object.hasOwn(DRIVERS, driver)) {
    return refuse(
      `The driver ${quote(driver)} is refused: only ${Object.keys(DRIVERS).join(' and ')} are allowed.`,
    );
  }
  const { title, paths } = DRIVERS[driver as keyof typeof DRIVERS];
  const { host: given, user, port } = parseAuthority(shape[3]!);
  const transport = parseTransport(shape[2], given);
  const host = transport === 'tcp' && given !== undefined ? (loopbackHost(given) ?? given) : given;
  if (driver === 'test' && transport !== 'unix') refuse('The test driver is on this machine only.');
  const path = (shape[4] ?? '').slice(1);
  if (!paths.some((allowed) => allowed === path)) {
    const forms = paths.map((allowed) => `/${allowed}`).join(' or ');
    refuse(`The path of a ${driver} URI is ${forms}, not ${quote(shape[4] ?? '')}.`);
  }
  if (transport === 'tcp' && host !== undefined && loopbackHost(host) === undefined && !allowTcp) {
    refuse(
      'Plain TCP to another machine is refused: anybody on the way can read and change it. Use ssh, or set sevscope.allowTcp.',
    );
  }
  const parameters = parseParameters(shape[5], transport);
  if (transport === 'ssh') parameters.set('no_tty', '1');

  const scheme = transport === 'unix' ? driver : `${driver}+${transport}`;
  const bracketed = host?.includes(':') ? `[${host}]` : (host ?? '');
  const portText = port === undefined ? '' : `:${port}`;
  const userText = user === undefined ? '' : `${user.replace(/@/g, '%40')}@`;
  const query = [...parameters]
    .sort()
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const where =
    host === undefined
      ? TRANSPORTS.unix.title
      : `${user === undefined ? '' : `${user}@`}${bracketed}${portText} over ${TRANSPORTS[transport].title}`;
  return {
    ok: true,
    canonical: `${scheme}://${userText}${bracketed}${portText}/${path}${query === '' ? '' : `?${query}`}`,
    display: `${title} on ${where}, ${path}`,
    driver: driver as keyof typeof DRIVERS,
    transport,
    path,
    host,
    user,
    port,
  };
}

/**
 * Parses a connection URI that comes from the user's settings or choice.
 * @returns the URI to open, or the sentence that says why it is refused
 */
export function parseConnectionUri(text: string, rules: UriRules = {}): ConnectionUri | RefusedUri {
  try {
    return allow(text, rules);
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, reason: error.message };
    throw error;
  }
}
