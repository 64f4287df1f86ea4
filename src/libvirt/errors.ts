// What can go wrong between here and a libvirt host.

import { CheckError, usage, type ErrorKind } from '../core/errors';

/** A connection URI outside of what is allowed; `reason` is its whole sentence. */
export function refusedUri(reason: string): CheckError {
  return usage('refused-uri', `${reason} Give, for example, qemu:///system or qemu+ssh://user@host/system.`);
}

/** XML of a host that cannot be read at all; `what` is what it should describe, `why` a phrase. */
export function unreadableXml(what: string, why: string): CheckError {
  return new CheckError(
    'bug',
    'unreadable-xml',
    `What the host says about ${what} cannot be read: ${why}. Compare with "virsh dumpxml" or "virsh capabilities" there.`,
  );
}

/** A domain's definition that says something that libvirt does not mean; `why` is a phrase. */
export function badDomain(why: string): CheckError {
  return new CheckError(
    'config',
    'bad-domain',
    `The definition of the domain cannot be used: ${why}. Correct it with "virsh edit", then start the domain again.`,
  );
}

/** No libvirt on this machine; `how` says where to get it. */
export function libvirtMissing(how: string): CheckError {
  return new CheckError(
    'bug',
    'libvirt-missing',
    `There is no libvirt client library on this machine. ${how}`,
  );
}

/** A system that the FFI has no part for. */
export function libvirtUnsupported(system: string): CheckError {
  return new CheckError(
    'bug',
    'libvirt-unsupported',
    `SevScope cannot talk to libvirt on ${system}. Open the folder over Remote-SSH on a Linux machine, or check a recorded launch.`,
  );
}

/** A library that lacks a function of this name. */
export function libvirtTooOld(name: string, version: string): CheckError {
  return new CheckError(
    'bug',
    'libvirt-too-old',
    `libvirt ${version} on this machine is too old (it has no ${name}). Install 8.0 or later.`,
  );
}

/** A failure that libvirt reported. `what` is a sentence without its full stop, `said` the host's words, made plain. */
export function libvirtFailed(kind: ErrorKind, what: string, said: string, next: string): CheckError {
  return new CheckError(
    kind,
    'libvirt-failed',
    `${what}${said === '' ? '' : `: ${said.replace(/\.$/, '')}`}. ${next}`,
  );
}

/** A call that took too long. */
export function libvirtSilent(what: string, ms: number): CheckError {
  return new CheckError(
    'state',
    'libvirt-silent',
    `libvirt did not ${what} within ${ms / 1000} s, and the connection was ended. Check that the host is up and libvirtd runs there, then try again.`,
  );
}

/** The process that talks to libvirt ended by itself; `how` is a phrase. */
export function libvirtGone(how: string): CheckError {
  return new CheckError(
    'state',
    'libvirt-gone',
    `The connection to libvirt was lost (${how}). Connect again.`,
  );
}

/** A call on a connection that was closed. */
export function libvirtClosed(): CheckError {
  return new CheckError('state', 'libvirt-closed', 'The connection to libvirt is closed. Connect again.');
}

/** A connection that the person stopped. */
export function libvirtCancelled(): CheckError {
  return new CheckError(
    'state',
    'libvirt-cancelled',
    'The connection to libvirt was cancelled; there is no answer.',
  );
}

/** A login whose questions the person did not answer. */
export function loginCancelled(): CheckError {
  return new CheckError(
    'state',
    'login-cancelled',
    'The login was cancelled: the host got no answer. Connect again.',
  );
}

/** An answer that has not the shape of one. */
export function libvirtGarbage(what: string): CheckError {
  return new CheckError(
    'bug',
    'libvirt-garbage',
    `The answer of libvirt to "${what}" has not the shape of one, and the connection was ended. Connect again.`,
  );
}

/** A text that names two domains. */
export function ambiguousDomain(given: string, form: string, byForm: string, byName: string): CheckError {
  return usage(
    'ambiguous-domain',
    `"${given}" is the ${form} of one domain (${byForm}) and the name of another (${byName}). Give the UUID of the one you mean.`,
  );
}

/** A text that names no domain. */
export function noSuchDomain(given: string): CheckError {
  return new CheckError(
    'bug',
    'no-such-domain',
    `The host has no domain "${given}". Give a UUID, the id of a running domain, or a name as "virsh list --all" has it.`,
  );
}
