// The registers that QEMU prints: `info registers` of its monitor, its answer when KVM cannot run a vCPU, and its
// logs (-d cpu, cpu_reset). x86_cpu_dump_state() in target/i386/cpu-dump.c; a vCPU outside of 64-bit mode is printed
// with the low halves of its registers only.

import { finder, latin1 } from '../../binary/ascii';
import { hex } from '../../binary/hex';
import type { VmsaWord } from '../layout/layout';
import { MAX_PAGES, broken, type NotPages, type PartialPage } from './pageSource';
import { KnownValues, foundParts, isEnough, linesIn } from './partialPage';

/** What a dump begins with, after E or R. */
const findFirst = finder('AX=');
const LETTERS_BEFORE = ['E', 'R'].map((letter) => letter.charCodeAt(0));

const LETTERS = ['ax', 'bx', 'cx', 'dx', 'si', 'di', 'bp', 'sp', 'ip'] as const;
const R_NUMBERED = [8, 9, 10, 11, 12, 13, 14, 15] as const;
const CONTROL = [0, 2, 3, 4] as const;
const DEBUG = [0, 1, 2, 3, 6, 7] as const;

/** QEMU's names of fields. */
const FIELDS = new Map<string, VmsaWord>([
  ...LETTERS.flatMap((letters) => {
    const field: VmsaWord = `r${letters}`;
    return [`R${letters.toUpperCase()}`, `E${letters.toUpperCase()}`].map((name) => [name, field] as const);
  }),
  ...R_NUMBERED.map((i) => [`R${i}`, `r${i}`] as const),
  ...CONTROL.map((i) => [`CR${i}`, `cr${i}`] as const),
  ...DEBUG.map((i) => [`DR${i}`, `dr${i}`] as const),
  ['RFL', 'rflags'],
  ['EFL', 'rflags'],
  ['CPL', 'cpl'],
  ['EFER', 'efer'],
  ['FCW', 'x87_fcw'],
  ['FSW', 'x87_fsw'],
  ['FTW', 'x87_ftw'],
  ['MXCSR', 'mxcsr'],
]);

/** Of these, the upper half is always zero, and QEMU never prints it. */
const LOW_ONLY: ReadonlySet<VmsaWord> = new Set(['cr0', 'cr4', 'rflags']);

/** QEMU's names of segments and descriptor tables. */
const SEGMENTS = {
  ES: 'es',
  CS: 'cs',
  SS: 'ss',
  DS: 'ds',
  FS: 'fs',
  GS: 'gs',
  LDT: 'ldtr',
  TR: 'tr',
  GDT: 'gdtr',
  IDT: 'idtr',
} as const;

// A letter before is no part of a name: in the JSON of QMP, lines end with \r\n, written out.
const SEGMENT =
  /(?<![A-Z0-9])(ES|CS|SS|DS|FS|GS|LDT|TR) {0,2}=([0-9a-f]{4}) ([0-9a-f]{8}|[0-9a-f]{16}) ([0-9a-f]{8}) ([0-9a-f]{8})\b/g;
const TABLE = /(?<![A-Z0-9])(GDT|IDT) {0,2}= {1,8}([0-9a-f]{8}|[0-9a-f]{16}) ([0-9a-f]{8})\b/g;
const VALUE = /(?<![A-Z0-9])([A-Z][A-Z0-9]{1,4}) {0,2}=([0-9a-f]{1,16})\b/g;

/** The packed attributes of a save area, from the second word of a descriptor (AMD64 manual volume 2, 4.7 and 15.5). */
function attributes(flags: bigint): bigint {
  return ((flags >> 8n) & 0xffn) | ((flags >> 12n) & 0xf00n);
}

/** Numbers as they are printed: the value, and how many digits it has. */
const number = (digits: string) => ({ value: BigInt(`0x${digits}`), digits: digits.length });
type Printed = ReturnType<typeof number>;

function readLines(lines: Iterable<string>): Map<VmsaWord, Printed> {
  const read = new Map<VmsaWord, Printed>();
  const set = (name: VmsaWord, printed: Printed) => {
    if (!read.has(name)) read.set(name, printed);
  };
  for (const line of lines) {
    for (const [, register, selector, base, limit, flags] of line.matchAll(SEGMENT)) {
      const name = SEGMENTS[register as keyof typeof SEGMENTS];
      set(`${name}_selector`, number(selector!));
      set(`${name}_base`, number(base!));
      set(`${name}_limit`, number(limit!));
      set(`${name}_attrib`, { value: attributes(BigInt(`0x${flags!}`)), digits: 4 });
    }
    for (const [, register, base, limit] of line.matchAll(TABLE)) {
      const name = SEGMENTS[register as keyof typeof SEGMENTS];
      set(`${name}_base`, number(base!));
      set(`${name}_limit`, number(limit!));
    }
    for (const [, name, digits] of line.matchAll(VALUE)) {
      const field = FIELDS.get(name!);
      if (field) set(field, number(digits!));
    }
  }
  return read;
}

/** Whether upper halves can be other than zero: a CPU that is in long mode, or of which that is not known. */
const mayBeLong = (read: ReadonlyMap<VmsaWord, Printed>) =>
  ((read.get('efer')?.value ?? 0x400n) & 0x400n) !== 0n;

function valuesIn(lines: Iterable<string>): KnownValues {
  const read = readLines(lines);
  const long = mayBeLong(read);
  const values = new KnownValues();
  for (const [name, { value, digits }] of read) {
    // Of a register in compatibility mode only the low half is there, so that its value is not known.
    const half = digits === 8 && !LOW_ONLY.has(name) && !/_limit$|^mxcsr$/.test(name);
    if (!half || !long) values.set(name, value);
  }
  return values;
}

/** A line before, such as `CPU#1` or `CPU Reset (CPU 1)`, says which vCPU it is. */
function vcpuBefore(bytes: Uint8Array, at: number): number | undefined {
  const found = /CPU[# ](\d{1,5})\)?\s*$/.exec(latin1(bytes, Math.max(0, at - 64), at));
  return found ? Number(found[1]) : undefined;
}

function places(bytes: Uint8Array): number[] {
  const found: number[] = [];
  for (let at = findFirst(bytes); at >= 0 && found.length <= 2 * MAX_PAGES; at = findFirst(bytes, at + 1)) {
    if (LETTERS_BEFORE.includes(bytes[at - 1] ?? 0)) found.push(at - 1);
  }
  return found;
}

const NOTE =
  'These are the registers of QEMU, which KVM changes when it makes the page: EFER.SVME and CR4.MCE are set, CR0.CD and NW cleared. QEMU does not see what an SEV-ES guest changes once it runs.';

/** No vCPU runs without a code segment: QEMU prints zeros where it does not know the registers. */
const isHidden = (values: KnownValues) => values.get('cs_attrib') === 0n && values.get('cs_limit') === 0n;

function hidden(values: KnownValues): string {
  const [cr0, cr4, efer] = (['cr0', 'cr4', 'efer'] as const).map((name) => hex(values.get(name) ?? 0n));
  return `It is a register dump of QEMU, of an SEV-ES or SEV-SNP guest that has run: its registers are encrypted, and QEMU prints zeros in place of them. Only CR0 (${cr0}), CR4 (${cr4}) and EFER (${efer}) are known, because KVM traps their changes. The registers of a guest that may be debugged are in the kernel's log, with dump_invalid_vmcb=1 of kvm_amd (Linux 6.16).`;
}

const UNUSABLE =
  'It is a register dump of QEMU, but does not say where the vCPU is: it is cut, or the vCPU is in compatibility mode, in which QEMU prints the low halves of registers only.';

/** The vCPUs in register dumps of QEMU; undefined for text without one. */
export function findQemuRegisters(bytes: Uint8Array): NotPages | undefined {
  const all = places(bytes);
  const dumps = all.map((at, i) => ({
    vcpu: vcpuBefore(bytes, at),
    values: valuesIn(linesIn(bytes, at, all[i + 1] ?? bytes.length)),
  }));
  const parts = dumps
    .filter(({ values }) => isEnough(values) && !isHidden(values))
    .map(({ vcpu, values }, i): PartialPage => ({
      label: `vCPU ${vcpu ?? i}`,
      bytes: values.page(),
      part: { known: values.names, beforeKvm: true },
      notes: [NOTE],
    }));
  if (parts.length > MAX_PAGES)
    return broken('qemu-registers', `The log has more than ${MAX_PAGES} dumps. Cut out those of one launch.`);
  if (parts.length > 0) return foundParts('qemu-registers', parts);
  const first = dumps.find(({ values }) => isHidden(values));
  if (first) return broken('qemu-registers', hidden(first.values));
  const seen = dumps.some(({ values }) => values.has('cs_selector'));
  return seen ? broken('qemu-registers', UNUSABLE) : undefined;
}
