// The page that compares a VMSA with another file's, or with the one that a launch should have, which is
// regenerated whenever a control changes.

import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { groupByCause } from '../../src/core/vmsa/compare/causes';
import { comparePages, compareWithGenerated } from '../../src/core/vmsa/compare/compare';
import { decodePage } from '../../src/core/vmsa/vmsaPage';
import type { ComparisonViewState, Counterpart } from '../../src/protocol/vmsa';
import { ComparisonControls } from './comparisonControls';
import { formOf, readForm } from './comparisonForm';
import { ComparisonPage, type ShownComparison } from './comparisonPage';
import { titlesOf } from '../parts/differences';
import { useSaved } from '../host';
import { AnyActionButton, type ActionButtonOf } from '../parts/widgets';

const ActionButton: ActionButtonOf<'comparison'> = AnyActionButton;

type OtherFile = Extract<Counterpart, { kind: 'file' }>;
type Generated = Extract<Counterpart, { kind: 'generated' }>;

function FileComparison({ view, other }: { view: ComparisonViewState; other: OtherFile }) {
  const { name, bytes } = view;
  const comparison = useMemo((): ShownComparison => {
    const compared = comparePages(decodePage(bytes), decodePage(other.bytes));
    const titles = titlesOf(name, other.name);
    return {
      compared,
      causes: groupByCause(compared),
      known: 'file',
      titles,
      panes: [
        { label: titles[0], bytes, against: (at) => other.bytes[at] },
        { label: titles[1], bytes: other.bytes, against: (at) => bytes[at], expected: true },
      ],
    };
  }, [view]);
  return (
    <ComparisonPage
      name={name}
      summary={`compared with ${other.name}`}
      comparison={comparison}
      bytes={bytes}
    />
  );
}

/**
 * The inputs. They survive a reload and a file that is read again; a new request from the host replaces them,
 * as does the answer to `expectRequest`.
 */
function useForm({ request }: Generated) {
  const origin = JSON.stringify(request);
  const [form, setForm] = useSaved('comparison.form', formOf(request));
  const seen = useRef(origin);
  useLayoutEffect(() => {
    if (seen.current === origin) return;
    seen.current = origin;
    setForm(formOf(request));
  }, [request]);
  const expectRequest = () => {
    seen.current = '';
  };
  return { form, setForm, expectRequest };
}

function GeneratedComparison({ view, other }: { view: ComparisonViewState; other: Generated }) {
  const { name, bytes } = view;
  const { form, setForm, expectRequest } = useForm(other);
  const page = useMemo(() => decodePage(bytes), [bytes]);
  const { request, expected, errors } = useMemo(() => readForm(form), [form]);
  const comparison = useMemo((): ShownComparison => {
    const compared = expected ? compareWithGenerated(page, expected) : comparePages(page, page);
    const right = expected?.bytes;
    const titles = ['This page', 'Expected'] as const;
    return {
      compared,
      causes: groupByCause(compared),
      known: expected ? 'generated' : 'nothing',
      titles,
      request,
      panes: [
        { label: titles[0], bytes, ...(right && { against: (at) => right[at] }) },
        {
          label: titles[1],
          bytes: right ?? new Uint8Array(0),
          ...(right && { against: (at) => bytes[at] }),
          expected: true,
        },
      ],
    };
  }, [page, JSON.stringify(request)]);
  return (
    <ComparisonPage
      name={name}
      summary="compared with the initial VMSA of:"
      comparison={comparison}
      bytes={bytes}
      actions={<ActionButton action="saveExpected" primary disabled={!request} request={request} />}
      controls={
        <ComparisonControls
          form={form}
          errors={errors}
          request={request}
          lastRequest={other.request}
          firmware={other.firmware}
          recent={other.recent}
          onChange={setForm}
          onPick={expectRequest}
        />
      }
    />
  );
}

/** Shows a comparison. @param view its pages have 4096 bytes */
export function ComparisonView({ view }: { view: ComparisonViewState }) {
  const { other } = view;
  return other.kind === 'file' ? (
    <FileComparison view={view} other={other} />
  ) : (
    <GeneratedComparison view={view} other={other} />
  );
}
