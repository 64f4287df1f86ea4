// How much a page looks like that of a vCPU before its first instruction: what decides between two ways to read
// a dump. A page that is read wrong has almost none of the signs of registers; an edited one keeps most.

import { KERNEL_STRUCT_SIZE } from '../layout/layout';
import { CERTAIN_SIGNS, signsOf } from '../plausible';

/** By so many signs one way to read a page must lead over another. */
const LEAD = 4;

/** The number of signs that a page has; none for less than what Linux uses of it. */
const countSigns = (page: Uint8Array): number => (page.length < KERNEL_STRUCT_SIZE ? 0 : signsOf(page));

/** Whether a page, or the part of it that Linux uses, is that of a vCPU beyond doubt. */
export function isLaunchPage(page: Uint8Array): boolean {
  return countSigns(page) >= CERTAIN_SIGNS;
}

/** Which of two ways to read the same page is right; undefined when the page does not tell. */
export function likelier(first: Uint8Array, second: Uint8Array): 'first' | 'second' | undefined {
  const [a, b] = [countSigns(first), countSigns(second)];
  if (Math.max(a, b) < CERTAIN_SIGNS || Math.abs(a - b) < LEAD) return undefined;
  return a > b ? 'first' : 'second';
}
