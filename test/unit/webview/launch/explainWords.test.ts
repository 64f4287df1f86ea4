// What the page says of a search for the cause of a mismatch: digests in sentences, how far it is, what is read aloud.

import assert from 'node:assert/strict';
import type { ExplainResult, Explanation, Weight } from '../../../../src/core/explain/explanation';
import type { ExplanationState } from '../../../../src/protocol/launch';
import {
  asHeading,
  hypotheses,
  progressWords,
  sentenceParts,
  shortSummary,
  spokenExplanation,
  weightWords,
  WEIGHT_ICONS,
} from '../../../../webview/launch/explainWords';

const SHA = 'ab12'.repeat(16);
const EXPLANATION: Explanation = {
  title: 'It matches with vCPUs 2 (not 4)',
  changes: [],
  weight: 'mistake',
  evidence: '',
  edits: [],
};
const RESULT: ExplainResult = {
  title: 'guest',
  outcome: 'explained',
  summary: 'It matches with vCPUs 2 (not 4). Only a suggestion.',
  explanations: [EXPLANATION, { ...EXPLANATION, title: 'Another' }],
  hypotheses: 64,
  covered: [],
  remains: [],
};
const found = (result: ExplainResult, more: object = {}): ExplanationState => ({
  kind: 'found',
  result,
  changeable: [],
  searchedFolder: false,
  ...more,
});

describe('A sentence', () => {
  const cases: [string, string, string[]][] = [
    ['without a digest is one sentence', 'Nothing here: 0xab12.', ['Nothing here: 0xab12.']],
    ['of digests alone has nothing between', SHA, [`digest[${SHA}]`]],
    [
      'with two has each by itself',
      `The digest ${SHA} gives ${SHA.slice(32)}, as reported.`,
      ['The digest ', `digest[${SHA}]`, ' gives ', `digest[${SHA.slice(32)}]`, ', as reported.'],
    ],
    ['has no digest in a longer word', `x${SHA} ${SHA}z`, [`x${SHA} ${SHA}z`]],
    ['has none of 31 digits', SHA.slice(33), [SHA.slice(33)]],
    ['with a command has it by itself', 'Use `sevctl session`.', ['Use ', 'code[sevctl session]', '.']],
    ['with one backtick is words', 'A ` here', ['A ` here']],
    ['may be empty', '', []],
  ];
  for (const [what, sentence, wanted] of cases) {
    it(what, () => {
      const parts = sentenceParts(sentence);
      assert.deepEqual(
        parts.map(({ kind, text }) => (kind === 'text' ? text : `${kind}[${text}]`)),
        wanted,
      );
      const all = parts.map(({ text }) => text).join('');
      assert.equal(all, sentence.replaceAll(/`(.+?)`/g, '$1'), 'nothing is lost');
    });
  }
});

describe('A heading', () => {
  const cases = [
    ['profile', 'Profile'],
    ['the order of keys', 'Order of keys'],
    ['CPU', 'CPU'],
    ['vCPUs', 'vCPUs'],
    ['two of what is loaded', 'Two of what is loaded'],
    ['API minor version', 'API minor version'],
    ['', ''],
  ] as const;
  for (const [title, wanted] of cases) {
    it(`of "${title}" is "${wanted}"`, () => {
      assert.equal(asHeading(title), wanted);
    });
  }
});

describe('How far a search is', () => {
  const cases: [string, Parameters<typeof progressWords>[0], number | undefined, RegExp][] = [
    ['is not known at first', undefined, undefined, /Reading the inputs/],
    [
      'is a share and what is varied now',
      { kind: 'trying', tried: 1500, total: 6000, title: 'vCPUs' },
      0.25,
      /^1,500 of 6,000 .*vCPUs$/,
    ],
    ['is never more than all', { kind: 'trying', tried: 7, total: 6, title: '' }, 1, /^7 of 6/],
    [
      'is of a file before',
      { kind: 'reading', done: 1, total: 2, name: 'vmlinuz' },
      0.5,
      /^Reading vmlinuz…$/,
    ],
    ['is nothing of nothing', { kind: 'trying', tried: 0, total: 0, title: '' }, 0, /^0 of 0/],
  ];
  for (const [what, progress, share, text] of cases) {
    it(what, () => {
      const words = progressWords(progress);
      assert.equal(words.share, share);
      assert.match(words.text, text);
    });
  }
  it('counts one hypothesis and many', () => {
    assert.deepEqual([1, 64340].map(hypotheses), ['1 hypothesis', '64,340 hypotheses']);
  });
});

describe('A summary', () => {
  it('does not say again what stands under it', () => {
    assert.equal(shortSummary(RESULT), 'Only a suggestion.');
    assert.equal(shortSummary({ ...RESULT, summary: 'Nothing.', explanations: [] }), 'Nothing.');
    assert.equal(shortSummary({ ...RESULT, summary: 'Another sentence.' }), 'Another sentence.');
  });
});

describe('A screen reader says', () => {
  const cases: [string, ExplanationState, string][] = [
    [
      'that a search runs, and the same while it goes on',
      { kind: 'searching', progress: { kind: 'trying', tried: 1, total: 2, title: 'x' } },
      spokenExplanation({ kind: 'searching' }),
    ],
    ['what was found', found(RESULT), RESULT.summary],
    [
      'that nothing was found',
      found({ ...RESULT, outcome: 'not explained', summary: 'Nothing matches.', explanations: [] }),
      'Nothing matches.',
    ],
    ['why a search ended', { kind: 'ended', text: 'It was stopped.' }, 'It was stopped.'],
    [
      'what to do after the launch file was changed',
      found(RESULT, { changed: 0 }),
      'The launch file is changed and not saved. Check again.',
    ],
  ];
  for (const [what, state, wanted] of cases) {
    it(what, () => {
      assert.equal(spokenExplanation(state), wanted);
    });
  }
});

describe('Weights', () => {
  const weights: Weight[] = ['mistake', 'benign', 'serious'];
  const told = weights.map((weight) => ({ ...WEIGHT_ICONS[weight], words: weightWords(weight) }));
  it('differ in words and icons, and none looks like a match', () => {
    assert.deepEqual(Object.keys(WEIGHT_ICONS), weights);
    assert.equal(new Set(told.map(({ name }) => name)).size, 3);
    for (const { name, style } of told) assert.doesNotMatch(`${name} ${style}`, /pass|check|ok/);
    const starts = [/^A mistake in the inputs/, /^Benign: /, /^Serious: /];
    for (const [i, start] of starts.entries()) assert.match(told[i]!.words, start);
  });
  it('warn of a button that would make a serious one match', () => {
    assert.deepEqual(
      told.map(({ words }) => words.endsWith('only when this is the launch that you want.')),
      [false, false, true],
    );
  });
});
