// What must hold for every tree of volumes, whatever the bytes: children lie inside their parent in order without overlap, all
// bytes of a level belong to a node or are alignment, and findings lie inside the file and follow the table of rules.

import assert from 'node:assert/strict';
import { VOLUME_RULES } from '../../../../../src/core/ovmf/volumes/rules';
import type { VolumeNode, VolumeTree } from '../../../../../src/core/ovmf/volumes/tree';
import { allNodes } from '../../../../../src/core/ovmf/volumes/volumes';
import type { Parsed } from '../../../../../src/core/binary/region';

function assertInside(parts: readonly VolumeNode[], start: number, end: number, parent: string): void {
  let at = start;
  for (const { name, offset, size, fields, children } of parts) {
    if (offset < at || size <= 0 || size > end - offset) {
      assert.fail(`${parent}: ${name} is at ${offset} with ${size} bytes, not between ${at} and ${end}`);
    }
    at = offset + size;
    for (const field of fields) {
      if (field.offset < offset || field.size <= 0 || field.offset + field.size > at) {
        assert.fail(`field ${field.name} lies outside ${name}`);
      }
      if (children.some((child) => child.offset < field.offset + field.size)) {
        assert.fail(`field ${field.name} of ${name} lies in a child`);
      }
    }
    assertInside(children, offset, at, name);
  }
}

/** Fails unless the tree is whole. */
export function assertWholeTree({ value, findings }: Parsed<VolumeTree>): void {
  const { nodes, bytes } = value;
  assert.equal(
    nodes.reduce((sum, { size }) => sum + size, 0),
    bytes.length,
  );
  assertInside(nodes, 0, bytes.length, 'file');
  for (const { node } of allNodes(value)) {
    const { decoded } = node;
    if (decoded) assertInside(decoded.children, 0, decoded.bytes.length, 'decoded');
  }
  for (const { rule, offset, size, severity, message } of findings) {
    assert.equal(severity, VOLUME_RULES[rule as keyof typeof VOLUME_RULES].severity);
    assert.ok(
      offset >= 0 && size > 0 && offset + size <= bytes.length,
      `${rule} at ${offset}, ${size} bytes`,
    );
    assert.ok(message.length > 20 && !/undefined|NaN|\[object/.test(message), message);
  }
}
