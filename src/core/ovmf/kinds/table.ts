// The table of file kinds that are taken for firmware: how each is recognised, what it is called, and what to do
// next. Containers first: a disk image starts with its own magic, whatever it contains.

import { isCapsule } from './capsule';
import { holds, OWN_IMAGE, u32At, type FileEnds, type FileKind } from './fileKind';
import { isIdAuth, isIdBlock } from './idBlock';
import { reportStart, RESPONSE_HEADER } from './snpReport';
import { textKind } from './text';

/** A row: with `magic`, a text of one-byte characters at an offset; with `is`, a test; with both, both hold. */
interface KindRow extends FileKind {
  readonly magic?: readonly [offset: number, text: string];
  readonly is?: (file: FileEnds) => boolean;
}

/** A disk image in one of the formats that qemu-img converts. */
const disk = (id: string, name: string, rest: Pick<KindRow, 'magic' | 'is'>): KindRow => ({
  id,
  role: 'container',
  words: `a ${name} disk image`,
  next: `Convert it: "${convertDisk(id)}".`,
  ...rest,
});

/** The command that converts a disk image. */
const convertDisk = (format: string): string => `qemu-img convert -f ${format} -O raw FILE OVMF.fd`;

/** A file that one program unpacks to its standard output. */
const packed = (id: string, name: string, program: string, magic: KindRow['magic']): KindRow => ({
  id,
  role: 'container',
  words: `${name}-compressed`,
  next: `Unpack it: "${program} FILE > OVMF.fd".`,
  ...(magic && { magic }),
});

/** An archive, in which the image is one of several files. */
const archive = (id: string, name: string, how: string, magic: readonly [number, string]): KindRow => ({
  id,
  role: 'container',
  words: name,
  next: `Take the image out of it: "${how}".`,
  magic,
});

const PAGE = 4096;
/** Of a VMSA: EFER, whose bit 12 (SVME) KVM sets and whose upper half is zero (AMD APM 2, table B-4). */
const EFER = 0xd0;

const hasPeHeader = ({ head }: FileEnds) => holds(head, u32At(head, 0x3c) ?? -1, 'PE\0\0');

/** The rows that are recognised by their bytes. The first that fits decides. */
const ROWS: readonly KindRow[] = [
  disk('qcow2', 'qcow2', { magic: [0, 'QFI\xfb'] }),
  disk('vmdk', 'VMDK', { magic: [0, 'KDMV'] }),
  disk('vmdk', 'VMDK', { magic: [0, '# Disk DescriptorFile'] }),
  disk('vdi', 'VDI', { magic: [0x40, '\x7f\x10\xda\xbe'] }),
  disk('vhdx', 'VHDX', { magic: [0, 'vhdxfile'] }),
  disk('vpc', 'VHD', { is: ({ tail }) => holds(tail, tail.length - 512, 'conectix') }),
  disk('qed', 'QED', { magic: [0, 'QED\0'] }),
  {
    id: 'igvm',
    role: 'container',
    words: 'an IGVM file',
    next: 'QEMU loads it with -object igvm-cfg, in place of firmware; igvmmeasure computes its digest.',
    magic: [0, 'IGVM'],
  },
  packed('gzip', 'gzip', 'gunzip -c', [0, '\x1f\x8b\x08']),
  packed('bzip2', 'bzip2', 'bunzip2 -c', [4, '1AY&SY']),
  packed('xz', 'xz', 'xz -dc', [0, '\xfd7zXZ\0']),
  packed('zstd', 'zstd', 'zstd -dc', [0, '\x28\xb5\x2f\xfd']),
  packed('lz4', 'LZ4', 'lz4 -dc', [0, '\x04\x22\x4d\x18']),
  archive('zip', 'a zip archive', 'unzip FILE', [0, 'PK\x03\x04']),
  archive('7z', 'a 7z archive', '7z x FILE', [0, '7z\xbc\xaf\x27\x1c']),
  archive('tar', 'a tar archive', 'tar -xf FILE', [257, 'ustar']),
  archive('rpm', 'an RPM package', 'rpm2cpio FILE | cpio -id', [0, '\xed\xab\xee\xdb']),
  archive('deb', 'a Debian package', 'dpkg-deb -x FILE FOLDER', [0, '!<arch>\ndebian-binary']),
  {
    id: 'capsule',
    role: 'container',
    words: 'a UEFI capsule',
    next: 'Cut off the header before its first volume, or give the image that the build wrote beside it.',
    is: ({ head, fileSize }) => isCapsule(head, fileSize),
  },
  {
    id: 'kernel',
    role: 'other',
    words: 'a Linux kernel (bzImage)',
    next: 'Give it as the kernel, and the OVMF image as the firmware.',
    magic: [0x202, 'HdrS'],
  },
  {
    id: 'kernel',
    role: 'other',
    words: 'a Linux kernel for AArch64 (64-bit Arm)',
    next: 'SEV and TDX exist on x86 only.',
    magic: [0x38, 'ARM\x64'],
  },
  {
    id: 'elf',
    role: 'container',
    words: 'an ELF file',
    next: 'A VMM loads its segments, not the file. An OVMF build writes its image to Build/…/FV/OVMF.fd.',
    magic: [0, '\x7fELF'],
  },
  {
    id: 'pe',
    role: 'container',
    words: 'an EFI or Windows executable (PE)',
    next: OWN_IMAGE,
    magic: [0, 'MZ'],
    is: hasPeHeader,
  },
  ...['070701', '070702'].map((magic): KindRow => ({
    id: 'cpio',
    role: 'other',
    words: 'a cpio archive, perhaps an initrd',
    next: 'Give that as the initrd, and the OVMF image as the firmware.',
    magic: [0, magic],
  })),
  {
    id: 'iso',
    role: 'other',
    words: 'an ISO 9660 image of a CD or DVD',
    next: OWN_IMAGE,
    magic: [0x8001, 'CD001'],
  },
  {
    id: 'disk',
    role: 'other',
    words: 'a raw disk image with a partition table (GPT)',
    next: OWN_IMAGE,
    magic: [0x200, 'EFI PART'],
  },
  {
    id: 'bios',
    role: 'other',
    words: 'a legacy BIOS, such as SeaBIOS',
    next: 'SEV and TDX guests start with UEFI firmware: give the OVMF image.',
    // The far jump of the PC BIOS to f000:e05b, where the processor starts.
    is: ({ tail }) => holds(tail, tail.length - 16, '\xea\x5b\xe0\x00\xf0'),
  },
  {
    id: 'report',
    role: 'other',
    words: 'an SEV-SNP attestation report',
    next: 'Its measurement is at 0x90, 48 bytes.',
    is: ({ head, fileSize }) => reportStart(head, fileSize) === 0,
  },
  {
    id: 'report-response',
    role: 'other',
    words: 'an SEV-SNP attestation report behind the header of its response',
    next: 'Its measurement is at 0xb0, 48 bytes.',
    is: ({ head, fileSize }) => reportStart(head, fileSize) === RESPONSE_HEADER,
  },
  {
    id: 'id-block',
    role: 'other',
    words: 'an ID block of SEV-SNP',
    next: 'Its launch digest is at 0x0, 48 bytes.',
    is: ({ head, fileSize }) => isIdBlock(head, fileSize),
  },
  {
    id: 'id-auth',
    role: 'other',
    words: 'an ID authentication of SEV-SNP',
    next: 'It belongs to an ID block; a VMM hands both to the firmware.',
    is: ({ head, fileSize }) => isIdAuth(head, fileSize),
  },
  {
    id: 'vmsa',
    role: 'other',
    words: 'a VMSA page',
    next: 'Give it as the VMSA of a vCPU, and the OVMF image as the firmware.',
    is: ({ head, fileSize }) =>
      fileSize === PAGE && ((u32At(head, EFER) ?? 0) & 0x1000) !== 0 && u32At(head, EFER + 4) === 0,
  },
];

/** Known by its size alone, after all else: of what may be a key, nothing is said but its length. */
const key = (size: number, words: string): KindRow => ({
  id: 'key',
  role: 'other',
  words,
  next: OWN_IMAGE,
  is: ({ fileSize }) => fileSize === size,
});

const KEYS: readonly KindRow[] = [
  key(16, '16 bytes long, like a TIK or TEK'),
  key(32, '32 bytes long, like a file with both keys'),
];

/** The kind of disk image that libvirt and QEMU call by this name; undefined for raw images and unknown names. */
export const diskKind = (format: string | undefined): FileKind | undefined =>
  ROWS.find(({ id, role }) => id === format && role === 'container');

const first = (rows: readonly KindRow[], file: FileEnds): KindRow | undefined =>
  rows.find(({ magic, is }) => (!magic || holds(file.head, ...magic)) && (!is || is(file)));

/** The kind of a file by this table; undefined for what may be firmware, whole or broken. */
export function kindInTable(file: FileEnds): FileKind | undefined {
  const found = first(ROWS, file) ?? textKind(file) ?? first(KEYS, file);
  return found && { id: found.id, role: found.role, words: found.words, next: found.next };
}
