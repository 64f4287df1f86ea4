// Problems in a launch file that are found without running its check: what the validator rejects, members that
// contradict each other, and problems with the files it names. The text may be unfinished: each member is judged
// separately.

import * as libvirtErrors from '../libvirt/errors';
import { judgeLaunch } from '../core/check/judge';
import type { LaunchMembers } from '../core/check/launchFile';
import { isLintRule } from '../core/check/rules';
import { parseConnectionUri } from '../libvirt/uri';
import type { Io } from './io';
import { shapeProblems } from './launchFile';
import { checkNamedFiles } from './launchNamedFiles';
import { questionIn } from './launchQuestion';
import { launchFinding, type LaunchProblem, type ReportProblem } from './launchRules';
import { editsFor, namePlaceOf, placeOf, parseLaunchText } from './launchText';

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
}

/** Judges a text. @param path where the file is, absolute; paths in it are relative to it */
export async function lintLaunch(
  io: Io,
  text: string,
  path: string,
  { files, allowTcp = false }: LintOptions,
): Promise<LaunchLint> {
  const read = parseLaunchText(text);
  const problems: LaunchProblem[] = [];
  const report: ReportProblem = (rule, member, message, { at, fix } = {}) => {
    const { offset, size } = at === 'name' ? namePlaceOf(read, member) : placeOf(read, member);
    const found = { ...launchFinding(rule, offset, size, message), rule, member: member.join('.') };
    problems.push(fix ? { ...found, fix } : found);
  };
  if (read.broken !== undefined) {
    const size = Math.min(1, text.length - read.broken);
    const message = 'From here on this is not JSON.';
    problems.push({ ...launchFinding('not-json', read.broken, size, message), rule: 'not-json', member: '' });
  } else {
    for (const { member, why } of shapeProblems(read.value))
      report('not-a-launch-file', member, `${why[0]!.toUpperCase()}${why.slice(1)}.`);
  }
  const question = questionIn(read.value);
  for (const outcome of judgeLaunch(question, 'lint')) {
    const { rule, member, at, change } = outcome;
    const message = 'fail' in outcome ? outcome.fail.message : outcome.remark;
    // The schema has already reported it.
    if (!isLintRule(rule)) continue;
    const fix = change && { title: change.title, edits: editsFor(read, change.member, change.value) };
    report(rule, member, message, { ...(at && { at }), ...(fix && { fix }) });
  }
  checkConnection(question.given, report, allowTcp);
  const looked = files ? await checkNamedFiles(io, path, question, report) : [];
  return { problems: problems.sort((a, b) => a.offset - b.offset), files: looked };
}

/** Whether SevScope would open the domain's connection. */
function checkConnection({ domain }: LaunchMembers, report: ReportProblem, allowTcp: boolean): void {
  if (domain?.connection === undefined) return;
  const uri = parseConnectionUri(domain.connection, { allowTcp });
  if (!uri.ok)
    report('connection-refused', ['domain', 'connection'], libvirtErrors.refusedUri(uri.reason).message);
}
