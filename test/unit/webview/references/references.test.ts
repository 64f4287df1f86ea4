// The page of reference values without drawing: which rows are drawn, how far the digests are in words, and what its controls make of a question.

import assert from 'node:assert/strict';
import { NO_REFERENCES, withMode } from '../../../../src/core/check/referenceQuestion';
import {
  formChoices,
  isSameQuestion,
  profileChoices,
  withCpu,
} from '../../../../webview/references/referenceForm';
import { ROW_HEIGHT, rowsInView } from '../../../../webview/references/rowsInView';

describe('The rows of reference values that are drawn', () => {
  const CASES: readonly [what: string, count: number, top: number, view: number, from: number, to: number][] =
    [
      ['none of none', 0, 0, 400, 0, 0],
      ['all of a few', 8, 0, 400, 0, 8],
      ['the first of many', 1000, 0, 10 * ROW_HEIGHT, 0, 22],
      ['those in the middle', 1000, 500 * ROW_HEIGHT, 10 * ROW_HEIGHT, 488, 522],
      ['the last', 1000, 995 * ROW_HEIGHT, 10 * ROW_HEIGHT, 983, 1000],
      ['the last when fewer are there than before', 8, 995 * ROW_HEIGHT, 10 * ROW_HEIGHT, 0, 8],
      ['the first when a finger pulls beyond them', 1000, -60, 10 * ROW_HEIGHT, 0, 22],
    ];
  for (const [what, count, top, view, from, to] of CASES)
    it(`are ${what}`, () => {
      assert.deepEqual(rowsInView(count, top, view), { from, to });
    });
});

describe('A question about reference values on its page', () => {
  const CPUS: readonly [before: string, added: string, after: string][] = [
    ['', 'EPYC', 'EPYC'],
    ['EPYC', 'EPYC-v4', 'EPYC,EPYC-v4'],
    [' EPYC , 25/17/1', 'EPYC-v4', 'EPYC,25/17/1,EPYC-v4'],
    ['EPYC, EPYC-v4', 'EPYC', 'EPYC, EPYC-v4'],
    ['EPYC', 'all', 'all'],
    ['all', 'EPYC', 'EPYC'],
  ];
  for (const [before, added, after] of CPUS)
    it(`has CPUs "${after}" when ${added} is added to "${before}"`, () => {
      assert.equal(withCpu({ ...NO_REFERENCES, cpus: before }, added).cpus, after);
    });

  it('has a profile and a form of its launches when they are others', () => {
    const asked = { ...NO_REFERENCES, format: 'rvps', profile: 'snp-ec2' } as const;
    const other = withMode(asked, 'seves');
    assert.deepEqual([other.format, other.profile], ['csv', 'sev-es']);
    assert.ok(profileChoices('seves').some(({ value }) => value === other.profile));
    assert.ok(!formChoices('seves').some(({ value }) => value === 'rvps'));
    assert.ok(!formChoices('snp:svsm').some(({ value }) => value === 'dstack'));
    assert.equal(withMode({ ...asked, format: 'hex' }, 'seves').format, 'hex');
  });

  it('is the same when every input is', () => {
    assert.ok(isSameQuestion(NO_REFERENCES, { ...NO_REFERENCES }));
    for (const name of Object.keys(NO_REFERENCES))
      assert.ok(!isSameQuestion(NO_REFERENCES, { ...NO_REFERENCES, [name]: 'another' }), name);
  });
});
