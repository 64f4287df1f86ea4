// What a page gets: every text with all its characters visible, and everything else as it was.

import assert from 'node:assert/strict';
import { visibleView } from '../../../../src/host/shell/visibleView';

describe('What a page shows', () => {
  it('has every character of every text visible', () => {
    const hidden = 'a\u{e0041}\u202eb\n\tc';
    assert.deepEqual(
      visibleView({ title: hidden, rules: [{ reason: hidden }, hidden], n: 5n, u: undefined }),
      {
        title: 'a\\u{e0041}\\u202eb\n\tc',
        rules: [{ reason: 'a\\u{e0041}\\u202eb\n\tc' }, 'a\\u{e0041}\\u202eb\n\tc'],
        n: 5n,
        u: undefined,
      },
    );
  });
  it('has the same bytes and contents, which cross once', () => {
    const [bytes, contents] = [new Uint8Array(4), { sections: [] }];
    const shown = visibleView({ bytes, contents, other: { name: '\u200b', bytes } });
    assert.equal(shown.bytes, bytes);
    assert.equal(shown.contents, contents);
    assert.deepEqual([shown.other.name, shown.other.bytes === bytes], ['\\u200b', true]);
  });
  it('has the same tables and comparison each time, with visible texts', () => {
    const view = { tables: { regions: ['\u200b'] }, comparison: { texts: [] } };
    const [first, second] = [visibleView(view), visibleView({ ...view })];
    assert.deepEqual(first.tables.regions, ['\\u200b']);
    assert.equal(first.tables, second.tables);
    assert.equal(first.comparison, second.comparison);
  });
});
