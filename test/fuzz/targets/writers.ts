// Exports in which texts from outside stand: JUnit XML and Markdown, which stay what they are.

import assert from 'node:assert/strict';
import { junitXml } from '../../../src/core/check/exportJunit';
import { explanationMarkdown } from '../../../src/core/explain/exportExplanation';
import type { ExplainResult } from '../../../src/core/explain/explanation';
import { CheckError } from '../../../src/core/errors';
import { terminalText } from '../../../src/core/binary/plainText';
import { reportMarkdown } from '../../../src/core/check/exportReport';
import { markdownTable, markdownText } from '../../../src/core/binary/markdown';
import type { Report } from '../../../src/core/launch/report';
import { assertWellFormed } from '../xml';
import { assertPlain, textOf, textSeeds, type Target } from '../target';

const writers: Target = {
  name: 'writers',
  form: 'text',
  most: 500,
  seeds: textSeeds('guest <a> & "b"', '\x1b[31m\u202e]]>\r\n', 'a|b`c`\ud7ff', ''),
  words: [']]>', '<![CDATA[', '&#0;', '&', '<', '"', '|', '`', '\n', '--', '\ufffe'],
  run(input) {
    const text = textOf(input);
    const half = text.slice(text.length >> 1);
    const report: Report = {
      title: text,
      mode: 'SEV',
      verdict: 'does not match',
      summary: half,
      facts: [{ name: 'Policy', value: text }],
      steps: [
        {
          id: 'measurement',
          title: text,
          bytes: 48,
          digest: half,
          algorithm: 'SHA-256',
          source: 'host',
          detail: text,
        },
      ],
      warnings: [text],
      rules: [{ id: 'a', title: text, outcome: 'skipped', reason: text, advice: half }],
    } as unknown as Report;
    const xml = junitXml(
      [
        { file: text, outcome: { report }, milliseconds: 1 },
        { file: half, outcome: { error: new CheckError('usage', 'x', text) }, milliseconds: 0 },
      ],
      new Date(0),
    );
    assertWellFormed(xml);
    assertPlain(terminalText(xml));
    const markdown = reportMarkdown(report);
    // A row of a table stays a row.
    const [head, , row] = markdownTable(['a', 'b'], [[markdownText(text), markdownText(half)]]);
    assert.equal(head, '| a | b |');
    assert.ok(!/[\r\n]/.test(row!));
    assert.equal(row!.replaceAll(/\\./g, '').split('|').length, 4, row);
    const result = {
      title: text,
      outcome: 'not explained',
      summary: half,
      explanations: [],
      covered: [{ title: half, hypotheses: 5, detail: text }],
      hypotheses: 5,
      remains: [],
    } as unknown as ExplainResult;
    const explained = explanationMarkdown(result);
    return { feature: `${xml.length % 7}`, result: [xml, markdown, explained] };
  },
};

/** The target of exports. */
export const WRITER_TARGETS: readonly Target[] = [writers];
