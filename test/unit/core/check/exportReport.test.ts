// A report as Markdown: whole, and with nothing of it taken for markup.

import assert from 'node:assert/strict';
import { reportMarkdown } from '../../../../src/core/check/exportReport';
import type { Report } from '../../../../src/core/launch/report';

const REPORT: Report = {
  title: 'guest',
  mode: 'SEV-ES',
  verdict: 'cannot be trusted',
  summary: 'The domain is running.',
  facts: [{ name: 'Host', value: 'node1, libvirt 9.0.0' }],
  steps: [
    {
      id: 'firmware',
      title: 'Firmware',
      bytes: 1024,
      digest: 'ab12',
      algorithm: 'SHA-256',
      source: 'owner',
      detail: 'OVMF.fd',
    },
  ],
  warnings: ['Debugging is allowed.'],
  rules: [
    {
      id: 'domain-paused',
      title: 'The domain is paused',
      outcome: 'failed',
      reason: 'It runs.',
      advice: 'Pause it.',
    },
  ],
};

describe('A report as Markdown', () => {
  it('says verdict, facts, rules and steps', () => {
    assert.equal(
      reportMarkdown(REPORT),
      `# guest: cannot be trusted

The domain is running. (SEV-ES)

**Warning:** Debugging is allowed.

## Launch

| What | Value |
| --- | --- |
| Host | node1, libvirt 9.0.0 |

## Rules

| Rule | Outcome | Why |
| --- | --- | --- |
| domain-paused | failed | It runs. Pause it. |

## Measurement

| Step | Bytes | Said by | Digest | Of |
| --- | --- | --- | --- | --- |
| Firmware | 1024 bytes (1 KiB) | owner | \`ab12\` | OVMF.fd |
`,
    );
  });
  it('leaves out what there is nothing of', () => {
    const text = reportMarkdown({ ...REPORT, facts: [], steps: [], warnings: [], rules: [] });
    assert.equal(text, '# guest: cannot be trusted\n\nThe domain is running. (SEV-ES)\n');
  });
  const hostile = ['<img src=x>', '[a](command:x)', '| b |', '`c`', 'two\nlines', '# head', '**bold**'];
  for (const text of hostile) {
    it(`takes ${JSON.stringify(text)} for text`, () => {
      const lines = reportMarkdown({
        ...REPORT,
        title: text,
        facts: [{ name: 'Domain', value: text }],
        steps: REPORT.steps.map((step) => ({ ...step, detail: text })),
      }).split('\n');
      const plain = lines.filter((line) => line.startsWith('|') || line.startsWith('# '));
      for (const line of plain) {
        // Escaped or not, only the bars of the table and the mark of the heading are markup.
        const rest = line.replaceAll(/\\./g, '').replace(/^# /, '');
        assert.doesNotMatch(rest.replace('`ab12`', ''), /[<>[\]*#`]/);
      }
      const columns = lines
        .filter((line) => line.includes('Firmware'))
        .map((l) => l.split(/(?<!\\)\|/).length);
      assert.deepEqual(columns, [7]);
    });
  }
});
