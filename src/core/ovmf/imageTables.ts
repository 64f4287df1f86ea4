// What there is to show of an image before any of its volumes is read, as plain data for a page: the regions that its tables
// describe, and where they are mapped.

import type { Finding, Parsed, Region } from '../binary/region';
import type { OvmfImage } from './image';
import type { FileKind } from './kinds/fileKind';
import type { MeasuredPart } from './mapBox';
import { memoryMap, type MemoryMap } from './memoryMap';

/** The tables of an image, in a page. */
export interface ImageTables {
  readonly fileSize: number;
  /** What the file is, when it is no x86 firmware image. */
  readonly fileKind?: FileKind;
  /** Guest-physical address of the first byte; absent where nothing is mapped so. */
  readonly base?: number;
  /** They cover the file; children cover their parent. */
  readonly regions: readonly Region[];
  readonly map: MemoryMap;
  /** The findings about the tables alone. */
  readonly findings: readonly Finding[];
}

/** What a launch measures of an image, in order. */
export type MeasuredParts = (image: OvmfImage) => readonly MeasuredPart[];

/** The tables of a parsed image. */
export function imageTables(
  { value, findings }: Parsed<OvmfImage>,
  measured: MeasuredParts = () => [],
): ImageTables {
  const { fileSize, fileKind, base, regions } = value;
  return {
    fileSize,
    ...(fileKind && { fileKind }),
    ...(base !== undefined && { base }),
    regions,
    map: memoryMap(value, findings, measured(value)),
    findings,
  };
}
