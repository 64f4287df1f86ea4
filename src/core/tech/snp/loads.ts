// A launch digest in the making, which can be taken at any point and gone on from more than once: so that many launches that
// begin alike are digested together. SHA-256 for SEV and SEV-ES, the chain of pages for SEV-SNP.

import * as errors from '../../errors';
import type { OvmfImage } from '../../ovmf/image';
import type { Hasher } from '../../launch/hasher';
import { LEAST_HASH_AREA } from '../../ovmf/areaChecks';
import { extendPage, SNP_PAGE_SIZE, type SnpPage } from './digest';

/** What was launched so far. Nothing changes it. */
export interface LaunchState {
  /** The same with the page of one more vCPU. */
  withVcpu(page: Uint8Array): LaunchState;
  /** 32 bytes, or 48 for SEV-SNP. */
  digest(): Uint8Array;
}

/** A running hash that can be copied, as Node's. */
export interface CopyableHasher extends Hasher {
  copy(): CopyableHasher;
}

/** The state of an SEV or SEV-ES launch. @param hasher a SHA-256 that has taken in the firmware and the kernel hashes */
export function sevState(hasher: CopyableHasher): LaunchState {
  return {
    withVcpu(page) {
      const next = hasher.copy();
      next.update(page);
      return sevState(next);
    },
    digest: () => hasher.copy().digest(),
  };
}

/** Where the firmware of the CPU lets a VMSA page lie, whatever the guest has (KVM, sev_es_sync_vmsa and SNP_LAUNCH_UPDATE). */
const VMSA_GPA = 0xfffffffff000n;

function snpState(digest: Uint8Array): LaunchState {
  return {
    withVcpu: (contents) => snpState(extendPage(digest, { type: 'vmsa', gpa: VMSA_GPA, contents })),
    digest: () => digest,
  };
}

/** The VMMs whose order and types of pages are known. */
export type SnpVmm = 'qemu' | 'ec2' | 'gce';

/** The parts of an image that an SNP launch uses beside its pages. */
type SnpImage = Pick<OvmfImage, 'sevMetadata' | 'hashArea'>;

type Section = NonNullable<OvmfImage['sevMetadata']>['sections'][number];

/** The page with the kernel hashes, which are at the offset of the hash area in it. */
function hashPage({ hashArea }: SnpImage, table: Uint8Array): Uint8Array {
  const at = (hashArea?.base ?? 0) % SNP_PAGE_SIZE;
  if (!hashArea || hashArea.base === 0 || at + LEAST_HASH_AREA > SNP_PAGE_SIZE) throw errors.noHashArea();
  const page = new Uint8Array(SNP_PAGE_SIZE);
  page.set(table, at);
  return page;
}

/** The pages of one section of the metadata, by its type (edk2, OvmfPkg/ResetVector/X64/OvmfSevMetadata). */
function* sectionPages(
  { type, gpa, size }: Section,
  image: SnpImage,
  vmm: SnpVmm,
  table: Uint8Array | undefined,
): Generator<SnpPage> {
  // Secrets and CPUID are one page each, whatever the size says.
  if (type === 2 || type === 3) yield { type: type === 2 ? 'secrets' : 'cpuid', gpa: BigInt(gpa) };
  else if (type === 0x10 && table)
    yield { type: 'normal', gpa: BigInt(gpa), contents: hashPage(image, table) };
  else if (type === 1 || type === 4 || type === 0x10) {
    const bare = type === 1 && vmm === 'gce' ? 'unmeasured' : 'zero';
    for (let at = 0; at < size; at += SNP_PAGE_SIZE) yield { type: bare, gpa: BigInt(gpa + at) };
  } else throw errors.unknownSnpSection(type);
}

/**
 * The state of an SNP launch before its first vCPU.
 * @param firmwareDigest the state after the pages of the firmware, 48 bytes
 * @param table the kernel hashes, when there is a kernel
 * @throws CheckError when no VMM could launch such an image, or not with a kernel
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
  // EC2 adds the CPUID page after all others.
  const isLast = ({ type }: Section) => vmm === 'ec2' && type === 3;
  const ordered = [...sections.filter((s) => !isLast(s)), ...sections.filter(isLast)];
  let digest = firmwareDigest;
  for (const section of ordered)
    for (const page of sectionPages(section, image, vmm, table)) digest = extendPage(digest, page);
  return snpState(digest);
}
