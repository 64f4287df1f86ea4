// Checks of the sections of a metadata list: guest memory ranges that no VMM could add as they stand, and TDX
// content that the file does not have where it is said to be mapped.

import { hex } from '../binary/hex';
import type { Finding } from '../binary/region';
import type { MetadataLayout, SectionRead } from './metadataLayout';
import type { OvmfRule } from './rules';
import { finding } from './rules';

const PAGE = 0x1000n;
const FOUR_GIB = 1n << 32n;

/** A section as a range of guest memory, or of the parameter area when `relative`. */
interface SectionRange {
  readonly title: string;
  readonly start: bigint;
  readonly size: bigint;
  readonly relative: boolean;
  readonly note: (rule: OvmfRule, message: string) => Finding;
}

/** All findings about the sections of one list, in file order, overlaps last. */
export function checkSections(
  layout: MetadataLayout,
  sections: readonly SectionRead[],
  fileSize: number,
): Finding[] {
  const ranges = sections.map((section, i) => toRange(layout, section, i));
  const findings = sections.flatMap((section, i) => [
    ...checkType(layout, section, ranges[i]!),
    ...checkRange(ranges[i]!, parameterRoom(layout, sections)),
  ]);
  const absolute = ranges.filter(({ relative, size }) => !relative && size > 0n);
  return [...findings, ...checkOverlaps(absolute), ...checkRawData(sections, ranges, fileSize)];
}

function toRange(layout: MetadataLayout, section: SectionRead, index: number): SectionRange {
  const { values } = section;
  const [startName, sizeName] = layout.range;
  const start = BigInt(values[startName] as number | bigint);
  const type = layout.types.find((known) => known.type === Number(values['type']));
  return {
    title: `${layout.title}, section ${index} (${section.name} at ${hex(start)})`,
    start,
    size: BigInt(values[sizeName] as number | bigint),
    relative: type?.relative ?? false,
    note: (rule, message) => finding(rule, section.offset, layout.section.size, message),
  };
}

/** The size of the first parameter area, which bounds sections that lie inside it. */
function parameterRoom({ types }: MetadataLayout, sections: readonly SectionRead[]): bigint {
  const area = types.find(({ name }) => name === 'PARAM_AREA');
  const found = area && sections.find(({ values }) => values['type'] === area.type);
  return BigInt((found?.values['size'] as number | undefined) ?? 0);
}

function checkType(
  { types, title }: MetadataLayout,
  { values }: SectionRead,
  { note }: SectionRange,
): Finding[] {
  const type = Number(values['type']);
  if (types.some((known) => known.type === type)) return [];
  const wanted = types.map((known) => hex(known.type)).join(', ');
  return [
    note('unknown-section-type', `${title} have a section of type ${hex(type)}; known types are ${wanted}.`),
  ];
}

function checkRange({ title, start, size, relative, note }: SectionRange, room: bigint): Finding[] {
  const end = start + size;
  if (size === 0n) return [note('section-empty', `${title} has size 0 and adds nothing.`)];
  if (relative) {
    const message = `${title} ends at ${hex(end)} in a parameter area of ${hex(room)} bytes.`;
    return end > room ? [note('section-outside', message)] : [];
  }
  const findings: Finding[] = [];
  if (start % PAGE !== 0n || size % PAGE !== 0n) {
    const message = `${title} has address ${hex(start)} and size ${hex(size)}; both should be multiples of 0x1000, as memory is added in pages.`;
    findings.push(note('section-unaligned', message));
  }
  if (end > FOUR_GIB) {
    findings.push(
      note(
        'section-outside',
        `${title} ends at ${hex(end)}, above 4 GiB, where this firmware has no memory.`,
      ),
    );
  }
  return findings;
}

function checkOverlaps(ranges: readonly SectionRange[]): Finding[] {
  const findings: Finding[] = [];
  const inOrder = ranges.toSorted((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  let furthest: SectionRange | undefined;
  for (const range of inOrder) {
    const reach = furthest ? furthest.start + furthest.size : 0n;
    if (furthest && range.start < reach) {
      const message = `${range.title} overlaps ${furthest.title}, which ends at ${hex(reach)}; no page can be added twice.`;
      findings.push(range.note('section-overlap', message));
    }
    if (range.start + range.size > reach) furthest = range;
  }
  return findings;
}

/**
 * Offsets of TDX content count in the image of variables and code together. Such an image ends at 4 GiB, and it
 * is this file or, when this is its code part, as long as the content reaches.
 */
function checkRawData(
  sections: readonly SectionRead[],
  ranges: readonly SectionRange[],
  fileSize: number,
): Finding[] {
  const raw = sections.map(({ values }) => ({
    offset: values['raw_data_offset'] as number | undefined,
    size: values['raw_data_size'] as number | undefined,
  }));
  const reach = Math.max(fileSize, ...raw.map(({ offset, size }) => (size ? (offset ?? 0) + size : 0)));
  return raw.flatMap(({ offset, size }, i) => {
    if (offset === undefined || !size) return [];
    const { title, start, note } = ranges[i]!;
    const mapped = [fileSize, reach].map((whole) => FOUR_GIB - BigInt(whole) + BigInt(offset));
    if (mapped.includes(start)) return [];
    const message = `${title} has its content at file offset ${hex(offset)}, which is mapped at ${hex(mapped[1]! < 0n ? 0n : mapped[1]!)}.`;
    return [note('section-raw-data', message)];
  });
}
