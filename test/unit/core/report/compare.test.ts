// How two reports differ: every field once, what decides first, and what one version does not have.

import assert from 'node:assert/strict';
import {
  compareReports,
  REPORT_TOPICS,
  reportComparisonJson,
  reportDifferences,
} from '../../../../src/core/report/compare';
import { decodeReport } from '../../../../src/core/report/report';
import { filled, makeReport, padded, type Processor, type ReportParts } from './reports';

const compare = (a: readonly [Processor, ReportParts?], b: readonly [Processor, ReportParts?]) =>
  compareReports(decodeReport(makeReport(...a)), decodeReport(makeReport(...b)));

describe('Two attestation reports', () => {
  const cases: [string, ReportParts, string[]][] = [
    ['nothing', {}, []],
    ['one part of a TCB', { reported_tcb: padded('04000000000018d8', 8) }, ['reported_tcb.microcode']],
    ['the policy', { policy: 0xb0000n }, ['policy DEBUG=0/1']],
    ['the lowest ABI of the policy', { policy: 0x3001fn }, ['policy ABI_MINOR=0/31']],
    ['the platform', { platform_info: 0x24n }, ['platform_info SMT_EN=1/0']],
    ['the key', { key_info: 4 }, ['key_info SIGNING_KEY=0/1']],
    [
      'much',
      {
        ...{ guest_svn: 7, policy: 0x20000n, measurement: filled(48, 1), chip_id: filled(64, 1) },
        ...{ launch_tcb: padded('03000000000018d9', 8), current_tcb: padded('04000000000019d9', 8) },
      },
      ['current_tcb.snp', 'launch_tcb.boot_loader', 'policy SMT=1/0', 'measurement', 'guest_svn', 'chip_id'],
    ],
    ['the version', { version: 5 }, ['version', 'launch_mit_vector -/', 'current_mit_vector -/']],
  ];
  for (const [title, parts, wanted] of cases)
    it(`differ in ${title}`, () => {
      const found = reportDifferences(compare(['Genoa'], ['Genoa', parts])).map(({ field, left, bits }) =>
        [
          field.name,
          ...(left ? [] : ['-/']),
          ...bits.map((one) => `${one.bit.name}=${one.left}/${one.right}`),
        ].join(' '),
      );
      assert.deepEqual(found, wanted);
    });

  it('have every field once, in the order of the file, and topics in theirs', () => {
    const compared = compare(['Genoa'], ['Turin']);
    const names = compared.map(({ field }) => field.name);
    assert.equal(new Set(names).size, names.length);
    const offsets = compared.map(({ field }) => field.offset);
    assert.deepEqual(
      offsets,
      offsets.toSorted((a, b) => a - b),
    );
    const topics = reportDifferences(compared).map(({ topic }) => REPORT_TOPICS.indexOf(topic));
    assert.deepEqual(
      topics,
      topics.toSorted((a, b) => a - b),
    );
    // Of one product only.
    assert.ok(compared.some(({ field, left }) => field.name === 'reported_tcb.fmc' && !left));
  });

  it('are the same differences the other way round', () => {
    const [there, back] = [compare(['Milan'], ['Turin']), compare(['Turin'], ['Milan'])].map((all) =>
      reportDifferences(all)
        .map(({ field }) => field.name)
        .sort(),
    );
    assert.deepEqual(there, back);
  });

  it('mask what names a machine or a guest', () => {
    const json = reportComparisonJson(
      compare(['Genoa'], ['Genoa', { chip_id: filled(64, 1), report_id: filled(32, 1), vmpl: 1 }]),
      true,
    );
    assert.deepEqual(json.differences, [
      { name: 'vmpl', offset: 0x30, size: 4, a: '0x00000000', b: '0x00000001' },
      { name: 'report_id', offset: 0x140, size: 32, a: 'redacted', b: 'redacted' },
      { name: 'chip_id', offset: 0x1a0, size: 64, a: 'redacted', b: 'redacted' },
    ]);
  });
});
