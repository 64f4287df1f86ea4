// The fields in which two pages of a vCPU differ, under the causes that explain them.

import { hex } from '../core/binary/hex';
import { groupByCause } from '../core/vmsa/compare/causes';
import { setBy, type ComparedField, type VmsaComparison } from '../core/vmsa/compare/compare';
import type { VmsaField } from '../core/vmsa/page';
import type { Output } from './output';

/** Prints them. @param generated whether the expected page is, so that it is known who sets a field */
export function printByCause(comparison: VmsaComparison, generated: boolean, out: Output): void {
  for (const { cause, fields: members } of groupByCause(comparison)) {
    out.line('');
    out.line(cause.title);
    out.line(`  ${cause.text}`);
    for (const field of members) printDifference(field, generated, out);
  }
}

function printDifference(field: ComparedField, generated: boolean, out: Output): void {
  const side = ({ raw, meaning }: VmsaField) => (meaning ? `${raw}  ${meaning}` : raw);
  out.line(`  ${hex(field.actual.offset, 3)}  ${field.actual.name}`);
  out.line(`    found     ${side(field.actual)}`);
  out.line(`    expected  ${side(field.expected)}${generated ? `  (set by ${setBy(field)})` : ''}`);
}
