// The first step in which a launch differs from one that was traced or dumped elsewhere, and for the page of a vCPU the fields.

import { bytesToHex } from '../binary/hex';
import type { TraceRow } from '../launch/trace';
import type { TracePage } from '../launch/traceFile';
import { comparePages, type VmsaComparison } from '../vmsa/compare/compare';
import { decodePage } from '../vmsa/vmsaPage';

/** What can differ. */
export type TraceMember = 'type' | 'gpa' | 'size' | 'contents' | 'digest';

/** The first difference: a step of either, or of both. */
export interface TraceDifference {
  readonly ours: TraceRow | undefined;
  readonly theirs: TracePage | undefined;
  /** Empty where one of them has ended. */
  readonly members: readonly TraceMember[];
  /** Theirs beside ours, where both pages of the vCPU are known. */
  readonly vmsa: VmsaComparison | undefined;
}

/** How two launches compare. */
export interface TraceComparison {
  /** Steps that were compared, without the one that differs. */
  readonly same: number;
  readonly difference: TraceDifference | undefined;
}

/** The other launch: a trace of all steps, one of QEMU, which has no vCPUs, or the pages of vCPUs alone. */
export interface OtherLaunch {
  readonly form: 'trace' | 'qemu' | 'vmsas';
  readonly pages: readonly TracePage[];
}

/** Whether two values that are known differ. */
const differ = (a: unknown, b: unknown): boolean => a !== undefined && b !== undefined && a !== b;

function membersOf(ours: TraceRow, theirs: TracePage): TraceMember[] {
  const contents = ours.contents ? bytesToHex(ours.contents) : null;
  const page = theirs.vmsa && ours.vmsa && !theirs.vmsa.every((byte, i) => byte === ours.vmsa![i]);
  const members: readonly (readonly [TraceMember, boolean])[] = [
    ['type', differ(ours.type, theirs.type)],
    ['gpa', differ(ours.gpa, theirs.gpa)],
    ['size', differ(ours.size, theirs.size)],
    ['contents', differ(contents, theirs.contents) || page === true],
    ['digest', differ(bytesToHex(ours.digest), theirs.digest)],
  ];
  return members.flatMap(([member, isOther]) => (isOther ? [member] : []));
}

function difference(ours: TraceRow, theirs: TracePage, members: readonly TraceMember[]): TraceDifference {
  const vmsa =
    ours.vmsa && theirs.vmsa ? comparePages(decodePage(theirs.vmsa), decodePage(ours.vmsa)) : undefined;
  return { ours, theirs, members, vmsa };
}

/**
 * Compares a launch with another, as far as both say the same things, up to the first difference.
 * Pages of vCPUs alone may be those of some of the vCPUs.
 */
export function compareTraces(rows: Iterable<TraceRow>, { form, pages }: OtherLaunch): TraceComparison {
  let same = 0;
  for (const row of rows) {
    const isVmsa = row.type === 'vmsa';
    if ((form === 'qemu' && isVmsa) || (form === 'vmsas' && !isVmsa)) continue;
    const theirs = pages[same];
    if (!theirs && form === 'vmsas') break;
    if (!theirs) return { same, difference: { ours: row, theirs: undefined, members: [], vmsa: undefined } };
    const members = membersOf(row, theirs);
    if (members.length > 0) return { same, difference: difference(row, theirs, members) };
    same++;
  }
  const more = pages[same];
  return {
    same,
    difference: more && { ours: undefined, theirs: more, members: [], vmsa: undefined },
  };
}
