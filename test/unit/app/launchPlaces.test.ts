// Where in a launch file a message points: at the cause of an error, also in a text that is broken, and at what a verdict is about.

import assert from 'node:assert/strict';
import { CheckError, type ErrorPlace } from '../../../src/core/errors';
import { parseLaunchFile } from '../../../src/app/launchFile';
import { errorPlace, verdictPlace } from '../../../src/app/launchPlaces';
import { lineColumnOf, namePlaceOf, parseLaunchText } from '../../../src/app/launchText';
import { io } from '../../helpers/io';

const TEXT = `{
  "name": "launch: { \\"policy\\": 1 }",
  "list": [{ "policy": 2 }, "policy"],
  "la\\u0075nch": {
    "inner": { "policy": 3 }, "policy": 5
  },
  "policy": 7
}`;

describe('The place of the name of a member', () => {
  const cases: [string, string[], [number, number]][] = [
    [TEXT, ['name'], [2, 3]],
    [TEXT, ['policy'], [7, 3]],
    [TEXT, ['launch', 'policy'], [5, 31]],
    [TEXT, ['launch', 'inner', 'policy'], [5, 16]],
    // The nearest that is there, at last the file itself.
    [TEXT, ['launch', 'gone'], [4, 3]],
    [TEXT, ['gone', 'policy'], [1, 1]],
    [TEXT, [], [1, 1]],
    ['', ['a'], [1, 1]],
    ['[1, 2]', ['a'], [1, 1]],
    ['{"a": {"b', ['a', 'b'], [1, 2]],
    ['{"a":\r\n{\r\n "b": 1', ['a', 'b'], [3, 2]],
    ['{"\\x": 1, "a": 1}', ['a'], [1, 11]],
  ];
  for (const [text, path, wanted] of cases) {
    it(`${path.join('.') || 'nothing'} in ${JSON.stringify(text.slice(0, 20))}`, () => {
      const { line, column } = lineColumnOf(text, namePlaceOf(parseLaunchText(text), path));
      assert.deepEqual([line, column], wanted);
    });
  }
});

const RECORDED = `{
  "firmware": "OVMF.fd",
  "vcpus": 1,
  "keys": { "tik": "tik.bin", "tek": "tek.bin" },
  "launch": {
    "apiMajor": 1, "apiMinor": 55, "buildId": 24, "policy": 1,
    "measurement": "AAAA"
  }
}`;
const ASKED = RECORDED.replace(
  /"launch": \{[^}]*\}/,
  '"domain": { "connection": "test:///default", "name": "guest" }',
);

describe('A verdict points at', () => {
  it('the measurement of a recorded launch', () => {
    assert.deepEqual(verdictPlace(RECORDED), { line: 7, column: 5 });
  });
  it('the domain that was asked', () => {
    assert.deepEqual(verdictPlace(ASKED), { line: 5, column: 3 });
  });
});

/** What reading a text throws. */
function failureOf(text: string): CheckError {
  try {
    parseLaunchFile(io, text, '/d/a.sevlaunch.json');
  } catch (error) {
    if (error instanceof CheckError) return error;
  }
  return assert.fail('it was read');
}

describe('An error points at', () => {
  const cases: [name: string, text: string, at: ErrorPlace | undefined, wanted: [number, number]][] = [
    ['the member whose file cannot be read', RECORDED, { member: ['firmware'] }, [2, 3]],
    ['a key file', RECORDED, { member: ['keys', 'tek'] }, [4, 31]],
    ['what is around a member that is missing', RECORDED, { member: ['keys', 'tk'] }, [4, 3]],
    ['the launch, when it is about no member', RECORDED, { input: 'measurement' }, [5, 3]],
    ['the launch, when it has no place', RECORDED, undefined, [5, 3]],
    ['the domain, when it has no place', ASKED, undefined, [5, 3]],
    ['the start, when there is neither', '{"firmware": "a"}', undefined, [1, 1]],
  ];
  for (const [name, text, at, [line, column]] of cases) {
    it(name, () => {
      const error = new CheckError('usage', 'test', 'Whatever it says.', at && { at });
      assert.deepEqual(errorPlace(text, error), { line, column });
    });
  }
  const unread: [name: string, text: string, code: string, wanted: [number, number]][] = [
    [
      'where the text is first no JSON',
      RECORDED.replace('1,\n  "keys"', '1;\n  "keys"'),
      'not-json',
      [3, 13],
    ],
    ['the second of two members', RECORDED.replace('"vcpus"', '"firmware"'), 'repeated-member', [3, 3]],
    ['half of a surrogate pair', RECORDED.replace('tek.bin', '\\ud800'), 'not-unicode', [4, 38]],
    [
      'where it is too deep',
      RECORDED.replace('1,\n  "keys"', `${'['.repeat(9999)},\n  "keys"`),
      'too-deep',
      [3, 511],
    ],
    ['what is wrong behind a byte order mark', `\ufeff{"firmware": }`, 'not-json', [1, 14]],
    ['a member of the wrong shape', RECORDED.replace('55', '"x"'), 'not-a-launch-file', [6, 20]],
    ['a key in place of its path', RECORDED.replace('tek.bin', '0'.repeat(32)), 'inlined-key', [4, 31]],
  ];
  for (const [name, text, code, [line, column]] of unread) {
    it(name, () => {
      const error = failureOf(text);
      assert.equal(error.code, code);
      assert.deepEqual(errorPlace(text, error), { line, column });
    });
  }
});
