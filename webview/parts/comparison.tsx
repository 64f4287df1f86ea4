// What every comparison of two files field by field has: which side is which, the filter, and the way from difference to difference.

import { useSaved } from '../host';
import { DifferenceCount, Stepper, useDifferences } from './differences';
import { countLeaves, filterTree, type TreeNode } from './rows';
import { useTree, type TreeState } from './treeState';
import { Checkbox, FilterBar, FilterBox, IconButton } from './widgets';

/** A number or text that survives a reload, and how it is changed. */
type Saved<T> = readonly [value: T, set: (value: T) => void];

/** Whether the sides are swapped. @param kind of the page, under which its state is kept */
export const useSwapped = (kind: string): Saved<boolean> => useSaved(`${kind}.swapped`, false);

/** The state of a comparison. */
export interface ComparedState {
  readonly state: TreeState;
  readonly step: (by: 1 | -1) => void;
  /** Rows that pass the filter, and all. */
  readonly shown: number;
  readonly all: number;
  readonly text: Saved<string>;
  readonly onlyDifferences: Saved<boolean>;
}

/** Joins rows and their filter. @param differences the ids of the rows that differ, in order: the first is selected at first */
export function useComparison(
  kind: string,
  tree: readonly TreeNode[],
  differences: readonly string[],
): ComparedState {
  const text = useSaved(`${kind}.filter`, '');
  const onlyDifferences = useSaved(`${kind}.differing`, false);
  const filter = { text: text[0], differing: onlyDifferences[0] };
  const state = useTree(kind, tree, filter, differences[0]);
  const step = useDifferences(differences, state);
  const [shown, all] = [countLeaves(filterTree(tree, filter)), countLeaves(tree)];
  return { state, step, shown, all, text, onlyDifferences };
}

/** The columns of a comparison. @param first what the rows are @param swapped whether the sides have changed places */
export const comparedColumns = (first: string, titles: readonly [string, string], swapped = false) => [
  { id: 'name', title: first },
  { id: 'offset', title: 'Offset' },
  { id: swapped ? 'expected' : 'this', title: titles[0] },
  { id: swapped ? 'this' : 'expected', title: titles[1] },
];

/** What stands for the rows when there are none. */
export const noRowWords = (differences: number, { onlyDifferences }: ComparedState): string =>
  differences === 0 && onlyDifferences[0] ? 'No field differs.' : 'No field matches the filter.';

/** The bar above the rows. */
export function ComparisonBar(props: {
  compared: ComparedState;
  /** Whether there is anything to compare with. */
  known?: boolean;
  /** What is compared, in the plural. */
  what: string;
  differing: number;
  fields: number;
  swapped: Saved<boolean>;
}) {
  const { compared, known = true, what, differing, fields, swapped } = props;
  const { step, shown, all, text, onlyDifferences } = compared;
  return (
    <FilterBar status={shown === all ? `${fields} fields` : `${shown} of ${all} fields`}>
      <DifferenceCount known={known} what={what} differing={differing} fields={fields} />
      <Stepper off={differing === 0} step={step} />
      <IconButton
        icon="arrow-swap"
        label="Swap the sides"
        pressed={swapped[0]}
        onClick={() => {
          swapped[1](!swapped[0]);
        }}
      />
      <FilterBox label="Filter by name, value or meaning" value={text[0]} onInput={text[1]} />
      <Checkbox label="Only differences" checked={onlyDifferences[0]} onChange={onlyDifferences[1]} />
    </FilterBar>
  );
}
