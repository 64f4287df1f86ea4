// The answer of a search as Markdown: whole, and with nothing of it taken for markup.

import assert from 'node:assert/strict';
import type { ExplainResult } from '../../../../src/core/explain/explanation';
import { explanationMarkdown } from '../../../../src/core/explain/exportExplanation';

const EXPLAINED: ExplainResult = {
  title: 'guest *1*',
  outcome: 'explained',
  summary: 'It matches with vCPUs 2 (not 4).',
  explanations: [
    {
      title: 'It matches with vCPUs 2 (not 4)',
      changes: [
        {
          cause: 'vcpus',
          input: 'vcpus',
          title: 'vCPUs',
          given: '4',
          found: '2',
          why: 'Each has a page.',
          advice: 'Give 2.',
        },
      ],
      weight: 'mistake',
      evidence: 'The launch digest is then ab12.',
      edits: [{ member: ['vcpus'], value: 2 }, { member: ['vmsa'] }],
    },
  ],
  hypotheses: 1234,
  covered: [{ title: 'vCPUs', hypotheses: 1233, detail: '1 to 256.' }],
  remains: [],
};

describe('An explanation as Markdown', () => {
  it('says what has to be another, why, and what was tried', () => {
    assert.equal(
      explanationMarkdown(EXPLAINED),
      `# guest \\*1\\*: explained

It matches with vCPUs 2 (not 4).

## It matches with vCPUs 2 (not 4)

- vCPUs: Each has a page. Give 2.
- This is a mistake in the inputs of the check, or in the configuration of the guest.
- The launch digest is then ab12.
- In a launch file: set "vcpus" to 2, take out "vmsa".

## What was tried

| What | Hypotheses | From what to what |
| --- | --- | --- |
| vCPUs | 1,233 | 1 to 256. |
| All | 1,234 |  |
`,
    );
  });
  it('says what remains when there is none', () => {
    const text = explanationMarkdown({
      ...EXPLAINED,
      outcome: 'not explained',
      explanations: [],
      remains: [{ text: 'Another <kernel>.' }],
    });
    assert.match(text, /: not explained\n/);
    assert.match(text, /## What remains possible\n\n- Another \\<kernel\\>\.\n$/);
    assert.doesNotMatch(text, /## Matches/);
  });
});
