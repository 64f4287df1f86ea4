// Problems with the files that a launch file names: whether they can be read, whether the firmware is firmware
// and fits the launch, the sizes of pages and keys, and who else can read a key. Keys are not read for this.

import { CheckError } from '../core/errors';
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
import type { LintRule } from '../core/check/rules';
import type { ReportProblem } from './launchRules';
import type { MemberPath } from '../core/check/question';
import { KEY_FILE_SIZES } from './keys';
import type { FileRole } from './fileRoles';
import type { FileFacts, Io } from './io';

/** Rules about the size of a file, by what it is named for. */
const SIZE_RULES: Partial<Record<FileRole, LintRule>> = {
  firmware: 'no-firmware',
  page: 'page-size',
};

/** Checks every file that is named. @returns their paths */
export async function checkNamedFiles(
  io: Io,
  launchFile: string,
  question: LaunchQuestion,
  report: ReportProblem,
): Promise<string[]> {
  const { firmware, kernel, initrd, vmsa, keys = {} } = question.given;
  const looked: string[] = [];
  const find = async (member: MemberPath, role: FileRole, named: string | undefined, shown = named) => {
    if (named === undefined) return undefined;
    const path = pathIn(io, launchFile, named);
    looked.push(path);
    try {
      // What is judged is what was opened.
      return { path, stats: await io.probe(path, role, { onlyFile: true }) };
    } catch (error) {
      if (!(error instanceof CheckError)) throw error;
      const isTooLarge = ioErrors.isTooLarge(error);
      // Who else can read it matters for whatever is named as a key.
      const stats = isTooLarge && role === 'key' ? await io.stat(path) : undefined;
      if (stats?.kind === 'file') return { path, stats };
      const rule = isTooLarge ? SIZE_RULES[role] : undefined;
      report(rule ?? 'unreadable-file', member, error.message.replaceAll(path, shown!));
      return undefined;
    }
  };
  const image = await find(['firmware'], 'firmware', firmware);
  if (image) await checkFirmware(io, image.path, question, report);
  await find(['kernel'], 'kernel', kernel);
  await find(['initrd'], 'initrd', initrd);
  for (const [name, page] of Object.entries(vmsa ?? {})) {
    const found = await find(['vmsa', name], 'page', page);
    if (found && found.stats.size !== VMSA_SIZE)
      report('page-size', ['vmsa', name], errors.wrongVmsaSize(page!, found.stats.size).message);
  }
  for (const name of ['tk', 'tik', 'tek'] as const) {
    const named = keys[name];
    if (named === undefined || looksLikeKey(named)) continue;
    // What was pasted may be a key in an unrecognized form: do not repeat it.
    const found = await find(['keys', name], 'key', named, 'The key file');
    if (found) await checkKey(io, name, found.path, found.stats, report);
  }
  return looked;
}

async function checkFirmware(
  io: Io,
  path: string,
  question: LaunchQuestion,
  report: ReportProblem,
): Promise<void> {
  const at = ['firmware'];
  const bytes = await io.read(path, 'firmware', { onlyFile: true }).catch((error: unknown) => {
    if (!(error instanceof CheckError)) throw error;
    report('unreadable-file', at, error.message);
    return undefined;
  });
  if (!bytes) return;
  const { value: image, findings } = parseFirmware(bytes);
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
  { size, mode }: FileFacts,
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
