// The map of an image: its regions in the flash, with a magnified last page, and what its table and metadata
// reserve in guest memory below 4 GiB. Both as boxes on a line, for a picture and for a table.

import type { Finding, Region } from '../binary/region';
import { entriesOf, type Row } from '../binary/struct';
import { AREA_ENTRIES, RESET_BLOCK, type KnownEntry } from './entries';
import { findEntry } from './guidedTable';
import type { MetadataLists, OvmfImage } from './image';
import type { MapBox, MeasuredPart } from './mapBox';
import type { MetadataList } from './metadata';
import { METADATA_LISTS, type MetadataLayout } from './metadataLayout';

/** A stretch of a line with all boxes that are close together. */
export interface MapCluster {
  readonly start: number;
  readonly end: number;
  readonly lanes: number;
  readonly boxes: readonly MapBox[];
}

/** The map of an image. */
export interface MemoryMap {
  /** The whole file, by file offset. */
  readonly flash: MapCluster;
  /** Its last 4 KiB, by file offset. Undefined when the file is no larger. */
  readonly lens: MapCluster | undefined;
  /** Guest-physical memory, in address order. */
  readonly guest: readonly MapCluster[];
}

type Flat = Omit<MapBox, 'lane'>;

const LENS = 4096;
/** A larger gap starts a new stretch: most of the 4 GiB is empty. */
const MAX_GAP = 2 ** 20;
/** Guest memory ends here for this firmware. */
const FOUR_GIB = 2 ** 32;

/** Puts each box into the first row with space for it. */
function inLanes(boxes: readonly Flat[]): MapBox[] {
  const ends: number[] = [];
  return boxes
    .toSorted((a, b) => a.start - b.start || b.size - a.size)
    .map((box) => {
      const free = ends.findIndex((end) => end <= box.start);
      const lane = free < 0 ? ends.length : free;
      ends[lane] = box.start + Math.max(box.size, 1);
      return { ...box, lane };
    });
}

function cluster(boxes: readonly Flat[], start: number, end: number): MapCluster {
  const placed = inLanes(boxes);
  return { start, end, boxes: placed, lanes: Math.max(1, ...placed.map((box) => box.lane + 1)) };
}

const regionBox = ({ name, doc, offset, size }: Region): Flat => ({
  name,
  doc,
  start: offset,
  size,
  source: { offset, size },
  problems: [],
});

/** The parts of a region that the lens shows: individual entries of the table, other regions as a whole. */
function inLens(regions: readonly Region[], from: number): Flat[] {
  return regions
    .flatMap((region) => (region.kind === 'table' ? region.children : [region]))
    .filter((region) => region.offset + region.size > from)
    .map((region) => {
      const start = Math.max(region.offset, from);
      return { ...regionBox(region), start, size: region.offset + region.size - start };
    });
}

function sectionBoxes<R extends Row>(
  list: MetadataList<R> | undefined,
  layout: MetadataLayout<R>,
  findings: readonly Finding[],
): Flat[] {
  return (list?.sections ?? []).flatMap((section): Flat[] => {
    const facts = layout.facts(section);
    const [start, size] = [Number(facts.start), Number(facts.size)];
    const type = layout.types.find((known) => known.type === facts.type);
    // Offsets in the parameter area are not addresses; ranges beyond 4 GiB get a finding instead of a box.
    if (type?.relative || start + size > FOUR_GIB || size === 0) return [];
    const source = { offset: section.offset, size: layout.section.size };
    const problems = findings
      .filter(({ offset, severity }) => offset === section.offset && severity !== 'info')
      .map(({ message }) => message);
    return [{ name: section.name, doc: type?.doc ?? layout.title, start, size, source, problems }];
  });
}

function areaBox(
  image: OvmfImage,
  known: KnownEntry,
  area: { readonly base: number; readonly size: number } | undefined,
): Flat[] {
  const entry = findEntry(image.table, known);
  if (!entry || !area || area.size === 0 || area.base + area.size > FOUR_GIB) return [];
  const source = { offset: entry.offset, size: entry.size };
  return [{ name: known.title, doc: known.doc, start: area.base, size: area.size, source, problems: [] }];
}

function guestBoxes(image: OvmfImage, findings: readonly Finding[]): Flat[] {
  const reset = findEntry(image.table, RESET_BLOCK);
  return [
    ...entriesOf<keyof MetadataLists, MetadataLayout>(METADATA_LISTS).flatMap(([name, layout]) =>
      sectionBoxes(image[name] as MetadataList | undefined, layout, findings),
    ),
    ...entriesOf(AREA_ENTRIES).flatMap(([name, entry]) => areaBox(image, entry, image[name])),
    ...(reset && image.resetAddress !== undefined
      ? [
          {
            name: 'SEV-ES reset address',
            doc: 'where additional vCPUs start',
            start: image.resetAddress,
            size: 0,
            source: { offset: reset.offset, size: reset.size },
            problems: [],
          },
        ]
      : []),
    ...(image.base === undefined
      ? []
      : [
          {
            name: 'this image',
            doc: 'the flash, mapped so that it ends at 4 GiB',
            start: image.base,
            size: image.fileSize,
            source: { offset: 0, size: image.fileSize },
            problems: [],
          },
        ]),
  ];
}

/** Merges nearby boxes into stretches that start and end on page boundaries. */
function stretches(boxes: readonly Flat[]): MapCluster[] {
  const groups: Flat[][] = [];
  let end = -Infinity;
  for (const box of boxes.toSorted((a, b) => a.start - b.start)) {
    if (box.start - end > MAX_GAP) groups.push([]);
    groups.at(-1)!.push(box);
    end = Math.max(end, box.start + box.size);
  }
  return groups.map((group) => {
    const start = Math.floor(Math.min(...group.map((b) => b.start)) / LENS) * LENS;
    const last = Math.max(...group.map((b) => b.start + Math.max(b.size, 1)));
    return cluster(group, start, Math.ceil(last / LENS) * LENS);
  });
}

/** The boxes with what is measured of them: what is of the same bytes; and a box for what no file has. */
function withMeasured(boxes: readonly Flat[], parts: readonly MeasuredPart[]): Flat[] {
  const beyond = parts.filter(({ source }) => source === undefined);
  const isOf = (box: Flat) => (part: MeasuredPart) =>
    part.gpa === box.start && part.source?.offset === box.source?.offset;
  return [
    ...boxes.map((box) => {
      const measured = parts.find(isOf(box));
      return measured ? { ...box, measured } : box;
    }),
    ...beyond.map((measured) => {
      const { name, gpa, note } = measured;
      return { name, doc: note, start: gpa, size: LENS, problems: [], measured };
    }),
  ];
}

/** The map of an image and its findings. @param measured what a launch measures of it, in order */
export function memoryMap(
  image: OvmfImage,
  findings: readonly Finding[],
  measured: readonly MeasuredPart[] = [],
): MemoryMap {
  const { fileSize, regions } = image;
  const from = fileSize - LENS;
  return {
    flash: cluster(regions.map(regionBox), 0, Math.max(fileSize, 1)),
    lens: from > 0 ? cluster(inLens(regions, from), from, fileSize) : undefined,
    guest: fileSize > 0 ? stretches(withMeasured(guestBoxes(image, findings), measured)) : [],
  };
}
