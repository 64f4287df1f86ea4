// How an image differs from the one on the other side of a diff, or from its content before the file was
// rewritten: whose measurement changes, and every change as a button that leads to its bytes.

import { countOf } from '../../src/core/binary/hex';
import type { ChangeSide } from '../../src/core/ovmf/compare/change';
import { describeOffset } from '../../src/core/ovmf/compare/exportComparison';
import type { OvmfViewState } from '../../src/protocol/ovmf';
import { useSaved } from '../host';
import { KINDS, rangeOf, sideText } from './imagesTree';
import { Comparing, Effects } from './imagesView';
import type { ByteRange } from '../parts/rows';
import { AnyActionButton, Disclosure, type ActionButtonOf } from '../parts/widgets';

const ActionButton: ActionButtonOf<'ovmf'> = AnyActionButton;

type Side = NonNullable<OvmfViewState['other']>['side'];

const TITLES: Readonly<Record<Side, string>> = {
  original: 'Compared with the original',
  modified: 'Compared with the modified image',
  before: 'Rebuilt since you opened it: what changed',
};

/** The changes, under a line that says how many there are and how they affect measurements. */
export function ImageChanges(props: {
  comparison: OvmfViewState['comparison'];
  uncompared: string | undefined;
  /** Which side the other image is of. */
  side: Side;
  onSelect: (range: ByteRange) => void;
}) {
  const { comparison, uncompared, side, onSelect } = props;
  const changes = comparison?.changes ?? [];
  const [open, setOpen] = useSaved('ovmf.changes', side === 'before');
  return (
    <section class="image-facts" aria-label={TITLES[side]}>
      <p class="match-line">
        <strong>{TITLES[side]}</strong>
        {changes.length > 0 && (
          <Disclosure label={countOf(changes.length, 'Change')} open={open} onChange={setOpen} />
        )}
        {side === 'before' && <ActionButton action="forgetBefore" />}
      </p>
      {comparison && <Effects comparison={comparison} />}
      <Comparing comparison={comparison} uncompared={uncompared} />
      {open && changes.length > 0 && (
        <ul class="findings" aria-label="Changes">
          {changes.map((change, i) => (
            <li key={i}>
              <Change
                words={`${KINDS[change.kind]}: ${change.path.join(' › ')}`}
                sides={[change.a, change.b]}
                notes={change.notes ?? []}
                own={side === 'modified' ? change.a : change.b}
                onSelect={onSelect}
              />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** One change; a button if this image has bytes for it. */
function Change(props: {
  words: string;
  sides: readonly (ChangeSide | undefined)[];
  notes: readonly string[];
  own: ChangeSide | undefined;
  onSelect: (range: ByteRange) => void;
}) {
  const { words, sides, notes, own, onSelect } = props;
  const range = own && rangeOf(own);
  const text = (
    <>
      <span class="finding-message">{words}</span>{' '}
      <span class="finding-place">
        {[sides.map(sideText).join(' → '), ...notes, ...(own ? [describeOffset(own)] : [])].join(' · ')}
      </span>
    </>
  );
  if (!range) return <span class="finding change change-plain">{text}</span>;
  return (
    <button
      type="button"
      class="finding change"
      onClick={() => {
        onSelect(range);
      }}
    >
      {text}
    </button>
  );
}
