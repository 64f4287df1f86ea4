// What must hold for every parsed OVMF image, whatever its bytes: regions cover the file exactly once, children
// cover their parent, fields and findings are inside, and every rule is in the table.

import assert from 'node:assert/strict';
import type { OvmfImage } from '../../src/core/ovmf/image';
import { OVMF_RULES } from '../../src/core/ovmf/rules';
import type { Parsed, Region } from '../../src/core/binary/region';

function assertTiles(parts: readonly Region[], start: number, end: number, parent: string): void {
  let at = start;
  for (const part of parts) {
    if (part.offset !== at || part.size <= 0) {
      assert.fail(`${parent}: ${part.name} is at ${part.offset} with ${part.size} bytes, not at ${at}`);
    }
    at += part.size;
    if (part.children.length > 0) assertTiles(part.children, part.offset, at, part.name);
    for (const field of part.fields) {
      if (field.offset < part.offset || field.offset + field.size > at || field.size <= 0) {
        assert.fail(`field ${field.name} lies outside ${part.name}`);
      }
    }
  }
  if (at !== end) assert.fail(`${parent}: covered up to ${at}, not ${end}`);
}

/** Fails unless the parsed image meets all of this. */
export function assertWhole({ value, findings }: Parsed<OvmfImage>): void {
  assertTiles(value.regions, 0, value.fileSize, 'file');
  for (const { rule, offset, size, severity, message } of findings) {
    const known = OVMF_RULES[rule as keyof typeof OVMF_RULES] as { severity: string } | undefined;
    if (known?.severity !== severity) assert.fail(`finding of rule ${rule}: not as in the table`);
    const inside =
      Number.isSafeInteger(offset) && offset >= 0 && size >= 0 && offset + size <= value.fileSize;
    if (!inside) assert.fail(`finding ${rule} at ${offset} with ${size} bytes lies outside the file`);
    // Said of what QEMU does not check.
    const text = message.replace('the result is undefined', '');
    if (message.length < 20 || /undefined|NaN|\[object/.test(text)) assert.fail(`poor message: ${message}`);
  }
}
