// Connection URIs: what is allowed and how it is written anew, and what is refused, with the word that its reason must have.

import assert from 'node:assert/strict';
import { isIPv4, isIPv6 } from 'node:net';
import { parseConnectionUri, type UriRules } from '../../../src/libvirt/uri';
import { seeded } from '../../helpers/random';

const allowed: [given: string, canonical: string, display?: string][] = [
  ['qemu:///system', 'qemu:///system', 'QEMU on this machine, system'],
  ['qemu:///session', 'qemu:///session'],
  ['qemu+unix:///system', 'qemu:///system'],
  ['QEMU:///system', 'qemu:///system'],
  ['QeMu+SsH://Host/system', 'qemu+ssh://host/system?no_tty=1', 'QEMU on host over SSH, system'],
  ['qemu+ssh://root@host/system', 'qemu+ssh://root@host/system?no_tty=1'],
  ['qemu+ssh://root@host:2222/session', 'qemu+ssh://root@host:2222/session?no_tty=1'],
  [
    'qemu+ssh://user%40realm@host/system',
    'qemu+ssh://user%40realm@host/system?no_tty=1',
    'QEMU on user@realm@host over SSH, system',
  ],
  ['qemu+ssh://%72oot@host/system', 'qemu+ssh://root@host/system?no_tty=1'],
  ['qemu+ssh://my_alias/system', 'qemu+ssh://my_alias/system?no_tty=1'],
  ['qemu+ssh://host.example.org./system', 'qemu+ssh://host.example.org./system?no_tty=1'],
  ['qemu+ssh://10.0.0.1/system', 'qemu+ssh://10.0.0.1/system?no_tty=1'],
  ['qemu+ssh://[FE80::1]:22/system', 'qemu+ssh://[fe80::1]:22/system?no_tty=1'],
  ['qemu+ssh://host/system?no_tty=1', 'qemu+ssh://host/system?no_tty=1'],
  ['qemu+ssh://host/system?NO_TTY=1', 'qemu+ssh://host/system?no_tty=1'],
  ['qemu+ssh://host/system?%6eo_tty=%31', 'qemu+ssh://host/system?no_tty=1'],
  [
    'qemu+ssh://host/system?proxy=netcat&mode=legacy',
    'qemu+ssh://host/system?mode=legacy&no_tty=1&proxy=netcat',
  ],
  ['qemu+ssh://host/system?proxy=auto;mode=auto', 'qemu+ssh://host/system?mode=auto&no_tty=1&proxy=auto'],
  ['qemu+libssh://me@host/system', 'qemu+libssh://me@host/system', 'QEMU on me@host over libssh, system'],
  ['qemu+libssh://host/system?proxy=native', 'qemu+libssh://host/system?proxy=native'],
  ['qemu://host/system', 'qemu+tls://host/system'],
  ['qemu+tls://host:16514/system', 'qemu+tls://host:16514/system', 'QEMU on host:16514 over TLS, system'],
  ['qemu+tls://host/system?mode=direct', 'qemu+tls://host/system?mode=direct'],
  ['qemu:///system?mode=direct', 'qemu:///system?mode=direct'],
  ['qemu+tcp://localhost/system', 'qemu+tcp://localhost/system'],
  ['qemu+tcp://127.0.0.1:16519/system', 'qemu+tcp://127.0.0.1:16519/system'],
  ['qemu+tcp://127.9.9.9/system', 'qemu+tcp://127.9.9.9/system'],
  // As the address that it is, so that no resolver looks for a name.
  ['qemu+tcp://127.1/system', 'qemu+tcp://127.0.0.1/system'],
  ['qemu+tcp://2130706433:16509/system', 'qemu+tcp://127.0.0.1:16509/system'],
  ['qemu+tcp://0x7F000001/system', 'qemu+tcp://127.0.0.1/system'],
  ['qemu+tcp://0177.0.0.1/system', 'qemu+tcp://127.0.0.1/system'],
  ['qemu+tcp://0.0.0.0/system', 'qemu+tcp://0.0.0.0/system'],
  ['qemu+tcp://[0:0:0:0:0:0:0:1]/system', 'qemu+tcp://[::1]/system'],
  ['qemu+tcp://[::FFFF:7f00:1]/system', 'qemu+tcp://127.0.0.1/system'],
  ['qemu+tcp://[::1]/system', 'qemu+tcp://[::1]/system'],
  ['test:///default', 'test:///default', "libvirt's test driver on this machine, default"],
];

const refused: [given: string, reason: RegExp, rules?: UriRules][] = [
  ['', /not a connection URI/],
  ['qemu', /not a connection URI/],
  ['qemu:/system', /not a connection URI/],
  ['qemu:system', /not a connection URI/],
  ['myalias', /not a connection URI/],
  ['//host/system', /not a connection URI/],
  ['/etc/passwd', /not a connection URI/],
  [' qemu:///system', /no URI/],
  ['qemu:///system ', /no URI/],
  ['qemu:///system\n', /no URI/],
  ['qemu:///system\u0000', /no URI/],
  ['qemu:///system\t', /no URI/],
  ['qemu:///syst\u00e9m', /no URI/],
  ['qemu+ssh://h\u043est/system', /no URI/],
  ['qemu+ssh://host\\@other/system', /no URI/],
  ['qemu+ssh://host/system?mode="auto"', /no URI/],
  ['qemu+ssh://$(id)`id`/system', /no URI/],
  ['qemu:///system#command=x', /fragment/],
  [`qemu+ssh://${'a'.repeat(600)}/system`, /at most 512/],
  // Drivers.
  ['xen:///system', /driver/],
  ['esx://host/', /driver/],
  ['lxc:///system', /driver/],
  ['vbox:///session', /driver/],
  ['bhyve+ssh://host/system', /driver/],
  ['constructor:///system', /driver/],
  ['remote:///system', /driver/],
  // Paths.
  ['qemu:///', /path/],
  ['qemu://', /path/],
  ['qemu:///embed', /path/],
  ['qemu:///embed?root=/home/me/work', /path/],
  ['qemu:///system?root=/home/me/work', /folders/],
  ['qemu:///system/', /path/],
  ['qemu:////system', /path/],
  ['qemu:///SYSTEM', /path/],
  ['qemu:///%73ystem', /path/],
  ['qemu:///system/../embed', /path/],
  ['qemu+ssh://host', /path/],
  ['test:///etc/passwd', /path/],
  ['test:////etc/passwd', /path/],
  ['test:///', /path/],
  ['test:///system', /path/],
  ['qemu:///default', /path/],
  ['test://host/default', /this machine/],
  ['test+tcp://127.0.0.1/default', /this machine/],
  ['test+ssh://host/default', /this machine/],
  // Transports.
  ['qemu+ext:///system?command=/home/me/marker.sh', /runs a program/],
  ['qemu+ext://host/system', /runs a program/],
  ['qemu+EXT:///system', /runs a program/],
  ['qemu+libssh2://host/system', /older/],
  ['qemu+foo://host/system', /no transport/],
  ['qemu+toString://host/system', /no transport/],
  ['qemu+ssh:///system', /needs a host/],
  ['qemu+tls:///system', /needs a host/],
  ['qemu+tcp:///system', /needs a host/],
  ['qemu+unix://host/system', /this machine only/],
  ['qemu+ssh+tcp://host/system', /not a connection URI/],
  ['qemu+://host/system', /not a connection URI/],
  ['qemu+tcp://host/system', /Plain TCP/],
  ['qemu+tcp://10.0.0.1/system', /Plain TCP/],
  ['qemu+tcp://127.0.0.1.example.org/system', /Plain TCP/],
  ['qemu+tcp://127.0.0.08/system', /Plain TCP/],
  ['qemu+tcp://127.0.0.256/system', /Plain TCP/],
  ['qemu+tcp://127.0.0.1./system', /Plain TCP/],
  ['qemu+tcp://0x7f000001.example.org/system', /Plain TCP/],
  ['qemu+tcp://128.0.0.1/system', /Plain TCP/],
  ['qemu+tcp://0x/system', /Plain TCP/],
  ['qemu+tcp://localhost./system', /Plain TCP/],
  ['qemu+tcp://a.localhost/system', /Plain TCP/],
  ['qemu+tcp://[::2]/system', /Plain TCP/],
  ['qemu+tcp://[::127.0.0.1]/system', /Plain TCP/],
  ['qemu+tcp://[::ffff:10.0.0.1]/system', /Plain TCP/],
  ['qemu+tcp://localhost.example.org/system', /Plain TCP/],
  ['qemu+tcp://[::ffff:10.0.0.1]/system', /Plain TCP/],
  // Parameters.
  ['qemu+ssh://host/system?command=/home/me/marker.sh', /program to run on this machine/],
  ['qemu+ssh://host/system?COMMAND=/home/me/marker.sh', /program to run on this machine/],
  ['qemu+ssh://host/system?%63ommand=/home/me/marker.sh', /program to run on this machine/],
  ['qemu+ssh://host/system?%43%4F%4D%4D%41%4E%44=x', /program to run on this machine/],
  ['qemu+ssh://host/system?mode=auto&command=x', /program to run on this machine/],
  ['qemu+ssh://host/system?mode=auto;command=x', /program to run on this machine/],
  ['qemu+ssh://host/system?command', /program to run on this machine/],
  ['qemu+ssh://host/system?command=', /program to run on this machine/],
  ['qemu:///system?command=x', /program to run on this machine/],
  ['qemu+ssh://host/system?argv=x', /arguments/],
  ['qemu+ssh://host/system?netcat=x', /run on the host/],
  ['qemu+ssh://host/system?socket=/tmp/x', /socket/],
  ['qemu:///system?socket=/tmp/x', /socket/],
  ['qemu+ssh://host/system?keyfile=/tmp/x', /key/],
  ['qemu+libssh://host/system?sshauth=none', /authenticated/],
  ['qemu+libssh://host/system?known_hosts=/tmp/x', /hosts are known/],
  ['qemu+libssh://host/system?known_hosts_verify=ignore', /weakens/],
  ['qemu+tls://host/system?no_verify=1', /weakens/],
  ['qemu+tls://host/system?no_sanity=1', /weakens/],
  ['qemu+tls://host/system?pkipath=/tmp/x', /certificates/],
  ['qemu+tls://host/system?tls_priority=NORMAL', /weakens/],
  ['qemu+tls://host/system?authfile=/tmp/x', /passwords/],
  ['qemu+ssh://host/system?name=qemu:///embed', /another URI/],
  ['qemu+ssh://host/system?whatever=1', /only mode, no_tty, proxy/],
  ['qemu+ssh://host/system?__proto__=1', /only mode, no_tty, proxy/],
  ['qemu+ssh://host/system?no_tty=0', /allowed is 1/],
  ['qemu+ssh://host/system?no_tty=', /with its value/],
  ['qemu+ssh://host/system?no_tty', /with its value/],
  ['qemu+ssh://host/system?no_tty=1&no_tty=1', /twice/],
  ['qemu+ssh://host/system?mode=auto&MODE=legacy', /twice/],
  ['qemu+ssh://host/system?mode=auto&%6dode=legacy', /twice/],
  ['qemu+ssh://host/system?mode=auto=x', /with its value/],
  ['qemu+ssh://host/system?mode=auto&', /with its value/],
  ['qemu+ssh://host/system?', /with its value/],
  ['qemu+ssh://host/system?=1', /with its value/],
  ['qemu+ssh://host/system?&mode=auto', /with its value/],
  ['qemu+ssh://host/system?mode=other', /allowed is auto/],
  ['qemu+ssh://host/system?proxy=auto%20-x', /hides a character/],
  ['qemu+ssh://host/system?mod%00e=auto', /hides a character/],
  ['qemu+ssh://host/system?mode=%zz', /percent sign/],
  ['qemu+ssh://host/system?mode=auto%', /percent sign/],
  ['qemu+tls://host/system?no_tty=1', /no meaning over tls/],
  ['qemu:///system?proxy=auto', /no meaning over unix/],
  // Hosts, ports and users.
  ['qemu+ssh://-oProxyCommand=id/system', /name or address/],
  ['qemu+ssh://-host/system', /name or address/],
  ['qemu+ssh://root@-host/system', /name or address/],
  ['qemu+ssh://.host/system', /name or address/],
  ['qemu+ssh://host..x/system', /name or address/],
  ['qemu+ssh://host,other/system', /name or address/],
  ['qemu+ssh://%2doption/system', /percent escape/],
  ['qemu+ssh://ho%73t/system', /percent escape/],
  ['qemu+ssh://root@/system', /name or address/],
  ['qemu+ssh://:22/system', /name or address/],
  ['qemu+ssh://[::1/system', /not a host with a port/],
  ['qemu+ssh://::1/system', /name or address/],
  ['qemu+ssh://[]/system', /IPv6/],
  ['qemu+ssh://[host]/system', /IPv6/],
  ['qemu+ssh://[::1]x/system', /not a host with a port/],
  ['qemu+ssh://[fe80::1%25eth0]/system', /percent escape/],
  ['qemu+ssh://host:/system', /port/],
  ['qemu+ssh://host:0/system', /port/],
  ['qemu+ssh://host:65536/system', /port/],
  ['qemu+ssh://host:022/system', /port/],
  ['qemu+ssh://host:+22/system', /port/],
  ['qemu+ssh://host:22x/system', /port/],
  ['qemu+ssh://host:99999999999999999999/system', /port/],
  ['qemu+ssh://@host/system', /user name/],
  ['qemu+ssh://-oProxyCommand=id@host/system', /user name/],
  ['qemu+ssh://%2dl@host/system', /user name/],
  ['qemu+ssh://a%20b@host/system', /hides a character/],
  ['qemu+ssh://a%0ab@host/system', /hides a character/],
  ['qemu+ssh://a;b@host/system', /user name/],
  ["qemu+ssh://a'b@host/system", /user name/],
  ['qemu+ssh://a@b@host/system', /more than one @/],
  ['qemu+ssh://me:secret@host/system', /password/],
  ['qemu+ssh://me%3asecret@host/system', /password/],
];

describe('A connection URI', () => {
  for (const [given, canonical, display] of allowed) {
    it(`${given} is allowed`, () => {
      const uri = parseConnectionUri(given);
      assert.ok(uri.ok, 'reason' in uri ? uri.reason : '');
      assert.equal(uri.canonical, canonical);
      if (display !== undefined) assert.equal(uri.display, display);
      assert.deepEqual(parseConnectionUri(canonical), uri, 'what is written anew means the same');
    });
  }
  for (const [given, reason, rules] of refused) {
    it(`${JSON.stringify(given.slice(0, 80))} is refused, in one sentence`, () => {
      const uri = parseConnectionUri(given, rules);
      assert.ok(!uri.ok, 'canonical' in uri ? uri.canonical : '');
      assert.match(uri.reason, reason);
      assert.match(uri.reason, /^[^\n]+\.$/);
      assert.ok(!uri.reason.includes('secret'), 'a password is not repeated');
    });
  }
  it('over plain TCP to another machine needs the setting, and is the same otherwise', () => {
    const uri = parseConnectionUri('qemu+tcp://host:16509/system', { allowTcp: true });
    assert.ok(uri.ok);
    assert.equal(uri.canonical, 'qemu+tcp://host:16509/system');
    assert.equal(parseConnectionUri('qemu+tcp://host/system?command=x', { allowTcp: true }).ok, false);
  });
  it('has its parts told apart', () => {
    const uri = parseConnectionUri('qemu+ssh://root@[2001:DB8::1]:2222/session');
    assert.ok(uri.ok);
    const { driver, transport, path, host, user, port } = uri;
    assert.deepEqual(
      { driver, transport, path, host, user, port },
      { driver: 'qemu', transport: 'ssh', path: 'session', host: '2001:db8::1', user: 'root', port: 2222 },
    );
  });
  it('has addresses as Node knows them', () => {
    const seed = 1;
    const random = seeded(seed);
    const group = () => random(0x10000).toString(16);
    const dotted = () => Array.from({ length: 4 }, () => random(300)).join('.');
    let passed = 0;
    for (let i = 0; i < 20_000; i++) {
      const groups = Array.from({ length: random(10) }, group);
      if (random(2) === 0) groups.splice(random(groups.length + 1), random(3), '');
      if (random(3) === 0) groups.push(dotted());
      const v6 = `${random(4) === 0 ? ':' : ''}${groups.join(':')}${random(4) === 0 ? ':' : ''}`;
      const v4 = `127.${random(300)}.${random(2) === 0 ? '0' : ''}${random(12)}.1`;
      const known = isIPv6(v6);
      if (known) passed++;
      assert.equal(parseConnectionUri(`qemu+ssh://[${v6}]/system`).ok, known, `seed ${seed}, ${v6}`);
      const numbers = v4.split('.').map((part) => (part.startsWith('0') ? parseInt(part, 8) : Number(part)));
      const isAddress = !/\b0\d*[89]/.test(v4) && isIPv4(numbers.join('.'));
      assert.equal(parseConnectionUri(`qemu+tcp://${v4}/system`).ok, isAddress, `seed ${seed}, ${v4}`);
    }
    assert.ok(passed > 100, `only ${passed} passed`);
  });
  it('of any characters is refused or means the same when written anew', () => {
    const seed = 1;
    const random = seeded(seed);
    const pieces = [...allowed.map(([given]) => given), ...refused.map(([given]) => given)];
    const salt = [
      '%',
      '?',
      '&',
      ';',
      '=',
      '#',
      '@',
      ':',
      '/',
      '[',
      ']',
      '-',
      'command=x',
      '%63',
      '\u0000',
      ' ',
      'a',
      '1',
      '.',
    ];
    let passed = 0;
    for (let i = 0; i < 20_000; i++) {
      const base = pieces[random(pieces.length)]!;
      const at = random(base.length + 1);
      const given = base.slice(0, at) + salt[random(salt.length)]! + base.slice(at + random(3));
      const uri = parseConnectionUri(given);
      if (!uri.ok) continue;
      passed++;
      assert.match(
        uri.canonical,
        /^(test:\/\/\/default|qemu(\+(ssh|libssh|tls|tcp))?:\/\/([\w.+%-]+@)?([\w.-]+|\[[0-9a-f:.]+\])?(:\d+)?\/(system|session))(\?((mode|no_tty|proxy)=[a-z1]+&?)+)?$/,
        `seed ${seed}, ${JSON.stringify(given)}`,
      );
      assert.deepEqual(parseConnectionUri(uri.canonical), uri, `seed ${seed}, ${JSON.stringify(given)}`);
    }
    assert.ok(passed > 100, `only ${passed} passed`);
  });
});
