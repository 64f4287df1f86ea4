// Maps libvirt's errors to our kinds and sentences: virErrorNumber of virterror.h (9.0
// and 12.8 agree on these numbers).

import { libvirtFailed, type LibvirtMeaning } from './errors';
import { type CheckError } from '../core/errors';
import { plainText } from '../core/binary/plainText';

/** A libvirt error: virError's code, domain (the part of libvirt that failed), level and message. */
export interface Fault {
  readonly code: number;
  readonly domain: number;
  /** 1 a warning, 2 an error. */
  readonly level: number;
  readonly message: string;
}

/** A failed libvirt call. */
export class LibvirtFault extends Error {
  constructor(readonly fault: Fault) {
    super(fault.message);
  }
}

/** The library cannot be loaded. */
export class LibraryMissing extends Error {}

/** The library lacks the function whose name is the message. */
export class FunctionMissing extends Error {}

interface Meaning extends LibvirtMeaning {
  readonly name: string;
}

// A libvirt failure is status 6 in virt-qemu-sev-validate, which scripts rely on; failures about the state of
// the domain or of an established connection have the kind for that.
const bug = (name: string, code: string, what: string, next: string): Meaning => ({
  name,
  kind: 'bug',
  code,
  what,
  next,
});
const state = (name: string, code: string, what: string, next: string): Meaning => ({
  name,
  kind: 'state',
  code,
  what,
  next,
});

const UNREACHABLE = 'libvirt could not connect';
const CHECK_HOST =
  'Check the connection URI, that libvirtd (or virtqemud) runs there, and that you may use its socket (group libvirt).';
const LOST = 'The connection to libvirt was lost';
const LOGIN = 'Check the user name and the password or key, then connect again.';
const RIGHTS = 'Use an account that may manage the domain, or a polkit rule for org.libvirt.unix.manage.';

const MEANINGS: Readonly<Record<number, Meaning>> = {
  2: bug('NO_MEMORY', 'libvirt-out-of-memory', 'libvirt had no memory left', 'Try again.'),
  3: bug(
    'NO_SUPPORT',
    'driver-cannot',
    'The driver of this connection cannot do it',
    'Connect to a QEMU host.',
  ),
  5: bug('NO_CONNECT', 'host-unreachable', UNREACHABLE, CHECK_HOST),
  6: state('INVALID_CONN', 'connection-lost', LOST, 'Connect again.'),
  7: state('INVALID_DOMAIN', 'domain-gone', 'The domain is gone', 'Choose a domain that the host has.'),
  8: bug(
    'INVALID_ARG',
    'libvirt-bad-argument',
    'libvirt refused an argument',
    'Its version may be too old for it: see "virsh version".',
  ),
  9: bug(
    'OPERATION_FAILED',
    'libvirt-operation-failed',
    'libvirt could not do it',
    "Its log on the host says why: 'journalctl -u libvirtd'.",
  ),
  29: bug('OPERATION_DENIED', 'connection-not-permitted', 'libvirt refused it to this connection', RIGHTS),
  38: state('SYSTEM_ERROR', 'connection-lost', LOST, 'Connect again.'),
  39: state('RPC', 'connection-lost', LOST, 'Connect again.'),
  42: bug(
    'NO_DOMAIN',
    'no-such-domain',
    'The host has no such domain',
    '"virsh list --all" lists what it has.',
  ),
  45: bug('AUTH_FAILED', 'login-refused', 'libvirt did not accept the login', LOGIN),
  55: state(
    'OPERATION_INVALID',
    'wrong-domain-state',
    'The domain is in the wrong state for it',
    'See its state with "virsh domstate --reason".',
  ),
  67: bug(
    'CONFIG_UNSUPPORTED',
    'domain-not-supported',
    'The host cannot do what the domain asks for',
    'See "virsh domcapabilities" there.',
  ),
  74: bug(
    'ARGUMENT_UNSUPPORTED',
    'libvirt-on-host-too-old',
    'The version of libvirt there cannot do it',
    'Update libvirt on the host.',
  ),
  79: state('AUTH_CANCELLED', 'login-cancelled', 'The login was cancelled', 'Connect again.'),
  84: bug(
    'OPERATION_UNSUPPORTED',
    'operation-not-supported',
    'The host cannot do it for this domain',
    'See "virsh domcapabilities" there.',
  ),
  88: bug('ACCESS_DENIED', 'account-not-permitted', 'libvirt refused it to this account', RIGHTS),
  94: bug('AUTH_UNAVAILABLE', 'no-way-to-log-in', 'libvirt offers no way to log in here', LOGIN),
};

/**
 * The meanings of these numbers before there is a connection to lose: a socket that is
 * not there, an ssh that failed.
 */
const WHILE_OPENING: Readonly<Record<string, Meaning>> = {
  SYSTEM_ERROR: bug('SYSTEM_ERROR', 'host-unreachable', UNREACHABLE, CHECK_HOST),
  RPC: bug('RPC', 'host-unreachable', UNREACHABLE, CHECK_HOST),
};

/** ssh's messages about host keys, which are many lines long; ours take one. */
const HOST_KEYS: readonly (readonly [RegExp, Meaning])[] = [
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    bug(
      'RPC',
      'host-key-changed',
      'libvirt could not connect, because the host has another ssh key than the one that you know it by',
      'Somebody may be in its place: ask who runs it, and only then forget the old key with "ssh-keygen -R".',
    ),
  ],
  [
    /Host key verification failed/,
    bug(
      'RPC',
      'host-key-unknown',
      'libvirt could not connect, because ssh does not know the key of the host',
      'Log in once with ssh in a terminal and accept its key, then connect again.',
    ),
  ],
];

const OTHER = bug(
  '',
  'libvirt-failed',
  'libvirt failed',
  'Its log on the host says more: "journalctl -u libvirtd".',
);

/** libvirt's code for "there is no such domain". */
export const NO_DOMAIN = 42;

// In the client of the remote protocol (virErrorDomain), an internal error is a lost connection: which error
// a caller gets depends on which thread saw the socket close first.
const INTERNAL_ERROR = 1;
const FROM_RPC = 7;
const RPC = 39;

const codeOf = ({ code, domain }: Fault) => (code === INTERNAL_ERROR && domain === FROM_RPC ? RPC : code);

/** The failure as shown to people, with libvirt's own error as its cause. */
export function faultError(fault: Fault, opening: boolean): CheckError {
  const usual = MEANINGS[codeOf(fault)] ?? OTHER;
  const hostKey = opening ? HOST_KEYS.find(([words]) => words.test(fault.message))?.[1] : undefined;
  const meaning = hostKey ?? (opening ? WHILE_OPENING[usual.name] : undefined) ?? usual;
  const error = libvirtFailed(meaning, hostKey ? '' : plainText(fault.message.trim()));
  error.cause = fault;
  return error;
}
