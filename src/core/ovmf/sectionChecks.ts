// Checks of the sections of a metadata list: guest memory ranges that no VMM could add, and TDX content that
// is not in the file where the list says.

import { hex } from '../binary/hex';
import type { Finding } from '../binary/region';
import type { MetadataLayout, SectionFacts, SectionRead } from './metadataLayout';
import { TDX_METADATA } from './metadataLayout';
import type { OvmfRule } from './rules';
import { ovmfFinding } from './rules';

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

/** Why pages could not be added for ranges of guest memory, a clause; undefined when they can. */
export function rangeProblem(ranges: readonly Pick<SectionFacts, 'start' | 'size'>[]): string | undefined {
  const full = ranges.filter(({ size }) => size > 0n);
  if (full.some(({ start, size }) => start % PAGE !== 0n || size % PAGE !== 0n)) {
    return 'a range is not in whole pages';
  }
  const inOrder = full.toSorted((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  const shares = inOrder.some(
    ({ start }, i) => i > 0 && start < inOrder[i - 1]!.start + inOrder[i - 1]!.size,
  );
  return shares ? 'two ranges share pages' : undefined;
}

/** All findings about the sections of one list: in file order, overlaps last. */
export function checkSections(
  layout: MetadataLayout,
  sections: readonly SectionRead[],
  fileSize: number,
): Finding[] {
  const ranges = sections.map((section, i) => toRange(layout, section, i));
  const findings = sections.flatMap((section, i) => [
    ...checkType(layout, section, ranges[i]!),
    ...checkRange(ranges[i]!, parameterRoom(layout, sections)),
    ...checkPages(section, ranges[i]!),
  ]);
  const absolute = ranges.filter(({ relative, size }) => !relative && size > 0n);
  return [...findings, ...checkOverlaps(absolute), ...checkRawData(sections, ranges, fileSize)];
}

function toRange(layout: MetadataLayout, section: SectionRead, index: number): SectionRange {
  const { start, size } = section.facts;
  const type = layout.types.find((known) => known.type === section.facts.type);
  return {
    title: `${layout.title}, section ${index} (${section.name} at ${hex(start)})`,
    start,
    size,
    relative: type?.relative ?? false,
    note: (rule, message) => ovmfFinding(rule, section.offset, layout.section.size, message),
  };
}

/** The size of the first parameter area, which limits the sections inside it. */
function parameterRoom({ types }: MetadataLayout, sections: readonly SectionRead[]): bigint {
  const area = types.find(({ name }) => name === 'PARAM_AREA');
  const found = area && sections.find(({ facts }) => facts.type === area.type);
  return found?.facts.size ?? 0n;
}

function checkType(
  { types, title }: MetadataLayout,
  { facts: { type } }: SectionRead,
  { note }: SectionRange,
): Finding[] {
  // What QEMU makes of the types of TDX is judged in tdxChecks.ts.
  if (title === TDX_METADATA.title || types.some((known) => known.type === type)) return [];
  const wanted = types.map((known) => hex(known.type)).join(', ');
  return [
    note('unknown-section-type', `${title} have a section of type ${hex(type)}; known types are ${wanted}.`),
  ];
}

/** Sections that hold one page, as sev-snp-measure and virtee/sev have them. */
const ONE_PAGE: readonly string[] = ['SNP_SECRETS', 'CPUID'];

function checkPages({ name }: SectionRead, { title, size, note }: SectionRange): Finding[] {
  if (!ONE_PAGE.includes(name) || size <= PAGE) return [];
  const message = `${title} has size ${hex(size)}; QEMU measures all of its pages, digest tools only the first.`;
  return [note('section-pages', message)];
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
 * The address at which the content of each section is mapped, where that is not the one that it states. TDX content
 * offsets refer to the image of variables and code together. That image ends at 4 GiB; it is this file or, if this is
 * only its code part, its size is where the content ends.
 */
export function contentElsewhere(
  sections: readonly Pick<SectionFacts, 'start' | 'content'>[],
  fileSize: number,
): (bigint | undefined)[] {
  const reach = Math.max(
    fileSize,
    ...sections.map(({ content }) => (content?.size ? content.offset + content.size : 0)),
  );
  return sections.map(({ start, content }) => {
    if (!content?.size) return undefined;
    const mapped = [fileSize, reach].map((whole) => FOUR_GIB - BigInt(whole) + BigInt(content.offset));
    if (mapped.includes(start)) return undefined;
    return mapped[1]! < 0n ? 0n : mapped[1]!;
  });
}

function checkRawData(
  sections: readonly SectionRead[],
  ranges: readonly SectionRange[],
  fileSize: number,
): Finding[] {
  const mapped = contentElsewhere(
    sections.map(({ facts }) => facts),
    fileSize,
  );
  return ranges.flatMap(({ title, note }, i) => {
    const address = mapped[i];
    if (address === undefined) return [];
    const offset = sections[i]!.facts.content!.offset;
    const message = `${title} has its content at file offset ${hex(offset)}, which is mapped at ${hex(address)}.`;
    return [note('section-raw-data', message)];
  });
}
