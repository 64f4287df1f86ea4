// The one reader of launch files: as strict as JSON.parse, which it is compared with, and stricter where readers of JSON disagree.

import assert from 'node:assert/strict';
import { editsFor, lineColumnOf, parseLaunchText, placeOf } from '../../../src/app/launchText';
import { few, seeds } from '../../helpers/hostile';
import { seeded } from '../../helpers/random';

const TEXTS = [
  '{"firmware": "OVMF.fd", "vcpus": 2, "keys": {"tik": "a\\u0041\\n"}, "list": [1, -2.5e3, true, null, false, ""]}',
  '{"a": {"b": [{}]}}',
  '[]',
  '"a"',
  '-0.5',
];
const PIECES = [
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '\\',
    '0',
    '-',
    '+',
    '.',
    'e',
    't',
    'true',
    'null',
    '/',
    '//',
    '/*',
    '*/',
  ],
  ...[
    ' ',
    '\n',
    '\r',
    '\t',
    '\f',
    '\v',
    '\u00a0',
    '\ufeff',
    '\u2028',
    '\u0001',
    '\0',
    'u12',
    '\\u00e9',
    '\ud800',
  ],
  ...["'", '"__proto__": 1,', '"a": 1, "a": 2', 'NaN', 'Infinity', '0x5'],
];

/** A text with a few pieces put in or taken out. */
function mutated(seed: number): string {
  const random = seeded(seed);
  let text = TEXTS[random(TEXTS.length)]!;
  for (let changes = 1 + random(3); changes > 0; changes--) {
    const at = random(text.length + 1);
    const piece = random(4) === 0 ? '' : PIECES[random(PIECES.length)]!;
    text = text.slice(0, at) + piece + text.slice(at + random(3));
  }
  return text;
}

/** What JSON.parse makes of a text, which takes no byte order mark. */
function parsed(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text.replace(/^\ufeff/, '')) as unknown };
  } catch {
    return undefined;
  }
}

describe('The text of a launch file', () => {
  it('is JSON when JSON.parse says so, with the same value, and has a place where it is not', () => {
    for (const seed of seeds(20_000)) {
      const text = mutated(seed);
      const wanted = parsed(text);
      const { faults, value } = parseLaunchText(text);
      const broken = faults.find(({ rule }) => rule === 'not-json')?.offset;
      const label = `SEED=${seed}: ${JSON.stringify(text)}`;
      assert.equal(broken === undefined, wanted !== undefined, label);
      if (wanted) assert.equal(JSON.stringify(value), JSON.stringify(wanted.value), label);
      else assert.ok(broken! >= 0 && broken! <= text.length, label);
    }
  });
  for (const levels of few([501, 20_000, 500_000])) {
    it(`ends where it has more than 500 levels, of ${levels}`, () => {
      const text = `{"a": ${'['.repeat(levels)}${']'.repeat(levels)}}`;
      const [fault, ...more] = parseLaunchText(text).faults;
      assert.deepEqual([fault?.rule, fault?.offset, more], ['too-deep', 6 + 499, []]);
    });
  }
  it('may have 500 levels', () => {
    assert.deepEqual(parseLaunchText(`${'['.repeat(500)}${']'.repeat(500)}`).faults, []);
    assert.deepEqual(parseLaunchText(`["${'['.repeat(1000)}", []]`).faults, []);
  });

  const good: [name: string, text: string][] = [
    ['a byte order mark', '\ufeff{"a": 1}'],
    ['one name in several objects', '{"a": {"b": 1}, "c": {"b": 1}, "b": [{"b": 1}, {"b": 1}]}'],
    ['names that differ in case', '{"a": 1, "A": 1}'],
    ['the name of a prototype', '{"__proto__": 1, "constructor": 2}'],
    ['whole surrogate pairs', '{"a": "\\ud83d\\ude00 \u{1f600}"}'],
    ['the replacement character', '{"a": "\ufffd"}'],
  ];
  for (const [name, text] of good) {
    it(`may have ${name}`, () => {
      assert.deepEqual(parseLaunchText(text).faults, []);
    });
  }

  const bad: [name: string, text: string, rule: string, member: string, at: string][] = [
    ['a member twice', '{"a": 1, "b": 2, "a" : 1}', 'repeated-member', 'a', '"a" '],
    ['a member twice, once with an escape', '{"a": 1, "\\u0061": 2}', 'repeated-member', 'a', '"\\u0061"'],
    ['a member twice further in', '{"k": {"a": 1, "a": 2}}', 'repeated-member', 'k.a', '"a": 2'],
    ['a member twice in a list', '[{"a": 1}, {"a": 1, "a": 2}]', 'repeated-member', '1.a', '"a": 2'],
    [
      'the name of a prototype twice',
      '{"__proto__": 1, "__proto__" : 2}',
      'repeated-member',
      '__proto__',
      '"__proto__" ',
    ],
    ['an empty name twice', '{"": 1, "" : 2}', 'repeated-member', '', '"" '],
    ['the first half of a pair', '{"a": "x\\ud800"}', 'not-unicode', 'a', '"x'],
    ['the second half of a pair', '{"a": "\\udc00x"}', 'not-unicode', 'a', '"\\udc'],
    ['a pair in the wrong order', '{"a": ["\\ude00\\ud83d"]}', 'not-unicode', 'a.0', '"\\ude'],
    ['half of a pair that is not escaped', '{"a": "\ud800"}', 'not-unicode', 'a', '"\ud800'],
    ['half of a pair in a name', '{"\\ud800": 1}', 'not-unicode', '\ud800', '"\\ud800'],
  ];
  for (const [name, text, rule, member, at] of bad) {
    for (const mark of ['', '\ufeff']) {
      it(`is refused with ${name}${mark && ', after a byte order mark'}`, () => {
        const [fault, ...more] = parseLaunchText(mark + text).faults;
        const offset = (mark + text).indexOf(at);
        assert.deepEqual(
          [fault?.rule, fault?.member.join('.'), fault?.offset, more],
          [rule, member, offset, []],
        );
      });
    }
  }
  it('has as its value the last of members with one name, and its place', () => {
    const read = parseLaunchText('{"a": 1, "a": 22}');
    assert.deepEqual({ ...(read.value as object) }, { a: 22 });
    assert.deepEqual(placeOf(read, ['a']), { offset: 14, size: 2 });
  });
  it('is judged up to where it is not JSON, and in few places at most', () => {
    const rules = (text: string) => parseLaunchText(text).faults.map(({ rule }) => rule);
    assert.deepEqual(rules('{"a": 1, "a": 2, x, "a": 3}'), ['repeated-member', 'not-json']);
    assert.equal(rules(`{${Array<string>(2000).fill('"a": 1').join()}}`).length, 20);
  });
  it('counts no byte order mark as a column', () => {
    const text = '\ufeff{"a":\n1}';
    const places = [0, 1, 2, 7, 8].map((offset) => lineColumnOf(text, { offset }));
    assert.deepEqual(
      places.map(({ line, column }) => [line, column]),
      [
        [1, 1],
        [1, 1],
        [1, 2],
        [2, 1],
        [2, 2],
      ],
    );
  });
  it('is edited behind its byte order mark', () => {
    const text = '\ufeff{\n  "a": 1\n}';
    const [edit] = editsFor(parseLaunchText(text), ['a'], 2);
    assert.deepEqual(edit, { offset: text.indexOf('1'), size: 1, text: '2' });
  });
});
