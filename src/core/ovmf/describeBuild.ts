// The type of an image in one phrase: which part of a build it is, where its other part belongs, and for which processors.

import { hex } from '../binary/hex';
import type { ImageBuild, EdkPlatform } from './imageBuild';
import type { OvmfImage } from './image';
import { TDX_METADATA } from './metadataLayout';

/** A platform in words, and what it is recognised by. */
interface PlatformWords {
  readonly words: string;
  readonly sign: string;
}

/** The platforms. */
export const PLATFORMS: Readonly<Record<EdkPlatform, PlatformWords>> = {
  OvmfPkgX64: { words: 'OvmfPkgX64 build (64-bit)', sign: 'the files TdxDxe and AmdSevDxe' },
  AmdSev: { words: 'AmdSev build (64-bit)', sign: 'the files SecretPei and SecretDxe' },
  IntelTdx: { words: 'IntelTdx build (64-bit)', sign: 'a SEC file of its own' },
  Microvm: {
    words: 'Microvm or another build without drivers for SEV and TDX (64-bit)',
    sign: 'neither TdxDxe nor AmdSevDxe among its files',
  },
  Ia32X64: {
    words: 'Ia32X64 build (32-bit until the DXE phase, then 64-bit)',
    sign: 'a 32-bit SEC phase and a 64-bit DXE phase',
  },
  Ia32: { words: 'Ia32 build (32-bit)', sign: '32-bit SEC and DXE phases' },
};

const CFV = TDX_METADATA.types.find(({ name }) => name === 'CFV')!.type;

/**
 * The size of the VARS file that belongs to a CODE image, in bytes: the TDX metadata list the variables, too, although they
 * are in another file (edk2, OvmfPkgDefines.fdf.inc). Undefined without such metadata.
 */
export function varsSize({ tdxMetadata }: Pick<OvmfImage, 'tdxMetadata'>): number | undefined {
  const size = tdxMetadata?.sections.find(({ type }) => type === CFV)?.raw_data_size;
  return size === 0 ? undefined : size;
}

function partWords({ part, front }: ImageBuild, image: Pick<OvmfImage, 'tdxMetadata'>): string {
  const size = varsSize(image);
  switch (part) {
    case 'combined':
      return 'code and variables in one image, both measured';
    case 'code':
      if (front !== undefined)
        return `code behind ${hex(front)} bytes that are no variable store, all measured`;
      return size === undefined
        ? 'CODE, without variables: a VARS file is mapped right below it and is not measured'
        : `CODE, without variables: its VARS file has ${hex(size)} bytes, is mapped right below it and is not measured`;
    case 'vars':
      return 'VARS, variables only: mapped right below the CODE image that it belongs to, and not measured';
    case 'unknown':
      return '';
  }
}

function bitsWords({ sec, platform }: ImageBuild): string {
  if (platform) return PLATFORMS[platform].words;
  if (sec === undefined) return '';
  if (sec === 'X64') return 'X64 build (64-bit)';
  return sec === 'IA32' ? 'starts in 32-bit code: an Ia32 or Ia32X64 build' : `${sec} build`;
}

/** The type of an image in one phrase; empty when nothing is known. */
export function describeBuild(build: ImageBuild, image: Pick<OvmfImage, 'tdxMetadata'>): string {
  return [partWords(build, image), bitsWords(build)].filter((words) => words !== '').join('; ');
}
