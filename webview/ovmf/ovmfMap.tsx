// The picture of an image: its flash to scale, its last page magnified, and guest memory with the ranges that
// table and metadata reserve. Boxes are buttons; a table shows the same facts. Colours come from the theme.

import { useId, useRef, useState } from 'preact/hooks';
import { byteCount, hex } from '../../src/core/binary/hex';
import { describeBox, type MapBox } from '../../src/core/ovmf/mapBox';
import type { MapCluster, MemoryMap } from '../../src/core/ovmf/memoryMap';
import { useSaved } from '../host';
import { isSameRange, type ByteRange } from '../parts/rows';
import { Disclosure, HatchPattern } from '../parts/widgets';
import { MapLegend, MeasuredBar, measuredText } from './measured';

// In units of the picture, which is scaled to the width of the page.
const WIDTH = 1000;
const LANE = 22;
const LABEL = 13;
/** Narrower boxes could be neither seen nor clicked. */
const LEAST = 4;
const LETTER = 6.4;

interface Strip {
  readonly title: string;
  readonly cluster: MapCluster;
  readonly x: number;
  readonly width: number;
  /** Not to scale: small boxes are wide enough for their names. */
  readonly lens?: boolean;
}

const heightOf = ({ cluster }: Strip) => LABEL + cluster.lanes * LANE + LABEL;

/** The share of the lens that a box gets: small boxes are enlarged, but larger ones stay larger. */
const weight = ({ size }: MapBox) => Math.max(size, 1) ** 0.25;

/** The position of a box in its strip. */
function place(strip: Strip, box: MapBox): { x: number; width: number } {
  const { cluster, x, width } = strip;
  if (strip.lens) {
    const total = cluster.boxes.reduce((sum, other) => sum + weight(other), 0);
    const before = cluster.boxes.slice(0, cluster.boxes.indexOf(box));
    const start = before.reduce((sum, other) => sum + weight(other), 0);
    return { x: x + (start / total) * width, width: (weight(box) / total) * width };
  }
  const scale = width / (cluster.end - cluster.start);
  const size = Math.max(LEAST, box.size * scale);
  // A widened box at the very end must not leave the strip.
  return { x: Math.min(x + (box.start - cluster.start) * scale, x + width - size), width: size };
}

function Box(props: {
  strip: Strip;
  box: MapBox;
  y: number;
  index: number;
  tabbable: boolean;
  selected: boolean;
}) {
  const { strip, box, y, index, tabbable, selected } = props;
  const at = place(strip, box);
  const { measured } = box;
  const about = [box.doc, ...box.problems, ...(measured ? [measuredText({ ...measured, note: '' })] : [])];
  const text = `${describeBox(box)}, ${byteCount(box.size)}. ${about.join(' ')}`;
  const problem = box.problems.length > 0;
  const style = measured && (measured.contents ? 'map-contents' : 'map-typed');
  return (
    <g
      class={`map-box ${box.size === 0 ? 'map-address' : ''} ${problem ? 'map-problem' : ''} ${style ?? ''} ${selected ? 'map-selected' : ''}`}
      role="button"
      aria-label={text}
      aria-pressed={selected}
      data-box={index}
      // SVG attributes are case sensitive.
      tabindex={tabbable ? 0 : -1}
    >
      <title>{text}</title>
      <rect x={at.x} y={y + 1} width={at.width} height={LANE - 2} rx={2} />
      {measured && (
        <MeasuredBar x={at.x + 1} y={y + LANE - 2} width={at.width - 2} contents={measured.contents} />
      )}
    </g>
  );
}

/** The order and the name of a box, as far as there is space for them; its frame clips the end, so that the start is visible. */
function Name({ strip, box, y }: { strip: Strip; box: MapBox; y: number }) {
  const at = place(strip, box);
  const order = box.measured ? String(box.measured.order) : '';
  const rest = at.width - order.length * LETTER;
  const name = rest < 3 * LETTER + 8 ? '' : box.name;
  if (name === '' && (order === '' || rest < 2)) return null;
  const inset = name === '' ? Math.max(0, rest / 2) : 4;
  return (
    <svg x={at.x + inset} y={y} width={at.width - inset} height={LANE}>
      <text y={14.5}>
        {order !== '' && <tspan class="map-order">{order}</tspan>}
        {order !== '' && name !== '' && ' '}
        {name}
      </text>
    </svg>
  );
}

/** The strips of guest memory in a row; each gets the width of its title, and a share of the rest by its content. */
function guestStrips(clusters: readonly MapCluster[]): Strip[] {
  const gap = 24;
  const least = 150;
  const rest = WIDTH - gap * (clusters.length - 1) - least * clusters.length;
  const total = clusters.reduce((sum, { boxes }) => sum + boxes.length, 0);
  let x = 0;
  return clusters.map((cluster) => {
    const width = least + Math.max(0, rest) * (cluster.boxes.length / total);
    const strip = { title: '', cluster, x, width };
    x += width + gap;
    return strip;
  });
}

interface Shown {
  readonly strip: Strip;
  readonly y: number;
}

/** All strips with their positions, from top to bottom. */
function layOut(map: MemoryMap): { shown: Shown[]; height: number } {
  const shown: Shown[] = [];
  let y = 0;
  const flash = map.lens ? 0.26 * WIDTH : WIDTH;
  const rows: Strip[][] = [
    [
      { title: 'Flash', cluster: map.flash, x: 0, width: flash },
      ...(map.lens
        ? [
            {
              title: 'Its last 4 KiB, not to scale',
              cluster: map.lens,
              x: flash + 20,
              width: WIDTH - flash - 20,
              lens: true,
            },
          ]
        : []),
    ],
    guestStrips(map.guest).map((strip, i) => ({ ...strip, title: i === 0 ? 'Guest memory' : '' })),
  ];
  for (const row of rows) {
    for (const strip of row) shown.push({ strip, y });
    y += Math.max(0, ...row.map(heightOf)) + 4;
  }
  return { shown, height: y };
}

function StripPicture({ shown: { strip, y }, hatch }: { shown: Shown; hatch: string }) {
  const { cluster, x, width, title } = strip;
  const height = cluster.lanes * LANE;
  const bottom = y + LABEL + height + 10;
  return (
    <>
      <text class="map-title" x={x} y={y + 10} aria-hidden="true">
        {title}
      </text>
      {/* Whatever no box covers shows this hatching. */}
      <rect class="map-ground" x={x} y={y + LABEL} width={width} height={height} />
      <rect x={x} y={y + LABEL} width={width} height={height} fill={`url(#${hatch})`} />
      <text class="map-number" x={x} y={bottom} aria-hidden="true">
        {hex(cluster.start, 8)}
      </text>
      <text class="map-number" x={x + width} y={bottom} text-anchor="end" aria-hidden="true">
        {hex(cluster.end - 1, 8)}
      </text>
    </>
  );
}

function BoxTable({ boxes }: { boxes: readonly MapBox[] }) {
  return (
    // A table is as wide as its words, whatever width it is given: only a box around it hides it.
    <div class="visually-hidden">
      <table>
        <caption>Map of flash and guest memory</caption>
        <thead>
          <tr>
            <th>name</th>
            <th>first</th>
            <th>last</th>
            <th>size</th>
            <th>what it is</th>
            <th>in an SNP launch</th>
          </tr>
        </thead>
        <tbody>
          {boxes.map((box, i) => (
            <tr key={i}>
              <td>{box.name}</td>
              <td>{hex(box.start, 8)}</td>
              <td>{hex(box.start + Math.max(box.size, 1) - 1, 8)}</td>
              <td>{byteCount(box.size)}</td>
              <td>{[box.doc, ...box.problems].join(' ')}</td>
              <td>{box.measured ? measuredText(box.measured) : 'not measured by itself'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The picture; a box selects the bytes that it stands for, or itself where there are none. */
export function OvmfMap(props: {
  map: MemoryMap;
  selection: ByteRange | undefined;
  /** The selected box, if it has no bytes. */
  memory: MapBox | undefined;
  onSelect: (range: ByteRange) => void;
  onMemory: (box: MapBox) => void;
}) {
  const { map, selection, memory, onSelect, onMemory } = props;
  const [open, setOpen] = useSaved('ovmf.map', true);
  const [focused, setFocused] = useState(0);
  const element = useRef<SVGSVGElement>(null);
  const hatch = `map${useId().replaceAll(/\W/g, '')}`;
  const { shown, height } = layOut(map);
  const boxes = shown.flatMap(({ strip, y }) => strip.cluster.boxes.map((box) => ({ strip, y, box })));
  const stop = Math.min(focused, boxes.length - 1);

  const boxAt = (event: Event) => {
    const index = (event.target as Element).closest<SVGGElement>('[data-box]')?.dataset['box'];
    return index === undefined ? undefined : Number(index);
  };
  const focus = (index: number) => {
    setFocused(index);
    element.current?.querySelector<SVGGElement>(`[data-box="${index}"]`)?.focus();
  };
  const select = (index: number) => {
    const box = boxes[index]?.box;
    if (box?.source) onSelect(box.source);
    else if (box) onMemory(box);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const at = boxAt(event) ?? stop;
    const last = boxes.length - 1;
    const steps: Readonly<Record<string, number>> = {
      ArrowRight: Math.min(at + 1, last),
      ArrowDown: Math.min(at + 1, last),
      ArrowLeft: Math.max(at - 1, 0),
      ArrowUp: Math.max(at - 1, 0),
      Home: 0,
      End: last,
    };
    const to = steps[event.key];
    if (event.key === 'Enter' || event.key === ' ') select(at);
    else if (to !== undefined) focus(to);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <section class="map" aria-label="Map" data-pane>
      <Disclosure label="Map" open={open} onChange={setOpen} />
      {open && (
        <>
          <svg
            ref={element}
            viewBox={`0 0 ${WIDTH} ${height}`}
            role="group"
            aria-label="Flash and guest memory"
            onKeyDown={onKeyDown}
            onFocusIn={(event) => {
              setFocused(boxAt(event) ?? stop);
            }}
            onClick={(event) => {
              const index = boxAt(event);
              if (index === undefined) return;
              focus(index);
              select(index);
            }}
          >
            <HatchPattern id={hatch} line="map-hatch" />
            {shown.map((strip, i) => (
              <StripPicture key={i} shown={strip} hatch={hatch} />
            ))}
            {boxes.map(({ strip, y, box }, i) => (
              <Box
                key={i}
                strip={strip}
                box={box}
                y={y + LABEL + box.lane * LANE}
                index={i}
                tabbable={i === stop}
                selected={
                  memory ? box === memory : box.source !== undefined && isSameRange(selection, box.source)
                }
              />
            ))}
            {/* Outside the boxes, whose accessible names already include this and more. */}
            <g aria-hidden="true">
              {boxes.map(({ strip, y, box }, i) => (
                <Name key={i} strip={strip} box={box} y={y + LABEL + box.lane * LANE} />
              ))}
            </g>
          </svg>
          {boxes.some(({ box }) => box.measured) && <MapLegend />}
          <BoxTable boxes={boxes.map(({ box }) => box)} />
        </>
      )}
    </section>
  );
}
