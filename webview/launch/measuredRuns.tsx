// What a launch measures, run by run, for a launch digest: firmware, each section of its metadata, kernel hashes, VMSAs,
// with the launch digest after each. A run unfolds to its steps, and opens what it is.

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { byteCount, countOf } from '../../src/core/binary/hex';
import type { MeasuredRun, Step, StepId } from '../../src/core/launch/report';
import type { LaunchParts } from '../../src/protocol/launch';
import { Digest } from '../parts/digest';
import { Disclosure } from '../parts/widgets';
import { Lens } from './lens';
import { Steps } from './steps';

const PAGE = 4096;

/** How much it is, and where. */
function sizeOf({ count, bytes, type, gpa }: MeasuredRun): string {
  const size =
    count > 1 || bytes === PAGE ? `${bytes / PAGE} ${bytes === PAGE ? 'page' : 'pages'}` : byteCount(bytes);
  return `${size}, ${type}${gpa === '' ? '' : ` at ${gpa}`}`;
}

/** @param first the index of the run's first step in the trace */
function Run({ run, first, parts }: { run: MeasuredRun; first: number; parts: LaunchParts | undefined }) {
  const [open, setOpen] = useState(false);
  const { count, bytes, contents, digest, source, title } = run;
  const trace = parts?.steps;
  // Files have their own digests; of a page the contents are measured as SNP measures them.
  const own = count === 1 && bytes === PAGE ? contents : '';
  return (
    <>
      <p class="card-facts">{sizeOf(run)}</p>
      {own !== '' && (
        <>
          <p class="card-detail">Contents</p>
          <Digest digest={own} what={`Contents of ${title}`} />
        </>
      )}
      <p class="card-detail">Launch digest after it</p>
      <Digest digest={digest} what={`Launch digest after ${title}`} />
      <div class="card-lenses">
        <Lens parts={parts} source={source} size={bytes} />
        {trace && count > 1 && <Disclosure label={countOf(count, 'page')} open={open} onChange={setOpen} />}
      </div>
      {trace && open && <Steps key={trace.check} run={run} first={first} parts={parts} trace={trace} />}
    </>
  );
}

/**
 * The runs as cards, in the order of measurement.
 * @param card shows a step, with more in it; the first run of a step has its card, the others and the sections have plain ones
 */
export function MeasuredRuns({
  runs,
  steps,
  parts,
  card,
}: {
  runs: readonly MeasuredRun[];
  steps: readonly Step[];
  parts: LaunchParts | undefined;
  card: (step: Step, children: ComponentChildren) => ComponentChildren;
}) {
  const shown = new Set<StepId>();
  let next = 0;
  return (
    <>
      {runs.map((run) => {
        const first = next;
        next += run.count;
        const step = steps.find(({ id }) => id === run.step);
        const drawn = <Run run={run} first={first} parts={parts} />;
        if (step && !shown.has(step.id)) {
          shown.add(step.id);
          return card(step, drawn);
        }
        return (
          <article class="card" key={run.digest} aria-label={run.title} data-run={run.type}>
            <div class="card-head">
              <h3>{run.title}</h3>
            </div>
            {drawn}
          </article>
        );
      })}
    </>
  );
}
