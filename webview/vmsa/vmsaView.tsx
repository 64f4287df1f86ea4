// The page for one VMSA: fields by group next to the bytes, each with its value in the launch whose page is
// nearest. In a diff, the other side's values count instead.

import { useMemo } from 'preact/hooks';
import { causesOf } from '../../src/core/vmsa/compare/causes';
import { comparePages, compareWithGenerated } from '../../src/core/vmsa/compare/compare';
import { bestOf, identify } from '../../src/core/vmsa/compare/identify';
import { vmsaFindings } from '../../src/core/vmsa/checks';
import { stateSummary, vmsaSummary } from '../../src/core/vmsa/page';
import { FIELDS_OF_PAGE, type PartOfPage } from '../../src/core/vmsa/part';
import { knownFindings } from '../../src/core/vmsa/partChecks';
import { decodePage } from '../../src/core/vmsa/vmsaPage';
import type { DiskChange, VmsaViewState } from '../../src/protocol/vmsa';
import { Stepper, useDifferences, DifferenceCount } from '../parts/differences';
import { countWords, FIELD_COLUMNS } from '../parts/fieldCells';
import { Findings, Header } from '../parts/header';
import { send, useSaved } from '../host';
import { Matches } from '../parts/matches';
import { countLeaves, filterTree } from '../parts/rows';
import { FieldCard } from './vmsaCard';
import { FieldDetails, RowDetails } from './vmsaDetails';
import { vmsaTree } from './vmsaTree';
import {
  AnyActionButton,
  Checkbox,
  Dropdown,
  FilterBar,
  FilterBox,
  Icon,
  type ActionButtonOf,
} from '../parts/widgets';
import { useTree } from '../parts/treeState';
import { Workspace } from '../parts/workspace';

const ActionButton: ActionButtonOf<'vmsa'> = AnyActionButton;

const EXPECTED_COLUMNS = [
  ...FIELD_COLUMNS,
  { id: 'expected', title: 'Expected' },
  { id: 'setby', title: 'Set by' },
];
const KEYS = [
  ['F2', 'changes the value of a field'],
  ['F7', 'goes to the next difference'],
] as const;

/** What happened to the file on disk, and the choice when there are unsaved changes here as well. */
function Disk({ change }: { change: DiskChange }) {
  const { fields, conflict } = change;
  const few = fields?.slice(0, 6).join(', ') ?? '';
  const more = fields && fields.length > 6 ? ` and ${fields.length - 6} more` : '';
  const what = fields?.length === 0 ? 'no field of this page changed' : `${few}${more} changed`;
  return (
    <div class="notice-bar" role="status">
      <Icon name={conflict ? 'warning' : 'refresh'} class={conflict ? 'severity-warning' : 'severity-info'} />
      <span>
        {!conflict
          ? `Reloaded, because the file was written: ${fields ? what : 'it has other pages now'}.`
          : !fields
            ? 'The file is gone, or is no VMSA page any more; your changes are not saved.'
            : `The file was written by another program, and your changes are not saved: on disk ${what}.`}
      </span>
      {conflict && (
        <span class="actions">
          <ActionButton action="keepChanges" primary />
          <ActionButton action="reload" />
        </span>
      )}
    </div>
  );
}

function PageChooser(
  props: Pick<VmsaViewState, 'page' | 'pages' | 'labels'> & { readonly what: 'dumps' | 'pages' },
) {
  const { page, pages, labels, what } = props;
  const text = (i: number) => labels?.[i] ?? `vCPU ${i}`;
  const choices = Array.from({ length: pages }, (_, i) => ({ value: `${i}`, text: text(i) }));
  return (
    <Dropdown
      label={`${pages} ${what} in this file`}
      value={`${page}`}
      choices={choices}
      onChange={(value) => {
        send({ type: 'page', page: Number(value) });
      }}
    />
  );
}

/** What is known of a page, as core has it. */
const partOf = (part: VmsaViewState['part']): PartOfPage | undefined =>
  part && {
    known: new Set(part.known),
    beforeKvm: part.beforeKvm,
    ...(part.allowed !== undefined && { allowed: BigInt(part.allowed) }),
  };

/** That this is no whole page, and what else people should know. */
function PartSummary({ part, notes }: { part: PartOfPage; notes: readonly string[] }) {
  return (
    <p class="summary">
      <Icon name="info" />{' '}
      {`${part.known.size} of the ${FIELDS_OF_PAGE} fields of a page are known, and only these are shown. ${notes.join(' ')}`}
    </p>
  );
}

/** Shows a VMSA page, or what is known of one. @param view its `bytes` are 4096 */
export function VmsaView({ view }: { view: VmsaViewState }) {
  const { name, bytes, page: index, pages, note, readOnly, source, disk, other } = view;
  const part = useMemo(() => partOf(view.part), [view.part]);
  const labels = view.part?.labels ?? view.labels;
  // A log can have pages of several launches, and of some it is not known which vCPU they are of.
  const vcpu = labels ? view.vcpu : index;
  const page = useMemo(() => decodePage(bytes), [bytes]);
  const [text, setText] = useSaved('vmsa.filter', '');
  const [nonZero, setNonZero] = useSaved('vmsa.nonZero', false);
  const [differing, setDiffering] = useSaved('vmsa.differing', false);
  const findings = useMemo(
    () =>
      part
        ? knownFindings(page, part)
        : vmsaFindings(page, pages > 1 && vcpu !== undefined ? { vcpu } : undefined),
    [page, vcpu, pages, part],
  );
  const found = useMemo(() => identify(page, part), [page, part]);
  const best = bestOf(found);
  const comparison = useMemo(() => {
    if (other) return comparePages(page, decodePage(other.bytes));
    return best
      ? compareWithGenerated(page, best.generated, part)
      : comparePages(page, page, { parts: [part] });
  }, [page, other?.bytes, best, part]);
  const causes = useMemo(() => causesOf(comparison), [comparison]);
  const compared = comparison.fields;
  const generated = !other && best !== undefined;
  const tree = useMemo(() => vmsaTree(compared, generated), [compared, generated]);
  const differences = compared.filter((field) => field.differs).map((field) => field.actual.name);
  const filter = { text, nonZero, differing: differing && differences.length > 0 };
  const state = useTree('vmsa', tree, filter, other && differences[0]);
  const step = useDifferences(differences, state);
  const fieldNamed = (id: string) => compared.find((field) => field.actual.name === id);
  const selected = state.node && fieldNamed(state.node.id);
  const cause = (field: (typeof compared)[number]) => causes.get(field);
  const shown = countLeaves(filterTree(tree, filter));
  const sides = [
    'This page',
    other ? (other.side === 'original' ? 'Original' : 'Modified') : 'Expected',
  ] as const;
  return (
    <div class="page">
      <Header
        title={name}
        actions={
          other ? (
            <ActionButton action="openComparison" primary />
          ) : (
            !part && (
              <>
                <ActionButton action="compare" primary />
                <ActionButton action="compareFile" />
                <ActionButton action="exportPage" />
              </>
            )
          )
        }
      >
        <p class="summary">{part ? stateSummary(page) : vmsaSummary(page)}</p>
        {part && <PartSummary part={part} notes={view.part!.notes} />}
        {(source !== undefined || readOnly !== undefined) && (
          <p class="summary">
            <Icon name={readOnly === undefined ? 'info' : 'lock'} />{' '}
            {[readOnly ?? `Read from ${source}.`, note].filter(Boolean).join(' ')}
          </p>
        )}
        {!other && <Matches found={found} part={part !== undefined} />}
        {pages > 1 && (
          <PageChooser
            page={index}
            pages={pages}
            what={part ? 'dumps' : 'pages'}
            {...(labels && { labels })}
          />
        )}
        {disk && <Disk change={disk} />}
        <Findings findings={findings} onSelect={state.selectRange} />
      </Header>
      <Workspace
        state={state}
        editable={readOnly === undefined}
        side
        grid={{
          label: 'VMSA fields',
          layout: generated ? 'vmsa' : 'half',
          columns: generated ? EXPECTED_COLUMNS : FIELD_COLUMNS,
          empty: 'No field matches the filter.',
          cardOf: (id) => {
            const field = fieldNamed(id);
            return (
              field && <FieldCard field={field} sides={sides} generated={generated} cause={cause(field)} />
            );
          },
        }}
        hexes={part ? [] : [{ label: 'Bytes', bytes, ...(other && { against: (at) => other.bytes[at] }) }]}
        bar={
          <FilterBar status={countWords(shown, compared.length)}>
            {other && <DifferenceCount known differing={differences.length} fields={compared.length} />}
            {differences.length > 0 && <Stepper off={false} step={step} />}
            <FilterBox label="Filter by name, value or meaning" value={text} onInput={setText} />
            <Checkbox label="Non-zero only" checked={nonZero} onChange={setNonZero} />
            {differences.length > 0 && (
              <Checkbox label="Only differences" checked={differing} onChange={setDiffering} />
            )}
          </FilterBar>
        }
        details={
          selected ? (
            <FieldDetails
              field={selected.actual}
              compared={selected}
              sides={sides}
              cause={cause(selected)}
              generated={generated}
              editable={readOnly === undefined}
            />
          ) : (
            <RowDetails node={state.node} bytes={bytes} keys={KEYS} />
          )
        }
      />
    </div>
  );
}
