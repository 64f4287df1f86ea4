// What a launch measures, run by run, for a launch digest: firmware, each section of its metadata, kernel hashes, VMSAs,
// with the launch digest after each.

import type { ComponentChildren } from 'preact';
import { byteCount } from '../../src/core/binary/hex';
import type { MeasuredRun, Step, StepId } from '../../src/core/launch/report';
import { Digest } from '../parts/digest';

const PAGE = 4096;

/** How much it is, and where. */
function sizeOf({ count, bytes, type, gpa }: MeasuredRun): string {
  const size =
    count > 1 || bytes === PAGE ? `${bytes / PAGE} ${bytes === PAGE ? 'page' : 'pages'}` : byteCount(bytes);
  return `${size}, ${type}${gpa === '' ? '' : ` at ${gpa}`}`;
}

function Run({ run, children }: { run: MeasuredRun; children?: ComponentChildren }) {
  return (
    <>
      <p class="card-facts">{sizeOf(run)}</p>
      {children}
      <p class="card-detail">Launch digest after it</p>
      <Digest digest={run.digest} what={`Launch digest after ${run.title}`} />
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
  card,
}: {
  runs: readonly MeasuredRun[];
  steps: readonly Step[];
  card: (step: Step, children: ComponentChildren) => ComponentChildren;
}) {
  const shown = new Set<StepId>();
  return (
    <>
      {runs.map((run) => {
        const step = steps.find(({ id }) => id === run.step);
        if (step && !shown.has(step.id)) {
          shown.add(step.id);
          return card(step, <Run run={run} />);
        }
        return (
          <article class="card" key={run.digest} aria-label={run.title} data-run={run.type}>
            <div class="card-head">
              <h3>{run.title}</h3>
            </div>
            <Run run={run} />
          </article>
        );
      })}
    </>
  );
}
