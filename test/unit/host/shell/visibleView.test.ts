// What a page gets: every text with all its characters visible, and everything else as it was.

import assert from 'node:assert/strict';
import { visibleView } from '../../../../src/host/shell/visibleView';
import { LARGE, type View } from '../../../../src/protocol/pages';

describe('What a page shows', () => {
  it('has every character of every text visible', () => {
    const hidden = 'a\u{e0041}\u202eb\n\tc';
    const shown = 'a\\u{e0041}\\u202eb\n\tc';
    const view = (text: string) =>
      ({
        kind: 'report',
        report: { title: text, rules: [{ reason: text }, text], n: 5n, u: undefined },
      }) as unknown;
    assert.deepEqual(visibleView(view(hidden) as View), view(shown));
  });
  it('has the same bytes, which cross once', () => {
    const bytes = new Uint8Array(4);
    const shown = visibleView({ kind: 'images', name: '\u200b', bytes, other: { name: '\u200b', bytes } });
    assert.deepEqual([shown.name, shown.other.name], ['\\u200b', '\\u200b']);
    assert.ok(shown.bytes === bytes && shown.other.bytes === bytes);
  });
  for (const [kind, large] of Object.entries(LARGE)) {
    for (const [name, { visible }] of Object.entries(large)) {
      it(`has the same ${name} of ${kind} each time, ${visible ? 'as core made it' : 'with visible texts'}`, () => {
        const member = { texts: ['\u200b'] };
        const view = { kind, [name]: member } as unknown as View;
        const [first, second] = [visibleView(view), visibleView({ ...view })].map(
          (shown) => (shown as unknown as Record<string, typeof member>)[name]!,
        );
        assert.equal(first, second);
        assert.deepEqual(first!.texts, [visible ? '\u200b' : '\\u200b']);
        assert.equal(first === member, visible);
      });
    }
  }
});
