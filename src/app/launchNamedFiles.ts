// Problems with the files that a launch file names: whether they can be read, whether the firmware is firmware
// and fits the launch, the sizes of pages and keys, and who else can read a key. Keys are not read for this.

import { CheckError } from '../core/errors';
import * as ioErrors from './ioErrors';
import { looksLikeKey } from '../core/check/keyText';
import { isSnpLaunch, needsResetAddress, type LaunchQuestion } from '../core/check/question';
import { parseFirmware } from '../core/ovmf/firmwareFile';
import { whyUnfit } from '../core/ovmf/kinds/judge';
import { refuseLoads } from '../core/tech/snp/loads';
import { isIgnored, workTreeOf } from './gitIgnore';
import { kernelUnmeasured, resetAddressOf } from './launch';
import { pathIn } from './launchFile';
import type { LintRule } from '../core/check/rules';
import type { ReportProblem } from './launchRules';
import type { MemberPath } from '../core/check/question';
import { KEY_FILES, type KeyInput } from './keys';
import { namedFiles, type NamedFile } from './inputs';
import { readCertificateFiles, readReportFile } from './reportFile';
import { onlyPageIn } from './vmsaFile';
import type { FileRole } from './fileRoles';
import type { FileFacts, Io } from './io';

/** Rules about the size of a file, by what it is named for. */
const SIZE_RULES: Partial<Record<FileRole, LintRule>> = {
  firmware: 'no-firmware',
  page: 'not-a-page',
};

/** Checks every file that is named. @returns their paths */
export async function checkNamedFiles(
  io: Io,
  launchFile: string,
  question: LaunchQuestion,
  report: ReportProblem,
): Promise<string[]> {
  const looked: string[] = [];
  for (const file of namedFiles(question.given)) {
    const { kind, id, path: written } = file;
    // What was pasted is a key, not a path.
    if (kind === 'key' && looksLikeKey(written)) continue;
    const path = pathIn(io, launchFile, written);
    looked.push(path);
    if (kind === 'evidence' || kind === 'evidence list') {
      await checkEvidence(io, file, path, question, report);
      continue;
    }
    const stats = await probeNamed(io, file, path, report);
    if (!stats) continue;
    if (kind === 'page') await checkPage(io, file, path, report);
    else if (kind === 'key') await checkKey(io, file, path, stats, report);
    else if (id === 'firmware') await checkFirmware(io, path, question, report);
  }
  return looked;
}

/** Checks that there is a report, or certificates, at a path: a file or a folder. */
async function checkEvidence(
  io: Io,
  { kind, member: at }: NamedFile,
  path: string,
  { given, unclear = [] }: LaunchQuestion,
  report: ReportProblem,
): Promise<void> {
  const { kind: found } = await io.stat(path);
  // What can be read once is left to the check.
  if (found === 'pipe') return;
  try {
    if (kind === 'evidence list') await readCertificateFiles(io, path);
    else {
      const { certificates } = (await readReportFile(io, path)).found.certificates;
      if (certificates.length > 0 || given.certificates || unclear.includes('certificates')) return;
      report('certificates-needed', at, NO_CERTIFICATES_GIVEN);
    }
  } catch (error) {
    if (!(error instanceof CheckError)) throw error;
    const isThere = found === 'file' || found === 'folder';
    const rule = kind === 'evidence list' ? 'no-certificates' : 'no-report';
    report(isThere ? rule : 'unreadable-file', at, error.message);
  }
}

const NO_CERTIFICATES_GIVEN =
  'The report comes without certificates, and no "certificates" are named: it cannot be verified, and nothing matches it.';

/** Opens a file; one that cannot be opened or is too large is reported. @param path of it, absolute */
async function probeNamed(
  io: Io,
  { kind, member, role, path: written }: NamedFile,
  path: string,
  report: ReportProblem,
): Promise<FileFacts | undefined> {
  try {
    // What is judged is what was opened.
    return await io.probe(path, role, { onlyFile: true });
  } catch (error) {
    if (!(error instanceof CheckError)) throw error;
    const isTooLarge = ioErrors.isTooLarge(error);
    // Who else can read it matters for whatever is named as a key.
    const stats = isTooLarge && kind === 'key' ? await io.stat(path) : undefined;
    if (stats?.kind === 'file') return stats;
    // What was pasted may be a key in an unrecognized form: do not repeat it.
    const shown = kind === 'key' ? 'The key file' : written;
    const rule = isTooLarge ? SIZE_RULES[role] : undefined;
    report(rule ?? 'unreadable-file', member, error.message.replaceAll(path, shown));
    return undefined;
  }
}

/** Reads a file for what is judged in it; a file that cannot be read is reported. */
async function readNamed(
  io: Io,
  member: MemberPath,
  path: string,
  role: FileRole,
  report: ReportProblem,
): Promise<Uint8Array | undefined> {
  return io.read(path, role, { onlyFile: true }).catch((error: unknown) => {
    if (!(error instanceof CheckError)) throw error;
    report('unreadable-file', member, error.message);
    return undefined;
  });
}

/** Checks that there is one page in a file. */
async function checkPage(
  io: Io,
  { member, path: shown }: NamedFile,
  path: string,
  report: ReportProblem,
): Promise<void> {
  const bytes = await readNamed(io, member, path, 'page', report);
  if (!bytes) return;
  try {
    onlyPageIn(shown, bytes);
  } catch (error) {
    if (!(error instanceof CheckError)) throw error;
    report('not-a-page', member, error.message);
  }
}

async function checkFirmware(
  io: Io,
  path: string,
  question: LaunchQuestion,
  report: ReportProblem,
): Promise<void> {
  const at = ['firmware'];
  const bytes = await readNamed(io, at, path, 'firmware', report);
  if (!bytes) return;
  const { value: image, findings } = parseFirmware(bytes);
  const reason = whyUnfit(findings, image);
  if (reason?.rule === 'no-table') report('unknown-firmware', at, reason.message);
  else if (reason) {
    report('no-firmware', at, reason.message);
    return;
  }
  const { kernel, svsm } = question.given;
  // An SVSM image is launched without kernel hashes.
  const unmeasured = kernel === undefined || svsm !== undefined ? undefined : kernelUnmeasured(image);
  if (unmeasured !== undefined) report('no-hash-area', at, unmeasured);
  // With an SVSM image its metadata count, and not those of the firmware.
  const refusal = isSnpLaunch(question) && svsm === undefined ? refuseLoads({}, image) : undefined;
  if (refusal) report('no-snp-launch', at, refusal.message);
  if (!needsResetAddress(question)) return;
  try {
    resetAddressOf(image, 'The firmware');
  } catch (error) {
    report('no-reset-address', at, error instanceof Error ? error.message : String(error));
  }
}

/** Checks its size and who else can read it. */
async function checkKey(
  io: Io,
  { id, member: at }: NamedFile,
  path: string,
  { size, mode }: FileFacts,
  report: ReportProblem,
): Promise<void> {
  const { what, size: wanted } = KEY_FILES[id as KeyInput];
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
