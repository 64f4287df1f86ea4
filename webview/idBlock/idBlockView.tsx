// The page for an ID block and its ID authentication: the steps of its check, its fields next to the bytes, and what each bit of its policy means.
// Fields are rows and details as those of an attestation report.

import { useMemo } from 'preact/hooks';
import { ID_AUTH, ID_BLOCK } from '../../src/core/tech/snp/idBlock';
import { idBlockFields } from '../../src/core/tech/snp/idBlockFields';
import { ID_BLOCK_FORMS, idBlockForm } from '../../src/core/tech/snp/idBlockForms';
import type { IdBlockState } from '../../src/protocol/idBlock';
import { useSaved } from '../host';
import type { Band } from '../parts/bands';
import { NoDetails } from '../parts/details';
import { countWords, FIELD_COLUMNS } from '../parts/fieldCells';
import { BeingRead, Findings, Header } from '../parts/header';
import { countLeaves, filterTree } from '../parts/rows';
import { useTree } from '../parts/treeState';
import { Checkbox, CopyButton, FilterBar, FilterBox, Icon } from '../parts/widgets';
import { Workspace } from '../parts/workspace';
import { BytesDetails, ReportFieldDetails } from '../report/reportDetails';
import { reportTree } from '../report/reportTree';
import { Steps } from '../report/stepList';

/** The structures in the bytes. */
function partsOf({ bytes, facts: { hasBlock, hasAuth } }: IdBlockState) {
  const at = hasBlock ? ID_BLOCK.size : 0;
  return {
    ...(hasBlock && { block: bytes.subarray(0, at) }),
    ...(hasAuth && { auth: bytes.subarray(at, at + ID_AUTH.size) }),
  };
}

/** What the steps say together. */
function verdictOf({ steps, hasBlock }: IdBlockState['facts']): {
  words: string;
  icon: string;
  style: string;
} {
  const failed = steps.filter(({ outcome }) => outcome === 'failed');
  if (failed.length > 0)
    return {
      words: `Not valid: the firmware refuses the launch (${failed.map(({ title }) => title).join(', ')})`,
      ...{ icon: 'error', style: 'severity-error' },
    };
  return steps.some(({ step, outcome }) => step === 'id-signature' && outcome === 'passed')
    ? { words: 'Valid: the signatures are right', icon: 'pass', style: 'severity-ok' }
    : {
        words: `Not verified: the ${hasBlock ? 'ID authentication' : 'ID block'} is not here`,
        ...{ icon: 'circle-slash', style: '' },
      };
}

/** Shows an ID block. */
export function IdBlockView({ view }: { view: IdBlockState }) {
  const { name, bytes, facts } = view;
  const size = (facts.hasBlock ? ID_BLOCK.size : 0) + (facts.hasAuth ? ID_AUTH.size : 0);
  if ((view.from ?? 0) > 0 || bytes.length < size) return <BeingRead title={name} />;
  return <IdBlock view={view} />;
}

function IdBlock({ view }: { view: IdBlockState }) {
  const { name, bytes, facts } = view;
  const pair = useMemo(() => partsOf(view), [bytes, facts]);
  const groups = useMemo(() => idBlockFields(pair, facts.digests), [pair, facts]);
  const tree = useMemo(() => reportTree(groups, [], 0), [groups]);
  const bands = groups.flatMap(({ group, fields: [first] }, i): Band[] =>
    first
      ? [
          {
            name: group,
            offset: first.offset,
            size: group === ID_BLOCK.name ? ID_BLOCK.size : ID_AUTH.size,
            tint: i,
          },
        ]
      : [],
  );
  const [text, setText] = useSaved('idBlock.filter', '');
  const [nonZero, setNonZero] = useSaved('idBlock.nonZero', true);
  const filter = { text, nonZero };
  const state = useTree('idBlock', tree.nodes, filter);
  const count = useMemo(() => countLeaves(tree.nodes), [tree]);
  const shown = useMemo(() => countLeaves(filterTree(tree.nodes, filter)), [tree, text, nonZero]);
  const { node, range, custom } = state;
  const item = node && tree.items.get(node.id);
  const { words, icon, style } = verdictOf(facts);
  const { block, auth } = pair;
  return (
    <div class="page">
      <Header
        title={name}
        actions={
          block &&
          auth && (
            <span class="report-copies">
              {ID_BLOCK_FORMS.map(({ id, title }) => (
                <CopyButton key={id} text={() => idBlockForm(id, { block, auth })} what={title} label={id} />
              ))}
            </span>
          )
        }
      >
        <p class="summary">{facts.form}</p>
        <p class="report-verdict">
          <Icon name={icon} class={style} /> <strong>{words}</strong>
        </p>
        <Steps steps={facts.steps} label="Steps of the check" />
        <Findings findings={facts.findings} onSelect={state.selectRange} />
      </Header>
      <Workspace
        state={state}
        side
        grid={{
          ...{ label: 'Fields of the ID block', layout: 'half', columns: FIELD_COLUMNS },
          empty: 'No field matches the filter.',
        }}
        hexes={[{ label: 'Bytes', bytes, from: view.from, bands }]}
        bar={
          <FilterBar status={countWords(shown, count)}>
            <FilterBox label="Filter by name, value or meaning" value={text} onInput={setText} />
            <Checkbox label="Non-zero only" checked={nonZero} onChange={setNonZero} />
          </FilterBar>
        }
        details={
          custom && range ? (
            <BytesDetails range={range} inside={node?.cells[0]!.text} bytes={bytes} isMasked={false} />
          ) : item && 'field' in item ? (
            <ReportFieldDetails field={item.field} at={0} bytes={bytes} isMasked={false} />
          ) : (
            <NoDetails />
          )
        }
      />
    </div>
  );
}
