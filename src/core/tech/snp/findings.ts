// Where the launch of a firmware differs from what tools compute for it: QEMU launches sections as they are listed
// (target/i386/sev.c, snp_populate_metadata_pages), and sev-snp-measure has one page for SECRETS and CPUID, whatever their size.

import { hex } from '../../binary/hex';
import type { Finding } from '../../binary/region';
import { PAGE_SIZE, type LaunchImage, type LaunchSection } from '../../launch/loads';
import { SEV_METADATA } from '../../ovmf/metadataLayout';
import { ovmfFinding, type OvmfRule } from '../../ovmf/rules';
import { isOnePage } from './loads';

const found = (rule: OvmfRule, index: number, section: LaunchSection, what: string): Finding => {
  const { name, gpa, offset } = section;
  const title = `${SEV_METADATA.title}, section ${index} (${name} at ${hex(gpa)})`;
  return ovmfFinding(rule, offset, SEV_METADATA.section.size, `${title} ${what}`);
};

/** The sections that QEMU launches in another way than the digest has them. */
export function snpFindings({ sevMetadata }: LaunchImage): Finding[] {
  return (sevMetadata?.sections ?? []).flatMap((section, index) => {
    const pages = Math.ceil(section.size / PAGE_SIZE);
    if (pages === 0) {
      const measured = isOnePage(section) ? 'one page, as sev-snp-measure has it' : 'no page';
      const what = `has size 0. QEMU starts no guest with it, because SNP_LAUNCH_UPDATE is refused; the digest has ${measured}.`;
      return [found('section-empty', index, section, what)];
    }
    if (pages === 1 || !isOnePage(section)) return [];
    const what = `has ${pages} pages. QEMU measures all of them, the digest only the first, as sev-snp-measure does: a guest that QEMU launches has another one.`;
    return [found('section-pages', index, section, what)];
  });
}
