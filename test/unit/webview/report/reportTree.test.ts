// The rows of an attestation report: every byte of it is in one, parts of TCBs are under them, and what names a machine or a guest is known.

import assert from 'node:assert/strict';
import { REPORT_SIZE } from '../../../../src/core/report/layout';
import type { FilePart } from '../../../../src/core/report/filePart';
import { compareReports, reportDifferences } from '../../../../src/core/report/compare';
import { decodeReport, groupReportFields, reportFields } from '../../../../src/core/report/report';
import { pathTo, type TreeNode } from '../../../../webview/parts/rows';
import { reportComparisonTree } from '../../../../webview/report/reportComparisonTree';
import { reportTree } from '../../../../webview/report/reportTree';
import { filled, makeReport, type ReportParts } from '../../core/report/reports';

const AT = 0x20;
const treeOf = (processor: 'Genoa' | 'Turin') =>
  reportTree(groupReportFields(reportFields(decodeReport(makeReport(processor)))), [], AT);
const bytesIn = (nodes: readonly TreeNode[]): number[] =>
  nodes.flatMap(({ range, children }) =>
    range ? Array.from({ length: range.size }, (_, i) => range.offset + i) : bytesIn(children),
  );

describe('The rows of a report', () => {
  it('have every byte once', () => {
    const bytes = bytesIn(treeOf('Genoa').nodes).sort((a, b) => a - b);
    assert.deepEqual(
      bytes,
      Array.from({ length: REPORT_SIZE }, (_, i) => AT + i),
    );
  });
  it('have the parts of a TCB below it, as the product has them', () => {
    const partsOf = (processor: 'Genoa' | 'Turin') =>
      pathTo(treeOf(processor).nodes, 'reported_tcb')
        .at(-1)!
        .children.map(({ cells }) => cells[0]!.text);
    assert.ok(partsOf('Turin').includes('fmc'));
    assert.ok(!partsOf('Genoa').includes('fmc'));
    assert.ok(partsOf('Genoa').includes('microcode'));
  });
  it('know what names a machine or a guest', () => {
    assert.deepEqual(
      treeOf('Genoa')
        .hidden.map(({ size }) => size)
        .sort((a, b) => a - b),
      [32, 32, 64],
    );
  });
  it('show nothing of it while it is masked, because rows are copied, and nothing else less', () => {
    const report = decodeReport(makeReport('Genoa'));
    const rows = (redact: boolean) =>
      reportTree(groupReportFields(reportFields(report)), [], AT, { redact }).nodes.flatMap(({ children }) =>
        children.map(({ id, cells }) => [id, ...cells.map(({ text }) => text)].join(' ')),
      );
    const [open, masked] = [rows(false), rows(true)];
    const changed = open.filter((row, i) => row !== masked[i]).map((row) => row.split(' ')[0]);
    assert.deepEqual(changed, ['report_id', 'report_id_ma', 'chip_id']);
    assert.doesNotMatch(masked.join('\n'), /5a5a|4444/);
  });
  it('hide the bytes of a certificate in PEM that names a chip, and no others', () => {
    const part = { raw: '', meaning: '', doc: '', children: [] };
    const hwid = { ...part, name: 'hwID', raw: '5a5a', isPrivate: true };
    const pem = (name: string, offset: number, children: readonly FilePart[]) => ({
      ...{ ...part, name, range: { offset, size: 8 } },
      children: [{ ...part, name: 'certificate', children }],
    });
    const table = { ...part, name: 'table', range: { offset: 0, size: 16 } };
    const whole = { ...table, children: [pem('VCEK', 0, [hwid]), pem('ASK', 8, [])] };
    const { hidden, nodes } = reportTree([], [whole], 0, { redact: true });
    assert.deepEqual(hidden, [{ offset: 0, size: 8 }]);
    assert.doesNotMatch(JSON.stringify(nodes), /5a5a/);
  });
  it('have parts of the file by their place in it, each with an id of its own', () => {
    const part = { name: 'a', raw: '', meaning: '', doc: '', children: [] };
    const { items } = reportTree([], [part, { ...part, children: [part, part] }], 0);
    assert.deepEqual([...items.keys()], ['/a', '/a 2', '/a 2/a', '/a 2/a 2']);
  });
});

describe('The rows of two reports', () => {
  it('are masked on both sides', () => {
    const [a, b] = [makeReport('Genoa'), makeReport('Genoa', { chip_id: filled(64, 0x77) })].map(
      decodeReport,
    );
    const compared = compareReports(a!, b!);
    const text = (redact: boolean) =>
      JSON.stringify(reportComparisonTree(compared, reportDifferences(compared), redact));
    assert.match(text(false), /5a5a5a[^]*777777[^]*444444/);
    assert.doesNotMatch(text(true), /5a5a5a|777777|444444/);
  });
  const rows = (parts: ReportParts) => {
    const compared = compareReports(
      decodeReport(makeReport('Genoa')),
      decodeReport(makeReport('Genoa', parts)),
    );
    return reportComparisonTree(compared, reportDifferences(compared));
  };
  it('have differences first, by what they decide, and then what is equal', () => {
    const tree = rows({ policy: 0xb0000n, vmpl: 1, launch_tcb: Uint8Array.of(3, 0, 0, 0, 0, 0, 0x18, 0xd9) });
    assert.deepEqual(
      tree.map(({ cells }) => cells[0]!.text),
      ['TCB', 'Policy', 'Other fields', 'Equal'],
    );
    const [bit] = pathTo(tree, 'policy').at(-1)!.children;
    assert.deepEqual(
      bit!.cells.map(({ text }) => text),
      ['DEBUG', '', 'clear', 'set'],
    );
    assert.ok(tree.slice(0, -1).every(({ differs }) => differs));
    assert.ok(!tree.at(-1)!.differs);
  });
  it('are only what is equal for equal reports', () => {
    assert.deepEqual(
      rows({}).map(({ id }) => id),
      ['group:equal'],
    );
  });
  it('are marked beside the other side of a diff, with the parts that differ open', () => {
    const fields = reportFields(decodeReport(makeReport('Genoa')));
    const { nodes } = reportTree(groupReportFields(fields), [], 0, { differing: ['launch_tcb.tee', 'vmpl'] });
    const tcb = pathTo(nodes, 'launch_tcb').at(-1)!;
    assert.deepEqual([tcb.differs, tcb.collapsed], [true, false]);
    assert.ok(pathTo(nodes, 'vmpl').at(-1)!.differs);
    assert.ok(!pathTo(nodes, 'policy').at(-1)!.differs);
  });
});
