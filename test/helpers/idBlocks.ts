// ID blocks with keys made for the run.

import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIdBlock } from '../../src/app/idBlock';
import type { IdBlockFields } from '../../src/core/tech/snp/idBlock';
import { readSigningKey } from '../../src/node/signingKey';
import { io } from './io';

/** Writes a key of P-384 in PEM. */
export const writeKey = (path: string): void => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  writeFileSync(path, privateKey.export({ type: 'sec1', format: 'pem' }));
};

/** An ID block for a launch digest of 0x11, vouched for by an author, unless fields are others. */
export async function makeIdBlock(fields: Partial<IdBlockFields> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'sevscope-keys-'));
  const [idKey, authorKey] = [join(folder, 'id.pem'), join(folder, 'author.pem')];
  try {
    writeKey(idKey);
    writeKey(authorKey);
    const all = { launch_digest: new Uint8Array(48).fill(0x11), ...fields };
    return await createIdBlock(io, readSigningKey, { fields: all, idKey, authorKey });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
