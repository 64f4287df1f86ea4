// Bits of model-specific registers and of the CPU signature: AMD64 Architecture Programmer's Manual volume 2, appendix A,
// and volume 3, appendix E.3.2. Bits without a row are reserved.

import { address, bits, each, flag, mustBeZero, type Words } from '../../binary/bits';
import type { Bit } from '../../binary/struct';

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
  address(63, 12, 'EB_LEG_BITMAP_BASE', 'base of the legacy code bitmap (Intel)'),
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

/** SYSCALL and SYSRET selectors. */
export const STAR: readonly Bit[] = [
  bits(31, 0, 'SYSCALL_EIP', 'target of SYSCALL in legacy mode'),
  bits(47, 32, 'SYSCALL_CS_SS', 'CS selector for SYSCALL; SS is the next one'),
  bits(63, 48, 'SYSRET_CS_SS', 'base of the selectors for SYSRET'),
];

// Writing types 2 and 3 faults; a page that has them was not made by a CPU.
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

/** At reset RDX holds CPUID Fn0000_0001_EAX of the guest's CPU model. */
export const SIGNATURE_BITS = [
  bits(3, 0, 'STEPPING', 'stepping'),
  bits(7, 4, 'BASE_MODEL', 'low digit of the model'),
  bits(11, 8, 'BASE_FAMILY', 'family, or 0xf when the extended family counts'),
  bits(19, 16, 'EXT_MODEL', 'high digit of the model'),
  bits(27, 20, 'EXT_FAMILY', 'added to a base family of 0xf'),
] as const;
