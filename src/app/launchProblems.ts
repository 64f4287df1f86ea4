// What is wrong with a launch file, found without running its check: what the validator refuses, members that contradict each other,
// and what is wrong with the files that it names. The text may be unfinished: each member is judged for itself.

import * as libvirtErrors from '../libvirt/errors';
import * as checkErrors from '../core/check/errors';
import * as sevErrors from '../core/tech/sev/errors';
import { parseMeasurement } from '../core/tech/sev/evidence';
import { isSevEs, policyRemarks } from '../core/tech/sev/policy';
import { parseConnectionUri } from '../libvirt/uri';
import type { Io } from './io';
import { shapeProblems, validMembers, type LaunchMembers } from './launchFile';
import { checkNamedFiles } from './launchNamedFiles';
import { finding, type LaunchFix, type LaunchProblem, type Report } from './launchRules';
import { editsFor, namePlaceOf, placeOf, parseLaunchText, type Member } from './launchText';
import { looksLikeKey } from './keys';

/** What was found, in the order of the text, and which files were looked at. */
export interface LaunchLint {
  readonly problems: readonly LaunchProblem[];
  readonly files: readonly string[];
}

/** What may be done and what counts as allowed. */
export interface LintOptions {
  /** Whether to look at the files that are named. */
  readonly files: boolean;
  /** The person's setting for plain TCP. */
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
  const report: Report = (rule, member, message, { at, fix } = {}) => {
    const { offset, size } = at === 'name' ? namePlaceOf(read, member) : placeOf(read, member);
    const found = { ...finding(rule, offset, size, message), rule, member: member.join('.') };
    problems.push(fix ? { ...found, fix } : found);
  };
  if (read.broken !== undefined) {
    const size = Math.min(1, text.length - read.broken);
    const message = 'From here on this is not JSON.';
    problems.push({ ...finding('not-json', read.broken, size, message), rule: 'not-json', member: '' });
  } else {
    for (const { member, why } of shapeProblems(read.value))
      report('not-a-launch-file', member, `${why[0]!.toUpperCase()}${why.slice(1)}.`);
  }
  const members = validMembers(read.value);
  const fix = (title: string, member: Member, value: unknown): LaunchFix => ({
    title,
    edits: editsFor(read, member, value),
  });
  const isObject = typeof read.value === 'object' && read.value !== null && !Array.isArray(read.value);
  const names = isObject ? Object.keys(read.value) : [];
  // What is there and wrong is not missing.
  const isMissing: IsMissing = (...any) => isObject && !any.some((name) => names.includes(name));
  checkWhat(members, isMissing, report, allowTcp);
  checkTogether(members, isMissing, report, fix);
  checkVcpus(members, isMissing, report, fix);
  const looked = files ? await checkNamedFiles(io, path, members, report) : [];
  return { problems: problems.sort((a, b) => a.offset - b.offset), files: looked };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The launch that is to be checked, and the keys. */
function checkWhat(
  { launch, domain, keys = {} }: LaunchMembers,
  isMissing: IsMissing,
  report: Report,
  allowTcp: boolean,
): void {
  if (isMissing('launch', 'domain')) {
    const message = 'There is nothing to check: record a "launch", or name the "domain" to ask.';
    report('nothing-to-check', [], message);
  }
  if (launch?.measurement !== undefined) {
    try {
      parseMeasurement(launch.measurement);
    } catch (error) {
      report('bad-measurement', ['launch', 'measurement'], messageOf(error));
    }
  }
  checkPolicy({ launch, domain }, report);
  const uri =
    domain?.connection === undefined ? undefined : parseConnectionUri(domain.connection, { allowTcp });
  if (uri?.ok === false)
    report('connection-refused', ['domain', 'connection'], libvirtErrors.refusedUri(uri.reason).message);
  for (const [name, text] of Object.entries(keys)) {
    // Not a word of what it is.
    if (text !== undefined && looksLikeKey(text)) {
      const message =
        'This looks like the key itself, where the path of its file belongs. Put it into a file that only you can read, and make new keys for the next launch: whoever saw this file has it.';
      report('inlined-key', ['keys', name], message);
    }
  }
}

/** Where the policy stands that is known: of a recorded launch, or as the owner states it for a domain. */
function statedPolicy({ launch, domain }: Pick<LaunchMembers, 'launch' | 'domain'>) {
  const said = launch?.policy ?? domain?.policy;
  return said === undefined
    ? undefined
    : { policy: said, member: [launch?.policy === undefined ? 'domain' : 'launch', 'policy'] };
}

function checkPolicy(members: Pick<LaunchMembers, 'launch' | 'domain'>, report: Report): void {
  const stated = statedPolicy(members);
  if (!stated) return;
  const { apiMajor, apiMinor } = members.launch ?? {};
  const firmware = apiMajor === undefined || apiMinor === undefined ? undefined : { apiMajor, apiMinor };
  for (const { about, severity, text } of policyRemarks(stated.policy, firmware)) {
    if (severity === 'warning')
      report(about === 'debugging' ? 'policy-debugging' : 'policy-doubtful', stated.member, text);
  }
}

/** Whether none of these members is in the file, whatever their values. */
type IsMissing = (...names: readonly (keyof LaunchMembers)[]) => boolean;

type Fix = (title: string, member: Member, value: unknown) => LaunchFix;

/** Members that contradict each other, whatever was launched. */
function checkTogether(members: LaunchMembers, isMissing: IsMissing, report: Report, fix: Fix): void {
  const { initrd, cmdline, cpu, vmsa, profile } = members;
  for (const [name, value] of Object.entries({ initrd, cmdline })) {
    if (isMissing('kernel') && value !== undefined)
      report('kernel-needed', [name], checkErrors.kernelNeeded().message);
  }
  if (cmdline !== undefined && /[\r\n]$/.test(cmdline)) {
    const message =
      'The command line ends with a line end, which is measured. Leave it out unless QEMU was given one.';
    const trimmed = fix('Remove the line end', ['cmdline'], cmdline.replace(/[\r\n]+$/, ''));
    report('cmdline-line-end', ['cmdline'], message, { fix: trimmed });
  }
  if (!vmsa) return;
  if (cpu !== undefined) {
    const removed = fix('Remove "cpu"', ['cpu'], undefined);
    report('cpu-and-pages', ['cpu'], checkErrors.cpuAndVmsa().message, { at: 'name', fix: removed });
  }
  if (profile !== undefined) {
    const message = 'A profile is about generated VMSAs, and these come from files: it plays no part.';
    report('unused-input', ['profile'], message, {
      at: 'name',
      fix: fix('Remove "profile"', ['profile'], undefined),
    });
  }
}

/** What SEV-ES needs, and what plain SEV leaves aside. */
function checkVcpus(members: LaunchMembers, isMissing: IsMissing, report: Report, fix: Fix): void {
  const { vcpus, cpu, vmsa } = members;
  const stated = statedPolicy(members);
  if (stated && !isSevEs(stated.policy)) {
    for (const [name, value] of Object.entries({ vcpus, cpu, vmsa })) {
      if (value === undefined) continue;
      const message = `The policy is plain SEV (bit 2 is clear), which measures no vCPUs: "${name}" plays no part.`;
      report('unused-input', [name], message, { at: 'name' });
    }
    return;
  }
  if (vmsa && vmsa.ap === undefined && vcpus !== undefined && vcpus > 1)
    report('ap-page-needed', ['vmsa'], sevErrors.apPageNeeded(vcpus).message, { at: 'name' });
  if (!stated) return;
  if (isMissing('vcpus')) {
    const added = fix('Add "vcpus": 1', ['vcpus'], 1);
    report('vcpus-needed', stated.member, checkErrors.vcpuCountNeeded().message, { fix: added });
  }
  if (isMissing('cpu', 'vmsa')) report('pages-needed', stated.member, checkErrors.vmsaNeeded().message);
}
