// What the page of an ID block shows: the structures of a file, whether their signatures are right, and what is wrong with them.

import { idAuthFindings, idBlockFindings, statedFindings } from '../core/tech/snp/idBlockRules';
import { checkIdBlock, launchOf, signaturesOf } from '../core/tech/snp/idBlockCheck';
import type { IdBlockFacts } from '../core/tech/snp/idBlockFacts';
import { keyDigestsIn } from '../core/tech/snp/idBlockFields';
import { readIdBlocks } from '../core/tech/snp/idBlockText';
import type { Io } from './io';
import { signatureVerifier } from './verifier';

/** What is shown, or why there is nothing: what the file holds, a phrase. */
export type IdBlockRead =
  | { readonly found: string }
  | {
      /** The ID block, if there is one, and then the ID authentication. */
      readonly bytes: Uint8Array;
      readonly facts: IdBlockFacts;
    };

/** Reads what is in a file, and checks it as far as it can be without a launch. */
export async function viewIdBlock(
  io: Pick<Io, 'hashes' | 'verifier'>,
  file: Uint8Array,
): Promise<IdBlockRead> {
  const read = readIdBlocks(file);
  if (!read.ok) return { found: read.found };
  const { block, auth } = read.pair;
  const verify = signatureVerifier(io);
  const launch = launchOf(read.pair, {});
  const { id, author } = signaturesOf(read.pair, launch);
  const results = { id: id && (await verify(id)), author: author && (await verify(author)) };
  const at = block?.length ?? 0;
  const names = [block && 'ID block', auth && 'ID authentication'].filter((name) => name !== undefined);
  return {
    bytes: Uint8Array.of(...(block ?? []), ...(auth ?? [])),
    facts: {
      form: `${names.join(' and ')} of SEV-SNP`,
      hasBlock: block !== undefined,
      hasAuth: auth !== undefined,
      digests: keyDigestsIn(read.pair, io.hashes),
      findings: [
        ...(block ? [...idBlockFindings(block), ...statedFindings(block, read.pair.stated)] : []),
        ...(auth ? idAuthFindings(auth, launch.authorKey) : []).map((one) => ({
          ...one,
          offset: at + one.offset,
        })),
      ],
      // Without a launch, nothing says which digest and policy it has.
      steps: checkIdBlock(read.pair, launch, results).filter(
        ({ step }) => step !== 'launch-digest' && step !== 'policy',
      ),
    },
  };
}
