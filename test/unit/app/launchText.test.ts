// The one reader of launch files: as strict as JSON.parse, which it is compared with, and bounded where that is not.

import assert from 'node:assert/strict';
import { parseLaunchText } from '../../../src/app/launchText';
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

function parsed(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

describe('The text of a launch file', () => {
  it('is JSON when JSON.parse says so, with the same value, and has a place where it is not', () => {
    for (const seed of seeds(20_000)) {
      const text = mutated(seed);
      const wanted = parsed(text);
      const { broken, value } = parseLaunchText(text);
      const label = `SEED=${seed}: ${JSON.stringify(text)}`;
      assert.equal(broken === undefined, wanted !== undefined, label);
      if (wanted) assert.equal(JSON.stringify(value), JSON.stringify(wanted.value), label);
      else assert.ok(broken! >= 0 && broken! <= text.length, label);
    }
  });
  for (const levels of few([501, 20_000, 500_000])) {
    it(`ends where it has more than 500 levels, of ${levels}`, () => {
      const text = `{"a": ${'['.repeat(levels)}${']'.repeat(levels)}}`;
      assert.ok(parseLaunchText(text).broken !== undefined);
    });
  }
  it('may have 500 levels', () => {
    assert.equal(parseLaunchText(`${'['.repeat(500)}${']'.repeat(500)}`).broken, undefined);
    assert.equal(parseLaunchText(`["${'['.repeat(1000)}", []]`).broken, undefined);
  });
});
