// Text of hosts and files among ours.

import assert from 'node:assert/strict';
import {
  editorLine,
  markdownParagraphs,
  plainText,
  terminalLine,
  terminalText,
} from '../../../../src/core/binary/plainText';

type Case = [text: string, shown: string];

const plain: Case[] = [
  ['a b', 'a b'],
  ['é 漢 🔒', 'é 漢 🔒'],
  ['a\u001b[31mb\u0000', 'a\\u001b[31mb\\u0000'],
  ['a\nb\u2028c', 'a\\u000ab\\u2028c'],
  ['\u202eab', '\\u202eab'],
  ['abcdef', 'abcd…'],
];

const places: [place: string, show: (text: string) => string, cases: Case[]][] = [
  [
    'a line of VS Code',
    editorLine,
    [
      ['[Log in](command:x)', '[Log in] (command:x)'],
      ['[[a](b)](c)', '[[a] (b)] (c)'],
      ['/var/run (a [b]) c', '/var/run (a [b]) c'],
      ['$(error) ~/$x (y)', '$ (error) ~/$x (y)'],
      ['é 漢 🔒 a & <b>', 'é 漢 🔒 a & <b>'],
      ['a\r\nb\nc\td', 'a b c d'],
      ['a\u001b[31m\u202e]\u0000(b', 'a\\u001b[31m\\u202e]\\u0000(b'],
      ['a'.repeat(2000), 'a'.repeat(2000)],
    ],
  ],
  [
    'a line of a terminal',
    terminalLine,
    [
      ['é 漢 🔒 [a](b) $(c)', 'é 漢 🔒 [a](b) $(c)'],
      ['a\u001b]8;;x\u0007b', 'a\\u001b]8;;x\\u0007b'],
      ['a\nb\r\tc\u2029', 'a\\u000ab\\u000d\\u0009c\\u2029'],
      ['\u202ea\u200bb\u{e0041}', '\\u202ea\\u200bb\\ue0041'],
      ['\u009b31m', '\\u009b31m'],
    ],
  ],
  [
    'lines of a terminal',
    terminalText,
    [
      ['a,b\r\nc\td\n', 'a,b\r\nc\td\n'],
      ['100 %\rdone\n', '100 %\\u000ddone\n'],
      ['a\n\u001b[2Jb\u000b', 'a\n\\u001b[2Jb\\u000b'],
    ],
  ],
  [
    'Markdown',
    (text) => markdownParagraphs(text.split('|')),
    [
      ['a_b*|  1. é', 'a&#95;b&#42;\n\n1&#46; é'],
      ['https://a.b', 'https&#58;&#47;&#47;a&#46;b'],
      ['$(x)\n<b>', '&#36;&#40;x&#41;&#10;&#60;b&#62;'],
    ],
  ],
];

describe('Text from elsewhere', () => {
  for (const [text, shown] of plain) {
    it(`${terminalLine(text)} is shown as itself or escaped`, () => {
      assert.equal(plainText(text, shown.endsWith('…') ? 4 : 100), shown);
    });
  }
  for (const [place, show, cases] of places) {
    describe(`in ${place}`, () => {
      for (const [text, shown] of cases) {
        it(`${terminalLine(text.slice(0, 60))} is plain`, () => assert.equal(show(text), shown));
      }
    });
  }
  // What one function has made plain goes through another on its way.
  for (const [place, show, cases] of places.slice(0, 3)) {
    it(`is not changed by being made plain twice for ${place}`, () => {
      for (const [, shown] of cases) assert.equal(show(shown), shown);
    });
  }
});
