// The packages that the scripts fetch: only the ones with the pinned digests are unpacked.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as fetched from '../../../src/build/fetched.mjs';
import { useFolder } from '../../helpers/folder';

describe('A package that was fetched', () => {
  // Tests are CommonJS, and the scripts know where they are only as modules.
  let script: typeof fetched;
  before(async () => {
    script = (await import(pathToFileURL(join('src', 'build', 'fetched.mjs')).href)) as typeof fetched;
  });
  let folder: string;
  useFolder((made) => (folder = made));
  const content = Buffer.from('a package');
  const integrity = `sha512-${createHash('sha512').update(content).digest('base64')}`;
  const pinned = { name: 'some', version: '1.2.3', integrity };
  const file = (bytes: Uint8Array) => {
    const path = join(folder, 'some-1.2.3.tgz');
    writeFileSync(path, bytes);
    return path;
  };

  it('is taken when it is the pinned one', async () => script.checkFetched(file(content), pinned));

  const others: [what: string, bytes: Uint8Array][] = [
    ['with one other byte', Buffer.from('b package')],
    ['with one byte more', Buffer.concat([content, Buffer.alloc(1)])],
    ['without its end', content.subarray(1)],
    ['without anything', Buffer.alloc(0)],
  ];
  for (const [what, bytes] of others) {
    it(`is refused ${what}, with both digests`, async () => {
      const message =
        /some@1\.2\.3 .* was not unpacked\.\n {2}found: {2}sha512-\S+\n {2}wanted: sha512-\S+\n/;
      await assert.rejects(script.checkFetched(file(bytes), pinned), { message });
    });
  }

  it('is refused when a digest of another kind is pinned', () =>
    assert.rejects(script.checkFetched(file(content), { ...pinned, integrity: 'sha1-AAAA' })));

  it('has a whole digest', () => {
    for (const { integrity: digest } of [script.FETCHED.server, ...Object.values(script.FETCHED.node)])
      assert.match(digest, /^sha512-[A-Za-z0-9+/]{86}==$/);
  });
});
