// What is inside the compressed sections of an image, without the bytes: small enough to send to a page.

import type { Finding } from '../binary/region';
import type { OvmfImage } from './image';
import { imageBuild, type ImageBuild } from './imageBuild';
import { parseImageVolumes } from './imageVolumes';
import type { Decompress, VolumeNode } from './volumes/tree';
import { checkVerifier, verifiesKernelHashes } from './volumes/verifier';
import { allNodes } from './volumes/volumes';

/** The contents of a decompressed section; offsets count from the start of the decompressed data. */
export interface SectionContents {
  /** Where the section starts in the file. */
  readonly section: number;
  readonly method: string;
  readonly size: number;
  readonly nodes: readonly VolumeNode[];
}

/** Everything about an image that only decompression reveals. */
export interface VolumeContents {
  readonly sections: readonly SectionContents[];
  readonly findings: readonly Finding[];
  /** Whether the firmware verifies kernels against their hashes; undefined when that is unknown. */
  readonly verifies: boolean | undefined;
  readonly build: ImageBuild;
}

/** A node without its decompressed bytes; what was found in them becomes its children. */
function withoutBytes({ decoded, ...node }: VolumeNode): VolumeNode {
  return { ...node, children: [...node.children, ...(decoded?.children ?? [])].map(withoutBytes) };
}

/** Reads an image with its compressed sections. Never throws on content; takes seconds where much is compressed. */
export function parseContents(bytes: Uint8Array, image: OvmfImage, decompress: Decompress): VolumeContents {
  const { value: tree, findings } = parseImageVolumes(image, bytes, { decompress });
  // Sections inside another decompressed section are already among its children.
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
