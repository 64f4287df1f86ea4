// The page for an attestation report: whether it is true, its fields by group next to the bytes, what each bit means, and the certificates
// that came with it. The extension host has read and verified it; the fields are decoded here.

import { useMemo } from 'preact/hooks';
import { bytesToHex, toBase64 } from '../../src/core/binary/hex';
import { jsonText } from '../../src/core/binary/json';
import type { LeafField } from '../../src/core/binary/leafField';
import { REPORT_SIZE, SIGNED_SIZE } from '../../src/core/report/layout';
import { compareReports, reportDifferences } from '../../src/core/report/compare';
import {
  decodeReport,
  groupReportFields,
  ofProduct,
  reportFields,
  reportSummary,
} from '../../src/core/report/report';
import { redactedStep } from '../../src/core/report/redact';
import { reportJson } from '../../src/core/report/reportJson';
import type { SnpReportState } from '../../src/protocol/snpReport';
import { TINTS, type Band } from '../parts/bands';
import { NoDetails } from '../parts/details';
import { countWords, FIELD_COLUMNS } from '../parts/fieldCells';
import { DifferenceCount, Stepper, useDifferences } from '../parts/differences';
import { BeingRead, Findings, Header } from '../parts/header';
import { useSaved } from '../host';
import { countLeaves, filterTree, type ByteRange } from '../parts/rows';
import {
  AnyActionButton,
  Checkbox,
  CopyButton,
  FilterBar,
  FilterBox,
  Icon,
  type ActionButtonOf,
} from '../parts/widgets';
import { useTree } from '../parts/treeState';
import { Workspace } from '../parts/workspace';
import { overlaps } from './masked';
import { BytesDetails, PartDetails, ReportFieldDetails, type ComparedSides } from './reportDetails';
import { reportTree, type ReportTree } from './reportTree';
import { reportOf } from './reportsView';
import { VerdictView } from './verdictView';

const ActionButton: ActionButtonOf<'snpReport'> = AnyActionButton;

/** What belongs together in the bytes: what is signed, the signature, and the parts around the report. */
function bandsIn(at: number, { facts }: SnpReportState, size: number): Band[] {
  const named = [
    { name: 'report', offset: at, size: SIGNED_SIZE },
    { name: 'signature', offset: at + SIGNED_SIZE, size: REPORT_SIZE - SIGNED_SIZE },
    ...facts.parts.flatMap(({ name, range, children }) => {
      const inner = children
        .flatMap((child) => child.children)
        .filter((one) => (one.range?.size ?? 0) > 0x40);
      if (!range) return [];
      const directory = { name, ...range };
      return name === 'Certificate table'
        ? [directory, ...inner.map((one) => ({ name: one.name, ...one.range! }))]
        : [directory];
    }),
  ].sort((a, b) => a.offset - b.offset);
  // Each ends where the next one begins.
  return named.flatMap(({ name, offset, size: own }, i): Band[] => {
    const end = Math.min(offset + own, named[i + 1]?.offset ?? size, size);
    return end > offset ? [{ name, offset, size: end - offset, tint: i % TINTS }] : [];
  });
}

/** Shows a report. */
export function SnpReportView({ view }: { view: SnpReportState }) {
  const { name, bytes, at, from = 0 } = view;
  if (from > at || bytes.length < at + REPORT_SIZE) return <BeingRead title={name} />;
  return <Report view={view} />;
}

/** Buttons that copy the report as a whole. One with masked bytes is none, so that only JSON is masked. */
function CopyReport(props: { bytes: Uint8Array; json: () => string; isMasked: boolean }) {
  const { bytes, json, isMasked } = props;
  return (
    <span class="report-copies">
      <CopyButton text={json} what="report as JSON" label="JSON" />
      {!isMasked && (
        <>
          <CopyButton text={() => bytesToHex(bytes)} what="report in hexadecimal" label="hexadecimal" />
          <CopyButton text={() => toBase64(bytes)} what="report in base64" label="base64" />
        </>
      )}
    </span>
  );
}

/** What the details show of the selection. */
function Selected(props: {
  tree: ReportTree;
  state: ReturnType<typeof useTree>;
  view: SnpReportState;
  redact: boolean;
  /** The same field on both sides of a diff. */
  comparedWith: (field: LeafField) => ComparedSides | undefined;
}) {
  const { tree, state, view, redact, comparedWith } = props;
  const { bytes, at } = view;
  const { node, range, custom } = state;
  const isMaskedAt = (where: ByteRange | undefined, isPrivate = false) =>
    redact && (isPrivate || (where !== undefined && tree.hidden.some((one) => overlaps(one, where))));
  if (custom && range) {
    const inside = node?.cells[0]!.text;
    return <BytesDetails range={range} inside={inside} bytes={bytes} isMasked={isMaskedAt(range)} />;
  }
  const item = node && tree.items.get(node.id);
  if (!item) return <NoDetails />;
  if ('field' in item) {
    const { field } = item;
    const isMasked = isMaskedAt(node.range);
    return <ReportFieldDetails {...{ field, at, bytes, isMasked, compared: comparedWith(field) }} />;
  }
  const { part } = item;
  return <PartDetails part={part} bytes={bytes} isMasked={isMaskedAt(node.range, part.isPrivate)} />;
}

function Report({ view }: { view: SnpReportState }) {
  const { name, bytes, at, facts, verification, other } = view;
  const product = verification?.product;
  const report = useMemo(() => {
    const decoded = decodeReport(bytes.subarray(at, at + REPORT_SIZE));
    // What a report of version 2 does not say, its certificate does.
    return product ? ofProduct(decoded, product) : decoded;
  }, [bytes, at, product]);
  const fields = useMemo(() => reportFields(report), [report]);
  const compared = useMemo(
    () => (other?.bytes.length === REPORT_SIZE ? compareReports(report, reportOf(other)) : []),
    [report, other?.bytes, other?.product],
  );
  const differences = useMemo(() => reportDifferences(compared).map(({ field }) => field.name), [compared]);
  const [redact, setRedact] = useSaved('snpReport.redact', false);
  const tree = useMemo(
    () => reportTree(groupReportFields(fields), facts.parts, at, { differing: differences, redact }),
    [fields, facts.parts, at, differences, redact],
  );
  const bands = useMemo(() => bandsIn(at, view, bytes.length), [at, facts, bytes]);
  const [text, setText] = useSaved('snpReport.filter', '');
  const [nonZero, setNonZero] = useSaved('snpReport.nonZero', false);
  const [differing, setDiffering] = useSaved('snpReport.differing', false);
  const filter = { text, nonZero, differing: differing && differences.length > 0 };
  // A field that only the other side has is no row of this one.
  const rows = differences.filter((id) => tree.items.has(id));
  const state = useTree('snpReport', tree.nodes, filter, other && rows[0]);
  const step = useDifferences(rows, state);
  const titles = ['This report', other?.side === 'original' ? 'Original' : 'Modified'] as const;
  const comparedWith = (field: LeafField): ComparedSides | undefined => {
    const both = compared.find((one) => one.field.name === field.name);
    return both && { titles, left: both.left, right: both.right };
  };
  const count = useMemo(() => countLeaves(tree.nodes), [tree]);
  const shown = useMemo(
    () => countLeaves(filterTree(tree.nodes, filter)),
    [tree, text, nonZero, filter.differing],
  );
  // What is around the report has nothing opposite.
  const against = other && { against: (i: number) => other.bytes[i - at] ?? bytes[i] };
  return (
    <div class="page">
      <Header
        title={name}
        actions={
          <>
            <ActionButton action={other ? 'openComparison' : 'compareReport'} primary />
            <CopyReport
              bytes={report.bytes}
              json={() => jsonText(reportJson(report, redact))}
              isMasked={redact}
            />
            <Checkbox label="Mask CHIP_ID and report ids in copies" checked={redact} onChange={setRedact} />
          </>
        }
      >
        <p class="summary">
          {facts.form}: {reportSummary(report)}
        </p>
        {facts.notes.map((note) => (
          <p class="summary" key={note}>
            <Icon name="info" /> {note}
          </p>
        ))}
        <VerdictView
          view={view}
          isMasked={redact}
          mask={redact ? redactedStep : undefined}
          said={facts.findings.map(({ message }) => message)}
        />
        <Findings findings={facts.findings} onSelect={state.selectRange} />
      </Header>
      <Workspace
        state={state}
        side
        grid={{
          label: 'Fields of the report',
          layout: 'half',
          columns: FIELD_COLUMNS,
          empty: 'No field matches the filter.',
        }}
        hexes={[
          {
            label: 'Bytes',
            bytes,
            from: view.from,
            bands,
            ...against,
            ...(redact && { hidden: tree.hidden }),
          },
        ]}
        bar={
          <FilterBar status={countWords(shown, count)}>
            {other && (
              <DifferenceCount
                known={compared.length > 0}
                what="reports"
                differing={differences.length}
                fields={compared.length}
              />
            )}
            {rows.length > 0 && <Stepper off={false} step={step} />}
            <FilterBox label="Filter by name, value or meaning" value={text} onInput={setText} />
            <Checkbox label="Non-zero only" checked={nonZero} onChange={setNonZero} />
            {rows.length > 0 && (
              <Checkbox label="Only differences" checked={differing} onChange={setDiffering} />
            )}
          </FilterBar>
        }
        details={
          <Selected tree={tree} state={state} view={view} redact={redact} comparedWith={comparedWith} />
        }
      />
    </div>
  );
}
