// libvirt's errors as a person sees them, and the environment that its process gets.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ErrorKind } from '../../../src/core/errors';
import { safeEnvironment, systemFolders } from '../../../src/libvirt/environment';
import { faultError } from '../../../src/libvirt/faults';

const RPC = 7;
const QEMU = 10;
const fault = (code: number, message: string, domain = RPC) => ({ code, domain, level: 2, message });

const explained: [
  name: string,
  number: number,
  message: string,
  opening: boolean,
  kind: ErrorKind,
  code: string,
  says: RegExp,
  domain?: number,
][] = [
  [
    'no daemon',
    38,
    "Failed to connect socket to '/run/x': No such file",
    true,
    'bug',
    'host-unreachable',
    /could not connect: Failed.*file\. Check the connection URI/,
  ],
  [
    'a connection that breaks',
    38,
    'Cannot recv data: Connection reset',
    false,
    'state',
    'connection-lost',
    /was lost: Cannot recv/,
  ],
  ['a protocol that breaks', 39, 'packet too large', false, 'state', 'connection-lost', /was lost: packet/],
  ['another protocol', 39, 'packet too large', true, 'bug', 'host-unreachable', /could not connect: packet/],
  [
    'a socket that is closed',
    1,
    'internal error: client socket is closed',
    false,
    'state',
    'connection-lost',
    /was lost: int/,
  ],
  [
    'a socket closed while it opens',
    1,
    'internal error: client socket is closed',
    true,
    'bug',
    'host-unreachable',
    /could not connect: internal/,
  ],
  [
    'an error of the driver',
    1,
    'internal error: odd',
    false,
    'bug',
    'libvirt-failed',
    /^libvirt failed: internal/,
    QEMU,
  ],
  [
    'no connection',
    5,
    'no connection driver available',
    true,
    'bug',
    'host-unreachable',
    /could not connect/,
  ],
  [
    'no such domain',
    42,
    "no domain with matching name 'x'",
    false,
    'bug',
    'no-such-domain',
    /no such domain: no domain.*"virsh list --all"/,
  ],
  [
    'a refused login',
    45,
    'authentication failed',
    true,
    'bug',
    'login-refused',
    /did not accept the login.*password/,
  ],
  ['a cancelled login', 79, 'authentication cancelled', true, 'state', 'login-cancelled', /was cancelled/],
  [
    'no way to log in',
    94,
    "no polkit agent available to authenticate action 'org.libvirt.unix.manage'",
    true,
    'bug',
    'no-way-to-log-in',
    /no way to log in/,
  ],
  [
    'a refused account',
    88,
    'access denied',
    false,
    'bug',
    'account-not-permitted',
    /refused it to this account.*polkit/,
  ],
  [
    'a read-only connection',
    29,
    'read only access prevents it',
    false,
    'bug',
    'connection-not-permitted',
    /refused it to this connection/,
  ],
  [
    'the wrong state',
    55,
    'domain is not running',
    false,
    'state',
    'wrong-domain-state',
    /wrong state for it: domain is not running\. See/,
  ],
  [
    'another type of domain',
    84,
    'Unsupported',
    false,
    'bug',
    'operation-not-supported',
    /cannot do it for this domain/,
  ],
  [
    'an old driver',
    3,
    'this function is not supported',
    false,
    'bug',
    'driver-cannot',
    /Connect to a QEMU host/,
  ],
  ['what no table has', 4711, 'odd', false, 'bug', 'libvirt-failed', /^libvirt failed: odd\. Its log/],
  ['no words', 9, '', false, 'bug', 'libvirt-operation-failed', /^libvirt could not do it\. Its log/],
  [
    'control characters',
    9,
    'a\u001b[31mb\r\nc\u202ed',
    false,
    'bug',
    'libvirt-operation-failed',
    /a\\u001b\[31mb\\u000d\\u000ac\\u202ed/,
  ],
  ['a megabyte', 9, 'x'.repeat(1 << 20), false, 'bug', 'libvirt-operation-failed', /^.{500,700}$/],
];

describe("libvirt's error", () => {
  for (const [name, number, message, opening, kind, code, says, domain] of explained) {
    it(`for ${name} is a sentence with what to do next`, () => {
      const error = faultError(fault(number, message, domain), opening);
      assert.match(error.message, says);
      assert.equal(error.kind, kind);
      assert.equal(error.code, code);
      assert.match(error.advice!, /^[A-Z"].*\.$/);
      assert.deepEqual(error.cause, fault(number, message, domain), 'with its own words kept');
    });
  }
});

const account = { home: '/home/me', name: 'me', runtime: '/run/user/1000' };
const ownEnvironment = {
  PATH: '/usr/bin:/bin',
  HOME: '/home/me',
  USER: 'me',
  LOGNAME: 'me',
  XDG_RUNTIME_DIR: '/run/user/1000',
  ELECTRON_RUN_AS_NODE: '1',
};
const environments: [name: string, env: NodeJS.ProcessEnv, expected: NodeJS.ProcessEnv][] = [
  ['nothing', {}, ownEnvironment],
  [
    'other folders',
    { HOME: '/work', XDG_RUNTIME_DIR: '/work', XDG_CONFIG_HOME: '/work', USER: 'you' },
    ownEnvironment,
  ],
  [
    'libvirt',
    { LIBVIRT_DEFAULT_URI: 'qemu+ext:///', LIBVIRT_DEBUG: '1', LIBVIRT_AUTH_FILE: '/work/a' },
    ownEnvironment,
  ],
  [
    'programs',
    { SSH_ASKPASS: '/work/x', DISPLAY: ':0', GIT_SSH: '/work/x', NODE_OPTIONS: '--require=/work/x' },
    ownEnvironment,
  ],
  [
    'libraries',
    {
      LD_PRELOAD: '/work/x.so',
      LD_LIBRARY_PATH: '/work',
      DYLD_INSERT_LIBRARIES: 'x',
      OPENSSL_CONF: '/work/c',
    },
    ownEnvironment,
  ],
  ['folders of programs', { PATH: '.:bin:/work/bin::/home/me/bin:/usr/games:/usr/bin' }, ownEnvironment],
  [
    'what is needed',
    { SSH_AUTH_SOCK: '/run/agent', LC_ALL: 'C' },
    { ...ownEnvironment, SSH_AUTH_SOCK: '/run/agent', LC_ALL: 'C' },
  ],
];

describe("The environment of libvirt's process", () => {
  for (const [name, env, expected] of environments) {
    it(`with ${name} has only what it must have`, () => {
      assert.deepEqual(safeEnvironment(env, account, ['/usr/bin', '/bin']), expected);
    });
  }
  it('has no folder for sockets when the system has none', () => {
    assert.equal('XDG_RUNTIME_DIR' in safeEnvironment({}, { ...account, runtime: undefined }), false);
  });
  it('finds programs in folders that only root can change, by no link to others', () => {
    const own = mkdtempSync(join(tmpdir(), 'sevscope-path-'));
    try {
      symlinkSync(own, join(own, 'link'));
      symlinkSync('/usr/bin', join(own, 'system'));
      const folders = [
        own,
        join(own, 'link'),
        join(own, 'system'),
        '/usr/bin',
        join(own, 'none'),
        '/nowhere',
      ];
      assert.deepEqual(systemFolders(folders), ['/usr/bin']);
      assert.ok(systemFolders().includes('/usr/bin'));
      assert.deepEqual(safeEnvironment({ PATH: own }, account, systemFolders([own])), ownEnvironment);
      const path = safeEnvironment({ PATH: own }, account)['PATH']!.split(':');
      assert.deepEqual(path, systemFolders());
    } finally {
      rmSync(own, { recursive: true });
    }
  });
  const OWNERS: [who: string, path: string, uid: number, mode: number, taken: boolean][] = [
    ['root alone', '', 0, 0o40755, true],
    ['the user', '/usr/bin', 1000, 0o40755, false],
    ['a group', '/usr/bin', 0, 0o42775, false],
    ['everybody', '/usr/bin', 0, 0o40777, false],
    ['the user, above it', '/usr', 1000, 0o40755, false],
    ['everybody, above it', '/', 0, 0o41777, false],
  ];
  for (const [who, changed, uid, mode, taken] of OWNERS) {
    it(`${taken ? 'finds' : 'does not find'} programs in a folder of ${who}`, () => {
      const lookAt = (path: string) => (path === changed ? { uid, mode } : { uid: 0, mode: 0o40755 });
      assert.deepEqual(systemFolders(['/usr/bin'], lookAt), taken ? ['/usr/bin'] : []);
    });
  }
});
