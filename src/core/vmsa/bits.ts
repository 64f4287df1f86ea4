// The named bits of every flag register in a VMSA, from the AMD64 Architecture Programmer's Manual volume 2
// (chapters 3, 4, 13 and 15, appendix B) and Linux <asm/svm.h>. Bits without a row are reserved.

import type { Bit } from '../struct';

type Words = Readonly<Record<number, string>>;

/** One named bit. */
const flag = (lsb: number, name: string, doc: string): Bit => ({ name, lsb, width: 1, doc });
/** A run of bits from `msb` down to `lsb`, written as manuals write it. */
const bits = (msb: number, lsb: number, name: string, doc: string, values?: Words): Bit => ({
  name,
  lsb,
  width: msb - lsb + 1,
  doc,
  ...(values && { values }),
});
const mustBeZero = (msb: number, lsb: number): Bit => ({
  ...bits(msb, lsb, 'RSVD', 'must be zero'),
  reserved: true,
});
const each = (count: number, make: (i: number) => readonly Bit[]): Bit[] =>
  Array.from({ length: count }, (_, i) => make(i)).flat();

/** A segment selector. */
export const SELECTOR: readonly Bit[] = [
  bits(1, 0, 'RPL', 'requested privilege level'),
  bits(2, 2, 'TI', 'descriptor table', { 0: 'GDT', 1: 'LDT' }),
  bits(15, 3, 'SI', 'index of the descriptor'),
];

const SYSTEM_TYPES: Words = {
  0: 'illegal type 0',
  1: 'available 16-bit TSS',
  2: 'LDT',
  3: 'busy 16-bit TSS',
  4: '16-bit call gate',
  5: 'task gate',
  6: '16-bit interrupt gate',
  7: '16-bit trap gate',
  8: 'illegal type 8',
  9: 'available 32/64-bit TSS',
  10: 'illegal type 10',
  11: 'busy 32/64-bit TSS',
  12: '32/64-bit call gate',
  13: 'illegal type 13',
  14: '32/64-bit interrupt gate',
  15: '32/64-bit trap gate',
};

/** Code and data types are four independent bits: accessed, writable or readable, direction, code. */
const SEGMENT_TYPES: Words = Object.fromEntries(
  Array.from({ length: 16 }, (_, t) => {
    const code = (t & 8) !== 0;
    const access = code ? (t & 2 ? 'execute/read' : 'execute only') : t & 2 ? 'read/write' : 'read only';
    const words = [code ? 'code' : 'data', access];
    if (t & 4) words.push(code ? 'conforming' : 'expand down');
    if (t & 1) words.push('accessed');
    return [t, words.join(', ')];
  }),
);

/** The 12-bit packed descriptor attributes of a segment slot. */
export const SEGMENT_ATTRIBUTES: readonly Bit[] = [
  {
    ...bits(3, 0, 'TYPE', 'system descriptor type', SYSTEM_TYPES),
    zeroCounts: true,
    when: { lsb: 4, is: 0 },
  },
  { ...bits(3, 0, 'TYPE', 'code or data type', SEGMENT_TYPES), zeroCounts: true, when: { lsb: 4, is: 1 } },
  bits(4, 4, 'S', 'class of descriptor', { 0: 'system', 1: 'code or data' }),
  bits(6, 5, 'DPL', 'descriptor privilege level'),
  flag(7, 'P', 'present; a segment without it is unusable'),
  flag(8, 'AVL', 'free for software'),
  flag(9, 'L', '64-bit code (CS only)'),
  bits(10, 10, 'DB', 'default operand size of code, or size of the stack', { 0: '16-bit', 1: '32-bit' }),
  bits(11, 11, 'G', 'granularity in the descriptor; the limit of the save area is in bytes already', {
    0: 'bytes',
    1: '4 KiB units',
  }),
  mustBeZero(15, 12),
];

/** Control-flow enforcement, U_CET and S_CET. */
export const CET: readonly Bit[] = [
  flag(0, 'SH_STK_EN', 'shadow stacks on'),
  flag(1, 'WR_SHSTK_EN', 'WRSS instructions on'),
  flag(2, 'ENDBR_EN', 'indirect branch tracking (Intel)'),
  flag(3, 'LEG_IW_EN', 'legacy interworking (Intel)'),
  flag(4, 'NO_TRACK_EN', 'NOTRACK prefix (Intel)'),
  flag(5, 'SUPPRESS_DIS', 'suppression off (Intel)'),
  flag(10, 'SUPPRESS', 'tracking suppressed (Intel)'),
  flag(11, 'TRACKER', 'tracker state (Intel)'),
  bits(63, 12, 'EB_LEG_BITMAP_BASE', 'base of the legacy code bitmap (Intel)'),
];

/** VM privilege level. */
export const VMPL: readonly Bit[] = [bits(1, 0, 'VMPL', 'VM privilege level, 0 the most privileged')];
/** Current privilege level. */
export const CPL: readonly Bit[] = [bits(1, 0, 'CPL', 'current privilege level')];

/** Extended features. */
export const EFER: readonly Bit[] = [
  flag(0, 'SCE', 'SYSCALL and SYSRET'),
  flag(8, 'LME', 'long mode enabled'),
  flag(10, 'LMA', 'long mode active'),
  flag(11, 'NXE', 'no-execute pages'),
  flag(12, 'SVME', 'SVM enabled; VMRUN accepts no state without it'),
  flag(13, 'LMSLE', 'segment limits in long mode'),
  flag(14, 'FFXSR', 'fast FXSAVE and FXRSTOR'),
  flag(15, 'TCE', 'translation cache extension'),
  flag(17, 'MCOMMIT', 'MCOMMIT instruction'),
  flag(18, 'INTWB', 'interruptible WBINVD and WBNOINVD'),
  flag(20, 'UAIE', 'upper address ignore'),
  flag(21, 'AIBRSE', 'automatic IBRS'),
];

/** Supervisor state components. */
export const XSS: readonly Bit[] = [
  flag(8, 'PT', 'processor trace (Intel)'),
  flag(10, 'PASID', 'PASID (Intel)'),
  flag(11, 'CET_U', 'user CET state'),
  flag(12, 'CET_S', 'supervisor CET state'),
  flag(13, 'HDC', 'hardware duty cycling (Intel)'),
  flag(14, 'UINTR', 'user interrupts (Intel)'),
  flag(15, 'LBR', 'architectural last-branch records (Intel)'),
  flag(16, 'HWP', 'hardware P-states (Intel)'),
];

/** CR0. */
export const CR0: readonly Bit[] = [
  flag(0, 'PE', 'protected mode'),
  flag(1, 'MP', 'monitor coprocessor'),
  flag(2, 'EM', 'x87 emulation'),
  flag(3, 'TS', 'task switched'),
  flag(4, 'ET', 'extension type, always 1'),
  flag(5, 'NE', 'native x87 errors'),
  flag(16, 'WP', 'write protection for the supervisor'),
  flag(18, 'AM', 'alignment mask'),
  flag(29, 'NW', 'not write-through'),
  flag(30, 'CD', 'caches disabled'),
  flag(31, 'PG', 'paging'),
];

/** CR3; PCID shares its bits with PWT and PCD. */
export const CR3: readonly Bit[] = [
  { ...bits(11, 0, 'PCID', 'process-context identifier, with CR4.PCIDE'), overlay: true },
  flag(3, 'PWT', 'page tables write-through, without CR4.PCIDE'),
  flag(4, 'PCD', 'page tables uncached, without CR4.PCIDE'),
  bits(51, 12, 'BASE', 'physical address bits of the top-level table, the C-bit among them'),
];

/** CR4. */
export const CR4: readonly Bit[] = [
  flag(0, 'VME', 'virtual-8086 extensions'),
  flag(1, 'PVI', 'protected-mode virtual interrupts'),
  flag(2, 'TSD', 'RDTSC for CPL 0 only'),
  flag(3, 'DE', 'debugging extensions'),
  flag(4, 'PSE', '4 MiB pages'),
  flag(5, 'PAE', 'physical address extension'),
  flag(6, 'MCE', 'machine checks; KVM passes the bit of the host on'),
  flag(7, 'PGE', 'global pages'),
  flag(8, 'PCE', 'RDPMC at every CPL'),
  flag(9, 'OSFXSR', 'FXSAVE, FXRSTOR and SSE'),
  flag(10, 'OSXMMEXCPT', 'unmasked SIMD exceptions'),
  flag(11, 'UMIP', 'user-mode instruction prevention'),
  flag(12, 'LA57', 'five-level paging'),
  flag(13, 'VMXE', 'Intel VMX; 0 on AMD'),
  flag(14, 'SMXE', 'Intel SMX; 0 on AMD'),
  flag(16, 'FSGSBASE', 'RD/WRFSBASE and RD/WRGSBASE'),
  flag(17, 'PCIDE', 'process-context identifiers'),
  flag(18, 'OSXSAVE', 'XSAVE and XCR0'),
  flag(20, 'SMEP', 'no supervisor execution of user pages'),
  flag(21, 'SMAP', 'no supervisor access to user pages'),
  flag(22, 'PKE', 'protection keys for user pages'),
  flag(23, 'CET', 'control-flow enforcement'),
  flag(32, 'FRED', 'flexible return and event delivery'),
];

const ACCESS: Words = { 0: 'execution', 1: 'write', 2: 'I/O', 3: 'read/write' };
const LENGTH: Words = { 0: '1 byte', 1: '2 bytes', 2: '8 bytes', 3: '4 bytes' };

/** Breakpoint control. */
export const DR7: readonly Bit[] = [
  ...each(4, (i) => [
    flag(2 * i, `L${i}`, `breakpoint ${i} in this task`),
    flag(2 * i + 1, `G${i}`, `breakpoint ${i} in all tasks`),
  ]),
  flag(8, 'LE', 'local exact, ignored'),
  flag(9, 'GE', 'global exact, ignored'),
  flag(10, 'ONE', 'always 1'),
  flag(13, 'GD', 'general detect'),
  ...each(4, (i) => [
    bits(17 + 4 * i, 16 + 4 * i, `RW${i}`, `access that breakpoint ${i} takes`, ACCESS),
    bits(19 + 4 * i, 18 + 4 * i, `LEN${i}`, `length of breakpoint ${i}`, LENGTH),
  ]),
];

/** Breakpoint status. */
export const DR6: readonly Bit[] = [
  ...each(4, (i) => [flag(i, `B${i}`, `breakpoint ${i} hit`)]),
  bits(10, 4, 'ONES_LO', 'read as ones'),
  flag(11, 'BLD', 'no bus lock was detected (active low)'),
  flag(13, 'BD', 'debug register accessed'),
  flag(14, 'BS', 'single step'),
  flag(15, 'BT', 'task switch'),
  bits(31, 16, 'ONES_HI', 'read as ones'),
];

/** RFLAGS, and the mask in SFMASK. */
export const RFLAGS: readonly Bit[] = [
  flag(0, 'CF', 'carry'),
  flag(1, 'ONE', 'always 1'),
  flag(2, 'PF', 'parity'),
  flag(4, 'AF', 'auxiliary carry'),
  flag(6, 'ZF', 'zero'),
  flag(7, 'SF', 'sign'),
  flag(8, 'TF', 'trap (single step)'),
  flag(9, 'IF', 'interrupts enabled'),
  flag(10, 'DF', 'direction'),
  flag(11, 'OF', 'overflow'),
  bits(13, 12, 'IOPL', 'I/O privilege level'),
  flag(14, 'NT', 'nested task'),
  flag(16, 'RF', 'resume'),
  flag(17, 'VM', 'virtual-8086 mode'),
  flag(18, 'AC', 'alignment check, or SMAP override'),
  flag(19, 'VIF', 'virtual interrupt flag'),
  flag(20, 'VIP', 'virtual interrupt pending'),
  flag(21, 'ID', 'CPUID can be used'),
];

/** SYSCALL and SYSRET selectors. */
export const STAR: readonly Bit[] = [
  bits(31, 0, 'SYSCALL_EIP', 'target of SYSCALL in legacy mode'),
  bits(47, 32, 'SYSCALL_CS_SS', 'CS selector for SYSCALL; SS is the next one'),
  bits(63, 48, 'SYSRET_CS_SS', 'base of the selectors for SYSRET'),
];

// Types 2 and 3 fault when written; a page that has them was not made by a CPU.
const MEMORY_TYPES: Words = {
  0: 'UC',
  1: 'WC',
  2: 'reserved 2',
  3: 'reserved 3',
  4: 'WT',
  5: 'WP',
  6: 'WB',
  7: 'UC-',
};

/** Memory types by index. */
export const PAT: readonly Bit[] = each(8, (i) => [
  { ...bits(8 * i + 2, 8 * i, `PA${i}`, `memory type ${i}`, MEMORY_TYPES), zeroCounts: true },
]);

/** Debug control. */
export const DEBUGCTL: readonly Bit[] = [
  flag(0, 'LBR', 'last-branch recording'),
  flag(1, 'BTF', 'single step on branches'),
  flag(2, 'BUS_LOCK_DETECT', 'trap on bus locks (pin control 0 on older parts)'),
  flag(3, 'PB1', 'pin control 1, old parts'),
  flag(4, 'PB2', 'pin control 2, old parts'),
  flag(5, 'PB3', 'pin control 3, old parts'),
  flag(11, 'FREEZE_LBRS_ON_PMI', 'branch records stop at a PMI'),
  flag(12, 'FREEZE_PERFMON_ON_PMI', 'counters stop at a PMI'),
];

/** Speculation control. */
export const SPEC_CTRL: readonly Bit[] = [
  flag(0, 'IBRS', 'indirect branches restricted'),
  flag(1, 'STIBP', 'single-thread indirect branch predictor'),
  flag(2, 'SSBD', 'no speculative store bypass'),
  flag(7, 'PSFD', 'no predictive store forwarding'),
];

/** Protection-key rights. */
export const PKRU: readonly Bit[] = each(16, (i) => [
  flag(2 * i, `AD${i}`, `no access with key ${i}`),
  flag(2 * i + 1, `WD${i}`, `no writes with key ${i}`),
]);

/** Ratio of the guest TSC, 8.32 fixed point. */
export const TSC_SCALE: readonly Bit[] = [
  bits(31, 0, 'FRACTION', 'fraction of the ratio'),
  bits(39, 32, 'INTEGER', 'whole part of the ratio'),
  mustBeZero(63, 40),
];

/** At reset RDX has the value of CPUID Fn0000_0001_EAX of the guest's CPU model. */
export const SIGNATURE: readonly Bit[] = [
  bits(3, 0, 'STEPPING', 'stepping'),
  bits(7, 4, 'BASE_MODEL', 'low digit of the model'),
  bits(11, 8, 'BASE_FAMILY', 'family, or 0xf when the extended family counts'),
  bits(19, 16, 'EXT_MODEL', 'high digit of the model'),
  bits(27, 20, 'EXT_FAMILY', 'added to a base family of 0xf'),
];

/** Secure AVIC control. */
export const SECURE_AVIC: readonly Bit[] = [
  flag(0, 'SECURE_AVIC_EN', 'Secure AVIC on'),
  flag(1, 'ALLOWED_NMI', 'the host may send NMIs'),
  bits(63, 12, 'BACKING_PAGE', 'guest physical page of the APIC backing page'),
];

/** An event to inject, or one that was in flight. */
export const EVENT: readonly Bit[] = [
  bits(7, 0, 'VECTOR', 'vector'),
  bits(10, 8, 'TYPE', 'sort of event', { 0: 'interrupt', 2: 'NMI', 3: 'exception', 4: 'software interrupt' }),
  flag(11, 'EV', 'error code valid'),
  flag(31, 'V', 'event valid'),
  bits(63, 32, 'ERRORCODE', 'error code'),
];

/** MSR SEV_STATUS shows the guest these bits shifted left by two. */
export const SEV_FEATURES: readonly Bit[] = [
  flag(0, 'SNPActive', 'SEV-SNP is active'),
  flag(1, 'vTOM', 'virtual top of memory in use'),
  flag(2, 'ReflectVC', 'events that cause #VC exit to a paravisor or SVSM instead'),
  flag(3, 'RestrictedInjection', 'the hypervisor may inject #HV only'),
  flag(4, 'AlternateInjection', 'events are injected from this page, not from the VMCB'),
  flag(5, 'DebugVirtualization', 'DebugSwap: DR0-DR3 and their masks are swapped with the guest'),
  flag(6, 'PreventHostIBS', 'no instruction-based sampling by the host'),
  flag(7, 'BTBIsolation', 'branch target entries of the guest are isolated'),
  flag(8, 'VmplSSS', 'supervisor shadow stacks by VMPL'),
  flag(9, 'SecureTSC', 'the TSC of the guest is protected'),
  flag(10, 'VmgexitParameter', 'VMGEXIT takes a parameter'),
  flag(11, 'PmcVirtualization', 'performance counters of its own'),
  flag(12, 'IbsVirtualization', 'instruction-based sampling of its own'),
  flag(13, 'GuestInterceptControl', 'the guest controls intercepts'),
  flag(14, 'VmsaRegProt', 'register images are XORed with reg_prot_nonce'),
  flag(15, 'SmtProtection', 'the sibling thread idles while the guest runs'),
  flag(16, 'SecureAVIC', 'Secure AVIC'),
  mustBeZero(20, 17),
  flag(21, 'IbpbOnEntry', 'branch prediction barrier at every entry'),
  mustBeZero(63, 22),
];

/** Virtual interrupt control. */
export const VINTR_CTRL: readonly Bit[] = [
  bits(7, 0, 'V_TPR', 'virtual task priority'),
  flag(8, 'V_IRQ', 'virtual interrupt pending'),
  flag(9, 'V_GIF', 'virtual global interrupt flag'),
  flag(10, 'INT_SHADOW', 'interrupt shadow'),
  flag(11, 'V_NMI', 'virtual NMI pending'),
  flag(12, 'V_NMI_MASK', 'virtual NMI masked'),
  bits(19, 16, 'V_INTR_PRIO', 'priority of the virtual interrupt'),
  flag(20, 'V_IGN_TPR', 'task priority ignored'),
  flag(26, 'V_NMI_ENABLE', 'virtual NMIs on'),
  bits(39, 32, 'V_INTR_VECTOR', 'vector of the virtual interrupt'),
  flag(63, 'BUSY', 'page in use by hardware'),
];

// The exit codes a save area meets; the encoding is that of VMCB EXITCODE (APM volume 2, appendix C). The low
// half tells them apart: the two negative codes fill the other half with ones.
const EXIT_CODES: Words = {
  0x52: '#MC intercept',
  0x60: 'interrupt',
  0x61: 'NMI',
  0x62: 'SMI',
  0x63: 'INIT',
  0x64: 'virtual interrupt',
  0x77: 'PAUSE',
  0x78: 'HLT',
  0x7f: 'shutdown',
  0x8f: 'EFER write trap',
  0x90: 'CR0 write trap',
  0x94: 'CR4 write trap',
  0x400: 'nested page fault',
  0x401: 'incomplete IPI (AVIC)',
  0x402: 'AVIC, not accelerated',
  0x403: 'VMGEXIT',
  0xfffffffe: 'busy',
  0xffffffff: 'invalid',
};

/** Why the guest left. */
export const EXIT_CODE: readonly Bit[] = [
  bits(31, 0, 'CODE', 'why the guest left', EXIT_CODES),
  bits(63, 32, 'CODE_HI', 'all ones for a negative code'),
];

/** Virtual top of memory. */
export const VIRTUAL_TOM: readonly Bit[] = [
  bits(51, 21, 'VIRTUAL_TOM', 'guest physical address bits; memory above is shared, in units of 2 MiB'),
];

/** State components that are on. */
export const XCR0: readonly Bit[] = [
  flag(0, 'X87', 'x87 state, always 1'),
  flag(1, 'SSE', 'XMM registers and MXCSR'),
  flag(2, 'AVX', 'upper halves of YMM'),
  flag(3, 'BNDREGS', 'MPX bounds (Intel)'),
  flag(4, 'BNDCSR', 'MPX configuration (Intel)'),
  flag(5, 'OPMASK', 'AVX-512 masks'),
  flag(6, 'ZMM_HI256', 'upper halves of ZMM0-ZMM15'),
  flag(7, 'HI16_ZMM', 'ZMM16-ZMM31'),
  flag(9, 'PKRU', 'protection-key rights'),
  flag(17, 'TILECFG', 'AMX tile configuration (Intel)'),
  flag(18, 'TILEDATA', 'AMX tiles (Intel)'),
  flag(19, 'APX', 'APX registers (Intel)'),
  flag(62, 'LWP', 'lightweight profiling, old AMD parts'),
];

const ROUNDING: Words = { 0: 'nearest', 1: 'down', 2: 'up', 3: 'toward-zero' };

/** SSE control and status. */
export const MXCSR: readonly Bit[] = [
  flag(0, 'IE', 'invalid operation'),
  flag(1, 'DE', 'denormal'),
  flag(2, 'ZE', 'division by zero'),
  flag(3, 'OE', 'overflow'),
  flag(4, 'UE', 'underflow'),
  flag(5, 'PE', 'precision'),
  flag(6, 'DAZ', 'denormals are zeros'),
  flag(7, 'IM', 'invalid operation masked'),
  flag(8, 'DM', 'denormal masked'),
  flag(9, 'ZM', 'division by zero masked'),
  flag(10, 'OM', 'overflow masked'),
  flag(11, 'UM', 'underflow masked'),
  flag(12, 'PM', 'precision masked'),
  bits(14, 13, 'RC', 'rounding', ROUNDING),
  flag(15, 'FZ', 'flush to zero'),
  flag(17, 'MM', 'misaligned exceptions masked'),
];

/** x87 tag word, full form. */
export const FTW: readonly Bit[] = each(8, (i) => [
  bits(2 * i + 1, 2 * i, `TAG${i}`, `tag of register ${i}`, {
    0: 'valid',
    1: 'zero',
    2: 'special',
    3: 'empty',
  }),
]);

/** x87 status word. */
export const FSW: readonly Bit[] = [
  flag(0, 'IE', 'invalid operation'),
  flag(1, 'DE', 'denormal'),
  flag(2, 'ZE', 'division by zero'),
  flag(3, 'OE', 'overflow'),
  flag(4, 'UE', 'underflow'),
  flag(5, 'PE', 'precision'),
  flag(6, 'SF', 'stack fault'),
  flag(7, 'ES', 'exception summary'),
  flag(8, 'C0', 'condition code 0'),
  flag(9, 'C1', 'condition code 1'),
  flag(10, 'C2', 'condition code 2'),
  bits(13, 11, 'TOP', 'register at the top of the stack'),
  flag(14, 'C3', 'condition code 3'),
  flag(15, 'B', 'busy'),
];

/** x87 control word. */
export const FCW: readonly Bit[] = [
  flag(0, 'IM', 'invalid operation masked'),
  flag(1, 'DM', 'denormal masked'),
  flag(2, 'ZM', 'division by zero masked'),
  flag(3, 'OM', 'overflow masked'),
  flag(4, 'UM', 'underflow masked'),
  flag(5, 'PM', 'precision masked'),
  flag(6, 'ONE', 'reads as 1'),
  bits(9, 8, 'PC', 'precision', { 0: 'single', 1: 'reserved', 2: 'double', 3: 'double-extended' }),
  bits(11, 10, 'RC', 'rounding', ROUNDING),
  flag(12, 'Y', 'infinity control of the 287, ignored'),
];

/** x87 opcode. */
export const FOP: readonly Bit[] = [bits(10, 0, 'OPCODE', 'last opcode')];
