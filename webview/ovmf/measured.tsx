// What an SNP launch measures of guest memory, as the map and the details say it: in which order, of which page type, and whether with contents.

import { hex } from '../../src/core/binary/hex';
import {
  describeContents,
  describeMeasured,
  type MapBox,
  type MeasuredPart,
} from '../../src/core/ovmf/mapBox';
import type { MemoryMap } from '../../src/core/ovmf/memoryMap';
import { isSameRange, type ByteRange } from '../parts/rows';

/** What is measured of some bytes, or of what they ask for; of those in the firmware that ask for nothing the map says enough. */
export function measuredIn({ guest }: MemoryMap, range: ByteRange | undefined): MeasuredPart | undefined {
  if (!range) return undefined;
  const parts = guest.flatMap(({ boxes }) => boxes.flatMap(({ measured }) => measured ?? []));
  const holds = ({ source }: MeasuredPart) =>
    source !== undefined &&
    source.offset <= range.offset &&
    range.offset + range.size <= source.offset + source.size;
  const [first] = parts.filter(holds).toSorted((a, b) => a.source!.size - b.source!.size);
  return first && (first.source!.offset > 0 || isSameRange(first.source, range)) ? first : undefined;
}

/** A part as a sentence, for tooltips and screen readers. */
export const measuredText = (part: MeasuredPart): string =>
  `SNP launch, ${part.order} of ${part.of}: ${describeMeasured(part)}, measured by ${describeContents(part)}. ${part.note}`.trim();

const SWATCH = { width: 22, height: 12 };

/** A small box as the map draws it. */
function Swatch({ contents }: { contents: boolean }) {
  const { width, height } = SWATCH;
  return (
    <svg class="map-swatch" width={width} height={height} aria-hidden="true">
      <g class={`map-box ${contents ? 'map-contents' : 'map-typed'}`}>
        <rect x={0.5} y={0.5} width={width - 1} height={height - 1} rx={2} />
        <MeasuredBar x={1} y={height - 1} width={width - 2} contents={contents} />
      </g>
    </svg>
  );
}

/** The line along the bottom of a measured box: whole where the contents are measured. */
export function MeasuredBar(props: { x: number; y: number; width: number; contents: boolean }) {
  const { x, y, width, contents } = props;
  return (
    <line
      class="map-bar"
      x1={x}
      x2={x + width}
      y1={y - 1.5}
      y2={y - 1.5}
      stroke-dasharray={contents ? undefined : '3 2'}
    />
  );
}

/** What numbers and lines on the map mean. */
export function MapLegend() {
  return (
    <p class="map-legend">
      <span>
        <b>1, 2, 3</b> order of measurement in an SNP launch by QEMU
      </span>
      <span>
        <Swatch contents /> measured with contents
      </span>
      <span>
        <Swatch contents={false} /> measured by type and address only
      </span>
    </p>
  );
}

/** What is measured of the selected bytes, or of what they ask for. */
export function MeasuredFacts({ part }: { part: MeasuredPart | undefined }) {
  if (!part) return null;
  return (
    <dl class="facts" aria-label="In an SNP launch">
      <dt>SNP launch</dt>
      <dd>
        {part.order} of {part.of}: {describeMeasured(part)}
      </dd>
      <dt>Measured</dt>
      <dd>
        {describeContents(part)}
        {part.note !== '' && `. ${part.note}`}
      </dd>
    </dl>
  );
}

/** The details of a box that no file has. */
export function MemoryDetails({ box }: { box: MapBox }) {
  const { name, start, size, doc, measured } = box;
  return (
    <section class="details" aria-label="Details" tabIndex={0} data-pane>
      <div class="details-head">
        <h2>{name}</h2>
        <span class="details-place">
          {hex(start)} to {hex(start + size - 1)} of guest memory
        </span>
      </div>
      <p class="details-doc">{doc}</p>
      <MeasuredFacts part={measured && { ...measured, note: '' }} />
    </section>
  );
}
