// The page for one VMSA: fields by group beside the bytes.

import { useMemo } from 'preact/hooks';
import { ActionButton, Checkbox, FilterBar, FilterBox } from './widgets';
import { vmsaFields, vmsaFindings, vmsaSummary } from '../src/core/vmsa/page';
import { FieldDetails, RowDetails } from './details';
import { Findings, Header } from './header';
import { useSaved } from './host';
import { countLeaves, filterTree } from './rows';
import { vmsaTree } from './vmsaTree';
import { useTree, Workspace } from './workspace';

const COLUMNS = [
  { id: 'name', title: 'Field' },
  { id: 'offset', title: 'Offset' },
  { id: 'raw', title: 'Raw' },
  { id: 'meaning', title: 'Meaning' },
];

/** Shows a VMSA page. @param bytes 4096 bytes */
export function VmsaView({ name, bytes }: { name: string; bytes: Uint8Array }) {
  const [text, setText] = useSaved('vmsa.filter', '');
  const [nonZero, setNonZero] = useSaved('vmsa.nonZero', false);
  const fields = useMemo(() => vmsaFields(bytes), [bytes]);
  const findings = useMemo(() => vmsaFindings(bytes), [bytes]);
  const tree = useMemo(() => vmsaTree(fields), [fields]);
  const state = useTree('vmsa', tree, { text, nonZero });
  const selected = fields.find((field) => field.name === state.node?.id);
  const shown = countLeaves(filterTree(tree, { text, nonZero }));
  return (
    <div class="page">
      <Header
        title={name}
        actions={
          <>
            <ActionButton action="compare" primary />
            <ActionButton action="generate" />
          </>
        }
      >
        <p class="summary">{vmsaSummary(bytes)}</p>
        <Findings findings={findings} onSelect={state.selectRange} />
      </Header>
      <Workspace
        state={state}
        grid={{
          label: 'VMSA fields',
          layout: 'vmsa',
          columns: COLUMNS,
          empty: 'No field matches the filter.',
        }}
        hexes={[{ label: 'Bytes', bytes }]}
        bar={
          <FilterBar
            status={shown === fields.length ? `${shown} fields` : `${shown} of ${fields.length} fields`}
          >
            <FilterBox label="Filter by name, value or meaning" value={text} onInput={setText} />
            <Checkbox label="Non-zero only" checked={nonZero} onChange={setNonZero} />
          </FilterBar>
        }
        details={
          selected ? <FieldDetails field={selected} /> : <RowDetails node={state.node} bytes={bytes} />
        }
      />
    </div>
  );
}
