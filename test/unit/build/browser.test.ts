// What is bundled for browsers loads nothing of Node's, and the wall that says so finds what would.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as bundles from '../../../src/build/bundle.mjs';

describe('A bundle for browsers', () => {
  let script: typeof bundles;
  before(async () => {
    script = (await import(pathToFileURL(join('src', 'build', 'bundle.mjs')).href)) as typeof bundles;
  });

  it('loads VS Code and nothing else', () => script.browserHasNoNode());

  for (const [entry, says] of [
    ['src/extension.ts', /Could not resolve "node:/],
    ['src/cli/main.ts', /Could not resolve "node:/],
  ] as const)
    it(`is not to be had of ${entry}`, () => assert.rejects(script.browserHasNoNode([entry]), says));
});
