// The page for two firmware images: whose measurement changes, what was added, removed, changed or moved, and the
// bytes next to each other. The extension host compares them; what is in compressed sections arrives later.

import { useEffect, useMemo } from 'preact/hooks';
import { byteCount } from '../../src/core/binary/hex';
import type { ComparedChange, ImageComparison } from '../../src/core/ovmf/compare/compare';
import { describeDifferences, describeOffset } from '../../src/core/ovmf/compare/exportComparison';
import type { ImagesViewState } from '../../src/protocol/ovmf';
import type { NamedPage } from '../../src/protocol/shared';
import { alignedOn, atEnd, opposite, turned, type Alignment } from '../parts/alignment';
import { comparedColumns } from '../parts/comparison';
import { bytesHere, CopyForms } from '../parts/copyForms';
import { Details, NoDetails } from '../parts/details';
import { Stepper, titlesOf, useDifferences } from '../parts/differences';
import { Header } from '../parts/header';
import { useSaved } from '../host';
import { changeIds, changeTree, KINDS, rangeOf, sideText } from './imagesTree';
import { countLeaves, filterTree } from '../parts/rows';
import { CopyButton, FilterBar, FilterBox, Icon } from '../parts/widgets';
import { useTree } from '../parts/treeState';
import { Workspace } from '../parts/workspace';

/** Which guests get a different measurement, and why. */
export function Effects({ comparison }: { comparison: ImageComparison }) {
  const { equal, effects } = comparison;
  if (equal) {
    return (
      <p class="verdict-line" role="status">
        <Icon name="pass" class="severity-ok" /> The images are equal.
      </p>
    );
  }
  return (
    <>
      <p class="verdict-line" role="status">
        <Icon name="diff-modified" /> {describeDifferences(comparison)}
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

/** How far two images are compared, and what of their differences stays unknown. */
export function Comparing(props: {
  comparison: ImagesViewState['comparison'];
  uncompared: string | undefined;
}) {
  const { comparison, uncompared } = props;
  const isPending = uncompared === undefined && comparison?.pending !== false;
  const pending = comparison
    ? 'Compressed sections are compared as bytes until they are decompressed.'
    : 'The images are being compared…';
  const text = uncompared ?? (isPending ? pending : comparison!.unread.join(' '));
  if (text === '') return null;
  return (
    <p class="summary" role="status">
      <Icon name={isPending ? 'info' : 'warning'} {...(!isPending && { class: 'severity-warning' })} /> {text}
    </p>
  );
}

const NO_CHANGES: readonly ComparedChange[] = [];

/** Shows two images. */
export function ImagesView({ view }: { view: ImagesViewState }) {
  const { name, bytes, other, comparison, uncompared } = view;
  const [text, setText] = useSaved('images.filter', '');
  const changes = comparison?.changes ?? NO_CHANGES;
  // Until all bytes are there, any of them could differ, and what is alone in one image could stand anywhere.
  const isWhole = view.from === undefined && other.from === undefined;
  const alignmentOf = ({ a, b }: ComparedChange) =>
    alignedOn(bytes, other.bytes, a && rangeOf(a), b && rangeOf(b));
  const tree = useMemo(
    () =>
      changeTree(changes, (change) => (rangeOf(change.a ?? change.b!) ? alignmentOf(change)[0] : undefined)),
    [changes, isWhole],
  );
  const ids = useMemo(() => tree.flatMap(({ children }) => children.map(({ id }) => id)), [tree]);
  const names = useMemo(() => changeIds(changes), [changes]);
  const filter = { text };
  const state = useTree('images', tree, filter, ids[0]);
  const step = useDifferences(ids, state);
  const shown = countLeaves(filterTree(tree, filter));
  const selected = changes[names.indexOf(state.node?.id ?? '')];
  useEffect(() => {
    // The first changes are known, or the selected compressed section was replaced by the changes inside it.
    if (!state.node && ids[0] !== undefined) state.selectNode(ids[0]);
  }, [changes]);
  const moved = useMemo(
    () =>
      changes.flatMap(({ kind, a, b }): Alignment[] => {
        const [here, there] = [a && rangeOf(a), b && rangeOf(b)];
        return kind === 'moved' && here && there ? [[here, there]] : [];
      }),
    [changes],
  );
  const titles = titlesOf(name, other.name);
  // Kept until another change is selected, so that the bytes around one can be walked.
  const aligned = useMemo(() => ({ on: atEnd(bytes, other.bytes) }), [bytes, other.bytes]);
  if (selected) aligned.on = alignmentOf(selected);
  const alignment = aligned.on;
  return (
    <div class="page">
      <Header title={`${name} ↔ ${other.name}`}>
        <p class="summary">
          {bytes.length === other.bytes.length
            ? `both ${byteCount(bytes.length)}`
            : `${byteCount(bytes.length)} and ${byteCount(other.bytes.length)}`}
        </p>
        {comparison && <Effects comparison={comparison} />}
        <Comparing comparison={comparison} uncompared={uncompared} />
      </Header>
      <Workspace
        state={state}
        grid={{
          label: 'Changes',
          layout: 'images',
          columns: comparedColumns('What', titles),
          empty: emptyWords(view),
        }}
        hexes={[
          {
            label: titles[0],
            bytes,
            from: view.from,
            ...(isWhole && { against: opposite(other.bytes, alignment, moved) }),
          },
          {
            label: titles[1],
            bytes: other.bytes,
            from: other.from,
            ...(isWhole && { against: opposite(bytes, turned(alignment), moved.map(turned)) }),
            expected: true,
            alignment,
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
            <ChangeDetails change={selected} comparison={comparison!} titles={titles} pages={[view, other]} />
          ) : (
            <NoDetails keys={[['F7', 'goes to the next difference']]} />
          )
        }
      />
    </div>
  );
}

/** What stands for the rows when there are none. */
function emptyWords({ comparison, uncompared }: ImagesViewState): string {
  if (!comparison) return uncompared === undefined ? 'Being compared…' : 'Not compared.';
  return comparison.equal ? 'Nothing differs.' : 'No change matches the filter.';
}

function ChangeDetails(props: {
  change: ComparedChange;
  comparison: ImageComparison;
  titles: readonly [string, string];
  pages: readonly [NamedPage, NamedPage];
}) {
  const { change, comparison, titles, pages } = props;
  const { path, kind, a, b, effects, notes = [] } = change;
  const at = a ?? b!;
  const texts = comparison.effects.filter(({ id }) => effects.includes(id));
  return (
    <Details name={path.join(' › ')} offset={at.offset} size={at.size} doc={`${KINDS[kind]}.`}>
      {at.inside && (
        <p class="details-note">
          It is inside a compressed section: its offset counts from where that comes out.
        </p>
      )}
      {notes.length > 0 && (
        <ul class="reasons" aria-label="What differs">
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      {[a, b].map((side, i) => (
        <div class="full-value" key={i}>
          <span class="full-value-label">{titles[i]}</span>
          <span class="full-value-meaning">
            {side ? `${describeOffset(side)}: ${sideText(side)}` : 'does not have it'}
          </span>
          {side?.raw === '' && side.meaning !== '' && <span>{side.meaning}</span>}
          {side?.digest !== undefined && (
            <span>
              SHA-256 <code>{side.digest}</code> <CopyButton text={side.digest} what="SHA-256" />
            </span>
          )}
          {side && !side.inside && <CopyForms bytes={bytesHere(pages[i]!, side)} />}
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
