// What is inside the compressed sections of an image, without the bytes: small enough to send to a page.

import type { Finding, Parsed } from '../binary/region';
import { allFindings } from './findings';
import type { OvmfImage } from './image';
import { imageBuild } from './imageBuild';
import { parseImageVolumes } from './imageVolumes';
import { imageFacts, type ImageFacts } from './facts';
import type { Decompress, VolumeNode } from './volumes/tree';
import { undecoded, type Undecoded } from './volumes/undecoded';
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
  /** All findings about the image. */
  readonly findings: readonly Finding[];
  readonly facts: ImageFacts;
  /** The sections whose content stays unknown. */
  readonly undecoded: readonly Undecoded[];
}

/** A node without its decompressed bytes; what was found in them becomes its children. */
function withoutBytes({ decoded, ...node }: VolumeNode): VolumeNode {
  return { ...node, children: [...node.children, ...(decoded?.children ?? [])].map(withoutBytes) };
}

/** Reads an image with its compressed sections. Never throws on content; takes seconds where much is compressed. */
export function parseContents(
  bytes: Uint8Array,
  image: Parsed<OvmfImage>,
  decompress: Decompress,
): VolumeContents {
  const volumes = parseImageVolumes(image.value, bytes, { decompress });
  const tree = volumes.value;
  const build = imageBuild(tree);
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
    findings: allFindings(image, volumes, build),
    facts: imageFacts({ image: image.value, bytes }, build),
    undecoded: undecoded(tree),
  };
}
