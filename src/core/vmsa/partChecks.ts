// Checks of a page of which only some fields are known: those of a whole page, for the known fields, and what the
// rest of a dump says about them.

import { hex } from '../binary/hex';
import type { Finding } from '../binary/region';
import { vmsaFindings } from './checks';
import { SEV_FEATURES } from './layout/bitsSev';
import { vmsaLeaf } from './layout/layout';
import { KVM_CHANGES, type PartOfPage } from './part';
import { vmsaFinding } from './rules';
import type { VmsaPage } from './vmsaPage';

/** Bit 63 of ALLOWED_SEV_FEATURES turns the check on (APM volume 2, section 15.36.20). */
const ALLOWED_ON = 1n << 63n;

/** Features that the VMCB does not allow; bits that no feature has are not checked. */
function notAllowed({ values }: VmsaPage, { known, allowed }: PartOfPage): Finding[] {
  if (!known.has('sev_features') || allowed === undefined || (allowed & ALLOWED_ON) === 0n) return [];
  const leaf = vmsaLeaf('sev_features');
  const features = values.sev_features;
  const wrong = SEV_FEATURES.filter(
    ({ name, lsb }) => name !== 'RSVD' && ((features & ~allowed) >> BigInt(lsb)) & 1n,
  );
  if (wrong.length === 0) return [];
  const names = wrong.map(({ name, lsb }) => `${name} (${hex(1n << BigInt(lsb))})`).join(', ');
  const message = `sev_features is ${hex(features)}, but allowed_sev_features of the VMCB is ${hex(allowed)}, without ${names}: VMRUN refuses the page.`;
  return [vmsaFinding('vmsa-feature-not-allowed', leaf.offset, leaf.size, message)];
}

/** What people should know about the known fields. */
export function knownFindings(page: VmsaPage, part: PartOfPage): Finding[] {
  const judged = [...part.known].filter((name) => !(part.beforeKvm && KVM_CHANGES.has(name)));
  const places = new Set(judged.map((name) => vmsaLeaf(name).offset));
  const known = vmsaFindings(page).filter(({ offset, size }) => size <= 8 && places.has(offset));
  return [...notAllowed(page, part), ...known];
}
