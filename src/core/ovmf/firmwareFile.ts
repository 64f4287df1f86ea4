// Reads a file that was given as firmware and may be anything. The pages of the editors read images with parseOvmf
// alone: what is no image is kept from them, and the table of other kinds with it.

import type { Parsed } from '../binary/region';
import type { OvmfImage, ParseOvmfOptions } from './image';
import { parseOvmf } from './image';
import { endsOf, type FileKind } from './kinds/fileKind';
import { tinyKind } from './kinds/judge';
import { kindInTable } from './kinds/table';

/** Parses a file. Like parseOvmf, but files of other kinds are told apart first. It never throws on content. */
export const parseFirmware = (
  bytes: Uint8Array,
  options: Omit<ParseOvmfOptions, 'kindOf'> = {},
): Parsed<OvmfImage> => parseOvmf(bytes, { ...options, kindOf: kindInTable });

/** The kind of a file of which there is nothing to show but what it is. Looks at no more than its ends. */
export const kindWithoutContent = (bytes: Uint8Array): FileKind | undefined =>
  kindInTable(endsOf(bytes)) ?? tinyKind(bytes.length);
