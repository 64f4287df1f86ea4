// Files that people give as firmware and that are something else, each made here: what `file`, gzip or objcopy would
// write, as far as it identifies the kind.

import { guidBytes } from '../../src/core/binary/guid';
import { buildOvmf } from '../../src/core/ovmf/build';
import { NVRAM } from '../../src/core/ovmf/volumes/guids';
import { file, section, volume } from '../../src/core/ovmf/volumes/build';
import { join } from './volumes';

const MIB = 2 ** 20;
/** A firmware image, which most of these files hold in another form. */
export const IMAGE = buildOvmf({ size: 0x10000 });

/** Bytes with texts of one-byte characters at offsets. */
export function withTexts(size: number, ...texts: readonly (readonly [number, string])[]): Uint8Array {
  const bytes = new Uint8Array(size);
  for (const [at, text] of texts) bytes.set(Buffer.from(text, 'latin1'), at);
  return bytes;
}

const u32 = (value: number) => Uint8Array.of(value, value >> 8, value >> 16, value >>> 24);
const text = (lines: string) => new Uint8Array(Buffer.from(lines));
const hexLines = (prefix: (at: number) => string, digits: (part: Buffer) => string, step = 16) =>
  Array.from({ length: IMAGE.length / step }, (_, i) => {
    const part = Buffer.from(IMAGE.subarray(i * step, (i + 1) * step));
    return `${prefix(i * step)}${digits(part)}\n`;
  }).join('');
const pad = (at: number) => at.toString(16).padStart(8, '0');

/** Code for a processor, in a volume that starts at `at` of a file. */
export function foreignImage(machine: number, at = 0, size = 0x10000): Uint8Array {
  const code = join(Uint8Array.of(0x56, 0x5a, machine & 0xff, machine >> 8), new Uint8Array(60));
  const sec = file({
    guid: 'df1ccef6-f301-4a63-9661-fc6030dcc880',
    type: 3,
    body: section(0x12, code),
  });
  const bytes = new Uint8Array(size);
  bytes.set(volume({ size: 0x2000, files: [sec] }), at);
  return bytes;
}

/** A variable store with blocks of this size, and padding behind it. */
export function variables(block: number, size = 0x40000, fill = 0): Uint8Array {
  const store = volume({ size: 0x40000, fileSystem: NVRAM, content: new Uint8Array(0x1000) });
  store.set(u32(block), 0x3c);
  const bytes = new Uint8Array(size).fill(fill);
  bytes.set(store);
  return bytes;
}

const ihexLine = (record: string) => {
  const sum = Buffer.from(record, 'hex').reduce((all, byte) => all + byte, 0);
  return `:${record}${(-sum & 0xff).toString(16).padStart(2, '0')}`.toUpperCase();
};

const capsule = (guid: string, rest: Uint8Array) =>
  join(guidBytes(guid), u32(0x20), u32(0), u32(0x20 + rest.length), new Uint8Array(4), rest);

/** Files whose own bytes are never measured. */
export const CONTAINERS: readonly (readonly [id: string, bytes: Uint8Array])[] = [
  ['qcow2', join(withTexts(0x10000, [0, 'QFI\xfb\0\0\0\x03']), IMAGE)],
  ['vmdk', join(withTexts(0x10000, [0, 'KDMV']), IMAGE)],
  ['vmdk', text('# Disk DescriptorFile\nversion=1\n')],
  [
    'vdi',
    join(
      withTexts(0x200, [0, '<<< Oracle VM VirtualBox Disk Image >>>\n'], [0x40, '\x7f\x10\xda\xbe']),
      IMAGE,
    ),
  ],
  ['vhdx', join(withTexts(0x10000, [0, 'vhdxfile']), IMAGE)],
  ['vpc', join(IMAGE, withTexts(512, [0, 'conectix']))],
  ['qed', join(withTexts(0x1000, [0, 'QED\0']), IMAGE)],
  ['igvm', join(withTexts(0x230, [0, 'IGVM\x01\0\0\0']), IMAGE)],
  ['gzip', withTexts(1031, [0, '\x1f\x8b\x08'])],
  ['bzip2', withTexts(1000, [0, 'BZh91AY&SY'])],
  ['xz', withTexts(1000, [0, '\xfd7zXZ\0\0\x04'])],
  ['zstd', withTexts(1000, [0, '\x28\xb5\x2f\xfd'])],
  ['lz4', withTexts(1000, [0, '\x04\x22\x4d\x18'])],
  ['zip', withTexts(1000, [0, 'PK\x03\x04'])],
  ['7z', withTexts(1000, [0, '7z\xbc\xaf\x27\x1c'])],
  ['tar', join(withTexts(512, [0, 'OVMF.fd'], [257, 'ustar\x0000']), IMAGE, new Uint8Array(1024))],
  ['rpm', withTexts(1000, [0, '\xed\xab\xee\xdb'])],
  ['deb', withTexts(1000, [0, '!<arch>\ndebian-binary   '])],
  ['elf', join(withTexts(0x1000, [0, '\x7fELF\x02\x01\x01']), IMAGE)],
  ['pe', withTexts(0x1000, [0, 'MZ'], [0x3c, '\x80'], [0x80, 'PE\0\0\x64\x86'])],
  ['capsule', capsule('3b6686bd-0d76-4030-b70e-b5519e2fc5a0', volume({ size: 0x1000 }))],
  ['capsule', capsule('6dcbd5ed-e82d-4c44-bda1-7194199ad92a', new Uint8Array(0x100).fill(1))],
  ['base64', text(`${Buffer.from(IMAGE).toString('base64').replaceAll(/.{76}/g, '$&\n')}\n`)],
  ['base64', text(Buffer.from(IMAGE).toString('base64'))],
  [
    'ihex',
    text(
      hexLines(
        () => '',
        (part) => ihexLine(`10000000${part.toString('hex')}`),
      ) + ':00000001FF\n',
    ),
  ],
  [
    'srec',
    text(
      `S00600004844521B\n${hexLines(
        () => 'S1130000',
        (part) => `${part.toString('hex')}00`,
      )}`,
    ),
  ],
  [
    'hex',
    text(
      hexLines(
        () => '',
        (part) => part.toString('hex'),
        32,
      ),
    ),
  ],
  ['hex', text(Buffer.from(IMAGE).toString('hex'))],
  [
    'xxd',
    text(
      hexLines(
        (at) => `${pad(at)}: `,
        (part) => part.toString('hex').replaceAll(/.{4}/g, '$& '),
      ),
    ),
  ],
  [
    'hex-dump',
    text(
      hexLines(
        (at) => `${pad(at)}  `,
        (part) => part.toString('hex').replaceAll(/../g, '$& '),
      ),
    ),
  ],
  ['uuencode', text('begin 644 OVMF.fd\nM```````````\n`\nend\n')],
];

/** Files that are neither firmware nor a container of anything. */
export const OTHERS: readonly (readonly [id: string, bytes: Uint8Array])[] = [
  ['kernel', withTexts(0x2000, [0, 'MZ'], [0x3c, '\x80'], [0x80, 'PE\0\0'], [0x202, 'HdrS'])],
  ['kernel', withTexts(0x2000, [0, 'MZ'], [0x38, 'ARM\x64'])],
  ['cpio', withTexts(0x1000, [0, '070701000002D1']).fill(0xab, 200)],
  ['iso', withTexts(0x9000, [0x8001, 'CD001'])],
  ['disk', withTexts(0x9000, [0x1fe, '\x55\xaa'], [0x200, 'EFI PART'])],
  ['bios', withTexts(0x10000, [0xfff0, '\xea\x5b\xe0\x00\xf006/23/99'])],
  ['report', withTexts(1184, [0, '\x02'], [10, '\x03'], [0x90, 'M'.repeat(48)])],
  ['vmsa', withTexts(4096, [0xd0, '\0\x10'], [0x16, '\xff\xff'])],
  ['key', withTexts(16, [0, '\x8f\x01\xff'])],
  ['key', withTexts(32, [0, '\x8f\x01\xff'])],
  ['lfs', text('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 4194304\n')],
  ['pem', text('-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n')],
  ['html', text('<!DOCTYPE html>\n<html><body>404</body></html>\n')],
  ['json', text('{"mapping": {"executable": {"filename": "OVMF.fd"}}}\n')],
  ['text', text('\ufeffThe firmware is beside this file, s\u00fcdlich.\n')],
  ['text', new Uint8Array(Buffer.from('\ufeffUTF-16 text', 'utf16le'))],
  ['text', text('\n')],
  ['too-small', new Uint8Array()],
  ['too-small', new Uint8Array(49)],
];

/** Firmware for other processors, and what belongs to it. */
export const FOREIGN: readonly (readonly [id: string, bytes: Uint8Array])[] = [
  ['aarch64', foreignImage(0xaa64, 0x1000)],
  ['aarch64', foreignImage(0xaa64, 0x1000, MIB)],
  ['arm', foreignImage(0x1c2, 0x1000)],
  ['riscv64', foreignImage(0x5064)],
  ['loongarch64', foreignImage(0x6264)],
  // Its code is compressed: only the branch over the first page tells.
  ['aarch64', join(Uint8Array.of(0, 4, 0, 0x14), new Uint8Array(0xffc), volume({ size: 0x1000 }))],
  ['arm', join(Uint8Array.of(0xfe, 3, 0, 0xea), new Uint8Array(0xffc), volume({ size: 0x1000 }))],
  ['arm-variables', variables(0x40000)],
  ['arm-variables', variables(0x40000, MIB)],
  ['arm-variables', variables(0x40000, MIB, 0xff)],
];
