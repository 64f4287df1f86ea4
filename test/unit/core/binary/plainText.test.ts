// Text of hosts and files among ours.

import assert from 'node:assert/strict';
import { plainText, withoutLinks } from '../../../../src/core/binary/plainText';

const plain: [text: string, shown: string][] = [
  ['a b', 'a b'],
  ['é 漢 🔒', 'é 漢 🔒'],
  ['a\u001b[31mb\u0000', 'a\\u001b[31mb\\u0000'],
  ['a\nb\u2028c', 'a\\u000ab\\u2028c'],
  ['\u202eab', '\\u202eab'],
  ['abcdef', 'abcd…'],
];
const links: [text: string, shown: string][] = [
  ['[Log in](command:x)', '[Log in] (command:x)'],
  ['[[a](b)](c)', '[[a] (b)] (c)'],
  ['/var/run (a [b]) c', '/var/run (a [b]) c'],
];

describe('Text from elsewhere', () => {
  for (const [text, shown] of plain) {
    it(`${JSON.stringify(text)} is shown as itself or escaped`, () => {
      assert.equal(plainText(text, shown.endsWith('…') ? 4 : 100), shown);
    });
  }
  for (const [text, shown] of links) {
    it(`${text} holds no link for VS Code`, () => assert.equal(withoutLinks(text), shown));
  }
});
