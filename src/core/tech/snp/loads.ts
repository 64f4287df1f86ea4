// What an SEV-SNP launch loads: the firmware, then the sections of its SEV metadata in the order of each VMM (edk2,
// OvmfPkg/ResetVector/X64/OvmfSevMetadata; QEMU target/i386/sev.c), then a page for each vCPU.

import * as errors from './errors';
import {
  firmwareLoads,
  PAGE_SIZE,
  vmsaLoad,
  vmsaLoads,
  type LaunchContents,
  type LaunchImage,
  type LaunchSection,
  type Load,
  type LoadingVmm,
  type LoadType,
} from '../../launch/loads';
import { LEAST_HASH_AREA } from '../../ovmf/areaChecks';
import type { SevSectionName } from '../../ovmf/metadataLayout';
import type { Technology } from '../technology';
import { TRAITS } from '../traits';
import { foldSnp, snpState, type SnpState } from './digest';

/** The gpa of VMSA pages, fixed regardless of the guest's memory (KVM, sev_es_sync_vmsa and SNP_LAUNCH_UPDATE). */
const VMSA_GPA = 0xfffffffff000n;

/** How a section is loaded without kernel hashes. */
interface SectionLoad {
  readonly type: LoadType;
  /** By VMMs that differ. */
  readonly by?: Partial<Readonly<Record<LoadingVmm, LoadType>>>;
  /** One page, whatever the size of the section. */
  readonly isOnePage?: true;
  /** Loaded after all others by these VMMs. */
  readonly lastBy?: readonly LoadingVmm[];
}

const SECTIONS: Readonly<Record<SevSectionName, SectionLoad>> = {
  SNP_SEC_MEM: { type: 'zero', by: { gce: 'unmeasured' } },
  SNP_SECRETS: { type: 'secrets', isOnePage: true },
  CPUID: { type: 'cpuid', isOnePage: true, lastBy: ['ec2'] },
  SVSM_CAA: { type: 'zero' },
  SNP_KERNEL_HASHES: { type: 'zero' },
};
const KERNEL_HASHES: SevSectionName = 'SNP_KERNEL_HASHES';

/** The page with the kernel hashes, placed at the offset of the hash area within it. */
function hashPage({ hashArea }: LaunchImage, table: Uint8Array): Uint8Array {
  const at = (hashArea?.base ?? 0) % PAGE_SIZE;
  if (!hashArea || hashArea.base === 0 || at + LEAST_HASH_AREA > PAGE_SIZE) throw errors.noHashArea();
  const page = new Uint8Array(PAGE_SIZE);
  page.set(table, at);
  return page;
}

/** Whether one page of a section is measured, whatever its size. */
export const isOnePage = ({ name }: LaunchSection): boolean =>
  (SECTIONS as Partial<Record<string, SectionLoad>>)[name]?.isOnePage === true;

/** The load of a section. @throws CheckError when it is of an unspecified type */
function sectionLoad(
  { section: { name, type: number, gpa, size, offset }, index }: { section: LaunchSection; index: number },
  { vmm = 'qemu' }: LaunchContents,
  hashes: Uint8Array | undefined,
): Load {
  const known = (SECTIONS as Partial<Record<string, SectionLoad>>)[name];
  if (!known) throw errors.unknownSnpSection(number, offset);
  const place = { label: name, gpa: BigInt(gpa) };
  if (name === KERNEL_HASHES && hashes)
    return { ...place, type: 'normal', size: PAGE_SIZE, bytes: hashes, source: { from: 'kernel hashes' } };
  const source = { from: 'metadata', section: index, offset } as const;
  return { ...place, type: known.by?.[vmm] ?? known.type, size: known.isOnePage ? PAGE_SIZE : size, source };
}

/** 1 GiB in pages, a hundred times what firmware lists, and measured within a second. */
const MOST_PAGES = 2 ** 18;

/** @throws CheckError for sections of so many pages that a digest would take minutes */
function refuseTooMany(sections: readonly LaunchSection[]): void {
  let left = MOST_PAGES;
  for (const { size, offset } of sections) {
    left -= Math.ceil(size / PAGE_SIZE);
    if (left < 0) throw errors.tooManyPages(MOST_PAGES, offset);
  }
}

function* snpLoads(launch: LaunchContents, image: LaunchImage): Generator<Load, undefined> {
  const { firmware = [], svsm, kernelHashes, vmsas, vmm = 'qemu' } = launch;
  const sections = (image.sevMetadata?.sections ?? []).map((section, index) => ({ section, index }));
  if (sections.length === 0) throw errors.noSnpMetadata();
  if (kernelHashes && !sections.some(({ section }) => section.name === KERNEL_HASHES))
    throw errors.noHashArea();
  const hashes = kernelHashes && hashPage(image, kernelHashes);
  refuseTooMany(sections.map(({ section }) => section));
  yield* firmwareLoads(firmware);
  if (svsm) {
    const { bytes, gpa } = svsm;
    yield {
      label: 'SVSM',
      type: 'normal',
      gpa,
      size: bytes.length,
      bytes,
      source: { from: 'svsm', offset: 0 },
    };
  }
  const isLast = ({ section: { name } }: (typeof sections)[number]) =>
    (SECTIONS as Partial<Record<string, SectionLoad>>)[name]?.lastBy?.includes(vmm) === true;
  const ordered = [...sections.filter((s) => !isLast(s)), ...sections.filter(isLast)];
  for (const section of ordered) yield sectionLoad(section, launch, hashes);
  if (vmsas) yield* vmsaLoads(vmsas, VMSA_GPA);
}

/** SEV-SNP. */
export const snp: Technology<SnpState> = {
  id: 'snp',
  traits: TRAITS.snp,
  loads: snpLoads,
  vmsaLoad: (vcpu, page) => vmsaLoad(vcpu, page, VMSA_GPA),
  start: snpState,
  fold: foldSnp,
  digest: ({ digest }) => digest,
};
