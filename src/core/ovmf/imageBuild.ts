// Which part of an OVMF build a file is, and for which processors: CODE, VARS, a combined image, Ia32X64
// (edk2, OvmfPkg/*.fdf and README).

import { MACHINE } from './volumes/executables';
import { NVRAM, guidName } from './volumes/guids';
import { DXE_CORE, SEC_CORE } from './volumes/layouts';
import type { VolumeNode, VolumeTree } from './volumes/tree';
import { allNodes } from './volumes/volumes';

/** `unknown`: no firmware volume could be read. */
export type ImagePart = 'combined' | 'code' | 'vars' | 'unknown';

/** Which part of a build an image is. */
export interface ImageBuild {
  readonly part: ImagePart;
  /** The part in words, and what that means for a launch. */
  readonly words: string;
  /** The processor of the code that starts, named as in build targets: `X64`, `IA32`. */
  readonly sec?: string;
  /** The processor of the DXE phase, which differs in an Ia32X64 build; known only if it could be decompressed. */
  readonly dxe?: string;
  /** Both in words, or an empty string. */
  readonly bits: string;
}

const WORDS: Readonly<Record<ImagePart, string>> = {
  combined: 'combined image of code and variables, which are measured together',
  code: 'CODE, no variable store: its VARS file, if there is one, is mapped below it and not measured',
  vars: 'VARS, a variable store only: no firmware, and not measured',
  unknown: 'no firmware volume',
};

/** Classifies an image by its volumes. @param tree with decompressed sections if the DXE phase matters */
export function imageBuild(tree: VolumeTree): ImageBuild {
  const part = partOf(tree.nodes);
  const sec = machineOf(tree, SEC_CORE);
  const dxe = machineOf(tree, DXE_CORE);
  const machines = { ...(sec !== undefined && { sec }), ...(dxe !== undefined && { dxe }) };
  return { part, words: WORDS[part], ...machines, bits: describeBits(sec, dxe) };
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
    if (found !== undefined) return found;
  }
  return undefined;
}

function machineIn(node: VolumeNode): string | undefined {
  const field = node.kind === 'section' ? node.fields.find(({ name }) => name === MACHINE) : undefined;
  if (field) return field.meaning === '' ? field.raw : field.meaning;
  const inside = [...node.children, ...(node.decoded?.children ?? [])];
  for (const child of inside) {
    const found = machineIn(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

function describeBits(sec: string | undefined, dxe: string | undefined): string {
  if (sec === undefined) return '';
  if (sec === 'X64') return 'X64 build (64-bit)';
  if (sec !== 'IA32') return `${sec} build`;
  if (dxe === 'X64') return 'Ia32X64 build (32-bit until the DXE phase, then 64-bit)';
  return dxe === undefined ? 'starts in 32-bit code: an Ia32 or Ia32X64 build' : 'Ia32 build (32-bit)';
}

/** The type of an image in one phrase. */
export const describeBuild = ({ words, bits }: ImageBuild): string =>
  bits === '' ? words : `${words}; ${bits}`;
