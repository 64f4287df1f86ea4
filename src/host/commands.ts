// The commands of the palette and the menus. Tests and tasks can also call them with their answers; menus pass
// arguments of their own after the file, so an argument counts as an answer only if it has the right type.

import * as vscode from 'vscode';
import * as shellErrors from './shell/errors';
import { chooseFile } from './shell/ask';
import { generateVmsa } from '../core/vmsa/launch/generate';
import type { Io } from '../app/io';
import { writeSample } from '../app/sample';
import { LAUNCH_PATTERN, LAUNCH_SUFFIX, command, type CommandId, type EditorId } from '../contributions';
import { isRequest } from '../protocol/vmsa';
import { domainsCommands } from './domains/domainsCommands';
import type { DomainsView } from './domains/domainsView';
import { imagesUri } from './ovmf/imagesEditor';
import { activeFile, firmwareAt, pickFile, pickRequest, savePage, startFolder } from './shell/picks';
import { notify } from './shell/notify';
import { present } from './shell/present';
import type { RecentCpus } from './shell/recentCpus';
import { openIn } from './shell/run';
import { recordLaunch } from './launch/recordLaunch';
import { isReport, reportUri } from './launch/reportSource';
import { sourceIn, validateDomain, validateNamed, type ValidateContext } from './launch/validateDomain';
import { vmsaCommands, type Command } from './vmsa/vmsaCommands';
import type { VmsaEditor } from './vmsa/vmsaEditor';

/** Registers every command. */
export function registerCommands(
  editor: VmsaEditor,
  recent: RecentCpus,
  domains: DomainsView,
  checks: ValidateContext,
): vscode.Disposable[] {
  const { io } = checks;
  const commands = {
    ...vmsaCommands(io, editor, recent),
    ...domainsCommands(domains, checks.memory),
    generateVmsa: (target?: unknown, more?: unknown) => generate(io, recent, target, more),
    compareImages,
    validateLaunch: (uri?: vscode.Uri) => validateLaunch(checks, uri),
    explainMismatch: (uri?: vscode.Uri) => validateLaunch(checks, uri, true),
    openReport: (uri?: vscode.Uri) =>
      withLaunchFile('Launch of the report', uri, async (file) =>
        checks.reports.reveal(reportUri(await sourceIn(io, file))),
      ),
    recordLaunch: (given?: unknown) => recordLaunch(checks, given),
    validateDomain: (given?: unknown) => validateDomain(checks, given),
    createSample: (folder?: vscode.Uri) => createSample(io, folder),
    openAsOvmf: (uri?: vscode.Uri) => openWith(uri, 'ovmf'),
    openAsVmsa: (uri?: vscode.Uri) => openWith(uri, 'vmsa'),
  } satisfies Record<CommandId, Command>;
  return (Object.entries(commands) as [CommandId, Command][]).map(([id, run]) =>
    vscode.commands.registerCommand(command(id), (...args: never[]) => present(() => run(...args))),
  );
}

async function openWith(uri: vscode.Uri | undefined, editor: EditorId): Promise<void> {
  const file = uri ?? activeFile() ?? (await pickFile('File to open', '**/*.{fd,bin,vmsa}'));
  if (file) await openIn(editor, file);
}

/** The reset address in the firmware that a caller names. */
async function addressIn(io: Io, more: unknown): Promise<number | undefined> {
  if (typeof more !== 'object' || more === null || !('firmware' in more)) return undefined;
  const { firmware } = more;
  return typeof firmware === 'string'
    ? (await firmwareAt(io, vscode.Uri.parse(firmware, true))).resetAddress
    : undefined;
}

/** Generates a page, saves it and opens it. With `target` and `answers` it asks no questions. */
async function generate(
  io: Io,
  recent: RecentCpus,
  target?: unknown,
  more?: unknown,
): Promise<vscode.Uri | undefined> {
  const answers = isRequest(more) ? more : undefined;
  if (!vscode.workspace.isTrusted) throw shellErrors.untrustedWorkspace();
  const request = answers ?? (await pickRequest(io, recent, await addressIn(io, more)));
  if (!request) return undefined;
  const { bytes } = generateVmsa(request);
  let saved: vscode.Uri | undefined;
  if (answers && target instanceof vscode.Uri) await vscode.workspace.fs.writeFile((saved = target), bytes);
  else saved = await savePage(bytes, request.role);
  if (saved) await openIn('vmsa', saved);
  return saved;
}

/** Opens the comparison of two images: the two selected ones, or one and another that the user picks. */
async function compareImages(uri?: unknown, more?: unknown): Promise<void> {
  const selected = Array.isArray(more) ? more.filter((file) => file instanceof vscode.Uri) : [];
  const pattern = '**/*.fd';
  const active = activeFile();
  const first =
    uri instanceof vscode.Uri
      ? uri
      : active?.path.endsWith('.fd')
        ? active
        : await pickFile('OVMF image to compare', pattern);
  if (!first) return;
  const second =
    more instanceof vscode.Uri
      ? more
      : selected.length === 2
        ? selected.find((file) => file.toString() !== first.toString())
        : await pickFile('OVMF image to compare with', pattern, first);
  if (second) await openIn('images', imagesUri(first, second));
}

/** Runs a launch file and opens its report. @param explain whether to search for the cause of a mismatch at once */
async function validateLaunch(checks: ValidateContext, uri?: vscode.Uri, explain = false): Promise<void> {
  if (!vscode.workspace.isTrusted) throw shellErrors.untrustedWorkspace();
  const active = uri ?? activeFile();
  // A report already belongs to a launch or a domain.
  if (active && isReport(active)) return checks.reports.start(active, explain);
  const title = explain ? 'Launch to explain' : 'Launch to check';
  await withLaunchFile(title, uri, (file) => validateNamed(checks, file, explain));
}

/** Runs something on a launch file: the given one, the one in the active editor, or one that the user picks. */
async function withLaunchFile(
  title: string,
  uri: vscode.Uri | undefined,
  run: (file: vscode.Uri) => Promise<void>,
): Promise<void> {
  if (!vscode.workspace.isTrusted) throw shellErrors.untrustedWorkspace();
  const active = activeFile();
  const own = active?.path.endsWith(LAUNCH_SUFFIX) ? active : undefined;
  const file = uri ?? own ?? (await pickFile(title, LAUNCH_PATTERN));
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
      defaultUri: startFolder(),
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
