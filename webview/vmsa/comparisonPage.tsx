// A comparison of two pages, with the differences first, grouped by cause: the common part of every comparison.

import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import type { Cause, CauseGroup } from '../../src/core/vmsa/compare/causes';
import type { ComparedField, VmsaComparison } from '../../src/core/vmsa/compare/compare';
import { comparisonJson, comparisonMarkdown } from '../../src/core/vmsa/compare/exportComparison';
import type { VmsaRequest } from '../../src/core/vmsa/launch/generate';
import { jsonText } from '../../src/core/binary/json';
import { comparedColumns, ComparisonBar, noRowWords, useComparison, useSwapped } from '../parts/comparison';
import { Header } from '../parts/header';
import { FieldCard } from './vmsaCard';
import { CauseDetails, FieldDetails, RowDetails } from './vmsaDetails';
import { causeId, comparisonTree, type Known } from './vmsaTree';
import { CopyButton } from '../parts/widgets';
import { Workspace, type HexPane } from '../parts/workspace';

/** The two pages and their differences, as they are shown. */
export interface ShownComparison {
  readonly compared: VmsaComparison;
  readonly causes: readonly CauseGroup[];
  readonly known: Known;
  /** The titles of the page and of its counterpart. */
  readonly titles: readonly [string, string];
  readonly panes: readonly HexPane[];
  /** The request that generated the expected page. */
  readonly request?: VmsaRequest | undefined;
}

const swapField = (field: ComparedField): ComparedField => ({
  ...field,
  actual: field.expected,
  expected: field.actual,
});

/** The comparison with its sides swapped; causes keep their words, which name both sides. */
function swap(comparison: ShownComparison): ShownComparison {
  const {
    compared,
    causes,
    titles: [left, right],
    panes,
  } = comparison;
  return {
    ...comparison,
    compared: {
      ...compared,
      actual: compared.expected,
      expected: compared.actual,
      fields: compared.fields.map(swapField),
    },
    causes: causes.map(({ cause, fields }) => ({ cause, fields: fields.map(swapField) })),
    titles: [right, left],
    panes: [...panes].reverse(),
  };
}

const columnsOf = ({ known, titles }: ShownComparison, swapped: boolean) => [
  ...comparedColumns('Field', titles, swapped),
  ...(known === 'file' ? [] : [{ id: 'setby', title: 'Set by' }]),
];

/** The page. @param props.controls is placed between the header and the fields */
export function ComparisonPage(props: {
  name: string;
  summary: string;
  comparison: ShownComparison;
  bytes: Uint8Array;
  actions?: ComponentChildren;
  controls?: ComponentChildren;
}) {
  const { name, summary, bytes, actions, controls } = props;
  const sides = useSwapped('comparison');
  const [swapped] = sides;
  const comparison = useMemo(
    () => (swapped ? swap(props.comparison) : props.comparison),
    [props.comparison, swapped],
  );
  const { causes, known, titles, panes } = comparison;
  const compared = comparison.compared.fields;
  const tree = useMemo(() => comparisonTree(compared, causes, known), [comparison]);
  const causeOf = new Map<string, Cause>(
    causes.flatMap(({ cause, fields }) => fields.map((field) => [field.actual.name, cause] as const)),
  );
  const differences = [...causeOf.keys()];
  const joined = useComparison('comparison', tree, differences);
  const { state } = joined;
  const fieldNamed = (id: string) => compared.find((field) => field.actual.name === id);
  const selected = state.node && fieldNamed(state.node.id);
  const group = causes.find(({ cause }) => causeId(cause) === state.node?.id);
  // The comparison is copied as it was requested, whichever way round it is shown.
  const { request, titles: words, compared: all } = props.comparison;
  const names = { actual: known === 'file' ? words[0] : name, expected: words[1], request };

  return (
    <div class="page">
      <Header
        title={name}
        actions={
          <>
            {known !== 'nothing' && (
              <>
                <CopyButton
                  text={() => comparisonMarkdown(all, names)}
                  what="as Markdown"
                  label="Copy as Markdown"
                />
                <CopyButton
                  text={() => jsonText(comparisonJson(all, names))}
                  what="as JSON"
                  label="Copy as JSON"
                />
              </>
            )}
            {actions}
          </>
        }
      >
        <p class="summary">{summary}</p>
      </Header>
      {controls}
      <Workspace
        state={state}
        grid={{
          label: 'Compared VMSA fields',
          layout: known === 'file' ? 'files' : 'comparison',
          columns: columnsOf(comparison, swapped),
          empty: noRowWords(differences.length, joined),
          cardOf: (id) => {
            const field = known === 'nothing' ? undefined : fieldNamed(id);
            return (
              field && (
                <FieldCard
                  field={field}
                  sides={titles}
                  generated={known === 'generated'}
                  cause={causeOf.get(id)}
                />
              )
            );
          },
        }}
        hexes={panes}
        bar={
          <ComparisonBar
            compared={joined}
            known={known !== 'nothing'}
            what="pages"
            differing={differences.length}
            fields={compared.length}
            swapped={sides}
          />
        }
        details={
          group ? (
            <CauseDetails {...group} />
          ) : selected ? (
            <FieldDetails
              field={selected.actual}
              compared={known === 'nothing' ? undefined : selected}
              sides={titles}
              cause={causeOf.get(selected.actual.name)}
              generated={known === 'generated'}
            />
          ) : (
            <RowDetails node={state.node} bytes={bytes} keys={[['F7', 'goes to the next difference']]} />
          )
        }
      />
    </div>
  );
}
