// The sections of a file (UEFI PI, volume 3, "Firmware File Sections"): leaves with code or text, and
// sections that contain other sections, plain, with a checksum, or compressed.

import { guidText } from '../../binary/guid';
import { byteCount, hex, onlyByte } from '../../binary/hex';
import type { FieldView } from '../../binary/region';
import { decode } from '../../binary/struct';
import { fieldViews } from '../regions';
import { crc32 } from './checksums';
import { machineOf } from './executables';
import type { Compression } from './compressions';
import { STANDARD, compressionOf } from './compressions';
import { CRC32, guidName } from './guids';
import type { SectionTypeName } from './layouts';
import {
  COMPRESSION,
  FREEFORM,
  GUID_DEFINED,
  LARGE_SECTION_HEADER,
  SECTION_HEADER,
  SECTION_TYPES,
  VERSION,
} from './layouts';
import { BYTES_PER_STEP } from './budget';
import type { WalkRange, VolumeNode } from './tree';
import { align, gap, node, u24, utf16 } from './tree';
import type { Walk } from './walk';
import { open } from './undecoded';

/** A section according to its common header: it spans `at` to `end`, and its own layout starts at `body`. */
interface Section extends WalkRange {
  readonly code: number;
  readonly body: number;
}

/** What the layout of a section type contributes to its node. */
type Content = Partial<
  Pick<VolumeNode, 'name' | 'fields' | 'children' | 'guid' | 'decoded' | 'undecoded' | 'doc' | 'machine'>
>;

const typeNames = new Map<number, SectionTypeName>(SECTION_TYPES.map(({ code, name }) => [code, name]));

/** The sections that fill a range, each aligned to 4 bytes from its start. */
export function parseSections(walk: Walk, range: WalkRange): VolumeNode[] {
  const { space, end } = range;
  const nodes: VolumeNode[] = [];
  let at = range.at;
  while (end - at >= SECTION_HEADER.size) {
    const here = { ...range, at };
    // Trailing filler is not a section, and nothing can follow a size of zero or all ones.
    if (isFiller(space.bytes, at)) {
      const rest = walk.within(here, () => walk.unclaimed(here)) ?? walk.unread(here);
      if (rest[0]?.kind === 'padding') return [...nodes, ...rest];
    }
    const part = walk.step(here, () => {
      const section = readHeader(walk, here);
      return section ? parseSection(walk, section) : { rest: walk.unclaimed(here) };
    });
    if (!part) return [...nodes, ...walk.unread(here)];
    if ('rest' in part) return [...nodes, ...part.rest];
    nodes.push(part);
    const sectionEnd = part.offset + part.size;
    at = Math.min(align(sectionEnd, range.at, 4), end);
    nodes.push(...gap(space, sectionEnd, at));
  }
  return [...nodes, ...gap(space, at, end)];
}

/** Whether the header of a section is all zeros or all ones, as the filler behind the last one is. */
const isFiller = (bytes: Uint8Array, at: number) => {
  const only = onlyByte(bytes, at, at + SECTION_HEADER.size);
  return only === 0 || only === 0xff;
};

function readHeader(walk: Walk, { space, at, end, depth }: WalkRange): Section | undefined {
  const { bytes } = space;
  const isLarge = u24(bytes, at) === 0xffffff && end - at >= LARGE_SECTION_HEADER.size;
  const layout = isLarge ? LARGE_SECTION_HEADER : SECTION_HEADER;
  const size = isLarge ? decode(LARGE_SECTION_HEADER, bytes, at).extended_size : u24(bytes, at);
  if (size >= layout.size && size <= end - at) {
    return { space, at, end: at + size, depth, code: bytes[at + 3]!, body: at + layout.size };
  }
  const message = `The section at ${hex(at)} has a size of ${hex(size)}; ${hex(end - at)} bytes are left and its header takes ${layout.size}.`;
  walk.note(space, 'section-size', at, layout.size, message);
  return undefined;
}

function parseSection(walk: Walk, section: Section): VolumeNode {
  const { space, at, end, code, body } = section;
  const type = typeNames.get(code);
  const layout = body - at > SECTION_HEADER.size ? LARGE_SECTION_HEADER : SECTION_HEADER;
  const meanings = { size: byteCount(end - at), type: type ?? '' };
  const { fields = [], name, doc, ...content } = (type && readers[type]?.(walk, section)) ?? {};
  const words = type ?? `type ${hex(code, 2)}`;
  const text = doc ?? (type ? `A section: ${type}.` : 'A section of a type that no published list has.');
  return node('section', name ?? words, at, end - at, text, {
    type: words,
    typeCode: code,
    fields: [...fieldViews(layout, space, at, meanings), ...fields],
    ...content,
  });
}

/** Readers for the section types that have more than a name. */
const readers: Partial<Record<SectionTypeName, (walk: Walk, section: Section) => Content>> = {
  'user interface': (_walk, section) => textContent(section, section.body, []),
  version: (_walk, section) => {
    const { space, body, end } = section;
    if (end - body < VERSION.size) return {};
    return textContent(section, body + VERSION.size, fieldViews(VERSION, space, body));
  },
  'PE32 image': executable,
  'TE image': executable,
  'freeform GUID': (_walk, { space, body, end }) =>
    end - body < FREEFORM.size
      ? {}
      : { guid: guidText(space.bytes, body), fields: fieldViews(FREEFORM, space, body) },
  disposable: (walk, section) => ({ children: parseSections(walk, contentOf(section, section.body)) }),
  'volume image': (walk, section) => ({ children: walk.volumesIn(walk, contentOf(section, section.body)) }),
  compression,
  'GUID-defined': guidDefined,
};

const contentOf = ({ space, end, depth }: Section, at: number): WalkRange => ({
  space,
  at,
  end,
  depth: depth + 1,
});

function textContent({ space, end }: Section, at: number, fields: readonly FieldView[]): Content {
  const text = utf16(space.bytes, at, end);
  const view = { name: 'text', offset: at, size: end - at, raw: `"${text}"`, meaning: '', doc: 'the text' };
  return { name: text, fields: end > at ? [...fields, view] : fields };
}

function executable(_walk: Walk, { space, body, end }: Section): Content {
  const found = machineOf(space.bytes, body, end);
  return found ? { fields: [found.field], machine: found.machine } : {};
}

function compression(walk: Walk, section: Section): Content {
  const { space, body, end } = section;
  if (end - body < COMPRESSION.size) return noHeader(walk, section, 'compression');
  const { compression_type } = decode(COMPRESSION, space.bytes, body);
  const method = METHODS[compression_type] ?? `type ${hex(compression_type, 2)}`;
  const fields = fieldViews(COMPRESSION, space, body, { compression_type: method });
  const at = body + COMPRESSION.size;
  if (compression_type === 0) return { fields, children: parseSections(walk, contentOf(section, at)) };
  const base = { name: `compression: ${method}`, fields };
  return compression_type === 1
    ? { ...base, ...compressed(walk, section, at, STANDARD) }
    : { ...base, ...unknown(walk, section, `compression of ${method}`) };
}

const METHODS: Readonly<Record<number, string>> = { 0: 'none', 1: 'standard' };

function guidDefined(walk: Walk, section: Section): Content {
  const { space, at, body, end } = section;
  if (end - body < GUID_DEFINED.size) return noHeader(walk, section, 'GUID-defined');
  const { data_offset, attributes } = decode(GUID_DEFINED, space.bytes, body);
  const guid = guidText(space.bytes, body);
  const method = guidName(guid);
  const base = {
    guid,
    name: method ?? guid,
    fields: fieldViews(GUID_DEFINED, space, body, {
      section_definition_guid: method ? `${guid} (${method})` : guid,
    }),
  };
  const from = at + data_offset;
  if (from < body + GUID_DEFINED.size || from > end) {
    const message = `The data should start at ${hex(data_offset)} of a section of ${hex(end - at)} bytes.`;
    walk.note(space, 'section-data', body + 0x10, 2, message);
    return {
      ...base,
      undecoded: { method: base.name, why: 'broken', reason: 'its data starts outside of it' },
    };
  }
  const known = compressionOf(guid);
  if (known) return { ...base, ...compressed(walk, section, from, known) };
  if (guid === CRC32) checkCrc(walk, section, body + GUID_DEFINED.size, from);
  // Bit 0 clear: the data is a list of sections without any processing.
  if (guid === CRC32 || (attributes & 1) === 0) {
    return { ...base, children: parseSections(walk, contentOf(section, from)) };
  }
  return { ...base, ...unknown(walk, section, base.name) };
}

/** A section that should hold others and is too short to say how. */
function noHeader(walk: Walk, { space, at, end }: Section, method: SectionTypeName): Content {
  const reason = 'it has no room for its header';
  walk.note(
    space,
    'section-data',
    at,
    end - at,
    `The ${method} section at ${hex(at)} cannot be read: ${reason}.`,
  );
  return { undecoded: { method, why: 'broken', reason } };
}

function checkCrc(walk: Walk, { space, end }: Section, at: number, from: number): void {
  if (from - at < 4) return;
  const wanted = new DataView(space.bytes.buffer, space.bytes.byteOffset).getUint32(at, true);
  walk.budget.charge((end - from) / BYTES_PER_STEP.crc);
  const found = crc32(space.bytes.subarray(from, end));
  if (found === wanted) return;
  const message = `The data has the CRC32 ${hex(found, 8)}, the section says ${hex(wanted, 8)}: firmware rejects it.`;
  walk.note(space, 'section-crc', at, 4, message);
}

function compressed(walk: Walk, section: Section, from: number, compression: Compression): Content {
  const { space, at, end, depth } = section;
  const doc = `Sections compressed with ${compression.name}.`;
  const opened = open(walk, compression, { ...section, from });
  if (!(opened instanceof Uint8Array)) return { doc, undecoded: opened };
  const inner = walk.inside({ offset: at, size: end - at }, space, opened);
  const children = parseSections(walk, { space: inner, at: 0, end: opened.length, depth: depth + 1 });
  return { doc, decoded: { method: compression.name, bytes: opened, children } };
}

/** A section that is encoded in a way that nobody here knows. */
function unknown(walk: Walk, { space, at, end }: Section, method: string): Content {
  const reason = 'no decoder for this method is known';
  const message = `The section was not looked at, because it is encoded with ${method}: ${reason}.`;
  walk.note(space, 'section-undecoded', at, end - at, message);
  return { doc: 'Encoded sections.', undecoded: { method, why: 'unknown-method', reason } };
}
