// Whether a host is the machine that the check runs on. libvirt's virt-qemu-sev-validate compares one form of
// the name; here all evidence is compared: the short name, the full one, the machine's own ids, and where the
// connection goes, because a container has a different name from the machine whose socket it uses.

import type { HostFacts } from '../core/domain/facts';
import { plainText } from '../core/binary/plainText';
import { addressOf, isLoopback } from './address';

/** What identifies a machine. */
export interface MachineIds {
  readonly name: string;
  /** UUIDs without dashes, in lower case. */
  readonly ids: readonly string[];
}

const plain = (uuid: string): string => uuid.trim().toLowerCase().replaceAll('-', '');

/** Whether an id identifies a machine: many share all zeros, all ones, or a vendor's 03000200-…. */
const identifies = (id: string): boolean =>
  /^[0-9a-f]{32}$/.test(id) && !/^(.)\1*$/.test(id) && !id.startsWith('0300020004000500');

/** The ids in the contents of files, normalised; ids that identify nothing are dropped. */
export function identifyingIds(contents: readonly string[]): string[] {
  return contents.map(plain).filter(identifies);
}

/** One name is the other, or its first part: `node1` is `node1.example.com`. */
function sameName(a: string, b: string): boolean {
  const [x, y] = [a.toLowerCase(), b.toLowerCase()];
  // The name that every machine has identifies nothing.
  if (x.split('.')[0] === 'localhost') return false;
  return x === y || x.startsWith(`${y}.`) || y.startsWith(`${x}.`);
}

/** `driver+transport://user@host:port`, in any spelling that libvirt accepts. */
const URI = /^[a-z0-9]+(?:\+([a-z0-9]+))?:\/\/(?:[^/?]*@)?(\[[^\]]*\]|[^:/?]*)/i;
/** Names of this machine everywhere: RFC 6761, and what distributions write into /etc/hosts. */
const LOOPBACK_NAME =
  /^(.*\.)?localhost$|^localhost[46]?(\.localdomain[46]?)?$|^ip6-(localhost|loopback)$|^loopback$/i;

/** libvirt decodes the escapes of a host. */
function unescaped(host: string): string {
  try {
    return decodeURIComponent(host);
  } catch {
    return host;
  }
}

/** Whether a host of a URI is this machine, whatever spelling of it a resolver accepts. */
function isHere(host: string, here: string): boolean {
  const name = host.endsWith('.') ? host.slice(0, -1) : host;
  const address = addressOf(name);
  if (address !== undefined) return isLoopback(address);
  return LOOPBACK_NAME.test(name) || (here !== '' && name.toLowerCase() === here.toLowerCase());
}

/**
 * Why a connection ends on this machine, as a phrase; undefined when it may go further. A tunnel's local end
 * counts as this machine, because it is indistinguishable from a local socket.
 * @param here this machine's name; empty when it is not known
 */
export function whyConnectedHere(uri: string, here = ''): string | undefined {
  const parts = URI.exec(uri);
  // A program of the user's own, which may lead anywhere.
  if (!parts || parts[1]?.toLowerCase() === 'ext') return undefined;
  const host = unescaped(parts[2]!);
  if (host === '') return 'the connection is to a socket of this machine';
  return isHere(host, here) ? `the connection is to ${plainText(host, 60)}` : undefined;
}

/**
 * Why a host is this machine, as a phrase; undefined when there is no evidence.
 * @param uri of the connection to it
 */
export function whyLocal(
  { hostname: name, uuid }: Pick<HostFacts, 'hostname' | 'uuid'>,
  here: MachineIds,
  uri: string,
): string | undefined {
  if (name !== '' && here.name !== '' && sameName(name, here.name)) return `both are called ${here.name}`;
  if (uuid !== undefined && here.ids.includes(plain(uuid))) return `both have the id ${uuid}`;
  return whyConnectedHere(uri, here.name);
}
