// The structures of firmware volumes as tables (UEFI PI specification, volume 3: Platform Initialization Shared Architectural
// Elements), and of the variable store that edk2 keeps in one (MdeModulePkg/Include/Guid/VariableFormat.h).

import { bits, flag } from '../../binary/bits';
import { row, struct } from '../../binary/struct';

/** Powers of two in bytes, by their exponent. */
const alignments = Object.fromEntries(
  Array.from({ length: 32 }, (_, power) => {
    const units = ['byte', 'KiB', 'MiB', 'GiB'];
    const size = 2 ** (power % 10);
    const unit = units[Math.floor(power / 10)]!;
    return [power, `${size} ${unit === 'byte' && size > 1 ? 'bytes' : unit}`];
  }),
);

/** EFI_FVB_ATTRIBUTES_2: what the flash can do (CAP), and how it is (STATUS). Bits 8 and 21 to 30 are reserved. */
const volumeAttributes = [
  flag(0, 'READ_DISABLED_CAP', 'reading can be disabled'),
  flag(1, 'READ_ENABLED_CAP', 'reading can be enabled'),
  flag(2, 'READ_STATUS', 'reading is enabled'),
  flag(3, 'WRITE_DISABLED_CAP', 'writing can be disabled'),
  flag(4, 'WRITE_ENABLED_CAP', 'writing can be enabled'),
  flag(5, 'WRITE_STATUS', 'writing is enabled'),
  flag(6, 'LOCK_CAP', 'can be locked'),
  flag(7, 'LOCK_STATUS', 'is locked'),
  flag(9, 'STICKY_WRITE', 'a block is erased before its bits are set again'),
  flag(10, 'MEMORY_MAPPED', 'is mapped into memory'),
  flag(11, 'ERASE_POLARITY', 'erased bytes read 0xff'),
  flag(12, 'READ_LOCK_CAP', 'reading can be locked'),
  flag(13, 'READ_LOCK_STATUS', 'reading is locked'),
  flag(14, 'WRITE_LOCK_CAP', 'writing can be locked'),
  flag(15, 'WRITE_LOCK_STATUS', 'writing is locked'),
  bits(20, 16, 'ALIGNMENT', 'the volume is aligned to this', alignments),
  flag(31, 'WEAK_ALIGNMENT', 'may be moved to a lesser alignment'),
];

/** EFI_FIRMWARE_VOLUME_HEADER without its block map. */
export const VOLUME_HEADER = struct('Firmware volume header', 0x38, [
  row(0x00, 'zero_vector', 16, 'zeros, or code that a processor enters at reset'),
  row(0x10, 'file_system_guid', 16, 'how the content is arranged'),
  row(0x20, 'fv_length', 'u64', 'bytes of the whole volume, header included'),
  row(0x28, 'signature', 4, '_FVH'),
  row(0x2c, 'attributes', 'u32', 'what can be done with the volume', {
    bits: volumeAttributes,
  }),
  row(0x30, 'header_length', 'u16', 'bytes of this header with its block map'),
  row(0x32, 'checksum', 'u16', 'makes the words of the header add up to zero'),
  row(
    0x34,
    'ext_header_offset',
    'u16',
    'where the extended header is, from the start of the volume; 0 for none',
  ),
  row(0x36, 'reserved', 'u8', 'zero'),
  row(0x37, 'revision', 'u8', '2 since UEFI PI 1.0'),
]);

/** One entry of the block map, which ends with an all-zero entry. */
export const BLOCK_MAP_ENTRY = struct('Block map entry', 8, [
  row(0x00, 'num_blocks', 'u32', 'blocks of this size that follow one another'),
  row(0x04, 'length', 'u32', 'bytes of a block'),
]);

/** EFI_FIRMWARE_VOLUME_EXT_HEADER. */
export const EXT_HEADER = struct('Extended volume header', 20, [
  row(0x00, 'fv_name', 16, 'the name of the volume'),
  row(0x10, 'ext_header_size', 'u32', 'bytes of the extended header with its entries'),
]);

const fileRows = [
  row(0x00, 'name', 16, 'the name of the file'),
  row(
    0x10,
    'header_checksum',
    'u8',
    'makes the bytes of the header add up to zero, without the data checksum and the state',
  ),
  row(
    0x11,
    'data_checksum',
    'u8',
    'makes the bytes of the content add up to zero, or 0xaa without such a checksum (0x5a in volumes of revision 1)',
  ),
  row(0x12, 'type', 'u8', 'what sort of file it is'),
  row(0x13, 'attributes', 'u8', 'how the file is stored', {
    bits: [
      flag(0, 'LARGE_FILE', 'the size is the 64-bit one'),
      flag(1, 'DATA_ALIGNMENT_2', 'the alignment is 128 KiB and more'),
      flag(2, 'FIXED', 'must not be moved'),
      bits(5, 3, 'DATA_ALIGNMENT', 'the alignment of the content'),
      flag(6, 'CHECKSUM', 'the content has a checksum'),
    ],
  }),
  row(0x14, 'size', 3, 'bytes of the file with this header, little endian'),
  row(0x17, 'state', 'u8', 'how far the file was written; inverted where erased bytes read 0xff'),
] as const;

/** EFI_FFS_FILE_HEADER. */
export const FILE_HEADER = struct('File header', 0x18, fileRows);

/** EFI_FFS_FILE_HEADER2, for files of 16 MiB and more. */
export const LARGE_FILE_HEADER = struct('File header, large file', 0x20, [
  ...fileRows,
  row(0x18, 'extended_size', 'u64', 'bytes of the file with this header'),
]);

/** EFI_COMMON_SECTION_HEADER. */
export const SECTION_HEADER = struct('Section header', 4, [
  row(0x00, 'size', 3, 'bytes of the section with this header, little endian; ffffff for a large one'),
  row(0x03, 'type', 'u8', 'what sort of section it is'),
]);

/** EFI_COMMON_SECTION_HEADER2, for sections of 16 MiB and more. */
export const LARGE_SECTION_HEADER = struct('Section header, large section', 8, [
  ...SECTION_HEADER.rows,
  row(0x04, 'extended_size', 'u32', 'bytes of the section with this header'),
]);

/** What follows the header of a section of type compression. */
export const COMPRESSION = struct('Compression section', 5, [
  row(0x00, 'uncompressed_length', 'u32', 'bytes after decompression'),
  row(0x04, 'compression_type', 'u8', '0 for data as they are, 1 for the standard compression'),
]);

/** What follows the header of a GUID-defined section. */
export const GUID_DEFINED = struct('GUID-defined section', 20, [
  row(0x00, 'section_definition_guid', 16, 'how the data is encoded'),
  row(0x10, 'data_offset', 'u16', 'where the data starts, from the start of the section'),
  row(0x12, 'attributes', 'u16', 'what a reader must do', {
    bits: [
      flag(0, 'PROCESSING_REQUIRED', 'the data must be decoded'),
      flag(1, 'AUTH_STATUS_VALID', 'the data can be authenticated'),
    ],
  }),
]);

/** What follows the header of a freeform section. */
export const FREEFORM = struct('Freeform section', 16, [row(0x00, 'sub_type_guid', 16, 'what the data is')]);

/** What follows the header of a version section; text comes after it. */
export const VERSION = struct('Version section', 2, [
  row(0x00, 'build_number', 'u16', 'number of the build'),
]);

/** VARIABLE_STORE_HEADER. */
export const STORE_HEADER = struct('Variable store header', 0x1c, [
  row(0x00, 'signature', 16, 'which form the variables have'),
  row(0x10, 'size', 'u32', 'bytes of the store with this header'),
  row(0x14, 'format', 'u8', '0x5a when formatted'),
  row(0x15, 'state', 'u8', '0xfe when healthy'),
  row(0x16, 'reserved', 'u16', 'unused'),
  row(0x18, 'reserved1', 'u32', 'unused'),
]);

const attributes = [
  flag(0, 'NON_VOLATILE', 'kept without power'),
  flag(1, 'BOOTSERVICE_ACCESS', 'seen before the operating system starts'),
  flag(2, 'RUNTIME_ACCESS', 'seen by the operating system'),
  flag(3, 'HARDWARE_ERROR_RECORD', 'a record of a hardware error'),
  flag(4, 'AUTHENTICATED_WRITE_ACCESS', 'changed with a signature only, in the older form'),
  flag(5, 'TIME_BASED_AUTHENTICATED_WRITE_ACCESS', 'changed with a signature only'),
  flag(6, 'APPEND_WRITE', 'was appended to'),
];
const startRows = [
  row(0x00, 'start_id', 'u16', '0x55aa'),
  row(0x02, 'state', 'u8', 'whether it is valid or deleted; bits are cleared as it ages'),
  row(0x03, 'reserved', 'u8', 'unused'),
  row(0x04, 'attributes', 'u32', 'who sees the variable and who may change it', { bits: attributes }),
] as const;

/** VARIABLE_HEADER. */
export const VARIABLE = struct('Variable', 0x20, [
  ...startRows,
  row(0x08, 'name_size', 'u32', 'bytes of the name'),
  row(0x0c, 'data_size', 'u32', 'bytes of the value'),
  row(0x10, 'vendor_guid', 16, 'whose variable it is'),
]);

/** AUTHENTICATED_VARIABLE_HEADER. */
export const AUTHENTICATED_VARIABLE = struct('Authenticated variable', 0x3c, [
  ...startRows,
  row(0x08, 'monotonic_count', 'u64', 'guards the older form against replay'),
  row(0x10, 'time_stamp', 16, 'guards the newer form against replay'),
  row(0x20, 'pub_key_index', 'u32', 'the key of the older form'),
  row(0x24, 'name_size', 'u32', 'bytes of the name'),
  row(0x28, 'data_size', 'u32', 'bytes of the value'),
  row(0x2c, 'vendor_guid', 16, 'whose variable it is'),
]);

/** EFI_FAULT_TOLERANT_WORKING_BLOCK_HEADER. */
export const WORKING_BLOCK_HEADER = struct('FTW working block', 0x20, [
  row(0x00, 'signature', 16, 'the GUID of working blocks'),
  row(0x10, 'crc', 'u32', 'CRC32 of this header, with the states erased'),
  row(0x14, 'state', 'u8', 'whether the block is valid'),
  row(0x15, 'reserved', 3, 'unused'),
  row(0x18, 'write_queue_size', 'u64', 'bytes after this header'),
]);

/** All layouts, for the reference. */
export const VOLUME_LAYOUTS = [
  VOLUME_HEADER,
  BLOCK_MAP_ENTRY,
  EXT_HEADER,
  FILE_HEADER,
  LARGE_FILE_HEADER,
  SECTION_HEADER,
  LARGE_SECTION_HEADER,
  COMPRESSION,
  GUID_DEFINED,
  FREEFORM,
  VERSION,
  STORE_HEADER,
  VARIABLE,
  AUTHENTICATED_VARIABLE,
  WORKING_BLOCK_HEADER,
] as const;

/** A file or section type. */
export interface KnownType {
  readonly code: number;
  readonly name: string;
}

/** EFI_FV_FILETYPE. `hasSections` marks files whose content is a list of sections. */
export const FILE_TYPES: readonly (KnownType & { readonly hasSections: boolean })[] = [
  { code: 0x01, name: 'raw', hasSections: false },
  { code: 0x02, name: 'freeform', hasSections: true },
  { code: 0x03, name: 'SEC core', hasSections: true },
  { code: 0x04, name: 'PEI core', hasSections: true },
  { code: 0x05, name: 'DXE core', hasSections: true },
  { code: 0x06, name: 'PEI module', hasSections: true },
  { code: 0x07, name: 'DXE driver', hasSections: true },
  { code: 0x08, name: 'PEI module and DXE driver', hasSections: true },
  { code: 0x09, name: 'application', hasSections: true },
  { code: 0x0a, name: 'MM module', hasSections: true },
  { code: 0x0b, name: 'volume image', hasSections: true },
  { code: 0x0c, name: 'MM module and DXE driver', hasSections: true },
  { code: 0x0d, name: 'MM core', hasSections: true },
  { code: 0x0e, name: 'MM standalone module', hasSections: true },
  { code: 0x0f, name: 'MM standalone core', hasSections: true },
  { code: 0xf0, name: 'padding', hasSections: false },
];

/** The type of the file that the reset vector leads to. */
export const SEC_CORE = 0x03;
/** The type of the file that starts the DXE phase. */
export const DXE_CORE = 0x05;

/** EFI_SECTION_TYPE. */
export const SECTION_TYPES = [
  { code: 0x01, name: 'compression' },
  { code: 0x02, name: 'GUID-defined' },
  { code: 0x03, name: 'disposable' },
  { code: 0x10, name: 'PE32 image' },
  { code: 0x11, name: 'PIC image' },
  { code: 0x12, name: 'TE image' },
  { code: 0x13, name: 'DXE dependency' },
  { code: 0x14, name: 'version' },
  { code: 0x15, name: 'user interface' },
  { code: 0x16, name: '16-bit image' },
  { code: 0x17, name: 'volume image' },
  { code: 0x18, name: 'freeform GUID' },
  { code: 0x19, name: 'raw' },
  { code: 0x1b, name: 'PEI dependency' },
  { code: 0x1c, name: 'MM dependency' },
] as const satisfies readonly KnownType[];

/** The name of a section type in SECTION_TYPES. */
export type SectionTypeName = (typeof SECTION_TYPES)[number]['name'];
