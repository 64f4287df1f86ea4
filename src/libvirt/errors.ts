// Failures of the connection to a libvirt host.

import { CheckError, usage, type ErrorKind } from '../core/errors';

/** A connection URI does not have an accepted form; `reason` is the whole sentence. */
export function refusedUri(reason: string): CheckError {
  return usage('connection-refused', reason, {
    advice: 'Give, for example, qemu:///system or qemu+ssh://user@host/system.',
    at: { input: 'connection' },
  });
}

/** XML is malformed or exceeds the limits; `what` it is, the beginning of a sentence, and `why`, a phrase. */
export function unreadableXml(what: string, why: string): CheckError {
  return new CheckError('bug', 'unreadable-xml', `${what} cannot be read: ${why}.`, {
    advice: 'It is what the host says: compare with "virsh dumpxml" or "virsh capabilities" there.',
  });
}

/** A domain's definition has a value that libvirt itself would not accept; `why` is a phrase. */
export function badDomain(why: string): CheckError {
  return new CheckError('config', 'bad-domain', `The definition of the domain cannot be used: ${why}.`, {
    advice: 'Correct it with "virsh edit", then start the domain again.',
    at: { input: 'domain' },
  });
}

/** This machine has no libvirt; `how` says where to get it. */
export function libvirtMissing(how: string): CheckError {
  return new CheckError('bug', 'libvirt-missing', 'There is no libvirt client library on this machine.', {
    advice: how,
  });
}

/** The libvirt binding is not available for this operating system or CPU. */
export function libvirtUnsupported(system: string): CheckError {
  return new CheckError('bug', 'libvirt-unsupported', `SevScope cannot talk to libvirt on ${system}.`, {
    advice: 'Open the folder over Remote-SSH on a Linux machine, or check a recorded launch.',
  });
}

/** This machine's libvirt lacks a required function. */
export function libvirtTooOld(name: string, version: string): CheckError {
  return new CheckError(
    'bug',
    'libvirt-too-old',
    `libvirt ${version} on this machine is too old (it has no ${name}).`,
    { advice: 'Install 8.0 or later.' },
  );
}

/** The meaning of a libvirt error number: see the table of faults.ts. */
export interface LibvirtMeaning {
  readonly kind: ErrorKind;
  readonly code: string;
  /** A sentence without its full stop, before the host's own words. */
  readonly what: string;
  /** What to do, a sentence. */
  readonly next: string;
}

/** libvirt reported a failure. @param reported the host's message as plain text; empty where it adds nothing */
export function libvirtFailed({ kind, code, what, next }: LibvirtMeaning, reported: string): CheckError {
  const words = reported === '' ? '' : `: ${reported.replace(/\.$/, '')}`;
  return new CheckError(kind, code, `${what}${words}.`, { advice: next });
}

/** The libvirt process threw an unexpected error; `why` is a phrase. */
export function libvirtProcessFailed(why: string): CheckError {
  return new CheckError(
    'bug',
    'libvirt-process-failed',
    `The process that talks to libvirt failed${why === '' ? '' : `: ${why.replace(/\.$/, '')}`}.`,
    { advice: 'Connect again.' },
  );
}

/** A call took longer than its deadline. */
export function libvirtSilent(what: string, ms: number): CheckError {
  return new CheckError(
    'state',
    'libvirt-silent',
    `libvirt did not ${what} within ${ms / 1000} s, and the connection was ended.`,
    { advice: 'Check that the host is up and libvirtd runs there, then try again.' },
  );
}

/** The libvirt process ended on its own; `how` is a phrase. */
export function libvirtGone(how: string): CheckError {
  return new CheckError('state', 'libvirt-gone', `The connection to libvirt was lost (${how}).`, {
    advice: 'Connect again.',
  });
}

/** A call was made on a closed connection. */
export function libvirtClosed(): CheckError {
  return new CheckError('state', 'libvirt-closed', 'The connection to libvirt is closed.', {
    advice: 'Connect again.',
  });
}

/** The user cancelled a connection or a call on it. */
export function libvirtCancelled(): CheckError {
  return new CheckError(
    'state',
    'libvirt-cancelled',
    'The connection to libvirt was cancelled; there is no answer.',
  );
}

/** The host asked for a user name or password, and the user gave none. */
export function loginCancelled(): CheckError {
  return new CheckError('state', 'login-cancelled', 'The login was cancelled: the host got no answer.', {
    advice: 'Connect again.',
  });
}

/** The libvirt process sent an answer of the wrong shape. */
export function libvirtGarbage(what: string): CheckError {
  return new CheckError(
    'bug',
    'libvirt-bad-answer',
    `The answer of libvirt to "${what}" has not the shape of one, and the connection was ended.`,
    { advice: 'Connect again.' },
  );
}

/** A text is the UUID or id of one domain and the name of another. */
export function ambiguousDomain(given: string, form: string, byForm: string, byName: string): CheckError {
  return usage(
    'ambiguous-domain',
    `"${given}" is the ${form} of one domain (${byForm}) and the name of another (${byName}).`,
    { advice: 'Give the UUID of the one you mean.', at: { input: 'domain' } },
  );
}

/** The host has no domain with this UUID, id or name. */
export function noSuchDomain(given: string): CheckError {
  return new CheckError('bug', 'no-such-domain', `The host has no domain "${given}".`, {
    advice: 'Give a UUID, the id of a running domain, or a name as "virsh list --all" has it.',
    at: { input: 'domain' },
  });
}
