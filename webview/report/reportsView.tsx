// The page that compares two attestation reports: whether each is true, what differs, and the bytes next to each other.

import { useMemo } from 'preact/hooks';
import { jsonText } from '../../src/core/binary/json';
import { compareReports, reportComparisonJson, reportDifferences } from '../../src/core/report/compare';
import { REPORT_SIZE } from '../../src/core/report/layout';
import { decodeReport, ofProduct, reportSummary, type AttestationReport } from '../../src/core/report/report';
import { PRIVATE_FIELDS } from '../../src/core/report/redact';
import type { ReportSide, SnpReportsState } from '../../src/protocol/snpReport';
import { useSaved } from '../host';
import { comparedColumns, ComparisonBar, noRowWords, useComparison, useSwapped } from '../parts/comparison';
import { NoDetails } from '../parts/details';
import { titlesOf } from '../parts/differences';
import { BeingRead, Header } from '../parts/header';
import { Checkbox, CopyButton, Icon } from '../parts/widgets';
import { Workspace } from '../parts/workspace';
import { reportComparisonTree } from './reportComparisonTree';
import { BytesDetails, ReportFieldDetails } from './reportDetails';
import { rangesOf, overlaps } from './masked';

/** A side's report. What a report of version 2 does not say of its processor, its certificate does. */
export function reportOf({ bytes, product }: Pick<ReportSide, 'bytes' | 'product'>): AttestationReport {
  const report = decodeReport(bytes);
  return product ? ofProduct(report, product) : report;
}

/** Whether one side is true, in a line. */
function Side({ title, side, report }: { title: string; side: ReportSide; report: AttestationReport }) {
  const { verified } = side;
  const [icon, style, words] =
    verified === undefined
      ? (['sync', '', 'Being verified…'] as const)
      : verified
        ? (['verified-filled', 'severity-ok', 'Verified'] as const)
        : (['error', 'severity-error', 'Not verified'] as const);
  return (
    <p class="summary" data-verified={verified}>
      <Icon name={icon} class={style} /> <strong>{title}</strong>: {words}; {reportSummary(report)}
    </p>
  );
}

/** Shows two reports. */
export function SnpReportsView({ view }: { view: SnpReportsState }) {
  const { name, other } = view;
  if (
    view.bytes.length < REPORT_SIZE ||
    other.bytes.length < REPORT_SIZE ||
    (view.from ?? other.from ?? 0) > 0
  )
    return <BeingRead title={`${name} ↔ ${other.name}`} />;
  return <Reports view={view} />;
}

function Reports({ view }: { view: SnpReportsState }) {
  const sides = useSwapped('snpReports');
  const [redact, setRedact] = useSaved('snpReports.redact', false);
  const [a, b]: readonly [ReportSide, ReportSide] = sides[0] ? [view.other, view] : [view, view.other];
  const titles = titlesOf(a.name, b.name);
  const [left, right] = useMemo(
    () => [reportOf(a), reportOf(b)] as const,
    [a.bytes, b.bytes, a.product, b.product],
  );
  const compared = useMemo(() => compareReports(left, right), [left, right]);
  const differences = useMemo(() => reportDifferences(compared), [compared]);
  const tree = useMemo(
    () => reportComparisonTree(compared, differences, redact),
    [compared, differences, redact],
  );
  const joined = useComparison(
    'snpReports',
    tree,
    differences.map(({ field }) => field.name),
  );
  const { state } = joined;
  const hidden = useMemo(
    () =>
      rangesOf(
        compared.map(({ field }) => field),
        0,
      ),
    [compared],
  );
  const masked = redact && { hidden };
  const { node, range, custom } = state;
  const id = node?.id.split(':')[0];
  const selected = compared.find(({ field }) => field.name === id);
  return (
    <div class="page">
      <Header
        title={`${view.name} ↔ ${view.other.name}`}
        actions={
          <>
            <CopyButton
              text={() => jsonText(reportComparisonJson(compared, redact))}
              what="as JSON"
              label="Copy as JSON"
            />
            <Checkbox label="Mask CHIP_ID and report ids in copies" checked={redact} onChange={setRedact} />
          </>
        }
      >
        <Side title={titles[0]} side={a} report={left} />
        <Side title={titles[1]} side={b} report={right} />
      </Header>
      <Workspace
        state={state}
        grid={{
          label: 'Compared fields of reports',
          layout: 'reports',
          columns: comparedColumns('Field', titles),
          empty: noRowWords(differences.length, joined),
        }}
        hexes={[
          { label: titles[0], bytes: a.bytes, against: (at) => b.bytes[at], ...masked },
          { label: titles[1], bytes: b.bytes, against: (at) => a.bytes[at], expected: true, ...masked },
        ]}
        bar={
          <ComparisonBar
            compared={joined}
            what="reports"
            differing={differences.length}
            fields={compared.length}
            swapped={sides}
          />
        }
        details={
          custom && range ? (
            <BytesDetails
              range={range}
              inside={node?.cells[0]?.text}
              bytes={a.bytes}
              isMasked={redact && hidden.some((one) => overlaps(one, range))}
            />
          ) : selected ? (
            <ReportFieldDetails
              field={selected.left ?? selected.field}
              at={0}
              bytes={selected.left ? a.bytes : b.bytes}
              isMasked={redact && PRIVATE_FIELDS.includes(selected.field.name)}
              compared={{ titles, left: selected.left, right: selected.right }}
            />
          ) : (
            <NoDetails keys={[['F7', 'goes to the next difference']]} />
          )
        }
      />
    </div>
  );
}
