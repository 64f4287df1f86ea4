// What is inside the compressed sections of an image, without the bytes: small enough to be sent to a page.

import type { Finding } from '../binary/region';
import type { OvmfImage } from './image';
import { imageBuild, type ImageBuild } from './imageBuild';
import type { Decompress, VolumeNode } from './volumes/tree';
import { checkVerifier, verifiesKernelHashes } from './volumes/verifier';
import { allNodes, parseVolumes } from './volumes/volumes';

/** What a section of the file that was decompressed holds; offsets count from the start of what came out. */
export interface SectionContents {
  /** Where the section starts in the file. */
  readonly section: number;
  readonly method: string;
  readonly size: number;
  readonly nodes: readonly VolumeNode[];
}

/** All that only decompression tells of an image. */
export interface VolumeContents {
  readonly sections: readonly SectionContents[];
  readonly findings: readonly Finding[];
  /** Whether kernels are compared with their hashes; undefined when that could not be told. */
  readonly verifies: boolean | undefined;
  readonly build: ImageBuild;
}

/** A node without the bytes of what was decompressed inside it, which become its children. */
function withoutBytes({ decoded, ...node }: VolumeNode): VolumeNode {
  return { ...node, children: [...node.children, ...(decoded?.children ?? [])].map(withoutBytes) };
}

/** Reads an image with its compressed sections. Never throws on content; takes seconds where much is compressed. */
export function readContents(bytes: Uint8Array, image: OvmfImage, decompress: Decompress): VolumeContents {
  const { value: tree, findings } = parseVolumes(bytes, { decompress });
  // Those inside another decompressed section are among its children.
  const sections = [...allNodes(tree)].flatMap(({ node: { offset, decoded }, bytes: space }) =>
    decoded && space === bytes
      ? [
          {
            section: offset,
            method: decoded.method,
            size: decoded.bytes.length,
            nodes: decoded.children.map(withoutBytes),
          },
        ]
      : [],
  );
  return {
    sections,
    findings: [...findings, ...checkVerifier(image, tree)],
    verifies: verifiesKernelHashes(tree),
    build: imageBuild(tree),
  };
}
