// Every step of a run: type, address, origin, contents, and the launch digest after it. Firmware has thousands, so the page draws those in view,
// and asks its host for their digests.

import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { bytesToHex, hex } from '../../src/core/binary/hex';
import type { LoadSource } from '../../src/core/launch/loads';
import type { MeasuredRun } from '../../src/core/launch/report';
import { stepOf, type TraceStep } from '../../src/core/launch/traceDigests';
import { MOST_STEPS, type LaunchParts } from '../../src/protocol/launch';
import { send, useHostMessages } from '../host';
import { Digest } from '../parts/digest';
import { canOpen, Lens, openLoad } from './lens';

/** In pixels, as the style sheet has it. */
const ROW = 22;
const MOST_IN_VIEW = 12;
/** Rows that are drawn above and below those in view. */
const SPARE = 4;

type Trace = NonNullable<LaunchParts['steps']>;

/** The digests of steps by their index, asked for when they are first wanted. */
function useDigests({ check, size }: Trace) {
  const blocks = useRef(new Map<number, Uint8Array>());
  const asked = useRef(new Set<number>());
  const [, redraw] = useState(0);
  useHostMessages((message) => {
    if (message.type !== 'steps' || message.check !== check) return;
    blocks.current.set(message.from, message.pairs);
    redraw((n) => n + 1);
  });
  const blockOf = (index: number) => index - (index % MOST_STEPS);
  return {
    want: (index: number) => {
      const from = blockOf(index);
      if (asked.current.has(from)) return;
      asked.current.add(from);
      send({ type: 'steps', check, from });
    },
    pairOf: (index: number) => {
      const at = (index % MOST_STEPS) * 2 * size;
      return blocks.current.get(blockOf(index))?.subarray(at, at + 2 * size);
    },
  };
}

const ORIGINS: {
  readonly [F in LoadSource['from']]: (step: TraceStep, source: Extract<LoadSource, { from: F }>) => string;
} = {
  firmware: (_step, { offset }) => `firmware at ${hex(offset)}`,
  svsm: (_step, { offset }) => `SVSM at ${hex(offset)}`,
  metadata: ({ page }, { section }) => `section ${section}, page ${page}`,
  'kernel hashes': () => 'kernel hashes',
  vcpu: (_step, { vcpu }) => `VMSA of vCPU ${vcpu}`,
};
const originOf = (step: TraceStep): string =>
  (ORIGINS[step.source.from] as (step: TraceStep, source: LoadSource) => string)(step, step.source);

/** The start of a digest: enough to tell it from others, and as wide as its column. */
const short = (digest: Uint8Array | undefined): string =>
  digest ? `${bytesToHex(digest.subarray(0, 8))}…` : 'not measured';

/** The selected step with its whole digests. */
function StepDetails({ step, parts }: { step: TraceStep; parts: LaunchParts }) {
  const name = `step ${step.index}`;
  return (
    <div class="step-details">
      <p class="card-detail">
        Step {step.index}: {step.type}
        {step.gpa !== undefined && ` at ${hex(step.gpa)}`}, {originOf(step)}
      </p>
      {step.contents && (
        <>
          <p class="card-detail">Contents</p>
          <Digest digest={bytesToHex(step.contents)} what={`digest of the contents of ${name}`} />
        </>
      )}
      <p class="card-detail">Launch digest after it</p>
      <Digest digest={bytesToHex(step.digest)} what={`launch digest after ${name}`} />
      <Lens parts={parts} source={step.source} size={step.size} />
    </div>
  );
}

/** The steps of a run. @param first the index of its first step in the trace */
export function Steps(props: { run: MeasuredRun; first: number; parts: LaunchParts; trace: Trace }) {
  const { run, first, parts, trace } = props;
  const { count } = run;
  const { want, pairOf } = useDigests(trace);
  const list = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [at, setAt] = useState(0);
  const id = useId();
  const height = Math.min(count, MOST_IN_VIEW) * ROW;
  const from = Math.max(0, Math.floor(top / ROW) - SPARE);
  const to = Math.min(count, Math.ceil((top + height) / ROW) + SPARE);
  useEffect(() => {
    for (const index of [from, to - 1, at]) want(first + index);
  }, [from, to, at]);
  const stepAt = (i: number): TraceStep | undefined => {
    const pair = pairOf(first + i);
    return pair && stepOf(run, i, first, pair);
  };
  const select = (i: number) => {
    const next = Math.max(0, Math.min(count - 1, i));
    setAt(next);
    const { current } = list;
    if (!current) return;
    if (current.scrollTop > next * ROW) current.scrollTop = next * ROW;
    else if (current.scrollTop < (next + 1) * ROW - height) current.scrollTop = (next + 1) * ROW - height;
  };
  const selected = stepAt(at);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const moves: Readonly<Record<string, number>> = {
      ...{ ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: count - 1 },
      ...{ PageDown: at + MOST_IN_VIEW - 1, PageUp: at - MOST_IN_VIEW + 1 },
    };
    const move = moves[event.key];
    if (move !== undefined) select(move);
    else if (event.key === 'Enter' && selected && canOpen(parts, selected.source))
      openLoad(selected.source, selected.size);
    else return;
    // VS Code handles the page's keys unless they stop here.
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="steps">
      <div class="steps-head" aria-hidden="true">
        <span>Step</span>
        <span>Address</span>
        <span>From</span>
        <span>Contents</span>
        <span>Launch digest after it</span>
      </div>
      <div
        ref={list}
        class="steps-list"
        style={{ height: `${height}px` }}
        role="listbox"
        aria-label={`Pages of ${run.title}`}
        aria-activedescendant={at >= from && at < to ? `${id}-${at}` : undefined}
        tabIndex={0}
        onScroll={(event) => {
          setTop(event.currentTarget.scrollTop);
        }}
        onKeyDown={onKeyDown}
        onClick={(event) => {
          const row = (event.target as Element).closest<HTMLElement>('[data-step-index]');
          if (row) select(Number(row.dataset['stepIndex']));
        }}
      >
        <div role="presentation" style={{ height: `${from * ROW}px` }} />
        {Array.from({ length: to - from }, (_, i) => from + i).map((i) => {
          const step = stepAt(i);
          return (
            <div
              key={i}
              id={`${id}-${i}`}
              class={`step-row ${i === at ? 'step-selected' : ''}`}
              role="option"
              aria-selected={i === at}
              aria-posinset={i + 1}
              aria-setsize={count}
              data-step-index={i}
            >
              <span>{first + i}</span>
              <span>{step?.gpa === undefined ? '' : hex(step.gpa)}</span>
              <span>{step ? originOf(step) : ''}</span>
              <span>{step ? short(step.contents) : '…'}</span>
              <span>{step ? short(step.digest) : '…'}</span>
            </div>
          );
        })}
        <div role="presentation" style={{ height: `${(count - to) * ROW}px` }} />
      </div>
      {selected && <StepDetails step={selected} parts={parts} />}
    </div>
  );
}
