// Problems in a launch file that are found without running its check: what the validator rejects, members that
// contradict each other, and problems with the files it names. The text may be unfinished: each member is judged
// separately.

import * as libvirtErrors from '../libvirt/errors';
import { judgeLaunch } from '../core/check/judge';
import { keyFilter, textsIn } from '../core/check/keyText';
import type { LaunchMembers } from '../core/check/launchFile';
import { isLintRule } from '../core/check/rules';
import { parseConnectionUri } from '../libvirt/uri';
import type { Io } from './io';
import { pathIn, readLaunchSource } from './launchFile';
import { checkNamedFiles } from './launchNamedFiles';
import { questionIn } from './launchQuestion';
import { shapeProblems } from './launchShape';
import { launchFinding, type LaunchProblem, type ReportProblem } from './launchRules';
import type { TextFault } from './launchFaults';
import {
  describeBadByte,
  describeFault,
  editsFor,
  namePlaceOf,
  placeOf,
  parseLaunchText,
} from './launchText';
import type { BadByte } from './text';
import { withoutFiles } from './typedTexts';

/** What was found, in text order, and which files were checked. */
export interface LaunchLint {
  readonly problems: readonly LaunchProblem[];
  readonly files: readonly string[];
}

/** What lint may do, and what counts as allowed. */
export interface LintOptions {
  /** Whether to check the files that are named. */
  readonly files: boolean;
  /** The user's setting for plain TCP. */
  readonly allowTcp?: boolean;
  /** Where the file is not UTF-8; its text has U+FFFD there. */
  readonly badByte?: BadByte | undefined;
}

/** A launch file in an editor, saved or not. */
export interface LintTask extends LintOptions {
  readonly text: string;
  /** Path of the file, existing or not, absolute. */
  readonly path: string;
}

/** Judges what an editor shows of a file; where that is not UTF-8, the file says more. */
export async function lintOpenLaunch(io: Io, { text, path, ...options }: LintTask): Promise<LaunchLint> {
  return lintLaunch(io, text, path, { ...options, badByte: await badByteOf(io, text, path, options) });
}

/** Where the file is not UTF-8, when the editor shows it as it is: all that the text says of it is U+FFFD. */
async function badByteOf(
  io: Io,
  text: string,
  path: string,
  { files }: LintOptions,
): Promise<BadByte | undefined> {
  if (!files || !text.includes('\ufffd') || (await io.stat(path)).kind !== 'file') return undefined;
  const source = await readLaunchSource(io, path, { onlyFile: true }).catch(() => undefined);
  // A byte order mark is not in the text of an editor.
  const mark = source?.text.startsWith('\ufeff') ? 1 : 0;
  if (!source?.badByte || source.text.slice(mark) !== text) return undefined;
  return { ...source.badByte, offset: source.badByte.offset - mark };
}

/** Judges a text. @param path where the file is, absolute; paths in it are relative to it */
export async function lintLaunch(
  io: Io,
  text: string,
  path: string,
  { files, allowTcp = false, badByte }: LintOptions,
): Promise<LaunchLint> {
  const read = parseLaunchText(text);
  const problems: LaunchProblem[] = [];
  const report: ReportProblem = (rule, member, message, { at, fix } = {}) => {
    const { offset, size } = at === 'name' ? namePlaceOf(read, member) : placeOf(read, member);
    const found = { ...launchFinding(rule, offset, size, message), rule, member: member.join('.') };
    problems.push(fix ? { ...found, fix } : found);
  };
  const reportText = ({ rule, member, offset, size }: TextFault, message: string) =>
    problems.push({ ...launchFinding(rule, offset, size, message), rule, member: member.join('.') });
  // What is cut off or shown as U+FFFD is neither there nor missing, and no fault of JSON of its own.
  const isCut = read.faults.some(
    ({ rule, offset }) =>
      rule === 'too-deep' ||
      rule === 'too-large' ||
      (rule === 'not-json' && badByte && badByte.offset <= offset),
  );
  for (const fault of read.faults) {
    if (isCut && fault.rule === 'not-json') continue;
    if (fault.rule === 'not-json') reportText(fault, 'From here on this is not JSON.');
    else reportText(fault, adviceOn(describeFault(text, fault)));
  }
  if (badByte) {
    const place = { member: [], offset: badByte.offset, size: 1 };
    reportText({ rule: 'not-unicode', ...place }, adviceOn(describeBadByte(text, badByte)));
  }
  if (!isCut && !read.faults.some(({ rule }) => rule === 'not-json')) {
    for (const { member, why } of shapeProblems(read.value))
      report('not-a-launch-file', member, sentence(why));
  }
  const canChange = read.faults.every(({ rule }) => rule === 'not-json');
  const question = questionIn(isCut ? undefined : read.value);
  for (const outcome of judgeLaunch(question, 'lint')) {
    const { rule, member, at, change } = outcome;
    const message = 'fail' in outcome ? outcome.fail.message : outcome.remark;
    // The schema has already reported it.
    if (!isLintRule(rule)) continue;
    // Of two members with one name nobody knows which to change, and what lies deep is not parsed again.
    const fix = canChange &&
      change && { title: change.title, edits: editsFor(read, change.member, change.value) };
    report(rule, member, message, { ...(at && { at }), ...(fix && { fix }) });
  }
  checkConnection(question.given, report, allowTcp);
  const looked = files ? await checkNamedFiles(io, path, question, report) : [];
  // A key may be anywhere in it, as the name of a member, too.
  const typed = await withoutFiles(io, textsIn(read.value), (name) => pathIn(io, path, name));
  const withhold = keyFilter(typed);
  const shown = problems.map((problem): LaunchProblem => ({
    ...problem,
    message: withhold(problem.message),
    member: withhold(problem.member),
  }));
  return { problems: shown.sort((a, b) => a.offset - b.offset), files: looked };
}

/** A phrase as a sentence. */
const sentence = (phrase: string): string => `${phrase[0]!.toUpperCase()}${phrase.slice(1)}.`;

const adviceOn = ({ why, advice }: ReturnType<typeof describeFault>): string => `${sentence(why)} ${advice}`;

/** Whether SevScope would open the domain's connection. */
function checkConnection({ domain }: LaunchMembers, report: ReportProblem, allowTcp: boolean): void {
  if (domain?.connection === undefined) return;
  const uri = parseConnectionUri(domain.connection, { allowTcp });
  if (!uri.ok)
    report('connection-refused', ['domain', 'connection'], libvirtErrors.refusedUri(uri.reason).message);
}
