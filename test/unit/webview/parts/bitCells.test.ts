// The bits of a register as cells: every bit once, the highest first, with the state that the picture draws.

import assert from 'node:assert/strict';
import { leaves } from '../../../../src/core/binary/struct';
import { replaceBits } from '../../../../src/core/vmsa/edit';
import { VMSA, vmsaLeaf, type VmsaWord } from '../../../../src/core/vmsa/layout/layout';
import { bitCells, cellText, moveBit } from '../../../../webview/parts/bitCells';

const bitsOf = (name: VmsaWord) => vmsaLeaf(name).row.bits!;

describe('The cells of a bit diagram', () => {
  it('are all bits of every register, the highest first', () => {
    for (const { path, size, row } of leaves(VMSA)) {
      if (!row.bits) continue;
      const cells = bitCells(row.bits, size, (1n << BigInt(8 * size)) - 1n).flat();
      assert.deepEqual(
        cells.map((c) => c.index),
        Array.from({ length: 8 * size }, (_, i) => 8 * size - 1 - i),
        path,
      );
      assert.ok(cells.every((c) => c.set));
    }
  });
  it('know what is set, reserved, and differs', () => {
    const cells = bitCells(bitsOf('sev_features'), 8, (1n << 63n) | 0x21n, 0x1n).flat();
    const at = (index: number) => cells.find((c) => c.index === index)!;
    assert.deepEqual([at(0).set, at(0).differs, at(0).bit?.name], [true, false, 'SNPActive']);
    assert.deepEqual([at(5).set, at(5).differs], [true, true]);
    assert.deepEqual([at(63).set, at(63).bit], [true, undefined]);
    assert.deepEqual([at(1).set, at(1).differs], [false, false]);
  });
  it('join the bits of one field, but not across rows', () => {
    const cells = bitCells(bitsOf('cs_attrib'), 2, 0x9bn).flat();
    assert.deepEqual(
      cells.filter((c) => c.joined).map((c) => c.index),
      [6, 3, 2, 1],
    );
    assert.ok(
      !bitCells(bitsOf('cr3'), 8, 0n)
        .flat()
        .find((c) => c.index === 16)!.joined,
    );
  });
  it('say in words what they are', () => {
    const cell = (name: VmsaWord, size: number, value: bigint, index: number, expected?: bigint) =>
      cellText(
        bitCells(bitsOf(name), size, value, expected)
          .flat()
          .find((c) => c.index === index)!,
        value,
        'Expected',
      );
    assert.match(
      cell('sev_features', 8, 0x20n, 5, 0n),
      /^bit 5, DebugVirtualization: set \(Expected: clear\)\. DebugSwap/,
    );
    assert.match(cell('cs_attrib', 2, 0x9bn, 0), /^bit 0, TYPE = 0xb code, execute\/read, accessed: set\./);
    assert.equal(cell('efer', 8, 0x2n, 1), 'bit 1, reserved: set');
  });
});

describe('A key among the bits', () => {
  const cases: [number, string, number | undefined][] = [
    [5, 'ArrowLeft', 6],
    [5, 'ArrowRight', 4],
    [63, 'ArrowLeft', 63],
    [0, 'ArrowRight', 0],
    [5, 'ArrowUp', 21],
    [60, 'ArrowUp', 60],
    [21, 'ArrowDown', 5],
    [5, 'ArrowDown', 5],
    [5, 'Home', 63],
    [5, 'End', 0],
    [5, 'x', undefined],
  ];
  for (const [from, key, to] of cases) {
    it(`${key} on ${from}`, () => {
      assert.equal(moveBit(from, key, 64), to);
    });
  }
});

describe('A bit', () => {
  it('is replaced in its register without touching others', () => {
    const bit = bitsOf('cs_attrib').find((b) => b.name === 'DPL')!;
    assert.equal(replaceBits(0x9bn, bit, 3n), 0xfbn);
    assert.equal(replaceBits(0xfbn, bit, 0n), 0x9bn);
    assert.equal(replaceBits(0n, { lsb: 63, width: 1 }, 1n), 1n << 63n);
  });
});
