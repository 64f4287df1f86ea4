// Problems with the files that a launch file names: whether they can be read, whether the firmware is firmware
// and fits the launch, the sizes of pages and keys, and who else can read a key. Keys are not read for this.

import { MAX_FILE } from '../core/binary/limits';
import * as ioErrors from './ioErrors';
import * as errors from './errors';
import { looksLikeKey } from '../core/check/keyText';
import { needsResetAddress, type LaunchQuestion } from '../core/check/question';
import { parseFirmware } from '../core/ovmf/firmwareFile';
import { whyUnfit } from '../core/ovmf/kinds/judge';
import { VMSA_SIZE } from '../core/vmsa/layout/layout';
import { isIgnored, workTreeOf } from './gitIgnore';
import { kernelUnmeasured, resetAddressOf } from './launch';
import { pathIn } from './launchFile';
import type { ReportProblem } from './launchRules';
import type { MemberPath } from './launchFaults';
import { KEY_FILE_SIZES } from './keys';
import type { FileStat, Io } from './io';

/** What is known about an existing file. */
type Found = Exclude<FileStat, { kind: 'none' }>;

/** A file's state, or why it cannot be read: the system's code, or a phrase. */
async function look(io: Io, path: string): Promise<Found | string> {
  const found = await io.stat(path);
  if (found.kind === 'none') return found.code;
  if (found.kind === 'folder') return 'EISDIR';
  if (found.kind !== 'file') return 'it is no regular file';
  return (await io.whyUnreadable(path)) ?? found;
}

/** Checks every file that is named. @returns their paths */
export async function checkNamedFiles(
  io: Io,
  launchFile: string,
  question: LaunchQuestion,
  report: ReportProblem,
): Promise<string[]> {
  const { firmware, kernel, initrd, vmsa, keys = {} } = question.given;
  const looked: string[] = [];
  const find = async (member: MemberPath, named: string | undefined, shown = named) => {
    if (named === undefined) return undefined;
    const path = pathIn(io, launchFile, named);
    looked.push(path);
    const stats = await look(io, path);
    if (typeof stats !== 'string') return { path, stats };
    report('unreadable-file', member, ioErrors.unreadableFile(shown!, stats).message);
    return undefined;
  };
  const image = await find(['firmware'], firmware);
  if (image) await checkFirmware(io, image.path, image.stats, question, report);
  await find(['kernel'], kernel);
  await find(['initrd'], initrd);
  for (const [name, page] of Object.entries(vmsa ?? {})) {
    const found = await find(['vmsa', name], page);
    if (found && found.stats.size !== VMSA_SIZE)
      report('page-size', ['vmsa', name], errors.wrongVmsaSize(page!, found.stats.size).message);
  }
  for (const name of ['tk', 'tik', 'tek'] as const) {
    const named = keys[name];
    if (named === undefined || looksLikeKey(named)) continue;
    // What was pasted may be a key in an unrecognized form: do not repeat it.
    const found = await find(['keys', name], named, 'The key file');
    if (found) await checkKey(io, name, found.path, found.stats, report);
  }
  return looked;
}

async function checkFirmware(
  io: Io,
  path: string,
  { size }: Found,
  question: LaunchQuestion,
  report: ReportProblem,
): Promise<void> {
  const at = ['firmware'];
  if (size > MAX_FILE) {
    report('no-firmware', at, ioErrors.tooLarge('It', MAX_FILE).message);
    return;
  }
  const { value: image, findings } = parseFirmware(await io.read(path, size));
  const reason = whyUnfit(findings, image);
  if (reason?.rule === 'no-table') report('unknown-firmware', at, reason.message);
  else if (reason) {
    report('no-firmware', at, reason.message);
    return;
  }
  const unmeasured = question.given.kernel === undefined ? undefined : kernelUnmeasured(image);
  if (unmeasured !== undefined) report('no-hash-area', at, unmeasured);
  if (!needsResetAddress(question)) return;
  try {
    resetAddressOf(image, 'The firmware');
  } catch (error) {
    report('no-reset-address', at, error instanceof Error ? error.message : String(error));
  }
}

const KEY_NAMES = { tk: 'TEK and TIK', tik: 'TIK', tek: 'TEK' } as const;

/** Checks its size and who else can read it. */
async function checkKey(
  io: Io,
  name: keyof typeof KEY_NAMES,
  path: string,
  { size, mode }: Found,
  report: ReportProblem,
): Promise<void> {
  const [what, at, wanted] = [KEY_NAMES[name], ['keys', name], KEY_FILE_SIZES[name]];
  if (size !== wanted)
    report('key-size', at, ioErrors.badKeyFile(what, 'The key file', size, wanted).message);
  if (mode !== undefined && (mode & 0o066) !== 0) {
    const message = `The file with the ${what} is open to others than its owner (mode ${mode.toString(8)}). Make it yours alone: chmod 600.`;
    report('key-open-to-others', at, message, {
      fix: { title: 'Make the key file readable by its owner only (chmod 600)', protect: path },
    });
  }
  // For a link, Git commits only the link.
  const real = await io.realPath(path);
  const workTree = await workTreeOf(io, real);
  if (workTree === undefined || (await isIgnored(io, workTree, real))) return;
  const message = `The file with the ${what} lies in the Git work tree ${workTree} and is not ignored: it can be committed by mistake. Keep it elsewhere, or name it in .gitignore.`;
  report('key-in-work-tree', at, message);
}
