// Pages as programs print memory that are on few machines: debuggers, monitors, boot loaders, and the kernel. Each
// printer is written after real output of its program, which its first line shows.

type Printer = (bytes: Uint8Array, base?: bigint) => string[];

const hexOf = (value: number | bigint, digits: number) => value.toString(16).padStart(digits, '0');

/** The words of a run of bytes as little-endian numbers. */
const words = (bytes: Uint8Array, unit: number) =>
  Array.from({ length: bytes.length / unit }, (_, i) =>
    Array.from(bytes.subarray(unit * i, unit * (i + 1)), (b) => hexOf(b, 2))
      .reverse()
      .join(''),
  );

/** The characters beside the bytes. */
const characters = (bytes: Uint8Array) =>
  Array.from(bytes, (b) => (b > 0x1f && b < 0x7f ? String.fromCharCode(b) : '.')).join('');

/** A printer of so many bytes a line. */
const lines =
  (width: number, line: (address: bigint, bytes: Uint8Array) => string): Printer =>
  (bytes, base = 0n) =>
    Array.from({ length: Math.ceil(bytes.length / width) }, (_, i) =>
      line(base + BigInt(width * i), bytes.subarray(width * i, width * (i + 1))),
    );

const halved = (digits: string) => `${digits.slice(0, 8)}\`${digits.slice(8)}`;

/** Each with the bytes of its words, 1 where their order cannot be in question. */
export const PRINTERS: Readonly<Record<string, { readonly unit: number; readonly print: Printer }>> = {
  // 0x7ffff7fc1000:	0x00	0x00	0x93	0x00	0xff	0xff	0x00	0x00
  'gdb x/4096xb': {
    unit: 1,
    print: lines(
      8,
      (at, b) =>
        `0x${at.toString(16)}:\t${words(b, 1)
          .map((w) => `0x${w}`)
          .join('\t')}`,
    ),
  },
  // 0x55555555a010 <page+16>:	0x0000ffff009bf000	0x00000000ffff0000
  'gdb x/512xg with symbols': {
    unit: 8,
    print: lines(
      16,
      (at, b) =>
        `0x${BigInt.asUintN(48, 0x55555555a000n + at).toString(16)} <page+${at}>:\t${words(b, 8)
          .map((w) => `0x${w}`)
          .join('\t')}`,
    ),
  },
  // 0000000000001000: 0x00 0x00 0x93 0x00 0xff 0xff 0x00 0x00
  "QEMU's xp /4096xb": {
    unit: 1,
    print: lines(
      8,
      (at, b) =>
        `${hexOf(at, 16)}: ${words(b, 1)
          .map((w) => `0x${w}`)
          .join(' ')}`,
    ),
  },
  // 0000000000001000: 0x0000ffff00930000 0x0000000000000000
  "QEMU's xp /512xg": {
    unit: 8,
    print: lines(
      16,
      (at, b) =>
        `${hexOf(at, 16)}: ${words(b, 8)
          .map((w) => `0x${w}`)
          .join(' ')}`,
    ),
  },
  // ffff888103c41000:  0000ffff00930000 0000000000000000   ................
  "crash's rd": {
    unit: 8,
    print: lines(16, (at, b) => `${hexOf(at, 16)}:  ${words(b, 8).join(' ')}   ${characters(b)}`),
  },
  // ffff888103c41000:  00 00 93 00 ff ff 00 00 00 00 00 00 00 00 00 00   ................
  "crash's rd -8": {
    unit: 1,
    print: lines(16, (at, b) => `${hexOf(at, 16)}:  ${words(b, 1).join(' ')}   ${characters(b)}`),
  },
  // 0x00001000: 00 00 93 00 ff ff 00 00 00 00 00 00 00 00 00 00  ................
  "lldb's memory read": {
    unit: 1,
    print: lines(16, (at, b) => `0x${hexOf(at, 8)}: ${words(b, 1).join(' ')}  ${characters(b)}`),
  },
  // 0x00001000: 0x00930000 0x0000ffff 0x00000000 0x00000000
  "lldb's memory read -s4 -fx": {
    unit: 4,
    print: lines(
      16,
      (at, b) =>
        `0x${hexOf(at, 8)}: ${words(b, 4)
          .map((w) => `0x${w}`)
          .join(' ')}`,
    ),
  },
  // 00000000`00001000  00 00 93 00 ff ff 00 00-00 00 00 00 00 00 00 00  ................
  "WinDbg's db": {
    unit: 1,
    print: lines(
      16,
      (at, b) =>
        `${halved(hexOf(at, 16))}  ${words(b.subarray(0, 8), 1).join(' ')}-${words(b.subarray(8), 1).join(' ')}  ${characters(b)}`,
    ),
  },
  // 00401000  00 00 93 00 ff ff 00 00-00 00 00 00 00 00 00 00  ................
  "WinDbg's db for 32 bits": {
    unit: 1,
    print: lines(
      16,
      (at, b) =>
        `${hexOf(at, 8)}  ${words(b.subarray(0, 8), 1).join(' ')}-${words(b.subarray(8), 1).join(' ')}  ${characters(b)}`,
    ),
  },
  // 00000000`00001000  00930000 0000ffff 00000000 00000000
  "WinDbg's dd": {
    unit: 4,
    print: lines(16, (at, b) => `${halved(hexOf(at, 16))}  ${words(b, 4).join(' ')}`),
  },
  // 00000000`00001000  0000ffff`00930000 00000000`00000000
  "WinDbg's dq": {
    unit: 8,
    print: lines(16, (at, b) => `${halved(hexOf(at, 16))}  ${words(b, 8).map(halved).join(' ')}`),
  },
  // 00001000: 00930000 0000ffff 00000000 00000000    ................
  "U-Boot's md": {
    unit: 4,
    print: lines(16, (at, b) => `${hexOf(at, 8)}: ${words(b, 4).join(' ')}    ${characters(b)}`),
  },
  // 00001000: 00 00 93 00 ff ff 00 00 00 00 00 00 00 00 00 00    ................
  "U-Boot's md.b": {
    unit: 1,
    print: lines(16, (at, b) => `${hexOf(at, 8)}: ${words(b, 1).join(' ')}    ${characters(b)}`),
  },
  // [   12.345678] vmsa: 00000000: 00 00 93 00 ff ff 00 00 00 00 00 00 00 00 00 00  ................
  'print_hex_dump with offsets in dmesg': {
    unit: 1,
    print: lines(
      16,
      (at, b) => `[   12.345678] vmsa: ${hexOf(at, 8)}: ${words(b, 1).join(' ')}  ${characters(b)}`,
    ),
  },
  // Nov 24 18:00:01 host kernel: vmsa: ffff888103c41000: 0000ffff00930000 0000000000000000
  'print_hex_dump with addresses and a group size of 8 in syslog': {
    unit: 8,
    print: lines(
      16,
      (at, b) => `Nov 24 18:00:01 host kernel: vmsa: ${hexOf(at, 16)}: ${words(b, 8).join(' ')}`,
    ),
  },
  // 0000000000000000 00 00 93 00 FF FF 00 00 00 00 00 00 00 00 00 00    …
  "PowerShell's Format-Hex": {
    unit: 1,
    print: (bytes, base) => [
      '',
      '   Label: page.bin',
      '',
      '          Offset Bytes                                           Ascii',
      '                 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F',
      '          ------ ----------------------------------------------- -----',
      ...lines(16, (at, b) => `${hexOf(at, 16)} ${words(b, 1).join(' ').toUpperCase()} ${characters(b)}`)(
        bytes,
        base,
      ),
    ],
  },
  // 0x0010:  0000 9300 ffff 0000 0000 0000 0000 0000  ................
  'words in the order of memory behind 0x': {
    unit: 2,
    print: lines(
      16,
      (at, b) => `0x${hexOf(at, 4)}:  ${words(b, 1).join('').replaceAll(/.{4}/g, '$& ')} ${characters(b)}`,
    ),
  },
};
