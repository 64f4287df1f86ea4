// Registers as KVM and QEMU print them, of a page, for tests of their parsers.

import { decode, encode } from '../../src/core/binary/struct';
import { generateVmsa, type VmsaRequest } from '../../src/core/vmsa/launch/generate';
import { VMSA, type VmsaValues } from '../../src/core/vmsa/layout/layout';

const digits = (value: number | bigint, count: number) => value.toString(16).padStart(count, '0');
const at = (label: string, width: number) => label.padEnd(width);

const SEGMENTS = ['es', 'cs', 'ss', 'ds', 'fs', 'gs', 'gdtr', 'ldtr', 'idtr', 'tr'] as const;

/** A generated page of a Milan, of an SNP launch unless asked for another, with some values changed. */
export const changedPage = (request: Partial<VmsaRequest>, values: Partial<VmsaValues> = {}) =>
  encode(VMSA, {
    ...decode(
      VMSA,
      generateVmsa({
        profile: 'snp',
        role: 'bsp',
        cpu: { family: 25, model: 1, stepping: 1 },
        ...request,
      }).bytes,
    ),
    ...values,
  });

/** An AP as Linux starts it in an SNP guest, with a feature that no profile has. */
export const LINUX_AP = changedPage(
  { profile: 'snp-linux-ap', role: 'ap', resetAddress: 0x99050 },
  { sev_features: 0x81n },
);

/** What a dump says besides the registers. */
export interface VmcbDump {
  /** As the kernel names the guest. Before Linux 6.16 it does not: then there is no such line. */
  readonly guest?: 'SVM' | 'SEV' | 'SEV-ES' | 'SEV-SNP' | undefined;
  readonly vcpu?: number;
  readonly allowed?: bigint;
  readonly exitCode?: string;
}

/** The control area, as dump_vmcb() of Linux 6.16 prints it, in part. */
export function controlLines(dump: VmcbDump = {}): string[] {
  const { guest = 'SEV-SNP', vcpu = 0, allowed = 0n, exitCode = 'ffffffff' } = dump;
  const heading = `${guest} vCPU${vcpu} VMCB 00000000aaaa0001, last attempted VMRUN on CPU 7`;
  return [
    ...('guest' in dump && dump.guest === undefined ? [] : [heading]),
    'VMCB Control Area:',
    'cr_read:            0000',
    'intercepts:         bccc8007 0111ce43',
    'pause filter threshold:128',
    'tsc_offset:         0000000000000000',
    'asid:               3',
    `exit_code:          ${exitCode}`,
    'virt_ext:           3',
    `allowed_sev_features:${digits(allowed, 16)}`,
    'guest_sev_features: 0000000000000081',
  ];
}

function segmentLine(values: VmsaValues, name: (typeof SEGMENTS)[number]): string {
  const [selector, attrib] = [values[`${name}_selector`], values[`${name}_attrib`]];
  const [limit, base] = [values[`${name}_limit`], values[`${name}_base`]];
  return `${at(`${name}:`, 5)} s: ${digits(selector, 4)} a: ${digits(attrib, 4)} l: ${digits(limit, 8)} b: ${digits(base, 16)}`;
}

/** Two registers a line, under the kernel's names. */
const PAIRS = [
  ['cr0', 'cr2'],
  ['cr3', 'cr4'],
  ['dr6', 'dr7'],
  ['rip', 'rflags'],
  ['rsp', 'rax'],
  ['star', 'lstar'],
  ['cstar', 'sfmask'],
  ['kernel_gs_base', 'sysenter_cs'],
  ['sysenter_esp', 'sysenter_eip'],
  ['g_pat', 'dbgctl'],
  ['br_from', 'br_to'],
  ['last_excp_from', 'last_excp_to'],
] as const;
const VMSA_PAIRS = [
  ['rax', 'rbx'],
  ['rcx', 'rdx'],
  ['rsi', 'rdi'],
  ['rbp', 'rsp'],
  ['r8', 'r9'],
  ['r10', 'r11'],
  ['r12', 'r13'],
  ['r14', 'r15'],
  ['xcr0', 'xss'],
] as const;
const KERNEL_NAMES: Readonly<Record<string, string>> = {
  g_pat: 'gpat',
  last_excp_from: 'excp_from',
  last_excp_to: 'excp_to',
};

/** The save area of a page, as dump_vmcb() prints it. @param isVmsa whether it is one, and not the VMCB's own */
export function saveLines(page: Uint8Array, isVmsa = true): string[] {
  const values = decode(VMSA, page);
  const pair = ([a, b]: readonly [keyof VmsaValues, keyof VmsaValues]) =>
    [a, b]
      .map((name, i) => {
        const label = at(`${KERNEL_NAMES[name] ?? name}:`, i === 0 ? 15 : 13);
        return `${label} ${digits(values[name] as bigint, 16)}`;
      })
      .join(' ');
  return [
    'VMCB State Save Area:',
    ...SEGMENTS.map((name) => segmentLine(values, name)),
    `vmpl: ${values.vmpl}   cpl:  ${values.cpl}               efer:          ${digits(values.efer, 16)}`,
    ...PAIRS.map(pair),
    ...(isVmsa ? [`sev_features    ${digits(values.sev_features, 16)}`, ...VMSA_PAIRS.map(pair)] : []),
  ];
}

/** The second word of a descriptor, of which QEMU prints the flags. */
const flagsOf = (attrib: number) => ((attrib & 0xff) << 8) | ((attrib & 0xf00) << 12);

/** How QEMU prints registers, outside of 64-bit mode and in it. */
export type QemuForm = 'legacy' | '64-bit';

/** The registers of a page, as `info registers` prints them. @param fpu its line about the FPU, too */
export function qemuLines(page: Uint8Array, form: QemuForm, fpu = false): string[] {
  const values = decode(VMSA, page);
  const long = form === '64-bit';
  const width = long ? 16 : 8;
  const low = (value: bigint, count: number) => digits(value & ((1n << BigInt(4 * count)) - 1n), count);
  const general = (...names: readonly (keyof VmsaValues & `r${string}`)[]) =>
    names
      .map((name) => {
        const upper = name.toUpperCase();
        return `${(long ? upper : `E${upper.slice(1)}`).padEnd(3)}=${low(values[name] as bigint, width)}`;
      })
      .join(' ');
  const [flags, ip] = long ? ['RFL', 'RIP'] : ['EFL', 'EIP'];
  const segment = (label: string, name: (typeof SEGMENTS)[number]) =>
    `${label.padEnd(3)}=${digits(values[`${name}_selector`], 4)} ${low(values[`${name}_base`], width)} ${digits(values[`${name}_limit`], 8)} ${digits(flagsOf(values[`${name}_attrib`]), 8)} DPL=0 DS16 [-WA]`;
  const table = (label: string, name: 'gdtr' | 'idtr') =>
    `${label}=     ${low(values[`${name}_base`], width)} ${digits(values[`${name}_limit`], 8)}`;
  return [
    general('rax', 'rbx', 'rcx', 'rdx'),
    general('rsi', 'rdi', 'rbp', 'rsp'),
    ...(long ? [general('r8', 'r9', 'r10', 'r11'), general('r12', 'r13', 'r14', 'r15')] : []),
    `${ip}=${low(values.rip, width)} ${flags}=${low(values.rflags, 8)} [-------] CPL=${values.cpl} II=0 A20=1 SMM=0 HLT=0`,
    segment('ES', 'es'),
    segment('CS', 'cs'),
    segment('SS', 'ss'),
    segment('DS', 'ds'),
    segment('FS', 'fs'),
    segment('GS', 'gs'),
    segment('LDT', 'ldtr'),
    segment('TR', 'tr'),
    table('GDT', 'gdtr'),
    table('IDT', 'idtr'),
    `CR0=${low(values.cr0, 8)} CR2=${low(values.cr2, width)} CR3=${low(values.cr3, width)} CR4=${low(values.cr4, 8)}`,
    ([0, 1, 2, 3] as const).map((i) => `DR${i}=${digits(values[`dr${i}`], 16)} `).join(''),
    `DR6=${digits(values.dr6, 16)} DR7=${digits(values.dr7, 16)}`,
    `EFER=${digits(values.efer, 16)}`,
    ...(fpu
      ? [
          `FCW=${digits(values.x87_fcw, 4)} FSW=${digits(values.x87_fsw, 4)} [ST=0] FTW=00 MXCSR=${digits(values.mxcsr, 8)}`,
          'FPR0=0000000000000000 0000 FPR1=0000000000000000 0000',
          'XMM00=0000000000000000 0000000000000000 XMM01=0000000000000000 0000000000000000',
        ]
      : []),
  ];
}
