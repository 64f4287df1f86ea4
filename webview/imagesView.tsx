// The page for two firmware images: whose measurement is another, what was added, removed, changed or moved, and the bytes
// side by side.

import { useMemo } from 'preact/hooks';
import { byteCount, countOf, hex } from '../src/core/hex';
import { compareImages, type ComparedChange, type ImageComparison } from '../src/core/ovmf/compare';
import type { ChangeSide } from '../src/core/ovmf/compareRegions';
import { parseOvmf } from '../src/core/ovmf/image';
import type { ImagesViewState } from '../src/protocol';
import { CopyForms } from './copyForms';
import { Details, NoDetails } from './details';
import { Stepper, titlesOf, useDifferences } from './differences';
import { Header } from './header';
import { useSaved } from './host';
import { countLeaves, filterTree, type TreeNode } from './rows';
import { FilterBar, FilterBox, Icon } from './widgets';
import { useTree, Workspace } from './workspace';

/** Kinds of changes in words. */
export const KINDS = { changed: 'Changed', moved: 'Moved', added: 'Added', removed: 'Removed' } as const;

/** One side of a change. */
export const sideText = (side: ChangeSide | undefined) =>
  side === undefined
    ? '–'
    : side.raw !== ''
      ? `${side.raw}${side.meaning === '' ? '' : `  ${side.meaning}`}`
      : byteCount(side.size);

const idOf = (change: ComparedChange, index: number) => `${index} ${change.path.join('/')}`;

/** The changes under a heading for each kind; a range is in the first image, or in the second for what it has alone. */
function changeTree(changes: readonly ComparedChange[]): TreeNode[] {
  const numbered = changes.map((change, index) => ({ change, id: idOf(change, index) }));
  return (Object.keys(KINDS) as (keyof typeof KINDS)[]).flatMap((kind): TreeNode[] => {
    const children = numbered
      .filter(({ change }) => change.kind === kind)
      .map(({ change, id }): TreeNode => {
        const { path, a, b } = change;
        const at = a ?? b!;
        return {
          id,
          cells: [
            { text: path.at(-1) ?? '', extra: path.slice(0, -1).join(' › ') },
            { text: [a, b].map((s) => (s ? hex(s.offset) : '–')).join(' → ') },
            { text: sideText(a), marked: kind === 'changed' },
            { text: sideText(b), marked: kind === 'changed' },
          ],
          children: [],
          range: { offset: at.offset, size: at.size },
          differs: true,
        };
      });
    if (children.length === 0) return [];
    return [
      { id: kind, cells: [{ text: KINDS[kind], extra: `${children.length}` }], children, heading: true },
    ];
  });
}

/** Which guests measure something else, and why. */
export function Effects({ comparison }: { comparison: ImageComparison }) {
  const { equal, effects, differences } = comparison;
  if (equal) {
    return (
      <p class="verdict-line" role="status">
        <Icon name="pass" class="severity-ok" /> The images are equal.
      </p>
    );
  }
  const { total, pages } = differences;
  return (
    <>
      <p class="verdict-line" role="status">
        <Icon name="diff-modified" /> {byteCount(differences.bytes)} differ{differences.bytes === 1 && 's'},
        in {countOf(total, 'place')} and {countOf(pages, 'page')}.
      </p>
      <ul class="reasons" aria-label="Effects on measurements">
        {effects.map(({ id, guests, onlyWith, text }) => (
          <li key={id}>
            <strong>{guests.length === 0 ? 'No guest' : guests.join(', ')}</strong>
            {onlyWith !== undefined && ` with ${onlyWith}`}: {text}
          </li>
        ))}
      </ul>
    </>
  );
}

/** Shows two images. */
export function ImagesView({ view }: { view: ImagesViewState }) {
  const { name, bytes, other } = view;
  const [text, setText] = useSaved('images.filter', '');
  const comparison = useMemo(
    () =>
      compareImages(
        { image: parseOvmf(bytes).value, bytes },
        { image: parseOvmf(other.bytes).value, bytes: other.bytes },
      ),
    [view],
  );
  const { changes } = comparison;
  const tree = useMemo(() => changeTree(changes), [changes]);
  const ids = tree.flatMap(({ children }) => children.map(({ id }) => id));
  const filter = { text };
  const state = useTree('images', tree, filter, ids[0]);
  const step = useDifferences(ids, state);
  const shown = countLeaves(filterTree(tree, filter));
  const selected = changes.find((change, index) => idOf(change, index) === state.node?.id);
  const titles = titlesOf(name, other.name);
  // Images of one size are mapped alike, byte by byte; of two sizes they are not.
  const alike = bytes.length === other.bytes.length;
  return (
    <div class="page">
      <Header title={`${name} ↔ ${other.name}`}>
        <p class="summary">
          {byteCount(bytes.length)} beside {byteCount(other.bytes.length)}
        </p>
        <Effects comparison={comparison} />
      </Header>
      <Workspace
        state={state}
        grid={{
          label: 'Changes',
          layout: 'images',
          columns: [
            { id: 'name', title: 'What' },
            { id: 'offset', title: 'Offset' },
            { id: 'this', title: titles[0] },
            { id: 'expected', title: titles[1] },
          ],
          empty: comparison.equal ? 'Nothing differs.' : 'No change matches the filter.',
        }}
        hexes={[
          { label: titles[0], bytes, ...(alike && { against: other.bytes }) },
          {
            label: titles[1],
            bytes: other.bytes,
            ...(alike && { against: bytes }),
            expected: true,
            own: selected && (selected.b ?? 'nothing'),
          },
        ]}
        bar={
          <FilterBar status={`${shown} of ${ids.length} changes`}>
            <Stepper off={ids.length === 0} step={step} />
            <FilterBox label="Filter by name or value" value={text} onInput={setText} />
          </FilterBar>
        }
        details={
          selected ? (
            <ChangeDetails
              change={selected}
              comparison={comparison}
              titles={titles}
              bytes={[bytes, other.bytes]}
            />
          ) : (
            <NoDetails keys={[['F7', 'goes to the next difference']]} />
          )
        }
      />
    </div>
  );
}

function ChangeDetails(props: {
  change: ComparedChange;
  comparison: ImageComparison;
  titles: readonly [string, string];
  bytes: readonly [Uint8Array, Uint8Array];
}) {
  const { change, comparison, titles, bytes } = props;
  const { path, kind, a, b, effects } = change;
  const at = a ?? b!;
  const texts = comparison.effects.filter(({ id }) => effects.includes(id));
  return (
    <Details name={path.join(' › ')} offset={at.offset} size={at.size} doc={`${KINDS[kind]}.`}>
      {[a, b].map((side, i) => (
        <div class="full-value" key={i}>
          <span class="full-value-label">{titles[i]}</span>
          <span class="full-value-meaning">
            {side ? `${hex(side.offset)}: ${sideText(side)}` : 'does not have it'}
          </span>
          {side && <CopyForms bytes={bytes[i]!.subarray(side.offset, side.offset + side.size)} />}
        </div>
      ))}
      {texts.length > 0 && (
        <>
          <h3>What it means for measurements</h3>
          <ul class="reasons">
            {texts.map(({ id, guests, text }) => (
              <li key={id}>
                <strong>{guests.join(', ')}</strong>: {text}
              </li>
            ))}
          </ul>
        </>
      )}
    </Details>
  );
}
