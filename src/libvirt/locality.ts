// Whether a host is the machine that the check runs on. libvirt's virt-qemu-sev-validate compares one form of the name;
// here all that tells is compared: the short name, the full one, the machine's own ids, and where the connection goes, because
// a container has another name than the machine whose socket it uses.

import type { HostFacts } from '../core/domain/facts';
import { plainText } from '../core/binary/plainText';

/** What a machine is known by. */
export interface MachineIds {
  readonly name: string;
  /** UUIDs without dashes, in lower case. */
  readonly ids: readonly string[];
}

const plain = (uuid: string): string => uuid.trim().toLowerCase().replaceAll('-', '');

/** An id that a million machines share tells nothing: all zeros, all ones, or a vendor's 03000200-…. */
const isTelling = (id: string): boolean =>
  /^[0-9a-f]{32}$/.test(id) && !/^(.)\1*$/.test(id) && !id.startsWith('0300020004000500');

/** The ids among the contents of files, plain; what identifies nothing is left out. */
export function tellingIds(contents: readonly string[]): string[] {
  return contents.map(plain).filter(isTelling);
}

/** One name is the other, or its first part: `node1` is `node1.example.com`. */
function sameName(a: string, b: string): boolean {
  const [x, y] = [a.toLowerCase(), b.toLowerCase()];
  // What every machine calls itself tells nothing.
  if (x.split('.')[0] === 'localhost') return false;
  return x === y || x.startsWith(`${y}.`) || y.startsWith(`${x}.`);
}

/** `driver+transport://user@host:port`, of a URI in any spelling that libvirt takes. */
const URI = /^[a-z0-9]+(?:\+([a-z0-9]+))?:\/\/(?:[^/?]*@)?(\[[^\]]*\]|[^:/?]*)/i;
const LOOPBACK =
  /^((.*\.)?localhost|localhost\.localdomain|ip6-localhost|127(\.\d+){0,3}|\[(::1|::ffff:127\..*)\])\.?$/i;

/**
 * Why a connection ends on this machine, as a phrase; undefined when it may go further. The end of a tunnel counts as this
 * machine: nothing tells it from a socket of its own.
 */
export function whyConnectedHere(uri: string): string | undefined {
  const parts = URI.exec(uri);
  // A program of hers, which may lead anywhere.
  if (!parts || parts[1]?.toLowerCase() === 'ext') return undefined;
  const host = parts[2]!;
  if (host === '') return 'the connection is to a socket of this machine';
  return LOOPBACK.test(host) ? `the connection is to ${plainText(host, 60)}` : undefined;
}

/** Why a host is this machine, as a phrase; undefined when nothing says so. @param uri of the connection to it */
export function whyLocal(
  { hostname: name, uuid }: Pick<HostFacts, 'hostname' | 'uuid'>,
  here: MachineIds,
  uri: string,
): string | undefined {
  if (name !== '' && here.name !== '' && sameName(name, here.name)) return `both are called ${here.name}`;
  if (uuid !== undefined && here.ids.includes(plain(uuid))) return `both have the id ${uuid}`;
  return whyConnectedHere(uri);
}
