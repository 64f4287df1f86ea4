// What there is to show of an image's volumes, without the bytes: small enough to send to a page, which reads nothing itself.

import type { FieldView, Finding, Parsed } from '../binary/region';
import { allFindings } from './findings';
import type { OvmfImage } from './image';
import { imageBuild } from './imageBuild';
import { parseImageVolumes } from './imageVolumes';
import { imageFacts, type ImageFacts } from './facts';
import { guidName } from './volumes/guids';
import type { Decompress, VolumeNode } from './volumes/tree';
import { allNodes } from './volumes/volumes';

/** A part of a volume in a page. What was decompressed from a section is among its children. */
export interface ContentNode extends Pick<
  VolumeNode,
  'kind' | 'name' | 'offset' | 'size' | 'doc' | 'guid' | 'type' | 'checksums' | 'undecoded' | 'variable'
> {
  readonly children: readonly ContentNode[];
  readonly fields: readonly Pick<FieldView, 'name' | 'raw' | 'meaning'>[];
  /** What is known under its GUID. */
  readonly known?: string;
  /** Present in a section that was decompressed: the offsets of its children count from the start of so many bytes. */
  readonly decoded?: { readonly method: string; readonly size: number };
}

/** Everything that is told by the volumes of an image. */
export interface ImageContents {
  /** Volumes and what is between them, from the start of the file to its end. */
  readonly nodes: readonly ContentNode[];
  /** All findings about the image, those of its tables among them. */
  readonly findings: readonly Finding[];
  readonly facts: ImageFacts;
  /** Whether there are sections that nobody has tried to decompress. */
  readonly pending: boolean;
}

function withoutBytes(node: VolumeNode): ContentNode {
  const { kind, name, offset, size, doc, guid, type, checksums, decoded, undecoded, variable } = node;
  const known = guid === undefined ? undefined : guidName(guid);
  return {
    kind,
    name,
    offset,
    size,
    doc,
    fields: node.fields.map(({ name, raw, meaning }) => ({ name, raw, meaning })),
    children: (decoded ?? node).children.map(withoutBytes),
    ...(guid !== undefined && { guid }),
    ...(known !== undefined && { known }),
    ...(type !== undefined && { type }),
    ...(checksums && { checksums }),
    ...(undecoded && { undecoded }),
    ...(variable && { variable }),
    ...(decoded && { decoded: { method: decoded.method, size: decoded.bytes.length } }),
  };
}

/**
 * Reads the volumes of an image. Never throws on content; takes seconds where much is compressed.
 * @param decompress without it, compressed sections stay closed
 */
export function parseContents(
  bytes: Uint8Array,
  image: Parsed<OvmfImage>,
  decompress?: Decompress,
): ImageContents {
  const volumes = parseImageVolumes(image.value, bytes, decompress && { decompress });
  const build = imageBuild(volumes.value);
  return {
    nodes: volumes.value.nodes.map(withoutBytes),
    findings: allFindings(image, volumes, build),
    facts: imageFacts({ image: image.value, bytes }, build),
    pending: [...allNodes(volumes.value)].some(({ node }) => node.undecoded?.why === 'not-asked'),
  };
}
