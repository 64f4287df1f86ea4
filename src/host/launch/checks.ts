// The checks behind a report: of a recorded launch, and of a running domain with the owner's inputs from a launch
// file, read as its open editor shows it.

import { isAbsolute } from 'node:path';
import * as vscode from 'vscode';
import { CheckError } from '../../core/errors';
import * as errors from './errors';
import * as shellErrors from '../shell/errors';
import * as ioErrors from '../../app/ioErrors';
import type { VmsaPages } from '../../core/launch/loads';
import type { Report } from '../../core/launch/report';
import { secretGuid } from '../../core/tech/sev/secret';
import {
  checkDomain,
  type CheckedLaunch,
  type DomainCheckOptions,
  type DomainOutcome,
  type Injection,
} from '../../app/domainCheck';
import type { Io } from '../../app/io';
import { readSecret } from '../../app/keys';
import { checkedInputs, domainInputsOf, isByReport, statedPlatform } from '../../app/launch';
import type { LaunchTrace } from '../../app/digestTrace';
import { digestOfReport } from '../../app/reportCheck';
import type { VerifyEvidence } from '../../app/reportEvidence';
import { runCheck } from '../../app/runCheck';
import { notesOn, type VerifiedReport } from '../../core/check/checkReport';
import type { LaunchFile } from '../../core/check/launchFile';
import { parseLaunchFile, readLaunchText } from '../../app/launchFile';
import { chooseFile, typeLine } from '../shell/ask';
import { nameOf } from '../shell/files';
import { confirm } from '../shell/notify';
import { connectionOptions } from '../connections/connectionOptions';
import type { Connections } from '../connections/connections';
import { nameInWords } from './consent';
import type { DomainTarget } from './reportSource';
import { runTask } from '../../threads';

/** How a check is watched and stopped. */
export type RunOptions = Omit<DomainCheckOptions, 'connection' | 'libvirt'>;

/** The text of a launch file, from its open editor if there is one. @throws CheckError */
export async function launchTextAt(io: Io, uri: vscode.Uri): Promise<string> {
  if (!vscode.workspace.isTrusted) throw shellErrors.untrustedWorkspace();
  const open = vscode.workspace.textDocuments.find((d) => d.uri.toString() === uri.toString());
  // An untitled document has a path if it has a name.
  if (uri.scheme !== 'file' && !(open?.isUntitled && isAbsolute(uri.path)))
    throw shellErrors.notOnDisk(uri.scheme);
  if ((await io.stat(uri.fsPath)).kind === 'pipe') throw ioErrors.pipeForFile(nameOf(uri));
  // Of bytes that are not UTF-8 an editor shows no more than that: the file itself says which they are.
  const isClear = open?.isDirty === true || open?.getText().includes('\ufffd') === false;
  return open && (isClear || uri.scheme !== 'file')
    ? open.getText()
    : readLaunchText(io, uri.fsPath, { onlyFile: true });
}

/** A launch file with its text, from its open editor if there is one. @throws CheckError */
export async function launchFileAt(io: Io, uri: vscode.Uri): Promise<LaunchFile> {
  return parseLaunchFile(io, await launchTextAt(io, uri), uri.fsPath);
}

/** What a check gives its report's page besides. */
export interface Checked {
  readonly report: Report;
  /** Absent where nothing was computed. */
  readonly launch?: CheckedLaunch;
  readonly trace?: Partial<LaunchTrace>;
  /** The attestation report that the launch was compared with. */
  readonly evidence?: VerifiedReport;
}

/**
 * Checks the launch that is recorded in a file, or, in a thread that has its trace, the digest that it names.
 * @throws CheckError
 */
export async function runRecorded(io: Io, file: vscode.Uri, options: RunOptions): Promise<Checked> {
  const inputs = checkedInputs(await launchFileAt(io, file), nameOf(file));
  if (!isByReport(inputs) && !('launchDigest' in inputs)) {
    const launch = { inputs };
    let pages: LaunchTrace['pages'];
    const report = await runCheck(io, inputs, { ...options, onPages: (measured) => (pages = measured) });
    return { report, launch, ...(pages && { trace: { pages } }) };
  }
  const { signal, onProgress } = options;
  const last = await runTask(io, 'checkDigest', inputs, {
    signal,
    answer: (answer) => {
      if (answer.type === 'progress') onProgress?.(answer.name, answer.done, answer.total);
    },
    died: errors.checkFailed,
  });
  if (last?.type !== 'report') throw ioErrors.cancelled();
  const { report, trace, evidence } = last;
  if (!isByReport(inputs) || !evidence)
    return { report, trace, ...(!isByReport(inputs) && { launch: { inputs } }) };
  const digested = digestOfReport(inputs, evidence);
  const launch = digested && { inputs: digested, notes: notesOn(evidence) };
  return { report, evidence, ...(launch && { launch, trace }) };
}

/** Verifies reports, each in a thread of its own. */
export const verifiesEvidence =
  (io: Io): VerifyEvidence =>
  async (question, signal) => {
    const found = await runTask(io, 'verifyReport', question, { signal, died: errors.checkFailed });
    if (!found) throw ioErrors.cancelled();
    return found;
  };

/** Checks a domain with the inputs in a file. @throws CheckError */
export async function runDomain(
  io: Io,
  { libvirt, workerPath }: Connections,
  file: vscode.Uri,
  { uri, domain }: DomainTarget,
  options: RunOptions,
  injection?: Injection,
): Promise<DomainOutcome & Pick<Checked, 'trace'>> {
  const launch = await launchFileAt(io, file);
  const inputs = domainInputsOf(launch, nameOf(file));
  const platform = statedPlatform(launch);
  const connection = connectionOptions(workerPath, uri);
  let pages: LaunchTrace['pages'];
  const verifyEvidence = verifiesEvidence(io);
  const watched = {
    ...options,
    libvirt,
    connection,
    verifyEvidence,
    onPages: (measured: VmsaPages) => (pages = measured),
  };
  const outcome = await checkDomain(io, { ...inputs, platform, domain }, watched, injection);
  return { ...outcome, ...(pages && { trace: { pages } }) };
}

/** Asks which secret to inject into a domain, and for confirmation; `run` checks the domain again and injects it. */
export async function injectInto(
  io: Io,
  { name, uri }: DomainTarget,
  run: (injection: Injection) => Promise<void>,
): Promise<void> {
  const guid = await typeLine({
    title: 'Name of the secret',
    prompt: 'A GUID, or luks-key for the key of a disk',
    value: 'luks-key',
    whyNot: (text) => {
      try {
        secretGuid(text);
        return undefined;
      } catch (error) {
        return error instanceof CheckError ? error.message : String(error);
      }
    },
  });
  if (guid === undefined) return;
  const file = await chooseFile({ title: 'File with the secret', openLabel: 'Choose' });
  if (!file) return;
  if (file.scheme !== 'file') throw shellErrors.notOnDisk(file.scheme);
  const detail = `The launch is checked once more. If it matches, the secret ${guid} is sealed for this guest, sent to ${uri}, and the guest is resumed.`;
  const question = `Give ${nameOf(file)} to the guest ${nameInWords(name)}?`;
  if (!(await confirm(question, detail, 'Inject Secret'))) return;
  await run({
    secrets: async () => [
      { guid: secretGuid(guid), data: await readSecret(io, file.fsPath, { onlyFile: true }) },
    ],
  });
}
