// The tree of firmware volumes, and the state of the walk that reads it: what was found, and how much more
// may be read. Offsets count from the start of a space: the file, or the output of a decompressed section.

import { hex, onlyByte } from '../../binary/hex';
import type { Finding, Region } from '../../binary/region';
import type { FileTail } from '../regions';
import { region } from '../regions';
import type { CompressionMethod } from './compressions';
import type { VolumeRule } from './rules';
import { volumeFinding } from './rules';

/** The kind of a tree node. */
export type NodeKind = 'volume' | 'file' | 'section' | 'store' | 'variable' | 'free' | 'padding' | 'unknown';

/** Whether a checksum is right; `none` when the file has no such checksum. */
export type ChecksumState = 'ok' | 'bad' | 'none';

/** The checksums of a volume or a file. */
export interface Checksums {
  readonly header: ChecksumState;
  readonly data: ChecksumState;
}

/** The contents of a decompressed section. Offsets in `children` count from the start of `bytes`. */
export interface Decoded {
  readonly method: string;
  readonly bytes: Uint8Array;
  readonly children: readonly VolumeNode[];
}

/**
 * Why an encoded section was not read: nobody asked for decompression, no decoder for the method is known or none is
 * available here, its data is broken, it exceeds the limit of what is decompressed, or what follows exceeds that of parts.
 */
export type WhyUndecoded = 'not-asked' | 'unknown-method' | 'unsupported' | 'broken' | 'too-large' | 'limits';

/** An encoded section whose content is unknown, or bytes that were not read. */
export interface NotDecoded {
  /** The name of the method, or its GUID. */
  readonly method: string;
  readonly why: WhyUndecoded;
  /** The same as a phrase. */
  readonly reason: string;
}

/**
 * What a variable is to firmware: `valid` ones count; `replaced` ones would, if there were no other of their name; the rest do
 * not, and remain until the store is reclaimed.
 */
export type VariableState = 'valid' | 'replaced' | 'deleted' | 'incomplete' | 'unwritten' | 'invalid';

/** A variable in a store. */
export interface Variable {
  readonly name: string;
  readonly vendor: string;
  readonly attributes: number;
  readonly dataSize: number;
  readonly state: VariableState;
  /** It was about to be replaced. */
  readonly inTransition?: true;
  /** When it was signed: `2024-02-29 12:00:00`. */
  readonly time?: string;
  /** The value in words, of some variables that the UEFI specification defines. */
  readonly value?: string;
}

/**
 * A part of a volume. Its `fields` are its header; `children` follow the header in order. Only alignment
 * bytes, all zeros or all erased, belong to no child.
 */
export interface VolumeNode extends Region {
  readonly kind: NodeKind;
  readonly children: readonly VolumeNode[];
  /** Name of a volume or file, method of a GUID-defined section, form of a store, vendor of a variable. */
  readonly guid?: string;
  /** In words: the file system of a volume, the type of a file or section. */
  readonly type?: string;
  /** The type code in the header of a file or section. */
  readonly typeCode?: number;
  readonly checksums?: Checksums;
  /** Present in a section that was decompressed. */
  readonly decoded?: Decoded;
  /** Present in an encoded section that was not, and in bytes behind the limits of a walk. */
  readonly undecoded?: NotDecoded;
  readonly variable?: Variable;
  /** It is a copy in the spare block of fault-tolerant writes: what is in it is not in use. */
  readonly spare?: true;
  /** The machine code of a section with an executable (IMAGE_FILE_MACHINE_*). */
  readonly machine?: number;
}

/** All volumes of a file. */
export interface VolumeTree {
  /** Volumes and what is between them, from the start of the file to its end. */
  readonly nodes: readonly VolumeNode[];
  /** The bytes that the offsets of `nodes` refer to. */
  readonly bytes: Uint8Array;
}

/**
 * Decompresses the data of one section, which its own header precedes, to exactly `size` bytes: undefined when they are
 * no valid stream of that size, `unsupported` when there is no decoder of the method. May throw instead.
 */
export type Decompress = (
  method: CompressionMethod,
  bytes: Uint8Array,
  size: number,
) => Uint8Array | undefined | 'unsupported';

/** Bytes being read, and for decompressed ones where in the file findings about them are placed. */
export interface ByteSpace extends FileTail {
  readonly anchor?: { readonly offset: number; readonly size: number };
}

/** A range of a space, and the depth of its parts in the tree. */
export interface WalkRange {
  readonly space: ByteSpace;
  readonly at: number;
  readonly end: number;
  readonly depth: number;
}

/** Deeper than any firmware nests; OVMF takes seven levels. */
const MOST_DEPTH = 12;
/** More parts than any firmware has; OVMF has about 700. */
const MOST_NODES = 20_000;
/** The maximum total output of all decompressed sections, in bytes. */
const MOST_OUTPUT = 64 * 2 ** 20;

/** The state of one walk through a file. */
export class Walk {
  readonly findings: Finding[] = [];
  private nodesLeft = MOST_NODES;
  private isLimited = false;
  /** How many bytes may still be decompressed. */
  outputLeft = MOST_OUTPUT;

  constructor(
    readonly decompress: Decompress | undefined,
    /** Reads the volumes of a range: sections hold volumes, which hold files, which hold sections. */
    readonly volumesIn: (walk: Walk, range: WalkRange) => VolumeNode[],
  ) {}

  /** Whether one more part may be read here; records a finding for the first that may not. */
  mayRead({ space, at, end, depth }: WalkRange): boolean {
    if (depth < MOST_DEPTH && this.nodesLeft > 0) {
      this.nodesLeft--;
      return true;
    }
    if (!this.isLimited) {
      const what = depth < MOST_DEPTH ? `more than ${MOST_NODES} parts` : `more than ${MOST_DEPTH} levels`;
      this.note(space, 'volume-limits', at, end - at, `There are ${what}; what follows is not read.`);
    }
    this.isLimited = true;
    return false;
  }

  /** The space of bytes that were decompressed from a section. */
  inside(section: { offset: number; size: number }, outer: ByteSpace, bytes: Uint8Array): ByteSpace {
    const anchor = outer.anchor ?? { offset: section.offset, size: section.size };
    return { bytes, offset: 0, fileSize: bytes.length, anchor };
  }

  note(space: ByteSpace, rule: VolumeRule, offset: number, size: number, message: string): void {
    const { anchor } = space;
    this.findings.push(
      anchor
        ? volumeFinding(
            rule,
            anchor.offset,
            anchor.size,
            `${message} It is at ${hex(offset)} of what is compressed here.`,
          )
        : volumeFinding(rule, offset, size, message),
    );
  }
}

/** Builds a node; absent properties may be omitted. */
export function node(
  kind: NodeKind,
  name: string,
  offset: number,
  size: number,
  doc: string,
  rest: Partial<Omit<VolumeNode, 'kind' | 'name' | 'offset' | 'size' | 'doc'>> = {},
): VolumeNode {
  return { ...region(kind, name, offset, size, doc), ...rest, kind, children: rest.children ?? [] };
}

/** Nodes for bytes that no part of a volume claims: padding when they are all zero or all erased. */
export function unclaimed({ space, at, end }: Pick<WalkRange, 'space' | 'at' | 'end'>): VolumeNode[] {
  if (at >= end) return [];
  const byte = onlyByte(space.bytes, at, end);
  return byte === 0xff || byte === 0
    ? [node('padding', 'padding', at, end - at, `Every byte is ${hex(byte, 2)}.`)]
    : [node('unknown', 'unknown', at, end - at, 'No layout explains these bytes.')];
}

/** The same for bytes that were not read, because there are too many parts. */
export function unread(range: Pick<WalkRange, 'space' | 'at' | 'end'>): VolumeNode[] {
  const undecoded = {
    method: 'unread',
    why: 'limits',
    reason: 'there are more parts or levels than are read',
  } as const;
  return unclaimed(range).map((part) => (part.kind === 'unknown' ? { ...part, undecoded } : part));
}

/** Nodes for unclaimed bytes before an aligned part, which are shown only when they are not blank. */
export function alignmentGap(space: ByteSpace, at: number, end: number): VolumeNode[] {
  return unclaimed({ space, at, end }).filter(({ kind }) => kind === 'unknown');
}

/** Little-endian text of 16-bit characters up to a NUL or the end. */
export function utf16(bytes: Uint8Array, at: number, end: number, most = 256): string {
  let text = '';
  for (let i = at; i + 1 < end && text.length < most; i += 2) {
    const c = bytes[i]! | (bytes[i + 1]! << 8);
    if (c === 0) break;
    text += String.fromCharCode(c);
  }
  return text;
}

/** The 24-bit number at `at`. */
export function u24(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
}

/** `at` rounded up to a multiple of `step` from `start`. */
export function align(at: number, start: number, step: number): number {
  return start + Math.ceil((at - start) / step) * step;
}
