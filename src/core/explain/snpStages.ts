// What an SNP launch loads between its firmware and its first vCPU, in two stages: an SVSM image and the sections of the metadata up to the one for kernel
// hashes, and the rest. In firmware of today that one is the last, so that another command line costs two hashes.

import { snpVmmOf } from '../check/matrix';
import { PAGE_SIZE, type LaunchImage, type Load, type LoadingVmm } from '../launch/loads';
import type { SnpState } from '../tech/snp/digest';
import { refuseLoads, snp } from '../tech/snp/loads';
import { foldAll } from '../tech/technology';
import { findProfile } from '../vmsa/launch/profiles';
import { agreeIn, type Stage, type StageLaunch, type SvsmPages } from './searchTechnology';
import type { Setting } from './setting';

const HASHES = 'SNP_KERNEL_HASHES';
const MEMORY = 'SNP_SEC_MEM';

/** Where the section for kernel hashes is, when not where the firmware has it. */
export type HashSection = 'last' | 'before the last memory';

/** The VMM whose order and types of loads a launch has. */
export const orderOf = ({ order, profile }: Pick<Setting, 'order' | 'profile'>): LoadingVmm =>
  order ?? snpVmmOf(findProfile(profile)!) ?? 'qemu';

/** The image with its section for kernel hashes elsewhere; undefined when it has none, or has it there. */
export function withHashSection(image: LaunchImage, at: HashSection): LaunchImage | undefined {
  const { sevMetadata } = image;
  const sections = sevMetadata?.sections ?? [];
  const hashes = sections.find(({ name }) => name === HASHES);
  if (!sevMetadata || !hashes) return undefined;
  const others = sections.filter((section) => section !== hashes);
  const memory = others.findLastIndex(({ name }) => name === MEMORY);
  if (memory < 0 && at !== 'last') return undefined;
  const ordered = others.toSpliced(at === 'last' ? others.length : memory, 0, hashes);
  if (ordered.every((section, i) => section === sections[i])) return undefined;
  return { ...image, sevMetadata: { ...sevMetadata, sections: ordered } };
}

/** The loads of a launch without firmware and vCPUs; undefined when no VMM launches it. */
function loadsOf(
  { setting, image: given, kernelHashes, svsm }: StageLaunch,
  isHashed: boolean,
): Load[] | undefined {
  // That section is moved in firmware only.
  if (setting.hashSection && svsm) return undefined;
  const image = setting.hashSection ? withHashSection(given, setting.hashSection) : given;
  if (!image) return undefined;
  const launch = { vmm: orderOf(setting), ...(isHashed && { kernelHashes }) };
  return refuseLoads(launch, image) ? undefined : [...snp.loads(launch, image)];
}

/** How many loads there are before that of the kernel hashes. */
function countBefore(loads: readonly Load[]): number {
  const at = loads.findIndex(({ label }) => label === HASHES);
  return at < 0 ? loads.length : at;
}

const hasSameSvsm = agreeIn('svsm', 'varsSize');
const isSameOrder = (a: Setting, b: Setting): boolean =>
  a.hashSection === b.hashSection && orderOf(a) === orderOf(b) && hasSameSvsm(a, b);

/** The loads of an SVSM image, page by page. */
const svsmLoads = ({ gpa, contents }: SvsmPages): Load[] =>
  contents.map((sha384, i) => ({
    label: 'SVSM',
    type: 'normal',
    gpa: gpa + BigInt(i * PAGE_SIZE),
    size: PAGE_SIZE,
    sha384,
    source: { from: 'svsm', offset: i * PAGE_SIZE },
  }));

/** Both stages. */
export const SNP_STAGES: readonly Stage<SnpState>[] = [
  {
    isSame: isSameOrder,
    after(state, launch) {
      const loads = loadsOf(launch, false);
      if (!loads) return undefined;
      const below = launch.svsm ? svsmLoads(launch.svsm) : [];
      return foldAll(snp, state, [...below, ...loads.slice(0, countBefore(loads))]);
    },
  },
  {
    isSame: agreeIn('hashes', 'kernel', 'initrd', 'cmdline'),
    after(state, launch) {
      const loads = loadsOf(launch, true);
      return loads && foldAll(snp, state, loads.slice(countBefore(loads)));
    },
  },
];
