// Checks of launches: launch files, their reports and tests, and the domains of libvirt. They need a machine: disk, threads and
// processes.

import * as vscode from 'vscode';
import type { Io } from '../app/io';
import { writeSample } from '../app/sample';
import { LAUNCH_PATTERN, LAUNCH_SUFFIX, type CheckCommandId } from '../contributions';
import { Connections } from './connections/connections';
import { domainsCommands } from './domains/domainsCommands';
import { DomainsView } from './domains/domainsView';
import { isHers } from './launch/consent';
import { createIdBlock } from './launch/createIdBlock';
import { LastVerdicts } from './launch/lastVerdicts';
import { LaunchDiagnostics } from './launch/launchDiagnostics';
import { registerLaunchLenses } from './launch/launchLenses';
import { LaunchTests } from './launch/launchTests';
import { recordLaunch } from './launch/recordLaunch';
import { ReportEditor } from './launch/reportEditor';
import { isReport, reportUri } from './launch/reportSource';
import { ReportStore } from './launch/reportStore';
import { ReferenceEditor } from './references/referenceEditor';
import { askQuestion, fromCommand, referencesUri } from './references/referenceSource';
import { sourceIn, validateDomain, validateNamed, type ValidateContext } from './launch/validateDomain';
import { chooseFile } from './shell/ask';
import type { CommandGroup } from './shell/commands';
import * as shellErrors from './shell/errors';
import { libvirtWorkerScript } from './shell/files';
import { notify } from './shell/notify';
import { activeFile, pickFile, startFolder } from './shell/picks';
import { openIn } from './shell/run';

/** Registers what checks launches. @returns it and its commands */
export function checking(
  { extensionUri, globalState, workspaceState }: vscode.ExtensionContext,
  io: Io,
): CommandGroup<CheckCommandId> {
  const verdicts = new LastVerdicts(globalState);
  const connections = new Connections(libvirtWorkerScript(extensionUri));
  const domains = new DomainsView(connections, verdicts);
  const reports = new ReportEditor(io, extensionUri, {
    connections,
    store: new ReportStore(workspaceState),
    mayConnect: ({ uri, name }) => isHers(globalState, uri, name),
    onVerdict: ({ uri, domain }, verdict) => {
      // If it could not be stored, the report must not be lost.
      verdicts.rememberVerdict(uri, domain, verdict ?? 'no verdict', new Date()).catch(() => undefined);
    },
  });
  const checks: ValidateContext = { io, reports, connections, memory: globalState };
  return {
    registered: [
      reports.register(),
      new ReferenceEditor(io, extensionUri).register(),
      domains.register(),
      new LaunchDiagnostics(io).register(),
      registerLaunchLenses(),
      new LaunchTests({ io, extensionUri, connections, memory: globalState }).register(),
    ],
    commands: {
      ...domainsCommands(domains, globalState),
      validateLaunch: (uri?: vscode.Uri) => validateLaunch(checks, uri),
      explainMismatch: (uri?: vscode.Uri) => validateLaunch(checks, uri, true),
      openReport: (uri?: vscode.Uri) =>
        withLaunchFile(io, 'Launch of the report', uri, async (file) =>
          reports.reveal(reportUri(await sourceIn(io, file))),
        ),
      referenceValues: (given?: unknown) => referenceValues(io, given),
      createIdBlock: (given?: unknown) => createIdBlock(io, given),
      recordLaunch: (given?: unknown) => recordLaunch(checks, given),
      validateDomain: (given?: unknown) => validateDomain(checks, given),
      createSample: (folder?: vscode.Uri) => createSample(io, folder),
    },
  };
}

/** Opens the page of reference values. @param given a file, or the text of a command line of QEMU or of a domain's XML */
async function referenceValues(io: Io, given: unknown): Promise<void> {
  if (!vscode.workspace.isTrusted) throw shellErrors.untrustedWorkspace();
  const question = typeof given === 'string' ? await fromCommand(io, given) : await askQuestion(io, given);
  if (question) await openIn('references', referencesUri(question));
}

/** Runs a launch file and opens its report. @param explain whether to search for the cause of a mismatch at once */
async function validateLaunch(checks: ValidateContext, uri?: vscode.Uri, explain = false): Promise<void> {
  if (!vscode.workspace.isTrusted) throw shellErrors.untrustedWorkspace();
  const active = uri ?? activeFile();
  // A report already belongs to a launch or a domain.
  if (active && isReport(active)) return checks.reports.start(active, explain);
  const title = explain ? 'Launch to explain' : 'Launch to check';
  await withLaunchFile(checks.io, title, uri, (file) => validateNamed(checks, file, explain));
}

/** Runs something on a launch file: the given one, the one in the active editor, or one that the user picks. */
async function withLaunchFile(
  io: Io,
  title: string,
  uri: vscode.Uri | undefined,
  run: (file: vscode.Uri) => Promise<void>,
): Promise<void> {
  if (!vscode.workspace.isTrusted) throw shellErrors.untrustedWorkspace();
  const active = activeFile();
  const own = active?.path.endsWith(LAUNCH_SUFFIX) ? active : undefined;
  const file = uri ?? own ?? (await pickFile(io, title, LAUNCH_PATTERN));
  if (file) await run(file);
}

/** Writes the sample into a folder and offers to open it. */
async function createSample(io: Io, folder?: vscode.Uri): Promise<void> {
  if (!vscode.workspace.isTrusted) throw shellErrors.untrustedWorkspace();
  const parent =
    folder ??
    (await chooseFile({
      title: 'Folder to put the sample into',
      openLabel: 'Create Sample Here',
      canSelectFiles: false,
      canSelectFolders: true,
      folder: startFolder(io),
    }));
  if (!parent) return;
  if (parent.scheme !== 'file') throw shellErrors.notOnDisk(parent.scheme);
  const sample = folder ?? vscode.Uri.joinPath(parent, 'sevscope-sample');
  await writeSample(io, sample.fsPath);
  if (folder) return;
  const open = 'Open Folder';
  const answer = await notify('information', `The sample is in ${sample.fsPath}.`, open);
  if (answer === open) await vscode.commands.executeCommand('vscode.openFolder', sample);
}
