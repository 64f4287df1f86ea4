// `sevscope digest --trace`: the launch page by page, and with --compare the first page that differs from another trace, from what QEMU
// traced, or from the pages of vCPUs that a kernel dumped.

import * as errors from './errors';
import { bytesToHex, byteCount, hex } from '../core/binary/hex';
import { compareTraces, type OtherLaunch, type TraceDifference } from '../core/check/compareTraces';
import { pagesFor, snpVmmOf, type MatrixRequest } from '../core/check/matrix';
import { originOf, runsOf, traceOf, type TraceRow, type TraceRun } from '../core/launch/trace';
import { readTrace, traceJson, traceRowJson, type TracePage } from '../core/launch/traceFile';
import { groupByCause } from '../core/vmsa/compare/causes';
import { comparisonJson } from '../core/vmsa/compare/exportComparison';
import { findPages } from '../core/vmsa/forms/findPages';
import { lastLaunch } from '../core/vmsa/forms/launches';
import type { LaunchStart } from '../app/digestLaunch';
import type { Io } from '../app/io';
import { nameOfInput, readWhole } from '../app/vmsaFile';
import type { DigestRun } from './digest';
import type { DigestOptions } from './digestOptions';
import { columns, printJson, type Output } from './output';
import { printByCause } from './vmsaDifference';

/** A launch with its vCPUs, of which plain SEV measures none. */
export type TracedLaunch = LaunchStart &
  Partial<Pick<MatrixRequest, 'profiles' | 'cpus' | 'counts' | 'features'>>;

/** All steps of a launch. @throws CheckError for several launches, or one that is impossible */
function rowsOf(io: Io, launch: TracedLaunch): Iterable<TraceRow> {
  const { technology, image, contents, before, profiles: [profile] = [], cpus, counts } = launch;
  if (counts && counts.length > 1) throw errors.oddOption('--trace', 'there are several launches');
  const vmsas = profile && counts && pagesFor({ ...launch, counts }, profile, cpus?.[0]?.id);
  const loads = technology.loads({ ...contents, vmsas, vmm: profile && snpVmmOf(profile) }, image);
  return traceOf({ technology, hashes: io.hashes, start: before, loads });
}

function runCells(run: TraceRun): string[] {
  const { first, last, count, contents } = run;
  const gpa =
    first.gpa === undefined
      ? ''
      : first.gpa === last.gpa
        ? hex(first.gpa)
        : `${hex(first.gpa)} to ${hex(last.gpa!)}`;
  const hashed = contents ? bytesToHex(contents) : first.contents ? 'several' : 'not measured';
  return [String(count), first.type, gpa, originOf(run), hashed, bytesToHex(last.digest)];
}

const HEADS = ['steps', 'type', 'gpa', 'from', 'contents', 'digest after it'];

/** Prints the trace. @throws CheckError as its launch */
export function printTrace(
  io: Io,
  launch: TracedLaunch,
  { json }: DigestOptions,
  run: Pick<DigestRun, 'findings'>,
  out: Output,
): void {
  const rows = rowsOf(io, launch);
  if (json) for (const part of traceJson(launch.technology.id, rows, run.findings)) out.data(part);
  else out.lines(columns([HEADS, ...[...runsOf(rows)].map(runCells)]));
}

/** Reads what is compared. @throws CheckError (usage) for a file that is neither a trace nor has pages of vCPUs */
async function readOther(io: Io, path: string, out: Output): Promise<OtherLaunch> {
  const bytes = await readWhole(io, path);
  const trace = readTrace(new TextDecoder().decode(bytes));
  const tell = (launches: number) => {
    if (launches > 1)
      out.note(
        `${nameOfInput(path)}: ${launches} launches, of which the last is compared; give the lines of another by themselves to compare that.`,
      );
  };
  if (trace) {
    tell(trace.launches);
    return trace;
  }
  const found = findPages(bytes);
  if ('reason' in found) throw errors.noTrace(nameOfInput(path), found.reason);
  const { launches, pages } = lastLaunch(found.pages);
  tell(launches);
  return { form: 'vmsas', pages: pages.map((page) => ({ type: 'vmsa', vmsa: page.bytes })) };
}

/** What a step is, of either side. */
const sideOf = (step: TraceRow | TracePage | undefined): string => {
  if (!step) return 'nothing more';
  const contents = step.contents instanceof Uint8Array ? bytesToHex(step.contents) : step.contents;
  const size = step.size === undefined || step.size === 4096 ? '' : `, ${byteCount(step.size)}`;
  const parts = [step.type ?? 'load', ...(step.gpa === undefined ? [] : [`at ${hex(step.gpa)}`])];
  return `${parts.join(' ')}${size}${contents ? `, contents ${contents}` : ''}`;
};

const FORMS: Readonly<Record<OtherLaunch['form'], string>> = {
  trace: 'the trace',
  qemu: "QEMU's trace, which has neither contents nor vCPUs",
  vmsas: 'the dumped pages of vCPUs',
};

const MEMBERS = {
  type: 'type',
  gpa: 'address',
  size: 'size',
  contents: 'contents',
  digest: 'digest after it',
} as const;

function differenceLines({ ours, theirs, members }: TraceDifference): string[] {
  const place = ours
    ? `Step ${ours.index} (${originOf({ first: ours, last: ours, count: 1, contents: undefined })})`
    : 'What follows';
  const what =
    members.length > 0
      ? `differs in ${members.map((member) => MEMBERS[member]).join(', ')}`
      : 'is on one side only';
  return [`${place} ${what}:`, `  computed  ${sideOf(ours)}`, `  there     ${sideOf(theirs)}`];
}

/** Compares with a file. @returns whether anything differs @throws CheckError */
export async function compareTrace(
  io: Io,
  launch: TracedLaunch,
  { json, compare }: DigestOptions,
  { findings }: Pick<DigestRun, 'findings'>,
  out: Output,
): Promise<boolean> {
  const path = compare!;
  const other = await readOther(io, path, out);
  const { same, difference } = compareTraces(rowsOf(io, launch), other);
  const { ours, theirs, members, vmsa } = difference ?? {};
  if (json) {
    const names = { actual: nameOfInput(path), expected: 'the computed launch' };
    const theirsJson = theirs && { ...theirs, gpa: theirs.gpa, vmsa: undefined };
    printJson(out, {
      ...{ comparedWith: other.form, same, differs: difference !== undefined, members },
      ...(difference && { computed: ours ? traceRowJson(ours) : null, there: theirsJson ?? null }),
      ...(vmsa && { vmsa: comparisonJson(vmsa, names) }),
      ...(findings.length > 0 && { findings }),
    });
    return difference !== undefined;
  }
  if (!difference) {
    out.line(`No difference from ${FORMS[other.form]} in ${same === 1 ? '1 step' : `${same} steps`}.`);
    return false;
  }
  out.lines([`The first ${same} steps are those of ${FORMS[other.form]}.`, ...differenceLines(difference)]);
  if (vmsa && groupByCause(vmsa).length > 0) printByCause(vmsa, false, out);
  return true;
}
