// What the firmware volumes of an OVMF image tell about it: which part of a build it is, for which processors, from which
// platform of edk2, and which files it has that decide what it can do (edk2, OvmfPkg/*.fdf). What could not be read is said,
// so that nobody concludes from a closed section that a file is absent.

import { machineName } from './volumes/executables';
import { NVRAM, TELLING_FILES, guidName, type TellingFile } from './volumes/guids';
import { DXE_CORE, SEC_CORE } from './volumes/layouts';
import type { VolumeNode, VolumeTree } from './volumes/tree';
import { unreadPart } from './volumes/unread';
import { verifiedBlobs, type Blob } from './volumes/verifier';
import { allNodes } from './volumes/volumes';

/** `unknown`: no firmware volume could be read. */
export type ImagePart = 'combined' | 'code' | 'vars' | 'unknown';

/** A platform of edk2. Microvm stands for every build whose DXE phase has drivers neither for SEV nor for TDX. */
export type EdkPlatform = 'OvmfPkgX64' | 'AmdSev' | 'IntelTdx' | 'Microvm' | 'Ia32X64' | 'Ia32';

/** What the volumes of an image tell. */
export interface ImageBuild {
  readonly part: ImagePart;
  /** Of code, the bytes before its first volume, where other images have their variables; absent when there are none. */
  readonly front?: number;
  /** The processor of the code that starts, named as in build targets: `X64`, `IA32`. */
  readonly sec?: string;
  /** The processor of the DXE phase, which differs in an Ia32X64 build; known only if it could be decompressed. */
  readonly dxe?: string;
  /** The telling files that were found. */
  readonly files: readonly TellingFile[];
  /** Told by the GUIDs of its files. */
  readonly platform?: EdkPlatform;
  /** What the firmware verifies against its hash; absent when that is unknown. */
  readonly verifies?: readonly Blob[];
  /** Why more files than those found may be there, a clause; absent when all were read. */
  readonly unread?: string;
}

const SMM_FILES: readonly TellingFile[] = [
  'SmmControl2Dxe',
  'PiSmmIpl',
  'PiSmmCore',
  'StandaloneMmCore',
  'StandaloneMmIplPei',
];

/** The files of an image that need SMM; edk2 builds all of them or none (SMM_REQUIRE). */
export const smmFiles = ({ files }: ImageBuild): readonly TellingFile[] =>
  files.filter((file) => SMM_FILES.includes(file));

/** Whether an image starts with the SEC phase of OVMF, whatever its tables are. */
export const isOvmf = ({ files }: ImageBuild): boolean =>
  files.includes('SecMain') || files.includes('SecMain (TDX)');

/** Whether the code that starts is for a known processor other than x86. */
export const isForeign = ({ sec }: ImageBuild): boolean =>
  sec !== undefined && sec !== 'X64' && sec !== 'IA32' && !sec.startsWith('0x');

/** edk2 builds these only since its images have a table, or at least a reset block. */
const WITH_TABLE: readonly (EdkPlatform | undefined)[] = ['OvmfPkgX64', 'AmdSev', 'IntelTdx'];

/** Whether an image without a table has lost it: its build has one. */
export const hasLostTable = ({ platform, files }: ImageBuild): boolean =>
  WITH_TABLE.includes(platform) || files.includes('TdxDxe');

/** Classifies an image by its volumes. @param tree with decompressed sections, if more than the SEC phase matters */
export function imageBuild(tree: VolumeTree): ImageBuild {
  const part = partOf(tree.nodes);
  const sec = machineOf(tree, SEC_CORE);
  const dxe = machineOf(tree, DXE_CORE);
  const files = tellingFiles(tree);
  const unread = unreadPart(tree)?.text;
  const verifies = verifiedBlobs(tree);
  const front = part === 'code' ? (tree.nodes.find(({ kind }) => kind === 'volume')?.offset ?? 0) : 0;
  const known = {
    part,
    ...(front > 0 && { front }),
    files,
    ...(sec !== undefined && { sec }),
    ...(dxe !== undefined && { dxe }),
    ...(unread !== undefined && { unread }),
    ...(verifies && { verifies }),
  };
  const platform = platformOf(known);
  return { ...known, ...(platform && { platform }) };
}

function partOf(nodes: readonly VolumeNode[]): ImagePart {
  const volumes = nodes.filter(({ kind }) => kind === 'volume');
  const stores = volumes.filter(({ type }) => type === guidName(NVRAM));
  if (volumes.length === 0) return 'unknown';
  if (stores.length === 0) return 'code';
  return stores.length < volumes.length ? 'combined' : 'vars';
}

/** The processor of the first file of this type that has code. */
function machineOf(tree: VolumeTree, fileType: number): string | undefined {
  for (const { node } of allNodes(tree)) {
    const found = node.kind === 'file' && node.typeCode === fileType ? machineIn(node) : undefined;
    if (found !== undefined) return machineName(found);
  }
  return undefined;
}

function machineIn(node: VolumeNode): number | undefined {
  if (node.machine !== undefined) return node.machine;
  for (const child of [...node.children, ...(node.decoded?.children ?? [])]) {
    const found = machineIn(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

function tellingFiles(tree: VolumeTree): TellingFile[] {
  const found = new Set<string>();
  for (const { node } of allNodes(tree)) if (node.kind === 'file') found.add(node.guid ?? '');
  return Object.entries(TELLING_FILES).flatMap(([guid, name]) => (found.has(guid) ? [name] : []));
}

type Known = Omit<ImageBuild, 'platform'>;

/** The signs of each platform, the surest first. */
const PLATFORMS: readonly (readonly [EdkPlatform, (build: Known) => boolean])[] = [
  ['IntelTdx', ({ files }) => files.includes('SecMain (TDX)')],
  ['AmdSev', ({ files }) => files.includes('SecretDxe') || files.includes('SecretPei')],
  ['Ia32X64', ({ sec, dxe }) => sec === 'IA32' && dxe === 'X64'],
  ['Ia32', ({ sec, dxe }) => sec === 'IA32' && dxe === 'IA32'],
  [
    'OvmfPkgX64',
    ({ files, sec }) => sec === 'X64' && files.includes('TdxDxe') && files.includes('AmdSevDxe'),
  ],
  [
    'Microvm',
    ({ files, sec, dxe, unread }) =>
      sec === 'X64' &&
      dxe === 'X64' &&
      unread === undefined &&
      !files.includes('TdxDxe') &&
      !files.includes('AmdSevDxe'),
  ],
];

const platformOf = (build: Known): EdkPlatform | undefined => PLATFORMS.find(([, isIt]) => isIt(build))?.[0];
