// The arithmetic of the hex view: windows of small and very tall files, the cursor, the text of bytes.

import assert from 'node:assert/strict';
import {
  byteChar,
  byteText,
  moveCursor,
  offsetDigits,
  reveal,
  rowCount,
  trackHeight,
  viewIn,
  windowAt,
  type Track,
} from '../../../../webview/parts/hexRows';

const MIB = 2 ** 20;
const trackOf = (bytes: number, view = 400): Track => ({ rows: rowCount(bytes), rowHeight: 18, view });

describe('The window of the hex view', () => {
  it('of a page scrolls pixel by pixel', () => {
    const track = trackOf(4096);
    assert.equal(trackHeight(track), 256 * 18);
    assert.deepEqual(windowAt(track, 0), { first: 0, count: 23, shift: 0 });
    assert.deepEqual(windowAt(track, 25), { first: 1, count: 23, shift: 7 });
  });

  for (const size of [16, 4096, 4 * MIB, 16 * MIB, 64 * MIB]) {
    const track = trackOf(size);
    const end = Math.max(0, trackHeight(track) - track.view);

    it(`of ${size} bytes fits a browser, starts with the first row and ends with the last`, () => {
      assert.ok(trackHeight(track) <= 15_000_000);
      assert.equal(windowAt(track, 0).first, 0);
      const last = windowAt(track, end);
      assert.equal(last.first + last.count, track.rows);
      const bottom = last.count * 18 - last.shift;
      assert.ok(track.rows * 18 <= track.view || Math.abs(bottom - track.view) < 0.001, `ends at ${bottom}`);
    });

    it(`of ${size} bytes holds every row that is revealed, from wherever`, () => {
      const rows = [0, 1, track.rows >> 1, track.rows - 2, track.rows - 1].filter(
        (row) => row >= 0 && row < track.rows,
      );
      for (const from of [0, end / 3, end]) {
        for (const row of rows) {
          // Browsers keep scroll positions in whole or fractional pixels; a whole one is the coarser.
          const { first, count, shift } = windowAt(track, Math.round(reveal(track, from, row)));
          assert.ok(
            row >= first && row < first + count,
            `row ${row} from ${from}: ${first} to ${first + count}`,
          );
          assert.ok(shift >= 0 && shift < 18);
        }
      }
    });
  }

  it('is as high as its pane without the headings, has one row at least, and ends where no window goes on', () => {
    const cases: readonly (readonly [pane: number, view: number])[] = [
      [400, 382],
      [20, 18],
      [0, 18],
      [10_000, 9982],
      [1_179_648, 9982],
    ];
    for (const [pane, view] of cases) assert.equal(viewIn(pane, 18), view, `${pane} pixels`);
    const { rows } = trackOf(MIB);
    assert.equal(windowAt({ rows, rowHeight: 18, view: viewIn(rows * 18, 18) }, 0).count, 555);
  });

  it('does not move for a row that is visible, and moves little for one that is near', () => {
    const track = trackOf(4096);
    assert.equal(reveal(track, 180, 12), 180);
    assert.equal(reveal(track, 180, 9), 162);
    assert.equal(reveal(track, 0, 22), 14);
    assert.equal(reveal(track, 0, 128), 128 * 18 - 191);
  });
});

describe('The cursor of the hex view', () => {
  const cases: [string, boolean, number, number][] = [
    ['ArrowRight', false, 0, 1],
    ['ArrowRight', false, 99, 99],
    ['ArrowLeft', false, 0, 0],
    ['ArrowDown', false, 5, 21],
    ['ArrowDown', false, 90, 99],
    ['ArrowDown', false, 97, 97],
    ['ArrowUp', false, 5, 5],
    ['ArrowUp', false, 21, 5],
    ['PageDown', false, 5, 53],
    ['PageUp', false, 60, 12],
    ['PageUp', false, 20, 4],
    ['Home', false, 37, 32],
    ['End', false, 37, 47],
    ['End', false, 97, 99],
    ['Home', true, 37, 0],
    ['End', true, 37, 99],
  ];
  for (const [key, ctrl, from, to] of cases) {
    it(`moves from ${from} to ${to} with ${ctrl ? 'Ctrl+' : ''}${key} in 100 bytes`, () => {
      assert.equal(moveCursor(from, key, ctrl, 100, 3), to);
    });
  }

  it('stays at 0 in an empty file and leaves other keys alone', () => {
    assert.equal(moveCursor(0, 'End', true, 0, 3), 0);
    assert.equal(moveCursor(0, 'ArrowDown', false, 0, 3), 0);
    assert.equal(moveCursor(0, 'a', false, 100, 3), undefined);
  });
});

describe('A row of the hex view', () => {
  it('shows two digits for a byte, and its character when it has one', () => {
    const bytes = [0x00, 0x0f, 0x20, 0x41, 0x7e, 0x7f, 0xff];
    assert.equal(bytes.map(byteText).join(' '), '00 0f 20 41 7e 7f ff');
    assert.equal(bytes.map(byteChar).join(''), '.. A~..');
  });

  it('has offsets with as many digits as the last needs, and at least four', () => {
    assert.deepEqual([0, 4096, 65536, 65537, 2 * MIB, 16 * MIB].map(offsetDigits), [4, 4, 4, 5, 6, 6]);
  });
});
