// What is wrong with an ID block or an ID authentication, as the firmware judges it (SEV-SNP Firmware ABI, SNP_LAUNCH_FINISH), each
// at its bytes. Signatures take a verifier, and are steps of a check (idBlockCheck.ts).

import { hex, isZero } from '../../binary/hex';
import { ruleTable } from '../../binary/ruleTable';
import type { Finding } from '../../binary/region';
import { decode, leaves, readLeaf, type Leaf } from '../../binary/struct';
import {
  CURVE_P384,
  ECDSA_P384,
  ID_AUTH,
  ID_BLOCK,
  ID_BLOCK_VERSION,
  P384_SIZE,
  type KeyField,
} from './idBlock';
import type { StatedLaunch } from './idBlockStated';
import { describeSnpPolicy } from './policy';
import { policyFindings, policyRules } from './policyRules';

const table = ruleTable({
  'id-block-version': ['error', 'The version of an ID block is not 1, the only one that the firmware takes.'],
  ...policyRules('id-block-policy'),
  'id-block-no-digest': ['error', 'The launch digest of the ID block is zero, which no guest has.'],
  'id-block-other-policy': [
    'error',
    "The policy that stands beside an ID block, in annotations or options, is not the block's: fw_error=7 'Policy failure'.",
  ],
  'id-auth-algorithm': ['error', 'The algorithm of a key is not 1, ECDSA P-384 with SHA-384.'],
  'id-auth-curve': ['error', 'The curve of a key is not 2, P-384.'],
  'id-auth-reserved': ['error', "Bytes that must be zero are not: fw_error=22 'Invalid parameter'."],
  'id-auth-number': ['error', 'A coordinate or a part of a signature has more than 48 bytes.'],
  'id-auth-empty': ['error', 'A key or a signature that is needed is zero.'],
  'id-auth-unused-author': [
    'info',
    'There is an author key, and its algorithm is 0: the firmware takes it for none.',
  ],
});

/** All rules of ID blocks. */
export const ID_BLOCK_RULES = table.rules;
const { finding } = table;

/** What is wrong with the 96 bytes of an ID block. */
export function idBlockFindings(bytes: Uint8Array): Finding[] {
  const { version, policy, launch_digest: digest } = decode(ID_BLOCK, bytes);
  const found: Finding[] = [];
  if (isZero(digest))
    found.push(
      finding('id-block-no-digest', 0, digest.length, 'The launch digest is zero, which no guest has.'),
    );
  if (version !== ID_BLOCK_VERSION)
    found.push(finding('id-block-version', 0x50, 4, `The version is ${version}, not ${ID_BLOCK_VERSION}.`));
  for (const { id, message } of policyFindings(policy))
    found.push(finding(`id-block-policy-${id}`, 0x58, 8, message));
  return found;
}

/** What is wrong with what stands beside an ID block in a text. Places are in the block. */
export function statedFindings(bytes: Uint8Array, stated: StatedLaunch | undefined): Finding[] {
  if (!stated?.policy) return [];
  const problem = statedProblem(decode(ID_BLOCK, bytes).policy, stated.policy);
  return problem === undefined ? [] : [finding('id-block-other-policy', 0x58, 8, problem)];
}

/** In what a policy beside an ID block is not its own, a sentence: whoever takes the text launches the guest with it. */
export function statedProblem(
  ours: bigint,
  { text, value }: NonNullable<StatedLaunch['policy']>,
): string | undefined {
  if (value === undefined) return `The policy beside the ID block, "${text}", is no number of 64 bits.`;
  return value === ours
    ? undefined
    : `The ID block has the policy ${hex(ours)}, and beside it stands ${hex(value)} (${describeSnpPolicy(value)}): the firmware refuses such a launch (fw_error=7 'Policy failure').`;
}

const isNumber = ({ size }: Leaf): boolean => size === 72;

/** A field in words: `qx of the author key`. */
function nameOf({ path }: Leaf): string {
  const [whole = '', part] = path.split('.');
  const name = whole.replaceAll('_', ' ').replace(/^id /, 'ID ').replace(' id ', ' ID ');
  return part === undefined ? name : `${part} of the ${name}`;
}

/** Whether an ID authentication has anything of an author. */
const hasAuthor = (bytes: Uint8Array): boolean => !isZero(bytes.subarray(0x680, 0xc84));

/**
 * Whether somebody is to vouch for the ID key. igvmmeasure writes the algorithm of an author key without one, and the firmware launches
 * such guests unless the VMM asks for the author.
 */
export function isVouched(bytes: Uint8Array): boolean {
  const { author_key_algorithm: algorithm } = decode(ID_AUTH, bytes);
  return algorithm !== 0 && (algorithm !== ECDSA_P384 || hasAuthor(bytes));
}

function keyFindings(
  bytes: Uint8Array,
  field: KeyField,
  at: { readonly algorithm: number; readonly key: number },
) {
  const fields = decode(ID_AUTH, bytes);
  const name = field === 'id_key' ? 'ID key' : 'author key';
  const algorithm = field === 'id_key' ? fields.id_key_algorithm : fields.author_key_algorithm;
  const found: Finding[] = [];
  if (algorithm !== ECDSA_P384)
    found.push(
      finding(
        'id-auth-algorithm',
        at.algorithm,
        4,
        `The algorithm of the ${name} is ${algorithm}, and only ${ECDSA_P384} is known, ECDSA P-384 with SHA-384.`,
      ),
    );
  const { curve, qx, qy } = fields[field];
  if (isZero(qx) && isZero(qy)) found.push(finding('id-auth-empty', at.key, 1028, `The ${name} is zero.`));
  else if (curve !== CURVE_P384)
    found.push(
      finding(
        'id-auth-curve',
        at.key,
        4,
        `The curve of the ${name} is ${curve}, and only ${CURVE_P384} is known, P-384.`,
      ),
    );
  const { r, s } = fields[field === 'id_key' ? 'id_block_signature' : 'id_key_signature'];
  if (isZero(r) || isZero(s)) {
    const signed = field === 'id_key' ? 'ID block' : 'ID key';
    found.push(
      finding(
        'id-auth-empty',
        field === 'id_key' ? 0x40 : 0x680,
        512,
        `The signature of the ${signed} by the ${name} is missing.`,
      ),
    );
  }
  return found;
}

/**
 * What is wrong with the 4096 bytes of an ID authentication.
 * @param wantsAuthor the launch asks for the author key (QEMU's author-key-enabled); where that is unknown, it does as isVouched
 */
export function idAuthFindings(bytes: Uint8Array, wantsAuthor?: boolean): Finding[] {
  const { author_key_algorithm: algorithm } = decode(ID_AUTH, bytes);
  const found = keyFindings(bytes, 'id_key', { algorithm: 0, key: 0x240 });
  if (wantsAuthor ?? isVouched(bytes))
    found.push(...keyFindings(bytes, 'author_key', { algorithm: 4, key: 0x880 }));
  else if (algorithm === 0 && hasAuthor(bytes))
    found.push(
      finding(
        'id-auth-unused-author',
        4,
        4,
        'The algorithm of the author key is 0, so that nothing of that key counts.',
      ),
    );
  for (const leaf of leaves(ID_AUTH)) {
    const value = readLeaf(bytes, leaf);
    if (!(value instanceof Uint8Array)) continue;
    if (leaf.row.name.startsWith('reserved') && !isZero(value))
      found.push(
        finding(
          'id-auth-reserved',
          leaf.offset,
          leaf.size,
          `The ${leaf.size} bytes at ${hex(leaf.offset)} must be zero, and are not.`,
        ),
      );
    if (isNumber(leaf) && !isZero(value.subarray(P384_SIZE)))
      found.push(
        finding(
          'id-auth-number',
          leaf.offset,
          leaf.size,
          `${nameOf(leaf)} has more than ${P384_SIZE} bytes, the size of a number of P-384.`,
        ),
      );
  }
  return found.sort((a, b) => a.offset - b.offset);
}
