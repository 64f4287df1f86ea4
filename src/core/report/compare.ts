// How two reports differ: their fields next to each other, with the bits that changed. What decides whether a report is accepted comes first:
// the parts of the TCBs, the policy, the measurement; then the rest in the order of the file.

import { applicableBits, bitValue, exactText } from '../binary/describe';
import type { FieldWithParts } from '../binary/leafField';
import type { Bit } from '../binary/struct';
import { TCB_NAMES } from './layout';
import { PRIVATE_FIELDS, REDACTED } from './redact';
import { reportFields, type AttestationReport } from './report';

/** Under what a difference is listed, in this order. */
export const REPORT_TOPICS = ['TCB', 'Policy', 'Measurement', 'Other fields'] as const;

/** A topic. */
export type ReportTopic = (typeof REPORT_TOPICS)[number];

/** A bit, or bits with one name, that two reports have in different states. */
export interface ChangedBit {
  readonly bit: Bit;
  readonly left: bigint;
  readonly right: bigint;
}

/** A field of two reports. What only one version has is undefined in the other. */
export interface ComparedReportField {
  /** Of the left one, or of the right where the left has none. */
  readonly field: FieldWithParts;
  readonly left: FieldWithParts | undefined;
  readonly right: FieldWithParts | undefined;
  readonly differs: boolean;
  readonly topic: ReportTopic;
  readonly bits: readonly ChangedBit[];
}

const ORDER: readonly string[] = [
  'reported_tcb',
  'current_tcb',
  'committed_tcb',
  'launch_tcb',
  'policy',
  'measurement',
];

/** The name without the part of a TCB. */
const wholeName = (name: string): string => name.split('.')[0]!;

function topicOf(name: string): ReportTopic {
  if ((TCB_NAMES as readonly string[]).includes(wholeName(name))) return 'TCB';
  return name === 'policy' ? 'Policy' : name === 'measurement' ? 'Measurement' : 'Other fields';
}

/** The value of a field in full. @param redact masks what names a machine or a guest */
export const wholeValue = ({ name, value, size }: FieldWithParts, redact = false): string =>
  redact && PRIVATE_FIELDS.includes(name) ? REDACTED : exactText(value, size);

function changedBits(left: FieldWithParts | undefined, right: FieldWithParts | undefined): ChangedBit[] {
  if (!left || !right || left.value instanceof Uint8Array || right.value instanceof Uint8Array) return [];
  const [a, b] = [BigInt(left.value), BigInt(right.value)];
  return applicableBits(left.leaf.row.bits ?? [], a)
    .map((bit) => ({ bit, left: bitValue(a, bit), right: bitValue(b, bit) }))
    .filter((one) => one.left !== one.right);
}

/** Both reports, field by field in the order of the file. A TCB whose parts are known is its parts. */
export function compareReports(a: AttestationReport, b: AttestationReport): ComparedReportField[] {
  const lefts = reportFields(a).filter(({ parts }) => parts === 0);
  const rights = reportFields(b).filter(({ parts }) => parts === 0);
  const ofRight = new Map(rights.map((field) => [field.name, field]));
  const names = new Set(lefts.map(({ name }) => name));
  const alone = rights.filter(({ name }) => !names.has(name));
  const all = [
    ...lefts.map((field) => ({ field, left: field, right: ofRight.get(field.name) })),
    ...alone.map((field) => ({ field, left: undefined, right: field })),
  ].sort((x, y) => x.field.offset - y.field.offset);
  return (
    all
      // Reserved bytes of one version are fields in another.
      .filter(
        ({ field, left, right }) => (left !== undefined && right !== undefined) || field.group !== 'Reserved',
      )
      .map(({ field, left, right }) => ({
        ...{ field, left, right, topic: topicOf(field.name) },
        differs: !left || !right || wholeValue(left) !== wholeValue(right),
        bits: changedBits(left, right),
      }))
  );
}

/** The fields that differ, what matters most first. */
export function reportDifferences(compared: readonly ComparedReportField[]): ComparedReportField[] {
  const rank = ({ field }: ComparedReportField) => {
    const at = ORDER.indexOf(wholeName(field.name));
    return at < 0 ? ORDER.length : at;
  };
  return compared.filter(({ differs }) => differs).sort((x, y) => rank(x) - rank(y));
}

/** A comparison as plain data. @param redact masks what names a machine or a guest */
export function reportComparisonJson(compared: readonly ComparedReportField[], redact = false) {
  const differences = reportDifferences(compared);
  return {
    equal: differences.length === 0,
    differences: differences.map(({ field: { name, offset, size }, left, right, bits }) => ({
      ...{ name, offset, size },
      a: left && wholeValue(left, redact),
      b: right && wholeValue(right, redact),
      ...(bits.length > 0 && {
        bits: bits.map(({ bit, left: was, right: is }) => ({
          name: bit.name,
          a: Number(was),
          b: Number(is),
        })),
      }),
    })),
  };
}
