// What the command line prints, beside the text that a reviewer has read.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** Fails unless a text is the golden one of its name, in test/unit/cli/golden; UPDATE_GOLDENS=1 writes it anew. */
export function assertGolden(name: string, text: string): void {
  const golden = resolve('test/unit/cli/golden', `${name}.txt`);
  if (process.env['UPDATE_GOLDENS']) writeFileSync(golden, text);
  assert.equal(text, existsSync(golden) ? readFileSync(golden, 'utf8') : '');
}

/** Output of a check without what differs from run to run: where its folder is, how long it took, and when. */
export const sameEachTime = (text: string, folder: string): string =>
  text
    .replaceAll(`${folder}/`, '')
    .replaceAll(/(time|timestamp)="[^"]*"/g, '$1=""')
    .replaceAll(/\b[0-9.]+ (ms|s)\b/g, 'a time');
