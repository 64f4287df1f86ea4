// Addresses in every spelling: canonical, and as the resolver of this machine reads them.

import assert from 'node:assert/strict';
import { lookup } from 'node:dns/promises';
import { addressOf, isLoopback } from '../../../src/libvirt/address';
import { seeded } from '../../helpers/random';

const CASES: [host: string, address: string | undefined, loopback?: true][] = [
  ['127.0.0.1', '127.0.0.1', true],
  ['127.1', '127.0.0.1', true],
  ['127.0.1', '127.0.0.1', true],
  ['127.65535', '127.0.255.255', true],
  ['2130706433', '127.0.0.1', true],
  ['0x7f000001', '127.0.0.1', true],
  ['0x7f.0x0.0.01', '127.0.0.1', true],
  ['0177.0.0.1', '127.0.0.1', true],
  ['017700000001', '127.0.0.1', true],
  ['0', '0.0.0.0', true],
  ['[::1]', '::1', true],
  ['[0:0:0:0:0:0:0:1]', '::1', true],
  ['[::]', '::', true],
  ['[::ffff:127.0.0.1]', '127.0.0.1', true],
  ['[::FFFF:7f01:203]', '127.1.2.3', true],
  ['[::1%25lo]', '::1', true],
  ['10.1', '10.0.0.1'],
  ['128.0.0.1', '128.0.0.1'],
  ['[::ffff:10.0.0.1]', '10.0.0.1'],
  ['[2001:DB8::0001]', '2001:db8::1'],
  ['[::127.0.0.1]', '::7f00:1'],
  ['127.0.0.1.', undefined],
  ['127.0.0.08', undefined],
  ['127.0.0.256', undefined],
  ['127.0.0.0.1', undefined],
  ['127..1', undefined],
  ['4294967296', undefined],
  ['0x', undefined],
  ['0xg', undefined],
  ['+127.1', undefined],
  ['127.1 ', undefined],
  ['\uff11\uff12\uff17.1', undefined],
  ['localhost', undefined],
  ['127.0.0.1.example.com', undefined],
  ['[]', undefined],
  ['', undefined],
];

describe('An address', () => {
  for (const [host, address, loopback = false] of CASES) {
    it(`${JSON.stringify(host)} is ${address ?? 'none'}`, () => {
      assert.equal(addressOf(host), address);
      assert.equal(address !== undefined && isLoopback(address), loopback);
    });
  }

  it('is the one that the resolver takes it for, in thousands of spellings', async function () {
    this.timeout(30_000);
    const seed = 1;
    const random = seeded(seed);
    const spell = (n: number) => [String(n), `0x${n.toString(16)}`, `0${n.toString(8)}`][random(3)]!;
    for (let i = 0; i < 2000; i++) {
      const bytes = [random(2) === 0 ? 127 : random(256), random(256), random(256), random(256)];
      const parts = 1 + random(4);
      const last = bytes.slice(parts - 1).reduce((sum, byte) => 256 * sum + byte, 0);
      const host = [...bytes.slice(0, parts - 1), last].map(spell).join('.');
      const { address } = await lookup(host);
      assert.equal(addressOf(host), address, `seed ${seed}, ${host}`);
      assert.equal(address, bytes.join('.'));
    }
  });
});
