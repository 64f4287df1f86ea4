// Tests that the cause rules apply to a differing field and its two pages.

import { hex } from '../../binary/hex';
import { HARDWARE_WRITES } from '../layout/fieldSets';
import { isResetVector } from '../launch/generate';
import type { VmsaName, VmsaWord } from '../layout/layout';
import type { PageKind } from '../pageKind';

/** One of the two pages. */
export interface Side {
  readonly kind: PageKind;
  /** Whether anything is set from 0x408 up, in the FPU state and above. */
  readonly fpu: boolean;
  /** Whether anything is set there besides MXCSR and the x87 control word, which a launch can set. */
  readonly beyondReset: boolean;
  /** The value of a scalar field. */
  readonly value: (name: VmsaWord) => bigint;
}

/** A field that differs: its values `a` and `e` (1 for a byte run that is not all zero), and both pages. */
export interface Pair {
  readonly name: VmsaName;
  readonly group: string;
  readonly offset: number;
  readonly a: bigint;
  readonly e: bigint;
  readonly actual: Side;
  readonly expected: Side;
}

/** One side of a field: its value, and the value and page on the other side. */
export interface FieldSide {
  readonly own: bigint;
  readonly other: bigint;
  readonly page: Side;
  readonly otherPage: Side;
}

/** Whether a test holds for either side. */
export const either = ({ a, e, actual, expected }: Pair, test: (view: FieldSide) => boolean): boolean =>
  test({ own: a, other: e, page: actual, otherPage: expected }) ||
  test({ own: e, other: a, page: expected, otherPage: actual });

/** Whether the two values of a field are these, in either order. */
export const are = (pair: Pair, x: bigint, y: bigint) =>
  either(pair, ({ own, other }) => own === x && other === y);

/** The bits in which the values differ. */
export const differsBy = ({ a, e }: Pair) => a ^ e;

/** A test for fields with these names. */
export const named = (...names: readonly VmsaName[]) => {
  const set = new Set(names);
  return ({ name }: Pair) => set.has(name);
};

/** A test for either page being of this kind. */
export const isKind = (kind: PageKind) => (p: Pair) => p.actual.kind === kind || p.expected.kind === kind;

const SEGMENT = /^(es|cs|ss|ds|fs|gs|gdtr|ldtr|idtr|tr)_(selector|attrib|limit|base)$/;
/** Whether the field is part of a segment. */
export const isSegment = ({ name }: Pair) => SEGMENT.test(name);

/** Whether a page starts at the architectural reset vector. */
export const atResetVector = (page: Side) => isResetVector(page.value('cs_base'), page.value('rip'));
/** Whether a page is that of libkrun's APs. */
export const isKrunAp = (page: Side) =>
  page.value('cs_selector') === 0x9100n && page.value('cs_base') === 0x91000n;
/** Whether a page starts where a SIPI can send it: in one of the pages below 1 MiB, with the selector of that page. */
export const isSipiStart = (page: Side) => {
  const base = page.value('cs_base');
  return base > 0n && base < 0x100000n && page.value('cs_selector') << 4n === base;
};
/** Whether a page starts an SVSM image in 32-bit mode. */
export const isSvsm = (page: Side) => page.value('cs_selector') === 8n && page.value('cs_attrib') === 0xc9bn;
/** Whether a page starts an SVSM image in 64-bit mode. */
export const isIgvm = (page: Side) => page.value('cs_selector') === 8n && page.value('cs_attrib') === 0xa9bn;
/** Whether a page starts in real mode. */
export const isRealMode = (page: Side) => (page.value('cr0') & 1n) === 0n;
/** Whether a page is for SEV-SNP. */
export const isSnp = (page: Side) => (page.value('sev_features') & 1n) === 1n;
/**
 * Whether a page is EC2's: SS and TR are KVM's, the data segments are not; libkrun's pages are the same without SNP.
 */
export const isEc2 = (page: Side) =>
  isSnp(page) &&
  page.value('ss_attrib') === 0x92n &&
  page.value('tr_attrib') === 0x83n &&
  page.value('ds_attrib') === 0x93n;
/** Whether hardware has written to a page, which happens when the guest runs. */
export const hasRun = (page: Side) => HARDWARE_WRITES.some((name) => page.value(name) !== 0n);

/** Where a page starts. */
export const start = (page: Side) => hex(page.value('cs_base') + page.value('rip'), 8);

/** The fields that decide where a vCPU starts. */
export const START = named('cs_base', 'rip');

/** Whether the attributes differ in the way that KVM's and QEMU's do. */
export const accessedBit = (p: Pair): boolean =>
  /^(es|cs|ss|ds|fs|gs)_attrib$/.test(p.name)
    ? are(p, 0x92n, 0x93n) || are(p, 0x9an, 0x9bn)
    : p.name === 'tr_attrib' && are(p, 0x83n, 0x8bn);
