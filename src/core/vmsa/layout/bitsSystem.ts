// Bits of segments, control and debug registers and flags: AMD64 Architecture Programmer's Manual volume 2, chapters 3,
// 4 and 13. Bits without a row are reserved.

import { address, bits, each, flag, mustBeZero, type Words } from '../../binary/bits';
import type { Bit } from '../../binary/struct';

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
  address(51, 12, 'BASE', 'physical address bits of the top-level table, the C-bit among them'),
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
