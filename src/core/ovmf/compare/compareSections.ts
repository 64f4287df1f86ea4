// What differs inside one file of a volume, in a few words per section. Volumes inside sections, and sections
// that cannot be read, are left to the caller.

import { byteCount } from '../../binary/hex';
import { matchByKey, movedPairs } from './matching';
import { bytesNotes, headerNotes } from './notes';
import type { VolumePart, PartPair } from './parts';
import { childrenOf, decodedParts, isFiller, isSame, isSameContent, sameParts } from './parts';

/** Callbacks for what the comparison of sections encounters. */
export interface Encounter {
  /** Compares the volumes in a section; returns whether it reported anything. */
  volumes(a: readonly VolumePart[], b: readonly VolumePart[], path: readonly string[]): boolean;
  /** A section that differs and whose content is unknown on at least one side. */
  opaque(path: readonly string[]): void;
}

/** The notes about sections. */
interface SectionNotes {
  readonly notes: readonly string[];
  /** Whether anything was reported, here or by the callback for volumes. */
  readonly any: boolean;
}

/**
 * Compares the sections of two files, or of two sections that contain sections. `path`
 * is that of the file or section.
 */
export function compareSections(
  a: readonly VolumePart[],
  b: readonly VolumePart[],
  path: readonly string[],
  encounter: Encounter,
): SectionNotes {
  const [left, right] = [a, b].map((parts) => parts.filter((part) => !isFiller(part))) as [
    VolumePart[],
    VolumePart[],
  ];
  const { pairs, removed, added } = matchByKey(left, right, keyOf, sameParts);
  const sizeOf = ({ node }: VolumePart) => byteCount(node.size);
  const inside = pairs.filter((pair) => !isSame(pair)).map((pair) => compareSection(pair, path, encounter));
  const notes = [
    ...removed.map((part) => `${labelOf(part)} removed, ${sizeOf(part)}`),
    ...added.map((part) => `${labelOf(part)} added, ${sizeOf(part)}`),
    ...[...movedPairs(pairs, left, right)].map(([, is]) => `${labelOf(is)} moved`),
    ...inside.flatMap((noted) => noted.notes),
  ];
  return { notes, any: notes.length > 0 || inside.some(({ any }) => any) };
}

const keyOf = ({ node: { kind, typeCode, guid } }: VolumePart) => `${kind} ${typeCode} ${guid}`;

const isText = ({ node: { type } }: VolumePart) => type === 'user interface' || type === 'version';

/** Text sections are labelled by their type. */
const labelOf = (part: VolumePart) => (isText(part) ? part.node.type! : part.node.name);

function compareSection(pair: PartPair, path: readonly string[], encounter: Encounter): SectionNotes {
  const [was, is] = pair;
  const label = labelOf(is);
  if (isText(is) && was.node.name !== is.node.name) {
    return { notes: [`${label} "${was.node.name}" → "${is.node.name}"`], any: true };
  }
  const noted = compareContent(pair, path, encounter);
  if (noted?.any) return noted;
  if (!noted && isEncoded(is)) encounter.opaque([...path, label]);
  return { notes: bytesNotes(label, pair), any: true };
}

/** Compares the contents of two sections; undefined when one of them has none that can be compared. */
function compareContent(
  pair: PartPair,
  path: readonly string[],
  encounter: Encounter,
): SectionNotes | undefined {
  const [, is] = pair;
  const label = labelOf(is);
  const [a, b] = pair.map((part) => decodedParts(part) ?? childrenOf(part)) as [VolumePart[], VolumePart[]];
  if (a.length === 0 || b.length === 0) return undefined;
  if (is.node.type === 'volume image') return { notes: [], any: encounter.volumes(a, b, path) };
  const header = headerNotes(pair).map((note) => `${label}: ${note}`);
  if (isSameContent(pair)) {
    const otherwise = [`${label}: the same content, compressed otherwise`];
    return { notes: header.length > 0 ? header : otherwise, any: true };
  }
  const inside = compareSections(a, b, isEncoded(is) ? [...path, label] : path, encounter);
  const notes = [...header, ...inside.notes.map((note) => `${label} › ${note}`)];
  return { notes, any: notes.length > 0 || inside.any };
}

/** Whether the content of a section is encoded, even if only with a checksum. */
const isEncoded = ({ node: { type } }: VolumePart) => type === 'GUID-defined' || type === 'compression';
