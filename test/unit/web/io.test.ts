// The Io of a browser: what it can do is as in Node, and all that it cannot do fails with the same sentence, or is not there.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { webIo } from '../../../src/web/io';

const io = webIo(() => Promise.reject(new Error('no script')));

const cannot: readonly [what: string, run: () => unknown][] = [
  ['reads no path', () => io.read('/a', 'shown')],
  ['reads and hashes none', () => io.readDigested('/a', 'firmware')],
  ['reads no ends of one', () => io.readEnds('/a', 'firmware')],
  ['has no standard input', () => io.readStandardInput('shown')],
  ['digests no path', () => io.digest('/a', 'initrd')],
  ['probes none', () => io.probe('/a', 'shown')],
  ['knows no place to write', () => io.placeOf('/a')],
  ['follows no link', () => io.realPath('/a')],
  ['writes nothing', () => io.write('/a', 'text')],
  ['writes no files', () => io.writeAll([])],
  ['changes no mode', () => io.setMode('/a', 0o600)],
  ['makes no folder', () => io.makeFolder('/a')],
  ['has no folder of settings', () => io.configFolder()],
  ['has no paths', () => io.path.join('a', 'b')],
  ['computes nothing under a key', () => io.hmac(new Uint8Array(16), new Uint8Array())],
  ['encrypts nothing', () => io.encrypt(new Uint8Array(16), new Uint8Array(16), new Uint8Array())],
];

describe("A browser's Io", () => {
  for (const [what, run] of cannot)
    it(what, () => assert.rejects(Promise.resolve().then(run), { name: 'CheckError', code: 'no-machine' }));

  it('finds nothing', async () => {
    assert.equal(io.hasDisk, false);
    assert.deepEqual(await io.stat('/etc/passwd'), { kind: 'none', code: 'ENOENT' });
    assert.deepEqual([await io.list('/'), io.homeFolder()], [[], undefined]);
  });

  for (const size of [0, 1, 63, 64, 65, 4096])
    it(`hashes ${size} bytes as Node does, and goes on from a copy`, () => {
      const bytes = Uint8Array.from({ length: size }, (_, i) => i * 7);
      const [once, twice] = [io.hashes.newSha256(), createHash('sha256').update(bytes)];
      once.update(bytes);
      const copy = once.copy();
      assert.deepEqual(once.digest(), new Uint8Array(twice.copy().digest()));
      copy.update(bytes);
      assert.deepEqual(copy.digest(), new Uint8Array(twice.update(bytes).digest()));
    });

  it('has random bytes, others each time', () => {
    const [a, b] = [io.random(32), io.random(32)];
    assert.deepEqual([a.length, b.length], [32, 32]);
    assert.notDeepEqual(a, b);
  });
});
