// Workers for the libvirt client that do what the real one cannot be made to do.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

let scripts = 0;

/**
 * Writes a worker.
 * @param body code that runs for each message, with `call`, `id`, `request`, `send` and `ask`
 * @returns its path
 */
export function fakeWorker(folder: string, body: string): string {
  const path = join(folder, `worker${scripts++}.cjs`);
  const prelude = `const { writeSync, readSync } = require('node:fs');
const send = (m) => process.send(m);
const ask = (line) => writeSync(4, line + '\\n');
process.on('disconnect', () => process.exit());\n`;
  writeFileSync(path, `${prelude}process.on('message', ({ call, id, request }) => {\n${body}\n});`);
  return path;
}

/** A body that answers each of these calls with the given source text, and no others. */
export const answers = (byCall: Readonly<Record<string, string | null>>): string =>
  Object.entries(byCall)
    .map(([name, ok]) => `if (call === '${name}') return send({ id, ok: ${ok} });`)
    .join('\n');

/** The part of a body that answers `open`. */
export const opens = answers({ open: null });
