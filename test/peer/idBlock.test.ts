// ID blocks that others have made: with the same keys ours are the same bytes, but for signatures that are random. The vectors are not ours to
// publish: SEVSCOPE_VECTORS names the folder that holds them, and without it this is skipped.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runHere } from '../helpers/cli';
import { useFolder } from '../helpers/folder';

const VECTORS = process.env['SEVSCOPE_VECTORS'];

interface Vector {
  readonly name: string;
  readonly launch_digest: string;
  readonly id_key: string;
  readonly author_key: string | null;
  readonly params: {
    readonly fam?: string;
    readonly img?: string;
    readonly svn?: number;
    readonly pol?: number;
  };
  readonly id_block_b64: string;
  readonly rfc6979: { readonly id_auth_b64: string; readonly id_key_digest?: string };
  readonly sev_snp_measure?: { readonly id_auth_b64: string };
}

(VECTORS === undefined ? describe.skip : describe)('ID blocks of other tools', () => {
  let folder: string;
  useFolder((made) => (folder = made));
  const at = (name: string) => join(VECTORS!, 'idblock', name);
  const { cases } = (
    VECTORS === undefined ? { cases: [] } : JSON.parse(readFileSync(at('idblock.json'), 'utf8'))
  ) as { cases: readonly Vector[] };

  for (const {
    name,
    launch_digest,
    id_key,
    author_key,
    params,
    id_block_b64,
    rfc6979,
    sev_snp_measure,
  } of cases) {
    it(`are made byte for byte: ${name}`, async () => {
      const { fam, img, svn, pol } = params;
      const given = {
        '--author-key': author_key === null ? undefined : at(author_key),
        '--family-id': fam,
        '--image-id': img,
        '--guest-svn': svn,
        '--policy': pol,
      };
      const options = Object.entries(given).flatMap(([option, value]) =>
        value === undefined ? [] : [option, String(value)],
      );
      const args = [
        'id-block',
        'create',
        '--launch-digest',
        launch_digest,
        '--id-key',
        at(id_key),
        '--json',
        ...options,
      ];
      const { status, stdout, stderr } = await runHere(args, folder);
      assert.equal(status, 0, stderr);
      const ours = JSON.parse(stdout) as { id_block: string; id_auth: string };
      assert.deepEqual([ours.id_block, ours.id_auth], [id_block_b64, rfc6979.id_auth_b64]);
    });

    if (sev_snp_measure)
      it(`are verified: ${name}`, async () => {
        writeFileSync(
          join(folder, 'pair'),
          `id-block=${id_block_b64},id-auth=${sev_snp_measure.id_auth_b64}`,
        );
        const { status, stdout } = await runHere(
          ['id-block', 'check', 'pair', '--launch-digest', launch_digest],
          folder,
        );
        assert.equal(status, 0, stdout);
      });
  }
});
