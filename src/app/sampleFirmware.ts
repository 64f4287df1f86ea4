// The firmware of the sample: the variable store, the volumes of the SEC, PEI and DXE phases and the tables that an AmdSev build of OVMF
// has (edk2, OvmfPkg/AmdSev/AmdSevX64.fdf), in a sixteenth of its size. Its files are stand-ins that name themselves and halt.

import { concatBytes } from '@noble/hashes/utils.js';
import { guidBytes } from '../core/binary/guid';
import { utf8 } from '../core/binary/hex';
import { imageEnd, type BuildOvmfOptions } from '../core/ovmf/build';
import { HASH_ENTRIES } from '../core/ovmf/hashEntries';
import {
  file,
  HEADER_SIZE,
  section,
  sections,
  utf16,
  variableVolume,
  volume,
} from '../core/ovmf/volumes/build';
import { KNOWN_GUIDS, VOLUME_TOP_FILE } from '../core/ovmf/volumes/guids';
import {
  EXT_HEADER,
  FILE_HEADER,
  FILE_TYPES,
  SECTION_TYPES,
  type SectionTypeName,
} from '../core/ovmf/volumes/layouts';

/** Bytes of the image and of its volumes. */
const SIZE = { image: 0x40000, variables: 0x4000, pei: 0x4000, dxe: 0x10000, sec: 0x10000 };

/** A file of the image: its type, a name that is known, or the GUID of one that is not, and what it holds beside code. */
interface StandIn {
  readonly type: string;
  readonly name: string;
  readonly guid?: string;
  readonly data?: Uint8Array;
}

const PEI: readonly StandIn[] = [
  { type: 'PEI core', name: 'PeiCore' },
  { type: 'PEI module', name: 'PlatformPei' },
  { type: 'PEI module', name: 'SecretPei' },
];
const DXE: readonly StandIn[] = [
  { type: 'DXE core', name: 'DxeCore' },
  { type: 'DXE driver', name: 'AmdSevDxe' },
  { type: 'DXE driver', name: 'SecretDxe' },
  {
    // With BlobVerifierLibSevHashes, which looks these entries up in the table of kernel hashes.
    type: 'DXE driver',
    name: 'QemuKernelLoaderFsDxe',
    guid: '806040ca-dad9-4978-a3b4-2d2ab0c8a48f',
    data: concatBytes(...Object.values(HASH_ENTRIES).map((guid) => guidBytes(guid))),
  },
  { type: 'application', name: 'GRUB' },
];
const SEC: StandIn = { type: 'SEC core', name: 'SecMain' };

const guidOf = (name: string) => KNOWN_GUIDS.find((known) => known.name === name)!.guid;
const fileType = (name: string) => FILE_TYPES.find((type) => type.name === name)!.code;
const sectionOf = (name: SectionTypeName, body: Uint8Array) =>
  section(SECTION_TYPES.find((type) => type.name === name)!.code, body);

/** The header of a TE image for X64 (UEFI PI, volume 1) with nothing but its signature and machine, then cli; hlt; jmp back to hlt. */
const CODE = concatBytes(
  Uint8Array.of(0x56, 0x5a, 0x64, 0x86),
  new Uint8Array(36),
  Uint8Array.of(0xfa, 0xf4, 0xeb, 0xfd),
);

function standIn({ type, name, guid = guidOf(name), data = new Uint8Array() }: StandIn): Uint8Array {
  const says = utf8(`SevScope sample: a stand-in for ${name}. It halts.\n`);
  const body = sections(
    sectionOf('TE image', concatBytes(CODE, says, data)),
    sectionOf('user interface', utf16(name)),
  );
  return file({ guid, type: fileType(type), body });
}

const volumeOf = (size: number, name: string, files: readonly StandIn[]) =>
  volume({ size, name: guidOf(name), files: files.map(standIn) });

/** The last volume, which padding fills up to the file with the tables and the reset vector. */
function secVolume(tables: BuildOvmfOptions): Uint8Array {
  const end = imageEnd(tables, SIZE.image);
  const spare = new Uint8Array(-(FILE_HEADER.size + end.length) & 7);
  const top = file({ guid: VOLUME_TOP_FILE, type: fileType('raw'), body: concatBytes(spare, end) });
  const first = standIn(SEC);
  const aligned = (size: number) => (size + 7) & -8;
  const used = aligned(aligned(HEADER_SIZE + EXT_HEADER.size) + first.length) + top.length;
  const body = new Uint8Array(SIZE.sec - used - FILE_HEADER.size).fill(0xff);
  const padding = file({ guid: guidOf('padding'), type: fileType('padding'), body });
  return volume({ size: SIZE.sec, name: guidOf('SECFV'), files: [first, padding, top] });
}

/** The image: 256 KiB, the same each time, without findings. @param tables others than those of an AmdSev build, for another build of it */
export function sampleFirmware(tables: BuildOvmfOptions = {}): Uint8Array {
  const inner = sections(
    sectionOf('volume image', volumeOf(SIZE.pei, 'PEIFV', PEI)),
    sectionOf('volume image', volumeOf(SIZE.dxe, 'DXEFV', DXE)),
  );
  const main = file({ guid: guidOf('FVMAIN_COMPACT file'), type: fileType('volume image'), body: inner });
  const size = SIZE.image - SIZE.variables - SIZE.sec;
  return concatBytes(
    variableVolume(SIZE.variables, []),
    volume({ size, name: guidOf('FVMAIN_COMPACT'), files: [main] }),
    secVolume(tables),
  );
}
