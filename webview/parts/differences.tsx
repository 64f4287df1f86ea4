// Navigation between differences: F7 and Shift+F7 wherever the focus is, the two buttons, and
// the sentence that counts them.

import { useLayoutEffect } from 'preact/hooks';
import { Icon, IconButton } from './widgets';
import type { TreeState } from './treeState';

/** Calls `step` with 1 on F7 and -1 on Shift+F7. */
function useDifferenceKeys(step: (by: 1 | -1) => void): void {
  // A layout effect, so that a quick second key press continues from where the first has led.
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

/** Steps through the rows with these ids, in order; from any other row, to the first or last. */
export function useDifferences(ids: readonly string[], state: TreeState): (by: 1 | -1) => void {
  const step = (by: 1 | -1) => {
    const at = ids.indexOf(state.node?.id ?? '');
    const next = at < 0 ? (by > 0 ? 0 : -1) : (at + by + ids.length) % ids.length;
    const id = ids.at(next);
    if (id !== undefined) state.reveal(id);
  };
  useDifferenceKeys(step);
  return step;
}

/** The titles of the two sides; Left and Right for two files of the same name. */
export const titlesOf = (a: string, b: string): readonly [string, string] =>
  a === b ? ['Left', 'Right'] : [a, b];

/** The two buttons. */
export function Stepper({ off, step }: { off: boolean; step: (by: 1 | -1) => void }) {
  return (
    <span class="stepper">
      <IconButton
        icon="arrow-up"
        label="Previous difference"
        keys="Shift+F7"
        disabled={off}
        onClick={() => {
          step(-1);
        }}
      />
      <IconButton
        icon="arrow-down"
        label="Next difference"
        keys="F7"
        disabled={off}
        onClick={() => {
          step(1);
        }}
      />
    </span>
  );
}

/** Says in one sentence how two pages, or others, compare. */
export function DifferenceCount(props: { known: boolean; differing: number; fields: number; what?: string }) {
  const { known, differing, fields, what = 'pages' } = props;
  const [icon, text] = !known
    ? (['circle-slash', 'No expected page'] as const)
    : differing === 0
      ? (['pass', `The ${what} are equal`] as const)
      : ([
          'diff-modified',
          `${differing} of ${fields} fields ${differing === 1 ? 'differs' : 'differ'}`,
        ] as const);
  return (
    <p class="verdict-line" role="status">
      <Icon name={icon} /> {text}
    </p>
  );
}
