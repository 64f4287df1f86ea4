// VMSA pages as other programs print them, for tests of their parsers.

/** The size of Linux's structure, all of which its dump prints: 16 bytes a line, without offsets. */
export const KERNEL_STRUCT = 0x670;

/** The line with which the kernel announces a dump. */
export const ANNOUNCED = 'Virtual Machine Save Area (VMSA):';

/** The lines of the kernel's dump of a page. */
export function kernelLines(page: Uint8Array, size = KERNEL_STRUCT): string[] {
  const bytes = Array.from(page.subarray(0, size), (b) => b.toString(16).padStart(2, '0'));
  return Array.from({ length: Math.ceil(size / 16) }, (_, i) => bytes.slice(16 * i, 16 * i + 16).join(' '));
}

/** The prefix that a logger puts before a line; its time advances from line to line. */
export type Prefix = (line: number) => string;

/** Log formats, by the program that writes them. */
export const PREFIXES: Readonly<Record<string, Prefix>> = {
  'no prefix': () => '',
  dmesg: (i) => `[${(12.345678 + i / 1000).toFixed(6).padStart(12)}] `,
  'dmesg that passes ten seconds': (i) => `[${(9.95 + i / 1000).toFixed(6).padStart(12)}] `,
  'dmesg with callers': (i) => `[${(12 + i / 1e6).toFixed(6).padStart(12)}] [ T${1234 + (i % 3)}] `,
  'dmesg -r': (i) => `<7>[${(12 + i / 1e6).toFixed(6).padStart(12)}] `,
  'dmesg -x': (i) => `kern  :debug : [${(12 + i / 1e6).toFixed(6).padStart(12)}] `,
  'dmesg -H': (i) => (i === 0 ? '[Nov24 18:00] ' : `[  +0.00000${i % 10}] `),
  'dmesg -T': (i) => `[Tue Nov 24 18:00:${`${i % 60}`.padStart(2, '0')} 2026] `,
  syslog: (i) => `Nov 24 18:00:${`${i % 60}`.padStart(2, '0')} host kernel: [${(12.3 + i).toFixed(6)}] `,
  'syslog at the turn of a month': (i) =>
    `${i < 9 ? 'Nov 30 23:59:59' : 'Dec  1 00:00:00'} host kernel: [${(12.3 + i).toFixed(6)}] `,
  'journalctl -o short-iso': (i) =>
    `2026-11-24T18:00:${`${i % 60}`.padStart(2, '0')}+0000 host.example.org kernel: `,
  'journalctl -o cat with a level': () => '<7>',
  'host kernel': () => 'host kernel: ',
  'dmesg, indented as code in Markdown': (i) => `    [${(12 + i / 1e6).toFixed(6).padStart(12)}] `,
  'dmesg with numbers of lines': (i) =>
    `${`${i + 1}`.padStart(6)}\t[${(12 + i / 1e6).toFixed(6).padStart(12)}] `,
  '/dev/kmsg': (i) => `7,${2000 + i},${123456 + i},-;`,
};

/** A log with a dump of each page. @param name the module's prefix: `SEV: ` or `kvm_amd: ` */
export function kernelLog(pages: readonly Uint8Array[], prefix: Prefix, name = 'SEV: '): string[] {
  const lines = pages.flatMap((page) => [`${name}${ANNOUNCED}`, ...kernelLines(page)]);
  return lines.map((line, i) => prefix(i) + line);
}
