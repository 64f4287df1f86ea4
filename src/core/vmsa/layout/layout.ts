// The SEV-ES and SEV-SNP save area, one 4 KiB page: AMD64 Architecture Programmer's Manual volume 2, table
// B-4, and Linux struct sev_es_save_area up to 0x670; above that, the sampling state as COCONUT-SVSM declares
// it. Names are the kernel's, with `_` for `.` in the segments. Every byte of the page belongs to a row.

import {
  leaves,
  row,
  struct,
  type FieldType,
  type Leaf,
  type PathOf,
  type Row,
  type ScalarType,
  type ValueOf,
} from '../../binary/struct';
import * as fpuState from './bitsFpu';
import * as msrs from './bitsMsr';
import * as sevState from './bitsSev';
import * as system from './bitsSystem';

/** The headings under which fields are shown, in order. */
export const GROUPS = [
  'Segments',
  'Control registers',
  'SEV state',
  'General registers',
  'MSRs',
  'Debug',
  'FPU',
  'Reserved',
] as const;

/** Bytes of a VMSA page. */
export const VMSA_SIZE = 4096;

/** Bytes of Linux's struct sev_es_save_area, which is what the kernel dumps; the rest of the page is zero. */
export const KERNEL_STRUCT_SIZE = 0x670;

type Extras = Pick<Row, 'bits' | 'aliases' | 'note'>;

/** Rows under one heading: offset, name, type, text, bits or extras. */
const under =
  (group: (typeof GROUPS)[number]) =>
  <const N extends string, const T extends FieldType>(
    offset: number,
    name: N,
    type: T,
    doc: string,
    extras: Extras = {},
  ): Row<N, T> =>
    row(offset, name, type, doc, { ...extras, group });

const control = under('Control registers');
const sev = under('SEV state');
const gpr = under('General registers');
const msr = under('MSRs');
const debug = under('Debug');
const fpu = under('FPU');
const inReserve = under('Reserved');
const inSegments = under('Segments');

/** The name that libvirt's tool and sevctl use where it differs from ours, and other sources' names. */
const libvirt = (name: string, note?: string, others: Row['aliases'] = {}): Extras => ({
  aliases: { libvirt: name, ...others },
  ...(note && { note }),
});
/** COCONUT-SVSM's name for a field. */
const coconut = (name: string) => ({ coconut: name });
/** sev-snp-measure's name for a field. */
const measure = (name: string) => ({ 'sev-snp-measure': name });
// Linux and sev-snp-measure have an array where KVM's plain save area has SPEC_CTRL at its end.
const IN_0x298 = { linux: 'reserved_0x298', ...measure('reserved_0x298') };
const reserved = (offset: number, size: number, extras: Extras = {}) =>
  inReserve(offset, `reserved_0x${offset.toString(16)}`, size, 'reserved, zero', extras);

function segment<const S extends string>(
  offset: number,
  name: S,
  title: string,
  use: { selector?: string; limit?: string } = {},
) {
  const register = name.replace('dtr', 'dt');
  const named = (part: string, flags = part) => ({
    aliases: { linux: `${name}.${part}`, coconut: `${register}.${flags}` },
  });
  return [
    inSegments(offset, `${name}_selector`, 'u16', `${title}: selector${use.selector ?? ''}`, {
      bits: system.SELECTOR,
      ...named('selector'),
    }),
    inSegments(offset + 2, `${name}_attrib`, 'u16', `${title}: packed attributes${use.selector ?? ''}`, {
      bits: system.SEGMENT_ATTRIBUTES,
      ...named('attrib', 'flags'),
    }),
    inSegments(
      offset + 4,
      `${name}_limit`,
      'u32',
      `${title}: limit in bytes${use.limit ?? ''}`,
      named('limit'),
    ),
    inSegments(offset + 8, `${name}_base`, 'u64', `${title}: linear base address`, named('base')),
  ];
}

const TABLE_REGISTER = { selector: ' (unused by this register, zero)', limit: ' (16 bits count)' };

/**
 * Numbers as literal types, so that names made of them are literal types too: `r8` to `r15`, not `r` and any number.
 */
const FOUR = [0, 1, 2, 3] as const;
const EIGHT = [...FOUR, 4, 5, 6, 7] as const;
const EIGHT_TO_15 = [8, 9, 10, 11, 12, 13, 14, 15] as const;
const SIXTEEN = [...EIGHT, ...EIGHT_TO_15] as const;

const X87_REGISTERS = struct('x87 registers', 80, [
  ...EIGHT.map((i) => row(8 * i, `st${i}_significand`, 'u64', `ST${i} and MM${i}: significand`)),
  ...EIGHT.map((i) => row(64 + 2 * i, `st${i}_sign_exponent`, 'u16', `ST${i}: sign and exponent`)),
]);
const XMM_REGISTERS = struct(
  'XMM registers',
  256,
  SIXTEEN.map((i) => row(16 * i, `xmm${i}`, 16, `XMM${i}`)),
);
const YMM_REGISTERS = struct(
  'YMM registers',
  256,
  SIXTEEN.map((i) => row(16 * i, `ymm${i}_hi`, 16, `YMM${i}: upper half`)),
);
const LBR_STACK = struct(
  'last-branch records',
  256,
  SIXTEEN.flatMap((i) => [
    row(16 * i, `lbr${i}_from`, 'u64', `branch ${i}: source`),
    row(16 * i + 8, `lbr${i}_to`, 'u64', `branch ${i}: target`),
  ]),
);

// The mask MSR of breakpoint 0 is not next to the other three (APM volume 2, appendix A).
const ADDRESS_MASKS = ['0xc0011027', '0xc0011019', '0xc001101a', '0xc001101b'] as const;

const GHCB_NAME = 'the name that libvirt and sevctl give it belongs to the GHCB page, not to the VMSA';

// sev-snp-measure ends with the FPU state and pads the rest of the page.
const PADDING: Extras = { aliases: measure('manual_padding') };

/** The whole page. */
export const VMSA = struct('VMSA', VMSA_SIZE, [
  ...segment(0x000, 'es', 'ES (data)'),
  ...segment(0x010, 'cs', 'CS (code)'),
  ...segment(0x020, 'ss', 'SS (stack)'),
  ...segment(0x030, 'ds', 'DS (data)'),
  ...segment(0x040, 'fs', 'FS (data)'),
  ...segment(0x050, 'gs', 'GS (data)'),
  ...segment(0x060, 'gdtr', 'GDTR', TABLE_REGISTER),
  ...segment(0x070, 'ldtr', 'LDTR'),
  ...segment(0x080, 'idtr', 'IDTR', TABLE_REGISTER),
  ...segment(0x090, 'tr', 'TR (task)'),
  ...FOUR.map((i) =>
    msr(
      0x0a0 + 8 * i,
      `vmpl${i}_ssp`,
      'u64',
      `PL${i}_SSP: shadow-stack pointer for CPL ${i} (MSR 0x6a${4 + i})`,
      {
        aliases: { linux: `pl${i}_ssp`, libvirt: 'reserved_1', ...coconut(`pl${i}_ssp`) },
        note: 'an old name: it is about CPL, not about VMPL',
      },
    ),
  ),
  msr(0x0c0, 'u_cet', 'u64', 'U_CET: control-flow enforcement for user mode (MSR 0x6a0)', {
    bits: msrs.CET,
    ...libvirt('reserved_1'),
  }),
  reserved(0x0c8, 2, libvirt('reserved_1')),
  sev(0x0ca, 'vmpl', 'u8', 'VM privilege level of this page (SNP); 0 at launch', {
    bits: sevState.VMPL,
    ...libvirt('reserved_1'),
  }),
  control(0x0cb, 'cpl', 'u8', 'current privilege level', { bits: system.CPL }),
  reserved(0x0cc, 4, libvirt('reserved_2')),
  control(0x0d0, 'efer', 'u64', 'EFER: extended features (MSR 0xc0000080)', { bits: system.EFER }),
  reserved(0x0d8, 104, libvirt('reserved_3')),
  msr(0x140, 'xss', 'u64', 'XSS: supervisor state components (MSR 0xda0)', { bits: msrs.XSS }),
  control(0x148, 'cr4', 'u64', 'CR4', { bits: system.CR4 }),
  control(0x150, 'cr3', 'u64', 'CR3: top of the page tables', { bits: system.CR3 }),
  control(0x158, 'cr0', 'u64', 'CR0', { bits: system.CR0 }),
  debug(0x160, 'dr7', 'u64', 'DR7: breakpoint control', {
    bits: system.DR7,
    note: 'KVM refuses to launch with any bit set beyond the fixed 0x400',
  }),
  debug(0x168, 'dr6', 'u64', 'DR6: breakpoint status', { bits: system.DR6 }),
  control(0x170, 'rflags', 'u64', 'RFLAGS', { bits: system.RFLAGS }),
  gpr(0x178, 'rip', 'u64', 'instruction pointer, relative to the base of CS'),
  ...FOUR.map((i) =>
    debug(0x180 + 8 * i, `dr${i}`, 'u64', `DR${i}: linear address of breakpoint ${i}`, libvirt('reserved_4')),
  ),
  ...FOUR.map((i) =>
    debug(
      0x1a0 + 8 * i,
      `dr${i}_addr_mask`,
      'u64',
      `DR${i}_ADDR_MASK: address mask of breakpoint ${i} (MSR ${ADDRESS_MASKS[i]})`,
      libvirt('reserved_4', undefined, coconut(`dr${i}_mask`)),
    ),
  ),
  reserved(0x1c0, 24, libvirt('reserved_4')),
  gpr(0x1d8, 'rsp', 'u64', 'stack pointer'),
  msr(0x1e0, 's_cet', 'u64', 'S_CET: control-flow enforcement for supervisor mode (MSR 0x6a2)', {
    bits: msrs.CET,
    ...libvirt('reserved_5'),
  }),
  msr(0x1e8, 'ssp', 'u64', 'current shadow-stack pointer', libvirt('reserved_5')),
  msr(
    0x1f0,
    'isst_addr',
    'u64',
    'ISST_ADDR: interrupt shadow-stack table (MSR 0x6a8)',
    libvirt('reserved_5'),
  ),
  gpr(0x1f8, 'rax', 'u64', 'RAX'),
  msr(0x200, 'star', 'u64', 'STAR: SYSCALL and SYSRET selectors (MSR 0xc0000081)', { bits: msrs.STAR }),
  msr(0x208, 'lstar', 'u64', 'LSTAR: SYSCALL target in 64-bit mode (MSR 0xc0000082)'),
  msr(0x210, 'cstar', 'u64', 'CSTAR: SYSCALL target in compatibility mode (MSR 0xc0000083)'),
  msr(0x218, 'sfmask', 'u64', 'SFMASK: RFLAGS bits that SYSCALL clears (MSR 0xc0000084)', {
    bits: system.RFLAGS,
  }),
  msr(0x220, 'kernel_gs_base', 'u64', 'KERNEL_GS_BASE: the base that SWAPGS takes (MSR 0xc0000102)'),
  msr(0x228, 'sysenter_cs', 'u64', 'SYSENTER_CS (MSR 0x174)'),
  msr(0x230, 'sysenter_esp', 'u64', 'SYSENTER_ESP (MSR 0x175)'),
  msr(0x238, 'sysenter_eip', 'u64', 'SYSENTER_EIP (MSR 0x176)'),
  control(0x240, 'cr2', 'u64', 'CR2: linear address of the last page fault'),
  reserved(0x248, 32, libvirt('reserved_6')),
  msr(0x268, 'g_pat', 'u64', 'PAT of the guest: memory types (MSR 0x277)', { bits: msrs.PAT }),
  debug(0x270, 'dbgctl', 'u64', 'DEBUGCTL (MSR 0x1d9)', {
    bits: msrs.DEBUGCTL,
    aliases: measure('dbgctrl'),
  }),
  debug(0x278, 'br_from', 'u64', 'source of the last branch (MSR 0x1db)'),
  debug(0x280, 'br_to', 'u64', 'target of the last branch (MSR 0x1dc)'),
  debug(0x288, 'last_excp_from', 'u64', 'source of the last exception (MSR 0x1dd)'),
  debug(0x290, 'last_excp_to', 'u64', 'target of the last exception (MSR 0x1de)'),
  reserved(0x298, 72, libvirt('reserved_7')),
  msr(0x2e0, 'spec_ctrl', 'u32', 'SPEC_CTRL: speculation control (MSR 0x48), low half', {
    bits: msrs.SPEC_CTRL,
    note: 'reserved in the SEV-ES table; KVM copies its plain save area, which has SPEC_CTRL here',
    aliases: { ...IN_0x298, ...coconut('reserved_2e0') },
  }),
  reserved(0x2e4, 4, libvirt('reserved_7b', undefined, IN_0x298)),
  msr(0x2e8, 'pkru', 'u32', 'PKRU: protection-key rights', { bits: msrs.PKRU }),
  msr(
    0x2ec,
    'tsc_aux',
    'u32',
    'TSC_AUX: what RDTSCP and RDPID return (MSR 0xc0000103)',
    libvirt('reserved_7a', undefined, coconut('reserved_2ec')),
  ),
  sev(0x2f0, 'tsc_scale', 'u64', 'ratio of the guest TSC, with SecureTSC', {
    bits: msrs.TSC_SCALE,
    ...libvirt('reserved_7a', undefined, { ...measure('reserved_0x2f0'), ...coconut('guest_tsc_scale') }),
  }),
  sev(
    0x2f8,
    'tsc_offset',
    'u64',
    'offset of the guest TSC, with SecureTSC',
    libvirt('reserved_7a', undefined, { ...measure('reserved_0x2f0'), ...coconut('guest_tsc_offset') }),
  ),
  sev(0x300, 'reg_prot_nonce', 'u64', 'nonce of VmsaRegProt; reserved without it', {
    aliases: { linux: 'reserved_0x300', libvirt: 'reserved_8', ...measure('reserved_0x2f0') },
  }),
  gpr(0x308, 'rcx', 'u64', 'RCX'),
  gpr(0x310, 'rdx', 'u64', 'RDX; at reset the CPU signature of the guest (CPUID Fn0000_0001_EAX)', {
    bits: msrs.SIGNATURE_BITS,
  }),
  gpr(0x318, 'rbx', 'u64', 'RBX'),
  sev(0x320, 'secure_avic_control', 'u64', 'Secure AVIC control; reserved without SecureAVIC', {
    bits: sevState.SECURE_AVIC,
    aliases: { linux: 'reserved_0x320', libvirt: 'reserved_9', ...coconut('reserved_320') },
  }),
  gpr(0x328, 'rbp', 'u64', 'RBP'),
  gpr(0x330, 'rsi', 'u64', 'RSI'),
  gpr(0x338, 'rdi', 'u64', 'RDI'),
  ...EIGHT_TO_15.map((i) => gpr(0x340 + 8 * (i - 8), `r${i}`, 'u64', `R${i}`)),
  reserved(0x380, 16, libvirt('reserved_10')),
  sev(
    0x390,
    'guest_exit_info_1',
    'u64',
    'first word about an exit that was reflected to the guest',
    libvirt('sw_exit_code', GHCB_NAME, coconut('guest_exitinfo1')),
  ),
  sev(
    0x398,
    'guest_exit_info_2',
    'u64',
    'second word about a reflected exit',
    libvirt('sw_exit_info_1', GHCB_NAME, coconut('guest_exitinfo2')),
  ),
  sev(0x3a0, 'guest_exit_int_info', 'u64', 'event in flight at a reflected exit', {
    bits: sevState.EVENT,
    ...libvirt('sw_exit_info_2', GHCB_NAME, coconut('guest_exitintinfo')),
  }),
  sev(0x3a8, 'guest_nrip', 'u64', 'next RIP at a reflected exit', libvirt('sw_scratch', GHCB_NAME)),
  sev(0x3b0, 'sev_features', 'u64', 'SEV features that this vCPU runs with', {
    bits: sevState.SEV_FEATURES,
    ...libvirt('reserved_11'),
  }),
  sev(0x3b8, 'vintr_ctrl', 'u64', 'virtual interrupt control, with AlternateInjection or SecureAVIC', {
    bits: sevState.VINTR_CTRL,
    ...libvirt('reserved_11'),
  }),
  sev(0x3c0, 'guest_exit_code', 'u64', 'code of a reflected exit', {
    bits: sevState.EXIT_CODE,
    ...libvirt('reserved_11'),
  }),
  sev(0x3c8, 'virtual_tom', 'u64', 'virtual top of memory, with vTOM', {
    bits: sevState.VIRTUAL_TOM,
    ...libvirt('reserved_11', undefined, coconut('vtom')),
  }),
  sev(0x3d0, 'tlb_id', 'u64', 'TLB identifier; hardware writes it', libvirt('reserved_11')),
  sev(0x3d8, 'pcpu_id', 'u64', 'physical CPU of the last run; hardware writes it', libvirt('reserved_11')),
  sev(0x3e0, 'event_inj', 'u64', 'event to inject, with AlternateInjection', {
    bits: sevState.EVENT,
    ...libvirt('reserved_11'),
  }),
  control(0x3e8, 'xcr0', 'u64', 'XCR0: state components that are on', { bits: fpuState.XCR0 }),
  reserved(0x3f0, 16, libvirt('valid_bitmap', GHCB_NAME, coconut('reserved_3f0'))),
  fpu(0x400, 'x87_dp', 'u64', 'x87: last data pointer', libvirt('x87_state_gpa', GHCB_NAME)),
  fpu(0x408, 'mxcsr', 'u32', 'MXCSR: SSE control and status; 0x1f80 after INIT', { bits: fpuState.MXCSR }),
  fpu(0x40c, 'x87_ftw', 'u16', 'x87: tag word', {
    bits: fpuState.FTW,
    note: 'KVM copies the abridged form of FXSAVE here, one bit a register and 0 for empty',
  }),
  fpu(0x40e, 'x87_fsw', 'u16', 'x87: status word', { bits: fpuState.FSW }),
  fpu(0x410, 'x87_fcw', 'u16', 'x87: control word; 0x37f after FNINIT', { bits: fpuState.FCW }),
  fpu(0x412, 'x87_fop', 'u16', 'x87: last opcode', { bits: fpuState.FOP }),
  fpu(0x414, 'x87_ds', 'u16', 'x87: segment of the last data pointer', { bits: system.SELECTOR }),
  fpu(0x416, 'x87_cs', 'u16', 'x87: segment of the last instruction', { bits: system.SELECTOR }),
  fpu(0x418, 'x87_rip', 'u64', 'x87: last instruction pointer'),
  fpu(0x420, 'fpreg_x87', X87_REGISTERS, 'x87 and MMX registers'),
  fpu(0x470, 'fpreg_xmm', XMM_REGISTERS, 'XMM registers'),
  fpu(0x570, 'fpreg_ymm', YMM_REGISTERS, 'upper halves of the YMM registers'),
  debug(0x670, 'lbr_stack', LBR_STACK, 'last-branch records', PADDING),
  debug(0x770, 'lbr_select', 'u64', 'LBR_SELECT: which branches are recorded', PADDING),
  debug(0x778, 'ibs_fetch_ctl', 'u64', 'sampling: fetch control', PADDING),
  debug(0x780, 'ibs_fetch_linaddr', 'u64', 'sampling: linear address of the fetch', PADDING),
  debug(0x788, 'ibs_op_ctl', 'u64', 'sampling: execution control', PADDING),
  debug(0x790, 'ibs_op_rip', 'u64', 'sampling: RIP of the operation', PADDING),
  debug(0x798, 'ibs_op_data', 'u64', 'sampling: operation data 1', PADDING),
  debug(0x7a0, 'ibs_op_data2', 'u64', 'sampling: operation data 2', PADDING),
  debug(0x7a8, 'ibs_op_data3', 'u64', 'sampling: operation data 3', PADDING),
  debug(0x7b0, 'ibs_dc_linaddr', 'u64', 'sampling: linear address in the data cache', PADDING),
  debug(0x7b8, 'bp_ibstgt_rip', 'u64', 'sampling: target of a branch', PADDING),
  debug(0x7c0, 'ic_ibs_extd_ctl', 'u64', 'sampling: extended fetch control', PADDING),
  reserved(0x7c8, 2104, { aliases: { ...PADDING.aliases, ...coconut('reserved_7c8') } }),
]);

type VmsaRow = (typeof VMSA)['rows'][number];

/** All values of a page by the names of its rows. */
export type VmsaValues = ValueOf<typeof VMSA>;

/** The displayed name of a field, such as `rdx` or `fpreg_xmm.xmm0`. */
export type VmsaName = PathOf<VmsaRow>;

/** The name of a scalar field. */
export type VmsaWord = Extract<VmsaRow, { readonly type: ScalarType }>['name'];

const byPath = new Map(leaves(VMSA).map((leaf) => [leaf.path, leaf]));

/** The leaf with exactly this name. For names that people type, see findVmsaLeaf. */
export function vmsaLeaf(name: VmsaName): Leaf<VmsaName> {
  return byPath.get(name)!;
}

/** Where the reserved end of the page starts; every launch leaves it zero. */
export const RESERVED_END = leaves(VMSA).at(-1)!.offset;
