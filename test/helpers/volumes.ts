// What firmware volumes of tests hold beside files: encoded sections, variables, working blocks, large files.

import { guidBytes } from '../../src/core/binary/guid';
import { section, utf16, volume } from '../../src/core/ovmf/volumes/build';
import { FFS3, GLOBAL_VARIABLE, WORKING_BLOCK } from '../../src/core/ovmf/volumes/guids';
import {
  AUTHENTICATED_VARIABLE,
  GUID_DEFINED,
  SECTION_HEADER,
  WORKING_BLOCK_HEADER,
} from '../../src/core/ovmf/volumes/layouts';
import { encode } from '../../src/core/binary/struct';

/** `xz --format=lzma` of 'SevScope ' eight times, with the size in the header. */
export const LZMA_STREAM = Uint8Array.from(
  Buffer.from('5d0010000048000000000000000029994ac53b86b70b7057344a450e3bfffffbdc4000', 'hex'),
);

/** Concatenates bytes. */
export const join = (...parts: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]));

/** A GUID-defined section; `lead` goes between its header and its data. */
export function guided(guid: string, data: Uint8Array, attributes = 1, lead = new Uint8Array()): Uint8Array {
  const data_offset = SECTION_HEADER.size + GUID_DEFINED.size + lead.length;
  const header = encode(GUID_DEFINED, { section_definition_guid: guidBytes(guid), data_offset, attributes });
  return section(0x02, join(header, lead, data));
}

/** What a variable may have besides name, value and state. */
export interface VariableToBuild {
  readonly vendor?: string;
  readonly time?: Uint8Array;
}

/** A variable in the authenticated format. */
export function variable(
  name: string,
  data: Uint8Array,
  state = 0x3f,
  { vendor = GLOBAL_VARIABLE, time = new Uint8Array(16) }: VariableToBuild = {},
): Uint8Array {
  const text = utf16(name);
  const sizes = { name_size: text.length, data_size: data.length };
  const start = { start_id: 0x55aa, state, attributes: 7, vendor_guid: guidBytes(vendor), time_stamp: time };
  return join(encode(AUTHENTICATED_VARIABLE, { ...start, ...sizes }), text, data);
}

/** The working block of fault-tolerant writes, with an erased queue. */
export function workingBlock(size: number): Uint8Array {
  const queue = new Uint8Array(size - WORKING_BLOCK_HEADER.size).fill(0xff);
  const signature = guidBytes(WORKING_BLOCK);
  return join(
    encode(WORKING_BLOCK_HEADER, { signature, state: 0xfe, write_queue_size: BigInt(queue.length) }),
    queue,
  );
}

/** A volume of FFS3, in which files may be large. */
export const largeVolume = (size: number, ...files: readonly Uint8Array[]) =>
  volume({ size, fileSystem: FFS3, files });
