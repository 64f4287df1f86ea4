// What an SEV-SNP launch loads: the firmware, then the sections of its SEV metadata in the order of each VMM (edk2,
// OvmfPkg/ResetVector/X64/OvmfSevMetadata; QEMU target/i386/sev.c), then a page for each vCPU.

import type { CheckError } from '../../errors';
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

/** Where the kernel hashes are in their page. */
const hashesAt = ({ hashArea }: LaunchImage): number => (hashArea?.base ?? 0) % PAGE_SIZE;

/** The page with the kernel hashes. */
function hashPage(image: LaunchImage, table: Uint8Array): Uint8Array {
  const page = new Uint8Array(PAGE_SIZE);
  page.set(table, hashesAt(image));
  return page;
}

/** Whether one page of a section is measured, whatever its size. */
export const isOnePage = (section: LaunchSection): boolean => sectionOf(section)?.isOnePage === true;

/** How a section is loaded; undefined for one of an unspecified type. */
const sectionOf = ({ name }: LaunchSection): SectionLoad | undefined =>
  (SECTIONS as Partial<Record<string, SectionLoad>>)[name];

/** The load of a section. */
function sectionLoad(
  { section, index }: { section: LaunchSection; index: number },
  { vmm = 'qemu' }: LaunchContents,
  hashes: Uint8Array | undefined,
): Load {
  const { name, gpa, size, offset } = section;
  const known = sectionOf(section)!;
  const place = { label: name, gpa: BigInt(gpa) };
  if (name === KERNEL_HASHES && hashes)
    return { ...place, type: 'normal', size: PAGE_SIZE, bytes: hashes, source: { from: 'kernel hashes' } };
  const source = { from: 'metadata', section: index, offset } as const;
  return { ...place, type: known.by?.[vmm] ?? known.type, size: known.isOnePage ? PAGE_SIZE : size, source };
}

/** 1 GiB in pages, a hundred times what firmware lists, and measured within a second. */
const MOST_PAGES = 2 ** 18;

/** Where sections have so many pages that a digest would take minutes: the offset of the first one too many. */
function tooManyAt(sections: readonly LaunchSection[]): number | undefined {
  let left = MOST_PAGES;
  return sections.find(({ size }) => (left -= Math.ceil(size / PAGE_SIZE)) < 0)?.offset;
}

/** Why no VMM launches an image so: it has no sections, one of an unspecified type, too many pages, or no room for kernel hashes. */
export function refuseLoads(
  { kernelHashes }: Pick<LaunchContents, 'kernelHashes'>,
  image: LaunchImage,
): CheckError | undefined {
  if (image.sevMetadata?.whole === false) return errors.brokenSnpMetadata(image.sevMetadata.offset);
  const sections = image.sevMetadata?.sections ?? [];
  if (sections.length === 0) return errors.noSnpMetadata();
  const { hashArea } = image;
  const hasRoom =
    hashArea !== undefined && hashArea.base !== 0 && hashesAt(image) + LEAST_HASH_AREA <= PAGE_SIZE;
  if (kernelHashes && !(hasRoom && sections.some(({ name }) => name === KERNEL_HASHES)))
    return errors.noHashArea();
  const at = tooManyAt(sections);
  if (at !== undefined) return errors.tooManyPages(MOST_PAGES, at);
  const unknown = sections.find((section) => !sectionOf(section));
  return unknown && errors.unknownSnpSection(unknown.type, unknown.offset);
}

/** The loads of a launch, for those who fold nothing. @throws CheckError as those of a technology */
export function* snpLoads(launch: LaunchContents, image: LaunchImage): Generator<Load, undefined> {
  const { firmware = [], svsm, kernelHashes, vmsas, vmm = 'qemu' } = launch;
  const refusal = refuseLoads(launch, image);
  if (refusal) throw refusal;
  const sections = (image.sevMetadata?.sections ?? []).map((section, index) => ({ section, index }));
  const hashes = kernelHashes && hashPage(image, kernelHashes);
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
  const isLast = ({ section }: (typeof sections)[number]) =>
    sectionOf(section)?.lastBy?.includes(vmm) === true;
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
