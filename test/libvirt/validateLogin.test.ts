// Logins by ssh to a host of the test bed that do not succeed, and hosts whose key is not the known one, as
// `sevscope validate --domain` tells of them.

import assert from 'node:assert/strict';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { useFaultyHost } from '../helpers/faultyHost';

describe('On the libvirt test bed validate --domain meets', () => {
  const host = useFaultyHost();
  /** An ssh whose key no host knows. */
  const STRANGER = host.owner.put(
    'ssh',
    '#!/bin/sh\nexec /usr/bin/ssh -F none -i /dev/null -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null "$@"\n',
  );
  chmodSync(STRANGER, 0o755);

  const CREDENTIALS: [string, (uri: string) => string][] = [
    ['another account', (uri) => uri.replace('root@', 'nobody@')],
    ['another key', (uri) => uri.replace(/command=.*/, `command=${STRANGER}`)],
    ['no login at all', (uri) => uri.replace(/command=.*/, 'command=/bin/false')],
  ];
  for (const [what, change] of CREDENTIALS) {
    it(`a login with ${what}`, async () => {
      const { status, said } = await host.check(host.optionsFor(change(host.bed().uris.b.ssh)));
      assert.ok([5, 6].includes(status), said);
      assert.match(said, /^ERROR: libvirt (could not connect|did not connect)/m);
    });
  }

  const OTHER_KEY = Buffer.concat([
    Buffer.from('\0\0\0\x0bssh-ed25519\0\0\0\x20'),
    Buffer.alloc(32, 7),
  ]).toString('base64');
  const HOST_KEYS: [string, (host: string) => string, RegExp][] = [
    ['another key than the known one', (host) => `${host} ssh-ed25519 ${OTHER_KEY}\n`, /has another ssh key/],
    ['a key that nobody has accepted', () => '', /ssh does not know the key of the host/],
  ];
  for (const [what, known, words] of HOST_KEYS) {
    it(`a host with ${what}`, async () => {
      const { ssh } = host.bed().uris.b;
      const { hostname, port } = new URL(ssh);
      const file = host.owner.put('known_hosts', known(`[${hostname}]:${port}`));
      const script = readFileSync(join(host.bed().sshFolder, 'ssh'), 'utf8');
      const wary = host.owner.put(
        'wary',
        script.replace(/UserKnownHostsFile=\S+/, `UserKnownHostsFile=${file}`),
      );
      chmodSync(wary, 0o755);
      const { status, said } = await host.check(
        host.optionsFor(ssh.replace(/command=.*/, `command=${wary}`)),
      );
      assert.equal(status, 6, said);
      assert.match(said, /^ERROR: libvirt could not connect, because /m);
      assert.match(said, words);
    });
  }
});
