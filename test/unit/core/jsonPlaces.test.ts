// Where members of a JSON text stand, also when the text is broken or names them in other places.

import assert from 'node:assert/strict';
import { placeOfMember } from '../../../src/core/jsonPlaces';

const TEXT = `{
  "name": "launch: { \\"policy\\": 1 }",
  "list": [{ "policy": 2 }, "policy"],
  "la\\u0075nch": {
    "inner": { "policy": 3 }, "policy": 5
  },
  "policy": 7
}`;

describe('The place of a member', () => {
  const cases: [string, string[], [number, number] | undefined][] = [
    [TEXT, ['name'], [2, 3]],
    [TEXT, ['policy'], [7, 3]],
    [TEXT, ['launch', 'policy'], [5, 31]],
    [TEXT, ['launch', 'inner', 'policy'], [5, 16]],
    // The nearest that is there.
    [TEXT, ['launch', 'gone'], [4, 3]],
    [TEXT, ['gone', 'policy'], undefined],
    [TEXT, [], undefined],
    ['', ['a'], undefined],
    ['[1, 2]', ['a'], undefined],
    ['{"a": {"b', ['a', 'b'], [1, 2]],
    ['{"a":\r\n{\r\n "b": 1', ['a', 'b'], [3, 2]],
    ['{"\\x": 1, "a": 1}', ['a'], [1, 11]],
  ];
  for (const [text, path, wanted] of cases) {
    it(`${path.join('.') || 'nothing'} in ${JSON.stringify(text.slice(0, 20))}`, () => {
      const place = placeOfMember(text, path);
      assert.deepEqual(place && [place.line, place.column], wanted);
    });
  }
});
