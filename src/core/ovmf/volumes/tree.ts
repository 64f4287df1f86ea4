// The tree of firmware volumes. Offsets count from the start of a space: the file, or the output of a decompressed section.

import { onlyByte } from '../../binary/hex';
import type { Region } from '../../binary/region';
import type { FileTail } from '../regions';
import { region } from '../regions';
import type { Budget } from './budget';
import type { CompressionMethod } from './compressions';

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
 * available here, its data is broken, it exceeds the limit of what is decompressed, the decoder ended before it did, or what
 * follows exceeds the budget of the walk.
 */
export type WhyUndecoded =
  'not-asked' | 'unknown-method' | 'unsupported' | 'broken' | 'too-large' | 'stopped' | 'limits';

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

/** Why a decompressor gave nothing: it has no decoder of the method, or it ended before the decoder did, for this reason. */
export type NoOutput = 'unsupported' | { readonly stopped: string };

/**
 * Decompresses the data of one section, which its own header precedes, to exactly `size` bytes: undefined when they are
 * no valid stream of that size. May throw instead.
 * @param budget pays for the work before it is done; without it, only the size limits it
 * @throws Spent when the budget does not reach
 */
export type Decompress = (
  method: CompressionMethod,
  bytes: Uint8Array,
  size: number,
  budget?: Budget,
) => Uint8Array | undefined | NoOutput;

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

/** The bytes before an aligned part, at most 7, as a node unless they are blank. */
export function gap({ bytes }: ByteSpace, at: number, end: number): VolumeNode[] {
  if (at >= end) return [];
  const byte = onlyByte(bytes, at, end);
  return byte === 0 || byte === 0xff ? [] : [unknownNode(at, end)];
}

/** A node for bytes that no part of a volume claims. */
export const unknownNode = (at: number, end: number): VolumeNode =>
  node('unknown', 'unknown', at, end - at, 'No layout explains these bytes.');

/** Little-endian text of 16-bit characters up to a NUL or the end. */
export function utf16(bytes: Uint8Array, at: number, end: number, most = 256): string {
  const codes: number[] = [];
  for (let i = at; i + 1 < end && codes.length < most; i += 2) {
    const c = bytes[i]! | (bytes[i + 1]! << 8);
    if (c === 0) break;
    codes.push(c);
  }
  return String.fromCharCode(...codes);
}

/** The 24-bit number at `at`. */
export function u24(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
}

/** `at` rounded up to a multiple of `step` from `start`. */
export function align(at: number, start: number, step: number): number {
  return start + Math.ceil((at - start) / step) * step;
}
