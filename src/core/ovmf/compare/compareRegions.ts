// Compares two region trees: what was added, removed, changed or moved. Siblings are matched by kind and
// name, preferring equal content, which works for tables, lists and volumes alike.

import { isSameBytes } from '../../binary/hex';
import type { FieldView, Region } from '../../binary/region';
import type { ChangeSide, ComparedFile, ImageChange } from './change';
import { matchByKey } from './matching';

/** Regions with the file and the range that contain them. */
interface Level {
  readonly file: ComparedFile;
  readonly offset: number;
  readonly end: number;
  readonly regions: readonly Region[];
}

type Pair = readonly [Region, Region];

/** More levels than any image has; deeper ones are compared as bytes. */
const MOST_DEPTH = 32;
/**
 * More pairs of one name than any image has; beyond this they are matched in order, because
 * trying all would take too long.
 */
const MOST_PAIRS = 100_000;

/** The differences between two files, given their outermost regions, in the order of the second file. */
export function compareTrees(
  a: { readonly file: ComparedFile; readonly regions: readonly Region[] },
  b: { readonly file: ComparedFile; readonly regions: readonly Region[] },
): ImageChange[] {
  const level = ({ file, regions }: typeof a): Level => ({ file, regions, offset: 0, end: file.fileSize });
  return compareLevels(level(a), level(b), []);
}

/** The name of a region without the index that regions of lists carry. */
const nameOf = ({ name }: Region) => name.replace(/^\d+: /, '');

function compareLevels(a: Level, b: Level, path: readonly string[]): ImageChange[] {
  const { pairs, removed, added } = match(a, b);
  const changes = [
    ...removed.map((r): ImageChange => ({
      kind: 'removed',
      what: r.kind,
      path: [...path, r.name],
      a: side(r),
    })),
    ...added.map((r): ImageChange => ({ kind: 'added', what: r.kind, path: [...path, r.name], b: side(r) })),
    ...pairs.flatMap((pair) => comparePair(a, b, pair, path)),
  ];
  // A removed region is sorted to where it would be in the second file, counted from the end.
  const place = ({ a: was, b: is }: ImageChange) => (is ? is.offset - b.end : was!.offset - a.end);
  return changes
    .map((change, i) => ({ change, i, at: place(change) }))
    .sort((x, y) => x.at - y.at || x.i - y.i)
    .map(({ change }) => change);
}

/** Matches the regions of both sides: by equal content in order first, then by equal name in order. */
function match(a: Level, b: Level) {
  const keyOf = (region: Region) => `${region.kind} ${nameOf(region)}`;
  return matchByKey(a.regions, b.regions, keyOf, (left, right) => {
    if (left.length * right.length > MOST_PAIRS) return [];
    const rest = [...right];
    return left.flatMap((region): Pair[] => {
      const at = rest.findIndex((other) => sameBytes(a.file, region, b.file, other));
      return at < 0 ? [] : [[region, ...(rest.splice(at, 1) as [Region])]];
    });
  });
}

function comparePair(a: Level, b: Level, [was, is]: Pair, above: readonly string[]): ImageChange[] {
  const path = [...above, is.name];
  const sides = { a: side(was), b: side(is) };
  if (sameBytes(a.file, was, b.file, is)) {
    return isMoved(a, b, was, is, above.length === 0)
      ? [{ kind: 'moved', what: is.kind, path, ...sides }]
      : [];
  }
  const inside = (level: Level, r: Region): Level => ({
    file: level.file,
    offset: r.offset,
    end: r.offset + r.size,
    regions: r.children,
  });
  const deep = path.length < MOST_DEPTH;
  const changes = [
    ...compareFields(a.file, was, b.file, is, path),
    ...(deep ? compareLevels(inside(a, was), inside(b, is), path) : []),
  ];
  // Bytes that no field or child explains, and regions that have neither.
  return changes.length > 0 ? changes : [{ kind: 'changed', what: is.kind, path, ...sides }];
}

/**
 * Whether a region moved. Inside a region, something that keeps its distance from the start or the end has only made
 * room for a sibling. The file itself ends at 4 GiB in the guest, so there only the distance from the end counts.
 */
function isMoved(a: Level, b: Level, was: Region, is: Region, outermost: boolean): boolean {
  const fromStart = was.offset - a.offset === is.offset - b.offset;
  const fromEnd = a.end - was.offset === b.end - is.offset;
  return outermost ? !fromEnd : !fromStart && !fromEnd;
}

function compareFields(
  fileA: ComparedFile,
  was: Region,
  fileB: ComparedFile,
  is: Region,
  path: readonly string[],
): ImageChange[] {
  const unmatched = new Map<string, FieldView>(was.fields.map((field) => [field.name, field]));
  const changes = is.fields.flatMap((field): ImageChange[] => {
    const before = unmatched.get(field.name);
    unmatched.delete(field.name);
    const change = { what: 'field', path: [...path, field.name], b: fieldSide(field) };
    if (!before) return [{ ...change, kind: 'added' }];
    if (sameBytes(fileA, before, fileB, field)) return [];
    return [{ ...change, kind: 'changed', a: fieldSide(before) }];
  });
  const gone = [...unmatched.values()].map((field): ImageChange => ({
    kind: 'removed',
    what: 'field',
    path: [...path, field.name],
    a: fieldSide(field),
  }));
  return [...gone, ...changes];
}

function side({ offset, size, fields }: Region): ChangeSide {
  const words = fields.map(({ name, raw, meaning }) => `${name} ${meaning === '' ? raw : meaning}`);
  return { offset, size, raw: '', meaning: words.join(', ') };
}

const fieldSide = ({ offset, size, raw, meaning }: FieldView): ChangeSide => ({ offset, size, raw, meaning });

interface Range {
  readonly offset: number;
  readonly size: number;
}

/** The available bytes of a range. */
function bytesOf({ bytes, offset }: ComparedFile, range: Range): Uint8Array {
  const start = Math.max(range.offset - offset, 0);
  return bytes.subarray(start, Math.max(range.offset + range.size - offset, start));
}

/** Whether both ranges have the same size, and equal bytes where both are available. */
function sameBytes(fileA: ComparedFile, a: Range, fileB: ComparedFile, b: Range): boolean {
  if (a.size !== b.size) return false;
  const left = bytesOf(fileA, a);
  const right = bytesOf(fileB, b);
  // When part of a range is unavailable on one side, the ends are compared, because a tail is what is available.
  const both = Math.min(left.length, right.length);
  return isSameBytes(left.subarray(left.length - both), right.subarray(right.length - both));
}
