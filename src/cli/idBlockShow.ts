// `sevscope id-block show`: both structures field by field.

import { describeLeaf } from '../core/binary/describe';
import { bytesToHex, hex } from '../core/binary/hex';
import { isZeroField } from '../core/binary/leafField';
import type { Finding } from '../core/binary/region';
import { leaves, readLeaf, type Struct } from '../core/binary/struct';
import type { Hashes } from '../core/launch/hasher';
import { ID_AUTH, ID_BLOCK, keyDigestIn } from '../core/tech/snp/idBlock';
import { idAuthJson, idBlockJson } from '../core/tech/snp/idBlockJson';
import { idAuthFindings, idBlockFindings, statedFindings } from '../core/tech/snp/idBlockRules';
import type { IdBlockPair } from '../core/tech/snp/idBlockText';
import { columns, findingLines, printJson, type Output } from './output';

interface ShowOptions {
  readonly all?: true;
  readonly json?: true;
}

function printFields(layout: Struct, bytes: Uint8Array, { all }: ShowOptions, out: Output): void {
  const rows = leaves(layout).flatMap((leaf) => {
    const value = readLeaf(bytes, leaf);
    if (!all && isZeroField({ value })) return [];
    const { raw, meaning } = describeLeaf(leaf, value);
    return [[hex(leaf.offset, 3), leaf.path, raw, meaning]];
  });
  out.line(`${layout.name}, ${layout.size} bytes`);
  out.lines(columns(rows, '  '));
}

/** Prints what was found in files. */
export function showIdBlock(
  { block, auth, stated }: IdBlockPair,
  hashes: Hashes,
  options: ShowOptions,
  out: Output,
): void {
  const parts: readonly (readonly [Struct, Uint8Array | undefined, readonly Finding[]])[] = [
    [ID_BLOCK, block, block ? [...idBlockFindings(block), ...statedFindings(block, stated)] : []],
    [ID_AUTH, auth, auth ? idAuthFindings(auth, stated?.authorKey) : []],
  ];
  if (options.json) {
    printJson(out, {
      ...(block && { idBlock: { ...idBlockJson(block), findings: parts[0]![2] } }),
      ...(auth && { idAuth: { ...idAuthJson(auth, hashes), findings: parts[1]![2] } }),
    });
    return;
  }
  let isFirst = true;
  for (const [layout, bytes, findings] of parts) {
    if (!bytes) continue;
    if (!isFirst) out.line('');
    isFirst = false;
    printFields(layout, bytes, options, out);
    if (layout === ID_AUTH) printDigests(bytes, hashes, out);
    out.lines(findingLines(findings));
  }
}

/** The digests of the keys, which an attestation report shows. */
function printDigests(auth: Uint8Array, hashes: Hashes, out: Output): void {
  const { author_key_digest: hasAuthor } = idAuthJson(auth, hashes);
  out.line('');
  out.line(`ID key digest (report, 0x0e0): ${bytesToHex(keyDigestIn(auth, 'id_key', hashes))}`);
  if (hasAuthor !== undefined) out.line(`Author key digest (report, 0x110): ${hasAuthor}`);
}
