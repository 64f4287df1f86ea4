// `SEV: Record Launch from Domain…`: what a host reports about a domain's launch, combined with the owner's
// inputs from another file in a new launch file. It opens unsaved, so that the user sees it before it is kept.

import * as vscode from 'vscode';
import { LAUNCH_SUFFIX } from '../../contributions';
import * as shellErrors from '../shell/errors';
import * as errors from './errors';
import { readLaunchText } from '../../app/launchFile';
import { askLaunch, recordedText } from '../../app/launchRecord';
import type { Io } from '../../app/io';
import { expectedText, type ExpectedLaunch } from '../../app/snpLaunch';
import { isHers, nameInWords } from './consent';
import { isGone } from '../shell/files';
import { notify, withProgress } from '../shell/notify';
import { openUnsaved } from './newLaunchFile';
import { chooseInputs, chooseDomain, domainOf, type ValidateContext } from './validateDomain';

/**
 * Asks the user for missing arguments, then asks the host, and opens the file.
 * @param given a row of the view, or an object like one
 */
export async function recordLaunch(
  { io, connections, memory }: ValidateContext,
  given?: unknown,
): Promise<void> {
  if (!vscode.workspace.isTrusted) throw shellErrors.untrustedWorkspace();
  const target = domainOf(given) ?? (await chooseDomain(connections));
  if (!target || !(await isHers(memory, target.uri, target.name))) return;
  const chosen = await chooseInputs(io, target, {
    label: 'Without inputs…',
    description: 'names of files to fill in',
  });
  if (!chosen) return;
  const { file } = chosen;
  const folder = file ? vscode.Uri.joinPath(file, '..') : vscode.workspace.workspaceFolders?.[0]?.uri;
  if (!folder) throw errors.noFolder();
  const title = `Asking for the launch of ${nameInWords(target.name)}`;
  const recorded = await withProgress(title, (token) => {
    const asked = connections.use(target.uri, (connection) => askLaunch(connection, target.domain));
    return unlessCancelled(asked, token);
  });
  if (!recorded) return;
  const uri = await freeName(folder, `${fileNameOf(target.name)}-recorded`);
  const inputs = file && { path: file.fsPath, text: await readLaunchText(io, file.fsPath) };
  await openUnsaved(uri, recordedText(io, recorded, uri.fsPath, target.uri, inputs));
  void notify(
    'information',
    'Only what the host reported was recorded. Firmware, kernel, vCPUs and CPU are yours to give: nothing that the host says of them is in the file.',
  );
}

/**
 * Opens what the report of an SNP guest must show as a new launch file, unsaved.
 * @param name of the domain @param near the launch file with the inputs
 */
export async function openExpected(
  io: Io,
  expected: ExpectedLaunch,
  name: string,
  near: vscode.Uri,
): Promise<void> {
  const uri = await freeName(vscode.Uri.joinPath(near, '..'), `${fileNameOf(name)}-expected`);
  await openUnsaved(uri, expectedText(io, expected, uri.fsPath));
  void notify(
    'information',
    'The launch file has the launch digest of your inputs. Put that of the report into "launchDigest" to compare it, once the signature of the report is verified.',
  );
}

/** A name of a domain as part of the name of a file. */
const fileNameOf = (name: string): string => name.replaceAll(/[^\w.-]+/g, '-');

/** An unused file name: an earlier recording must not be overwritten. */
async function freeName(folder: vscode.Uri, stem: string): Promise<vscode.Uri> {
  for (let n = 1; ; n++) {
    const uri = vscode.Uri.joinPath(folder, `${stem}${n === 1 ? '' : `-${n}`}${LAUNCH_SUFFIX}`);
    if (await isGone(uri)) return uri;
  }
}

/** Waits for a promise, or returns undefined on cancellation; does not end a connection that others may share. */
export async function unlessCancelled<T>(
  asked: Promise<T>,
  token: vscode.CancellationToken,
): Promise<T | undefined> {
  let listening: vscode.Disposable | undefined;
  const cancelled = new Promise<undefined>((done) => {
    listening = token.onCancellationRequested(() => done(undefined));
  });
  try {
    return await Promise.race([asked, cancelled]);
  } finally {
    listening?.dispose();
  }
}
