// Whether a host is this machine: names in their short and full form, and ids in every spelling.

import assert from 'node:assert/strict';
import { identifyingIds, whyConnectedHere, whyLocal } from '../../../src/libvirt/locality';
import { thisMachine } from '../../../src/libvirt/thisMachine';

const ID = '3d1219c7c4c5404aaa1f6d2a48adfda4';
const DASHED = '3d1219c7-c4c5-404a-aa1f-6d2a48adfda4';

/** A connection that goes to another machine, whatever the names say. */
const FAR = 'qemu+ssh://node2/system';

const CASES: [
  title: string,
  host: [string, string?],
  here: [string, ...string[]],
  why: RegExp | undefined,
][] = [
  ['the same short name', ['node1'], ['node1'], /both are called node1/],
  ['the same full name', ['node1.example.com'], ['node1.example.com'], /both are called/],
  ['a full name there', ['node1.example.com'], ['node1'], /both are called node1/],
  ['a full name here', ['node1'], ['node1.example.com'], /both are called/],
  ['another case', ['NODE1.Example.com'], ['node1'], /both are called/],
  ['another host', ['node2'], ['node1'], undefined],
  ['a longer short name', ['node10'], ['node1'], undefined],
  ['a shorter short name', ['node'], ['node1'], undefined],
  ['another domain of the same short name', ['node1.example.org'], ['node1.example.com'], undefined],
  ['no name there', [''], ['node1'], undefined],
  ['no name here', ['node1'], [''], undefined],
  ['no name at all', [''], [''], undefined],
  ['the same id', ['node2', DASHED], ['node1', ID], new RegExp(`both have the id ${DASHED}`)],
  ['the same id in upper case', ['node2', DASHED.toUpperCase()], ['node1', ID], /both have the id/],
  ['the same id without dashes', ['node2', ID], ['node1', ID], /both have the id/],
  ['the second of two ids', ['node2', DASHED], ['node1', 'f'.repeat(32), ID], /both have the id/],
  ['another id', ['node2', DASHED.replace('3d', '4d')], ['node1', ID], undefined],
  ['no id there', ['node2'], ['node1', ID], undefined],
  ['no id here', ['node2', DASHED], ['node1'], undefined],
];

describe('A host is this machine', () => {
  for (const [title, [hostname, uuid], [name, ...ids], why] of CASES) {
    it(`${why ? 'with' : 'not with'} ${title}`, () => {
      const found = whyLocal({ hostname, uuid }, { name, ids }, FAR);
      if (why) assert.match(found ?? '', why);
      else assert.equal(found, undefined);
    });
  }

  it('by what this machine is known by, which is plain', async () => {
    const here = await thisMachine();
    assert.notEqual(here.name, '');
    for (const id of here.ids) assert.match(id, /^[0-9a-f]{32}$/);
    assert.match(whyLocal({ hostname: here.name, uuid: undefined }, here, FAR)!, /both are called/);
  });
});

describe('A connection', () => {
  const URIS: [uri: string, why: RegExp | undefined][] = [
    ['qemu:///system', /a socket of this machine/],
    ['QEMU:///session', /a socket/],
    ['qemu+unix:///system?socket=/run/host/libvirt-sock', /a socket/],
    ['qemu+tcp://localhost/system', /to localhost$/],
    ['qemu+tcp://LocalHost:16509/system', /to LocalHost$/],
    ['qemu+tcp://box.localhost/system', /to box/],
    ['qemu+tcp://127.0.0.1:16519/system', /to 127\.0\.0\.1$/],
    ['qemu+tls://127.1/system', /to 127\.1$/],
    ['qemu+ssh://root@localhost:2222/system?no_tty=1', /to localhost$/],
    ['qemu+ssh://root%40x@127.8.9.10/system', /to 127/],
    ['qemu+libssh://[::1]/system', /to \[::1\]$/],
    ['qemu+tcp://[::ffff:127.0.0.1]/system', /to \[::ffff/],
    ['qemu://localhost/system', /to localhost$/],
    ['qemu+tcp://LOCALHOST./system', /to LOCALHOST\.$/],
    ['qemu+tcp://a.b.localhost./system', /to a\.b/],
    ['qemu+tcp://localhost.localdomain/system', /to localhost/],
    ['qemu+tcp://localhost6.localdomain6/system', /to localhost6/],
    ['qemu+tcp://ip6-localhost/system', /to ip6/],
    ['qemu+tcp://ip6-loopback/system', /to ip6/],
    ['qemu+tcp://127.1/system', /to 127\.1$/],
    ['qemu+tcp://127.0.1/system', /to 127\.0\.1$/],
    ['qemu+tcp://127.0.0.1./system', /to 127/],
    ['qemu+tcp://2130706433/system', /to 2130706433$/],
    ['qemu+tcp://0x7f000001/system', /to 0x7f000001$/],
    ['qemu+tcp://0X7F.1/system', /to 0X7F/],
    ['qemu+tcp://0177.0.0.1/system', /to 0177/],
    ['qemu+tcp://017700000001/system', /to 0177/],
    ['qemu+tcp://0.0.0.0/system', /to 0\.0\.0\.0$/],
    ['qemu+tcp://0/system', /to 0$/],
    ['qemu+tcp://%31%32%37.1:16509/system', /to 127\.1$/],
    ['qemu+tcp://[0:0:0:0:0:0:0:1]/system', /to \[0:0/],
    ['qemu+tcp://[::0001]:16509/system', /to \[::0001\]$/],
    ['qemu+tcp://[::1%25lo]/system', /to \[::1%lo\]$/],
    ['qemu+tcp://[::]/system', /to \[::\]$/],
    ['qemu+tcp://[::FFFF:127.0.0.1]/system', /to \[::FFFF/],
    ['qemu+tcp://[::ffff:7f00:1]/system', /to \[::ffff:7f00:1\]$/],
    ['qemu+tcp://[0:0:0:0:0:ffff:127.8.9.10]/system', /to \[0:0/],
    ['qemu+tcp://[::ffff:0.0.0.0]/system', /to \[::ffff/],
    ['qemu+ssh://OWN-name/system', /to OWN-name$/],
    ['qemu+ssh://own-name./system', /to own-name\.$/],
    ['qemu+ssh://own-name.example.com/system', undefined],
    ['qemu+ssh://own-name2/system', undefined],
    ['qemu+tcp://128.0.0.1/system', undefined],
    ['qemu+tcp://2130706432.1/system', undefined],
    ['qemu+tcp://0200.0.0.1/system', undefined],
    ['qemu+tcp://127.0.0.08/system', undefined],
    ['qemu+tcp://127.0.0.256/system', undefined],
    ['qemu+tcp://127.0.0.0.1/system', undefined],
    ['qemu+tcp://127.0.0.1.example.com/system', undefined],
    ['qemu+tcp://127-0-0-1.example.com/system', undefined],
    ['qemu+tcp://0.0.0.1/system', undefined],
    ['qemu+tcp://[::2]/system', undefined],
    ['qemu+tcp://[::127.0.0.1]/system', undefined],
    ['qemu+tcp://[64:ff9b::127.0.0.1]/system', undefined],
    ['qemu+tcp://[::ffff:10.0.0.1]/system', undefined],
    ['qemu+tcp://localhosts/system', undefined],
    ['qemu+ssh://localhost.example.com/system', undefined],
    ['qemu+ssh://notlocalhost/system', undefined],
    ['qemu+ssh://1270.0.0.1.example/system', undefined],
    ['qemu+ssh://localhost@node2/system', undefined],
    ['qemu+tcp://10.0.0.1/system', undefined],
    ['qemu+tcp://[fe80::1]/system', undefined],
    ['qemu+ext:///system?command=/bin/tunnel', undefined],
    ['an-alias', undefined],
    ['', undefined],
  ];
  for (const [uri, why] of URIS) {
    it(`${uri === '' ? 'of no URI' : uri} ${why ? 'ends here' : 'may go to another machine'}`, () => {
      const found = whyConnectedHere(uri, 'own-name');
      if (why) assert.match(found ?? '', why);
      else assert.equal(found, undefined);
    });
  }

  it('that ends here makes a host of another name this machine', () => {
    const here = { name: 'container', ids: [] };
    assert.match(
      whyLocal({ hostname: 'node1', uuid: undefined }, here, 'qemu:///system') ?? '',
      /socket of this machine/,
    );
    assert.equal(whyLocal({ hostname: 'node1', uuid: undefined }, here, FAR), undefined);
  });
});

describe('An id of a machine', () => {
  const READ: [title: string, text: string, id: string | undefined][] = [
    ['of systemd', `${ID}\n`, ID],
    ['of the firmware', `${DASHED.toUpperCase()}\n`, ID],
    ['that systemd has not made yet', 'uninitialized\n', undefined],
    ['of a file that is not there', '', undefined],
    ['of zeros', '00000000-0000-0000-0000-000000000000\n', undefined],
    ['of ones', 'ffffffff-ffff-ffff-ffff-ffffffffffff\n', undefined],
    ['that one vendor gives to all', '03000200-0400-0500-0006-000700080009\n', undefined],
    ['that is cut', ID.slice(1), undefined],
  ];
  for (const [title, text, id] of READ) {
    it(`${title} ${id === undefined ? 'tells nothing' : 'is kept'}`, () =>
      assert.deepEqual(identifyingIds([text]), id === undefined ? [] : [id]));
  }
});
