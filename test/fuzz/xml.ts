// Reads XML that we write with a strict parser.

import assert from 'node:assert/strict';
import { SaxesParser } from 'saxes';

/** @throws for a document that is not well formed, or has characters that move a terminal's cursor */
export function assertWellFormed(xml: string): void {
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  let opened = 0;
  parser.on('opentag', () => opened++);
  parser.write(xml).close();
  assert.ok(opened > 0);
}
