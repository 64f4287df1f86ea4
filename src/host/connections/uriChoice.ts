// Which host to connect to: one of the usual ones, or a URI that the user types. A URI that someone else chose,
// passed as a command's argument, is shown in full for confirmation, because it decides what is connected to.

import * as libvirtErrors from '../../libvirt/errors';
import { parseConnectionUri, type ConnectionUri, type RefusedUri } from '../../libvirt/uri';
import { choose, typeLine } from '../shell/ask';
import { allowsTcp } from './connectionSettings';

/** The URIs most people use. */
const USUAL = ['qemu:///system', 'qemu:///session', 'test:///default'];

const parse = (text: string): ConnectionUri | RefusedUri =>
  parseConnectionUri(text.trim(), { allowTcp: allowsTcp() });

/**
 * Validates a URI that any caller may have passed to a command.
 * @throws CheckError with the reason when it is refused
 */
export function acceptUri(text: string): ConnectionUri {
  const uri = parse(text);
  if (!uri.ok) throw libvirtErrors.refusedUri(uri.reason);
  return uri;
}

async function typeUri(value: string): Promise<ConnectionUri | undefined> {
  const text = await typeLine({
    title: 'Connection URI',
    prompt: 'How libvirt on this machine reaches the host',
    placeHolder: 'qemu+ssh://user@host/system',
    value,
    ignoreFocusOut: true,
    whyNot: (typed) => {
      const uri = parse(typed);
      return uri.ok || typed === '' ? undefined : uri.reason;
    },
  });
  const uri = text === undefined ? undefined : parse(text);
  return uri?.ok ? uri : undefined;
}

/** Shows a URI as libvirt will get it. @returns it, another one that the user typed instead, or undefined for none */
async function confirm(uri: ConnectionUri): Promise<ConnectionUri | undefined> {
  const yes = { label: `Connect to ${uri.canonical}`, detail: uri.display };
  const other = { label: 'Type a URI…' };
  const chosen = await choose([yes, other], {
    title: 'Add Connection',
    placeHolder: 'It is kept in your user settings',
  });
  if (chosen === undefined) return undefined;
  return chosen === yes ? uri : typeAndConfirm(uri.canonical);
}

async function typeAndConfirm(value = ''): Promise<ConnectionUri | undefined> {
  const uri = await typeUri(value);
  return uri && confirm(uri);
}

/**
 * Asks for a URI.
 * @param known canonical URIs that the user already has
 * @param given a URI that the command was called with
 * @returns the canonical form, or undefined when the user cancelled
 * @throws CheckError when the given one is refused
 */
export async function chooseUri(known: readonly string[], given?: string): Promise<string | undefined> {
  if (given !== undefined) return (await confirm(acceptUri(given)))?.canonical;
  const items = USUAL.map(acceptUri)
    .filter(({ canonical }) => !known.includes(canonical))
    .map((uri) => ({ label: uri.canonical, description: uri.display, uri }));
  const typed = { label: 'Type a URI…', description: 'a host over SSH or TLS', uri: undefined };
  const chosen = await choose([...items, typed], {
    title: 'Add Connection',
    placeHolder: 'Where libvirtd runs',
  });
  if (!chosen) return undefined;
  return (chosen.uri ?? (await typeAndConfirm()))?.canonical;
}
