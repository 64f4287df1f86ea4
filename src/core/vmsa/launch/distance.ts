// How far a page is from another, to find the launch that it is nearest to.

import { diff, leaves, readUnsigned } from '../../binary/struct';
import { SNP_ACTIVE } from '../layout/features';
import { VMSA, VMSA_SIZE, vmsaLeaf, type VmsaName } from '../layout/layout';

const SEV_FEATURES = vmsaLeaf('sev_features');

/**
 * One launch is SEV-SNP, the other SEV-ES: that counts more than all fields, so that a page is nearer to every launch
 * of its own technology, whatever other features it has.
 */
const OTHER_MODE = leaves(VMSA).length;

/**
 * The distance between two pages: the number of differing fields, with the number of bits as its fraction. So
 * a page with one unusual SEV feature is nearer to the page with the fewest others.
 * @param known the fields that count; all by default
 */
export function pageDistance(a: Uint8Array, b: Uint8Array, known?: ReadonlySet<VmsaName>): number {
  let bits = 0;
  let fields = 0;
  for (const { leaf } of diff(VMSA, a, b)) {
    if (known && !known.has(leaf.path)) continue;
    fields++;
    for (let i = leaf.offset; i < leaf.offset + leaf.size; i++) {
      for (let differing = a[i]! ^ b[i]!; differing !== 0; differing &= differing - 1) bits++;
    }
    if (leaf.path !== 'sev_features') continue;
    if ((readUnsigned(a, SEV_FEATURES) ^ readUnsigned(b, SEV_FEATURES)) & SNP_ACTIVE) fields += OTHER_MODE;
  }
  return fields + bits / (8 * VMSA_SIZE + 1);
}
