// The pages that an SEV-SNP launch loads after its firmware, in the order of each VMM (edk2
// OvmfPkg/ResetVector/X64/OvmfSevMetadata; QEMU target/i386/sev.c), and the resulting state of the launch.

import * as errors from './errors';
import type { LaunchState } from '../../launch/state';
import { LEAST_HASH_AREA } from '../../ovmf/areaChecks';
import type { OvmfImage } from '../../ovmf/image';
import { extendPage, SNP_PAGE_SIZE, type SnpPage } from './digest';

/** The gpa of VMSA pages, fixed regardless of the guest's memory (KVM, sev_es_sync_vmsa and SNP_LAUNCH_UPDATE). */
const VMSA_GPA = 0xfffffffff000n;

function snpState(digest: Uint8Array): LaunchState {
  return {
    withVcpu: (contents) => snpState(extendPage(digest, { type: 'vmsa', gpa: VMSA_GPA, contents })),
    digest: () => digest,
  };
}

/** The VMMs whose page order and types are known. */
export type SnpVmm = 'qemu' | 'ec2' | 'gce';

/** The parts of an image that an SNP launch uses besides its pages. */
type SnpImage = Pick<OvmfImage, 'sevMetadata' | 'hashArea'>;

type Section = NonNullable<OvmfImage['sevMetadata']>['sections'][number];

/** The page with the kernel hashes, placed at the offset of the hash area within it. */
function hashPage({ hashArea }: SnpImage, table: Uint8Array): Uint8Array {
  const at = (hashArea?.base ?? 0) % SNP_PAGE_SIZE;
  if (!hashArea || hashArea.base === 0 || at + LEAST_HASH_AREA > SNP_PAGE_SIZE) throw errors.noHashArea();
  const page = new Uint8Array(SNP_PAGE_SIZE);
  page.set(table, at);
  return page;
}

/** The pages of one metadata section, by its type (edk2, OvmfPkg/ResetVector/X64/OvmfSevMetadata). */
function* sectionPages(
  { type, gpa, size, offset }: Section,
  image: SnpImage,
  vmm: SnpVmm,
  table: Uint8Array | undefined,
): Generator<SnpPage> {
  // Secrets and CPUID are one page each, whatever the section size.
  if (type === 2 || type === 3) yield { type: type === 2 ? 'secrets' : 'cpuid', gpa: BigInt(gpa) };
  else if (type === 0x10 && table)
    yield { type: 'normal', gpa: BigInt(gpa), contents: hashPage(image, table) };
  else if (type === 1 || type === 4 || type === 0x10) {
    const bare = type === 1 && vmm === 'gce' ? 'unmeasured' : 'zero';
    for (let at = 0; at < size; at += SNP_PAGE_SIZE) yield { type: bare, gpa: BigInt(gpa + at) };
  } else throw errors.unknownSnpSection(type, offset);
}

/**
 * The state of an SNP launch before its first vCPU.
 * @param firmwareDigest the state after the firmware pages, 48 bytes
 * @param table the kernel hashes, if there is a kernel
 * @throws CheckError when no VMM could launch this image, or not with a kernel
 */
export function snpLaunch(
  firmwareDigest: Uint8Array,
  image: SnpImage,
  vmm: SnpVmm,
  table: Uint8Array | undefined,
): LaunchState {
  const { sections = [] } = image.sevMetadata ?? {};
  if (sections.length === 0) throw errors.noSnpMetadata();
  if (table && !sections.some(({ type }) => type === 0x10)) throw errors.noHashArea();
  // EC2 adds the CPUID page last.
  const isLast = ({ type }: Section) => vmm === 'ec2' && type === 3;
  const ordered = [...sections.filter((s) => !isLast(s)), ...sections.filter(isLast)];
  let digest = firmwareDigest;
  for (const section of ordered)
    for (const page of sectionPages(section, image, vmm, table)) digest = extendPage(digest, page);
  return snpState(digest);
}
