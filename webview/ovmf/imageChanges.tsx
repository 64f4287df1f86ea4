// How an image differs from the one on the other side of a diff, or from its content before the file was
// rewritten: whose measurement changes, and every change as a button that leads to its bytes.

import { useMemo } from 'preact/hooks';
import { countOf } from '../../src/core/binary/hex';
import type { ChangeSide } from '../../src/core/ovmf/compare/change';
import { compareImages, type ImageComparison } from '../../src/core/ovmf/compare/compare';
import { describeOffset } from '../../src/core/ovmf/compare/exportComparison';
import { parseOvmf, type OvmfImage } from '../../src/core/ovmf/image';
import type { OvmfViewState } from '../../src/protocol/ovmf';
import { useSaved } from '../host';
import { KINDS, rangeOf, sideText } from './imagesTree';
import { Effects } from './imagesView';
import type { ByteRange } from '../parts/rows';
import { ActionButton, Disclosure } from '../parts/widgets';

type Other = NonNullable<OvmfViewState['other']>;

const TITLES: Readonly<Record<Other['side'], string>> = {
  original: 'Beside the original',
  modified: 'Beside the modified image',
  before: 'Written again since it was opened: beside the earlier build',
};

/** The comparison of an image with its counterpart, the older one first; undefined when there is none. */
export function useCounterpart(
  image: OvmfImage,
  bytes: Uint8Array,
  { other, volumes }: Pick<OvmfViewState, 'other' | 'volumes'>,
): ImageComparison | undefined {
  return useMemo(() => {
    if (!other) return undefined;
    const here = { image, bytes };
    const there = { image: parseOvmf(other.bytes).value, bytes: other.bytes };
    return other.side === 'modified'
      ? compareImages(here, there, { volumes })
      : compareImages(there, here, { volumes });
  }, [image, other?.bytes, other?.side, volumes]);
}

/** The changes, under a line that says how many there are and how they affect measurements. */
export function ImageChanges(props: {
  comparison: ImageComparison;
  other: Other;
  onSelect: (range: ByteRange) => void;
}) {
  const { comparison, other, onSelect } = props;
  const { changes } = comparison;
  const [open, setOpen] = useSaved('ovmf.changes', other.side === 'before');
  return (
    <section class="image-facts" aria-label={TITLES[other.side]}>
      <p class="match-line">
        <strong>{TITLES[other.side]}</strong>
        {changes.length > 0 && (
          <Disclosure label={countOf(changes.length, 'Change')} open={open} onChange={setOpen} />
        )}
        {other.side === 'before' && <ActionButton action="forgetBefore" />}
      </p>
      <Effects comparison={comparison} />
      {open && changes.length > 0 && (
        <ul class="findings" aria-label="Changes">
          {changes.map((change, i) => (
            <li key={i}>
              <Change
                words={`${KINDS[change.kind]}: ${change.path.join(' › ')}`}
                sides={[change.a, change.b]}
                notes={change.notes ?? []}
                own={other.side === 'modified' ? change.a : change.b}
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
