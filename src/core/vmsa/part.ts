// A page of which only some fields are known, as a dump of registers has them. What is not known is never taken for
// zero: whoever shows or compares such a page asks here, and partChecks.ts judges it.

import { entriesOf, leaves, writeLeaf } from '../binary/struct';
import type { GeneratedVmsa } from './launch/generate';
import { KVM_ENTER, QEMU_FPU } from './launch/initial';
import { VMSA, VMSA_SIZE, vmsaLeaf, type VmsaName } from './layout/layout';
import { groupFields, vmsaFields, type VmsaField } from './page';
import { decodePage, type VmsaPage } from './vmsaPage';

/** What is known of a page. */
export interface PartOfPage {
  /** The names of the known fields; all other bytes mean nothing. */
  readonly known: ReadonlySet<VmsaName>;
  /** The registers are those of the VMM, which KVM has not yet taken over into a page. */
  readonly beforeKvm: boolean;
  /** ALLOWED_SEV_FEATURES of the VMCB that belongs to the page. */
  readonly allowed?: bigint;
}

/** What KVM changes when it takes over the registers of a VMM. */
export const KVM_CHANGES: ReadonlySet<string> = new Set(Object.keys(KVM_ENTER.values));

/** What can be other in a page than in the VMM that its registers are from: that, and the FPU state, which KVM may leave out. */
export const OTHER_IN_PAGE: ReadonlySet<string> = new Set([...KVM_CHANGES, ...Object.keys(QEMU_FPU.values)]);

/** The number of fields of a whole page. */
export const FIELDS_OF_PAGE = leaves(VMSA).length;

const NO_PAGE = decodePage(new Uint8Array(VMSA_SIZE));

/** Whether a field is known; of a whole page, which has no part, every field is. */
export const isKnownIn = (part: PartOfPage | undefined, name: VmsaName): boolean =>
  part === undefined || part.known.has(name);

/** The known fields of a page, in the order of the file. */
export function knownFields(page: VmsaPage, part: PartOfPage): VmsaField[] {
  const some = leaves(VMSA).filter(({ path }) => part.known.has(path));
  // Where a vCPU starts depends on two fields.
  const starts = part.known.has('cs_base') && part.known.has('rip');
  return vmsaFields(page, some).map((field) =>
    field.name === 'rip' && !starts ? { ...field, meaning: '' } : field,
  );
}

/** How many fields of each heading are not known, in words: `SEV state 14, FPU 89`. */
export function unknownByGroup(part: PartOfPage): string {
  const unknown = vmsaFields(NO_PAGE).filter(({ name }) => !part.known.has(name));
  return groupFields(unknown)
    .map(({ group, fields }) => `${group} ${fields.length}`)
    .join(', ');
}

/**
 * The page that a part is compared with: of registers before KVM took them over, with the values that the VMM gave.
 */
export function expectedOf(generated: GeneratedVmsa, part: PartOfPage | undefined): GeneratedVmsa {
  if (!part?.beforeKvm) return generated;
  const bytes = Uint8Array.from(generated.bytes);
  const trail = new Map(generated.trail);
  for (const [name, writes] of generated.trail) {
    if (writes.at(-1)!.layer !== KVM_ENTER) continue;
    const before = writes.slice(0, -1);
    trail.set(name, before);
    writeLeaf(bytes, vmsaLeaf(name), before.at(-1)?.value ?? 0);
  }
  // The VMM has this state always; whether KVM copies it into the page depends on the launch.
  for (const [name, value] of entriesOf(QEMU_FPU.values)) {
    if (typeof value !== 'object' && !trail.has(name)) writeLeaf(bytes, vmsaLeaf(name), value);
  }
  return { bytes, trail };
}
