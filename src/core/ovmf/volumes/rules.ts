// What can be wrong with firmware volumes: one table, in the form of ../rules.ts.

import { ruleTable } from '../../binary/ruleTable';

const table = ruleTable({
  'volume-header-checksum': [
    'error',
    'The words of a volume header do not add up to zero: firmware ignores such a volume, or erases it where it holds variables.',
  ],
  'volume-header-length': [
    'error',
    'The header of a volume has no room for itself, or is longer than the volume.',
  ],
  'volume-size': [
    'error',
    'A volume is longer than the file or section that holds it; it is read up to the end of that.',
  ],
  'volume-block-map': [
    'warning',
    'The blocks of a volume do not add up to its length, or their list has no end.',
  ],
  'volume-ext-header': [
    'error',
    'The extended header with the name of a volume does not fit into the volume.',
  ],
  'volume-file-system': [
    'info',
    'A volume has a file system that no published table lists; its content is not read.',
  ],
  'volume-free-space': ['warning', 'There are bytes in the free space after the last file of a volume.'],
  'file-header-checksum': [
    'error',
    'The bytes of a file header do not add up to zero: firmware skips such a file.',
  ],
  'file-data-checksum': [
    'error',
    'The checksum of the content of a file is wrong, or not the fixed value of files without one.',
  ],
  'file-size': [
    'error',
    'A file is shorter than its header, or longer than the rest of its volume. Readers stop there.',
  ],
  'file-alignment': [
    'warning',
    'The content of a file does not start at a multiple of the alignment that its header asks for.',
  ],
  'section-size': [
    'error',
    'A section is shorter than its header, or longer than the rest of its file. Readers stop there.',
  ],
  'section-data': [
    'error',
    'An encoded section has no room for its header, or its data starts inside that or after its end.',
  ],
  'section-crc': ['error', 'The CRC32 of a section is not that of its data.'],
  'section-decompression': [
    'error',
    'A compressed section could not be decompressed, has a header that no firmware has, or is larger than the limit.',
  ],
  'section-undecoded': [
    'info',
    'A section is encoded with a method that is not known, or was not decoded here: what it holds is unknown.',
  ],
  'store-size': [
    'error',
    'A store of variables is shorter than its header, or longer than the rest of its volume.',
  ],
  'store-state': [
    'warning',
    "A store of variables is not marked as formatted and healthy: edk2's variable driver refuses it as corrupted.",
  ],
  'store-in-spare': [
    'warning',
    'The live store of variables is erased or torn, and only the spare block holds a copy of it.',
  ],
  'variable-state': [
    'warning',
    "A variable was not completed, or has a state that firmware does not write: OVMF's own check refuses the store.",
  ],
  'variable-size': ['error', 'A variable is longer than the rest of its store. Readers stop there.'],
  'volume-limits': [
    'warning',
    'The volumes hold more parts, nest deeper, or take longer to read than any firmware does; only the first parts are read.',
  ],
  'kernel-hashes-unverified': [
    'warning',
    'There is an area for kernel hashes, but nothing in the DXE volume compares kernel, initrd and command line with them: they are measured and not enforced.',
  ],
  'kernel-hashes-unknown': [
    'info',
    'There is an area for kernel hashes, and a section that may hold their verifier could not be decoded.',
  ],
});

/** The name of a rule about firmware volumes. */
export type VolumeRule = keyof typeof table.rules;

/** All rules by name, in the order of the documentation. */
export const VOLUME_RULES = table.rules;

/** A finding under a rule of the table. */
export const volumeFinding = table.finding;
