// Text of hosts and files among ours.

import assert from 'node:assert/strict';
import { jsonText } from '../../../../src/core/binary/json';
import { markdownText } from '../../../../src/core/binary/markdown';
import {
  editorLine,
  safeFileName,
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
  ['abc🔒f', 'abc…'],
];

/** Kinds of characters that show as nothing, as something else, or elsewhere, from the first to the last. */
const INVISIBLE: [kind: string, ranges: readonly (readonly [first: number, last: number])[]][] = [
  ['C0, DEL and C1', [[0x00, 0x08], [0x0b, 0x0c], [0x0e, 0x1f], [0x7f, 0x9f]]], // prettier-ignore
  ['the soft hyphen', [[0xad, 0xad]]],
  ['the grapheme joiner', [[0x34f, 0x34f]]],
  ['direction marks', [[0x61c, 0x61c], [0x200e, 0x200f], [0x202a, 0x202e], [0x2066, 0x2069]]], // prettier-ignore
  ['Hangul fillers', [[0x115f, 0x1160], [0x3164, 0x3164], [0xffa0, 0xffa0]]], // prettier-ignore
  ['Khmer vowels without a shape', [[0x17b4, 0x17b5]]],
  ['Mongolian selectors', [[0x180b, 0x180f]]],
  ['zero-width spaces and joiners', [[0x200b, 0x200d], [0x2060, 0x2064], [0xfeff, 0xfeff]]], // prettier-ignore
  ['other line ends', [[0x2028, 0x2029]]],
  ['deprecated formats', [[0x206a, 0x206f]]],
  ['the empty Braille pattern', [[0x2800, 0x2800]]],
  ['unpaired surrogates', [[0xd800, 0xdfff]]],
  ['variation selectors', [[0xfe00, 0xfe0f], [0xe0100, 0xe01ef]]], // prettier-ignore
  ['annotations', [[0xfff9, 0xfffb]]],
  ['noncharacters', [[0xfdd0, 0xfdef], [0xfffe, 0xffff], [0x1fffe, 0x1ffff], [0x10fffe, 0x10ffff]]], // prettier-ignore
  [
    'musical and shorthand formats',
    [
      [0x1bca0, 0x1bca3],
      [0x1d173, 0x1d17a],
    ],
  ],
  ['tags', [[0xe0000, 0xe007f]]],
];

/** Ordinary texts, which show as themselves. */
const VISIBLE = [
  'naïve Ελλάδα Москва',
  'שלום العربية',
  '漢字 かな 한글',
  'हिन्दी ไทย',
  '🔒 👍🏽 🇪🇺',
  'a\u00a0b\u3000c',
  '\ue000',
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
      ['\u202ea\u200bb\u{e0041}', '\\u202ea\\u200bb\\u{e0041}'],
      ['::error::x', '\\u003a:error::x'],
      ['  ::set-env name=PATH::x', '  \\u003a:set-env name=PATH::x'],
      ['a ::b::', 'a ::b::'],
      ['a ##[command]b ##vso[task.setvariable]c', 'a \\u0023#[command]b \\u0023#vso[task.setvariable]c'],
      ['##teamcity[x] ###[y] ## z', '\\u0023#teamcity[x] #\\u0023#[y] ## z'],
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
      ['a\n::b::\r\n\t::c::', 'a\n\\u003a:b::\r\n\t\\u003a:c::'],
    ],
  ],
  [
    'Markdown',
    (text) => markdownParagraphs(text.split('|')),
    [
      ['a_b*|  1. é', 'a&#95;b&#42;\n\n1&#46; é'],
      ['https://a.b', 'https&#58;&#47;&#47;a&#46;b'],
      ['\u3164', '&#92;u3164'],
      ['$(x)\n<b>', '&#36;&#40;x&#41; &#60;b&#62;'],
    ],
  ],
  [
    'a cell of Markdown',
    markdownText,
    [
      ['a|b `c` *d* [e](f) <g> ~h~ #1', 'a\\|b \\`c\\` \\*d\\* \\[e\\](f) \\<g\\> \\~h\\~ \\#1'],
      ['&lt; $x$ a@b.c', '\\&lt; \\$x\\$ a\\@b.c'],
      ['https://a.b www.c.d x:y', 'https\\://a.b www\\.c.d x:y'],
      ['a\r\nb\u202e', 'a b\\\\u202e'],
    ],
  ],
  [
    'the name of a file',
    (text) => safeFileName(text, 'none'),
    [
      ['guest (1)', 'guest-1'],
      ['../../.bashrc', 'bashrc'],
      ['-rf *', 'rf'],
      ['C:\\a/b', 'C-a-b'],
      ['con.md', 'con-.md'],
      ['a\u202egnp.exe', 'a-u202egnp.exe'],
      ['\u3164', 'u3164'],
      ['漢 हिन्दी', '漢-हिन्दी'],
      ['...', 'none'],
      ['', 'none'],
      ['a'.repeat(5000), 'a'.repeat(100)],
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
  for (const [kind, ranges] of INVISIBLE) {
    it(`shows ${kind} as escapes, in every place`, () => {
      for (const [first, last] of ranges) {
        for (let code = first; code <= last; code++) {
          const character = String.fromCodePoint(code);
          const digits = code.toString(16).padStart(4, '0');
          const shown = code > 0xffff ? `\\u{${digits}}` : `\\u${digits}`;
          for (const show of [plainText, terminalLine, terminalText, editorLine])
            assert.equal(show(`a${character}b`), `a${shown}b`);
          assert.equal(markdownText(`a${character}b`), `a\\${shown}b`);
          assert.equal(
            markdownParagraphs([`a${character}b`]).replaceAll(/[&#;]/g, ''),
            `a${shown.replaceAll(/[^\w]/g, (c) => String(c.charCodeAt(0)))}b`,
          );
          const json = jsonText({ a: character });
          assert.deepEqual(JSON.parse(json), { a: character });
          assert.match(json, /^[ -~\n]*$/);
          // JSON goes to terminals, too, and stays what it is.
          assert.equal(terminalText(json), json);
        }
      }
    });
  }
  for (const text of VISIBLE) {
    it(`leaves ${text} as it is`, () => {
      for (const show of [plainText, terminalLine, terminalText, editorLine]) assert.equal(show(text), text);
    });
  }
  it('keeps what JSON says where a program would take it for a command', () => {
    const said = { a: '##vso[task.complete]', b: '::error::' };
    const printed = terminalText(jsonText(said));
    assert.ok(!printed.includes('##vso['));
    assert.deepEqual(JSON.parse(printed), said);
  });
  // What one function has made plain goes through another on its way.
  for (const [place, show, cases] of places.slice(0, 3)) {
    it(`is not changed by being made plain twice for ${place}`, () => {
      for (const [, shown] of cases) assert.equal(show(shown), shown);
    });
  }
});
