// The page for a VMSA beside the one that a launch should have had: differences first, recomputed in place when
// a control changes.

import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { comparePages, compareWithGenerated } from '../src/core/vmsa/compare';
import { generateVmsa } from '../src/core/vmsa/generate';
import type { View } from '../src/protocol';
import { ComparisonControls } from './comparisonControls';
import { formOf, readForm } from './comparisonForm';
import { ComparedDetails, FieldDetails, RowDetails } from './details';
import { Header } from './header';
import { useSaved } from './host';
import { countLeaves, filterTree } from './rows';
import { comparisonTree } from './vmsaTree';
import { ActionButton, Checkbox, FilterBar, FilterBox, Icon } from './widgets';
import { useTree, Workspace } from './workspace';

const COLUMNS = [
  { id: 'name', title: 'Field' },
  { id: 'offset', title: 'Offset' },
  { id: 'this', title: 'This page' },
  { id: 'expected', title: 'Expected' },
  { id: 'setby', title: 'Set by' },
];

/** Says in one sentence how the pages relate. */
function Verdict(props: { known: boolean; differing: number; fields: number }) {
  const { known, differing, fields } = props;
  const [icon, text] = !known
    ? (['circle-slash', 'No expected page'] as const)
    : differing === 0
      ? (['pass', 'The pages are equal'] as const)
      : ([
          'diff-modified',
          `${differing} ${differing === 1 ? 'field differs' : 'fields differ'} of ${fields}`,
        ] as const);
  return (
    <p class="verdict-line" role="status">
      <Icon name={icon} /> {text}
    </p>
  );
}

/** Calls `step` with 1 on F7 and -1 on Shift+F7, wherever the focus is. */
function useDifferenceKeys(step: (by: 1 | -1) => void): void {
  // A layout effect, so that a second key soon after the first starts from where the first has led.
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'F7' || event.ctrlKey || event.altKey || event.metaKey) return;
      step(event.shiftKey ? -1 : 1);
      event.preventDefault();
      event.stopPropagation();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => {
      document.removeEventListener('keydown', onKeyDown);
    };
  });
}

type ComparisonViewOf = Extract<View, { kind: 'comparison' }>;

/**
 * The inputs. What a person has set outlives a reload and a file that is read again; a request of the host
 * replaces it when it is a new one, or the answer to `expectRequest`.
 */
function useForm(view: ComparisonViewOf) {
  const origin = JSON.stringify(view.request);
  const [form, setForm] = useSaved('comparison.form', formOf(view.request));
  const seen = useRef(origin);
  useLayoutEffect(() => {
    if (seen.current === origin) return;
    seen.current = origin;
    setForm(formOf(view.request));
  }, [view]);
  const expectRequest = () => {
    seen.current = '';
  };
  return { form, setForm, expectRequest };
}

/** Shows a comparison. @param view its `bytes` are 4096 */
export function ComparisonView({ view }: { view: ComparisonViewOf }) {
  const { name, bytes, request: given, firmware } = view;
  const [text, setText] = useSaved('comparison.filter', '');
  const [differing, setDiffering] = useSaved('comparison.differing', false);
  const { form, setForm, expectRequest } = useForm(view);
  const { request, errors } = readForm(form);
  const key = JSON.stringify(request);

  const expected = useMemo(() => request && generateVmsa(request).bytes, [key]);
  const compared = useMemo(
    () => (request ? compareWithGenerated(bytes, request) : comparePages(bytes, bytes)),
    [bytes, key],
  );
  const tree = useMemo(() => comparisonTree(compared, request !== undefined), [compared]);
  const differences = compared.filter((field) => field.differs).map((field) => field.actual.name);
  const filter = { text, differing };
  const state = useTree('comparison', tree, filter, differences[0]);
  const shown = countLeaves(filterTree(tree, filter));

  const step = (by: 1 | -1) => {
    const at = differences.indexOf(state.node?.id ?? '');
    const next = at < 0 ? (by > 0 ? 0 : -1) : (at + by + differences.length) % differences.length;
    const id = differences.at(next);
    if (id !== undefined) state.selectNode(id);
  };
  useDifferenceKeys(step);

  const selected = compared.find((field) => field.actual.name === state.node?.id);
  const details = !selected ? (
    <RowDetails node={state.node} bytes={bytes} />
  ) : request ? (
    <ComparedDetails field={selected} />
  ) : (
    <FieldDetails field={selected.actual} />
  );
  return (
    <div class="page">
      <Header
        title={name}
        actions={<ActionButton action="saveExpected" primary disabled={!request} request={request} />}
      >
        <p class="summary">beside the VMSA that a launch with these settings starts with</p>
      </Header>
      <ComparisonControls
        form={form}
        errors={errors}
        request={request}
        lastRequest={given}
        firmware={firmware}
        onChange={setForm}
        onPick={expectRequest}
      />
      <Workspace
        state={state}
        grid={{
          label: 'Compared VMSA fields',
          layout: 'comparison',
          columns: COLUMNS,
          empty: differences.length === 0 && differing ? 'No field differs.' : 'No field matches the filter.',
        }}
        hexes={[
          { label: 'This page', bytes, ...(expected && { against: expected }) },
          expected
            ? { label: 'Expected', bytes: expected, against: bytes }
            : { label: 'Expected', bytes: new Uint8Array(0) },
        ]}
        bar={
          <FilterBar
            status={shown === compared.length ? `${shown} fields` : `${shown} of ${compared.length} fields`}
          >
            <Verdict known={request !== undefined} differing={differences.length} fields={compared.length} />
            <span class="stepper">
              <StepButton
                icon="arrow-up"
                label="Previous difference"
                keys="Shift+F7"
                by={-1}
                step={step}
                off={differences.length === 0}
              />
              <StepButton
                icon="arrow-down"
                label="Next difference"
                keys="F7"
                by={1}
                step={step}
                off={differences.length === 0}
              />
            </span>
            <FilterBox label="Filter by name, value or meaning" value={text} onInput={setText} />
            <Checkbox label="Only differences" checked={differing} onChange={setDiffering} />
          </FilterBar>
        }
        details={details}
      />
    </div>
  );
}

function StepButton(props: {
  icon: string;
  label: string;
  keys: string;
  by: 1 | -1;
  off: boolean;
  step: (by: 1 | -1) => void;
}) {
  const { icon, label, keys, by, off, step } = props;
  return (
    <button
      type="button"
      class="quiet-button"
      aria-label={label}
      title={`${label} (${keys})`}
      disabled={off}
      onClick={() => {
        step(by);
      }}
    >
      <Icon name={icon} />
    </button>
  );
}
