// What excludes a use of an OVMF image, as a table of rules. Sources: edk2 (OvmfPkg), QEMU (target/i386/sev.c, hw/i386), KVM.

import { countOf, hex } from '../binary/hex';
import { areaWords, hashAreaProblem, missing, secretAreaProblem } from './areaChecks';
import { SVSM_INFO } from './entries';
import { findEntry } from './guidedTable';
import { BIOS_STEP } from './image';
import type { ImageBuild, EdkPlatform } from './imageBuild';
import { hasLostTable, isOvmf, smmFiles } from './imageBuild';
import type { SupportedImage, SupportReason } from './metadataSupport';
import { judgeIgvm, judgeSev, judgeTdx } from './metadataSupport';

/** An image, and what its volumes tell. */
export interface SupportInput {
  readonly image: SupportedImage;
  readonly build: ImageBuild;
}

/** A rule: the features that it is about, and what it finds. */
export interface SupportRule {
  readonly features: readonly Feature[];
  readonly judge: (input: SupportInput) => SupportReason | undefined;
}

/** All kinds of SEV guests. */
export const SEV_GUESTS: readonly Feature[] = ['SEV', 'SEV-ES', 'SNP'];
/** All guests. */
const GUESTS: readonly Feature[] = [...SEV_GUESTS, 'TDX'];
/** What a 32-bit SEC phase or SMM excludes. An SVSM is for SNP guests, which IGVM starts whatever the size of the image. */
const ENCRYPTED_STATE: readonly Feature[] = ['SEV-ES', 'SNP', 'TDX', 'SVSM'];

const no = (reason: string | undefined): SupportReason | undefined =>
  reason === undefined ? undefined : ['no', reason];
const unknown = (reason: string | undefined): SupportReason | undefined =>
  reason === undefined ? undefined : ['unknown', reason];

/** The rules; of several that exclude a feature, the first gives the reason. */
export const RULES: readonly SupportRule[] = [
  {
    features: [...GUESTS, 'kernel hashes', 'secret area', 'IGVM', 'SVSM'],
    judge: ({ build }) => (build.part === 'vars' ? no('a variable store holds no firmware') : undefined),
  },
  {
    // edk2, IntelTdx/README.md (Config-B): no SEV call in its SEC phase, and no AmdSevDxe.
    features: [...SEV_GUESTS, 'SVSM'],
    judge: ({ build }) =>
      build.platform === 'IntelTdx' ? no('an IntelTdx build has no code for SEV') : undefined,
  },
  {
    // edk2, SecMain.c: only OvmfPkgX64.dsc and IntelTdx define TDX_GUEST_SUPPORTED.
    features: ['TDX'],
    judge: ({ build: { platform } }) => no(platform && WITHOUT_TDX[platform]),
  },
  {
    features: [...GUESTS, 'SVSM'],
    judge: ({ build: { sec } }) =>
      sec === undefined || sec === 'X64' || sec === 'IA32' ? undefined : no(`its code is for ${sec}`),
  },
  {
    // edk2 61bacc0fa1: the handler of #VC is in the 64-bit SEC phase only.
    features: ENCRYPTED_STATE,
    judge: ({ build }) => (build.sec === 'IA32' ? no('the SEC phase is 32-bit') : undefined),
  },
  {
    features: ['SEV'],
    judge: ({ build }) => (build.dxe === 'IA32' ? no('the DXE phase is 32-bit') : undefined),
  },
  {
    // KVM has no SMM for them (svm_has_emulated_msr; one address space with private memory), QEMU refuses smm=on for TDX,
    // and the drivers stop in CpuDeadLoop without SMM.
    features: ENCRYPTED_STATE,
    judge: ({ build }) => {
      const files = smmFiles(build);
      return files.length > 0 ? no(`it requires SMM (${files.join(', ')})`) : undefined;
    },
  },
  { features: ['SEV-ES', 'SNP'], judge: (input) => no(resetProblem(input)) },
  { features: ['SNP'], judge: ({ image }) => judgeSev(image) },
  { features: ['TDX'], judge: ({ image, build }) => judgeTdx(image, build.part === 'combined') },
  {
    // QEMU, x86_bios_rom_init; KVM refuses the read-only slots of flash to SNP and TDX (66155de93bcf).
    features: ['SNP', 'TDX'],
    judge: ({ image: { fileSize } }) =>
      fileSize % BIOS_STEP === 0
        ? undefined
        : no(
            `its ${hex(fileSize)} bytes are no multiple of 64 KiB: QEMU's -bios refuses them, and KVM refuses flash to these guests`,
          ),
  },
  { features: ['kernel hashes'], judge: ({ image }) => no(hashAreaProblem(image)) },
  { features: ['kernel hashes'], judge: enforcement },
  { features: ['secret area'], judge: ({ image }) => no(secretAreaProblem(image)) },
  { features: ['IGVM'], judge: ({ image }) => judgeIgvm(image) },
  {
    features: ['SVSM'],
    judge: ({ image }) =>
      isSvsm(image) || callingArea(image) ? undefined : no('no SVSM calling area among the SEV metadata'),
  },
  { features: ['SEV-ES', 'SNP', 'TDX'], judge: unreadCode },
  {
    // With both phases and AmdSevDxe found, nothing that may be in what was not read excludes plain SEV.
    features: ['SEV'],
    judge: (input) => {
      const { sec, dxe, files } = input.build;
      const isEnough = sec !== undefined && dxe !== undefined && files.includes('AmdSevDxe');
      return isEnough ? undefined : unreadCode(input);
    },
  },
  { features: SEV_GUESTS, judge: withoutAmdSevDxe },
  {
    features: ['SVSM'],
    judge: (input) => (isSvsm(input.image) ? undefined : (unreadCode(input) ?? withoutAmdSevDxe(input))),
  },
];

const WITHOUT_TDX: Partial<Record<EdkPlatform, string>> = {
  AmdSev: 'an AmdSev build has no code for TDX',
  Microvm: 'no TdxDxe among its drivers',
};

/** A use of an image. */
export interface FeatureRow<Name = string> {
  readonly feature: Name;
  /** What in an image is for it, where nothing excludes it. */
  readonly evidence: (input: SupportInput) => string;
  /** Tables speak for it, whatever is unknown of the code. */
  readonly ofTables?: true;
  /** It is no use without an SEV guest of any kind. */
  readonly forSev?: true;
}

/** All uses, in the order of the facts. */
export const FEATURES = [
  { feature: 'SEV', evidence: () => 'AmdSevDxe, and a 64-bit DXE phase' },
  {
    feature: 'SEV-ES',
    ofTables: true,
    evidence: ({ image }) => `APs start at ${hex(image.resetAddress!, 8)}`,
  },
  {
    feature: 'SNP',
    ofTables: true,
    evidence: ({ image }) =>
      `SEV metadata with ${countRanges(image.sevMetadata!.sections.map((s) => s.size))}`,
  },
  {
    feature: 'TDX',
    ofTables: true,
    evidence: ({ image, build }) => {
      const ranges = countRanges(image.tdxMetadata!.sections.map((s) => Number(s.memory_size)));
      return `TDX metadata with ${ranges}${build.files.includes('TdxDxe') ? '' : '; no TdxDxe was found'}`;
    },
  },
  {
    feature: 'kernel hashes',
    forSev: true,
    evidence: ({ image, build }) => `${areaWords(image.hashArea!)}; verifies ${build.verifies!.join(', ')}`,
  },
  {
    feature: 'secret area',
    forSev: true,
    evidence: ({ image, build }) => {
      const handsOn =
        build.files.includes('SecretDxe') || build.dxe === undefined || build.unread !== undefined;
      return `${areaWords(image.secretArea!)}${handsOn ? '' : '; no SecretDxe was found that hands it on'}`;
    },
  },
  {
    feature: 'IGVM',
    evidence: ({ image }) =>
      `IGVM metadata with ${countRanges(image.igvmMetadata!.sections.map((s) => s.size))}`,
  },
  {
    feature: 'SVSM',
    ofTables: true,
    evidence: ({ image }) =>
      isSvsm(image)
        ? 'this is an SVSM: it has an SVSM info entry'
        : `calling area at ${hex(callingArea(image)!.gpa, 8)}`,
  },
] as const satisfies readonly FeatureRow[];

/** The name of a use. */
export type Feature = (typeof FEATURES)[number]['feature'];

const isSvsm = ({ table }: SupportedImage) => findEntry(table, SVSM_INFO) !== undefined;
const callingArea = ({ sevMetadata }: SupportedImage) =>
  sevMetadata?.sections.find(({ name, size }) => name === 'SVSM_CAA' && size > 0);
const countRanges = (sizes: readonly number[]) => countOf(sizes.filter((size) => size > 0).length, 'range');

/** QEMU, sev_es_find_reset_vector. */
function resetProblem({ image: { table, resetAddress }, build }: SupportInput): string | undefined {
  if (resetAddress === 0) return 'the reset address is 0';
  if (resetAddress !== undefined) return undefined;
  return !table && isOvmf(build) && !hasLostTable(build)
    ? 'no SEV-ES reset block: OVMF of before edk2-stable202008'
    : missing(table, 'SEV-ES reset block');
}

function enforcement({ image, build: { verifies, unread } }: SupportInput): SupportReason | undefined {
  if (verifies?.includes('kernel')) return undefined;
  const where = image.hashArea ? `${areaWords(image.hashArea)}; ` : '';
  if (verifies) return ['warning', `${where}measured but not enforced: no hash verifier in this build`];
  return unknown(
    `${where}whether they are enforced could not be looked at: ${unread ?? 'no DXE volume was found'}`,
  );
}

function withoutAmdSevDxe({ build: { dxe, unread, files } }: SupportInput): SupportReason | undefined {
  return dxe !== undefined && unread === undefined && !files.includes('AmdSevDxe')
    ? unknown('no AmdSevDxe among its drivers')
    : undefined;
}

/** Why the code of an image could not be looked at. */
function unreadCode({ build: { part, sec, dxe, unread } }: SupportInput): SupportReason | undefined {
  if (part === 'unknown') return unknown('no firmware volume was found to look at');
  if (sec === undefined) return unknown('no SEC phase was found');
  if (unread !== undefined) return unknown(`its drivers could not all be looked at: ${unread}`);
  return dxe === undefined ? unknown('no DXE phase was found') : undefined;
}
