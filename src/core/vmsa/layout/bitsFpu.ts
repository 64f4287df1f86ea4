// Bits of XCR0 and of the x87 and SSE state: AMD64 Architecture Programmer's Manual volume 1, chapters 4 and 6, and volume
// 2, section 11.5. Bits without a row are reserved.

import { bits, each, flag, type Words } from '../../binary/bits';
import type { Bit } from '../../binary/struct';

/** Enabled state components. */
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
