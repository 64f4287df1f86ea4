// The viewers: editors of images and pages, their comparisons, and the commands that show, compare and make single
// files. They run wherever VS Code does, also in a browser.

import * as vscode from 'vscode';
import type { Io } from '../app/io';
import type { EditorId, ViewerCommandId } from '../contributions';
import type { ByteRange } from '../core/binary/region';
import { generateVmsa } from '../core/vmsa/launch/generate';
import { isRequest } from '../protocol/vmsa';
import { IdBlockEditor, openPastedIdBlock } from './idBlock/idBlockEditor';
import { registerLaunchSchema } from './launch/launchSchema';
import { ImagesEditor, imagesUri } from './ovmf/imagesEditor';
import { OvmfEditor } from './ovmf/ovmfEditor';
import { explainMessage, registerMessages } from './messages/messages';
import type { CommandGroup } from './shell/commands';
import { compareFiles, type ComparedKind } from './shell/compareFiles';
import * as shellErrors from './shell/errors';
import { activeFile, firmwareAt, pickFile, pickRequest, savePage } from './shell/picks';
import { RecentCpus } from './shell/recentCpus';
import { openIn } from './shell/run';
import { openPastedReport, ReportEditor } from './report/reportEditor';
import { REPORTS, ReportsEditor } from './report/reportsEditor';
import { ComparisonEditor } from './vmsa/comparisonEditor';
import { vmsaCommands } from './vmsa/vmsaCommands';
import { VmsaEditor } from './vmsa/vmsaEditor';
import { isCount, isObject } from '../core/binary/values';

/** Registers the viewers. @returns them and their commands */
export function viewing(
  { extensionUri, globalState }: vscode.ExtensionContext,
  io: Io,
): CommandGroup<ViewerCommandId> {
  const recent = new RecentCpus(globalState);
  const vmsa = new VmsaEditor(io, extensionUri);
  const ovmf = new OvmfEditor(io, extensionUri);
  return {
    registered: [
      vmsa.register(),
      ovmf.register(),
      new ImagesEditor(io, extensionUri).register(),
      new ComparisonEditor(io, extensionUri, vmsa, recent).register(),
      new ReportEditor(io, extensionUri).register(),
      new ReportsEditor(io, extensionUri).register(),
      new IdBlockEditor(io, extensionUri).register(),
      registerLaunchSchema(extensionUri),
      registerMessages(io),
    ],
    commands: {
      ...vmsaCommands(io, vmsa, recent),
      generateVmsa: (target?: unknown, more?: unknown) => generate(io, recent, target, more),
      compareImages: (uri?: unknown, more?: unknown) => compareFiles(io, IMAGES, uri, more),
      openAsOvmf: (uri?: vscode.Uri, more?: unknown) =>
        uri && isByteRange(more) ? ovmf.reveal(uri, more) : openWith(io, uri, 'ovmf'),
      openAsVmsa: (uri?: vscode.Uri) => openWith(io, uri, 'vmsa'),
      openAsReport: (uri?: vscode.Uri) => openWith(io, uri, 'snpReport'),
      compareReports: (uri?: unknown, more?: unknown) => compareFiles(io, REPORTS, uri, more),
      openPastedReport: () => openPastedReport(io),
      openAsIdBlock: (uri?: vscode.Uri) => openWith(io, uri, 'idBlock'),
      openPastedIdBlock: () => openPastedIdBlock(),
      explainMessage: (given?: unknown) => explainMessage(io, given),
    },
  };
}

/** What our own callers pass after the file; menus pass other things there. */
const isByteRange = (value: unknown): value is ByteRange =>
  isObject(value) && isCount(value['offset']) && isCount(value['size']);

async function openWith(io: Io, uri: vscode.Uri | undefined, editor: EditorId): Promise<void> {
  const file =
    uri ??
    activeFile() ??
    (await pickFile(io, 'File to open', '**/*.{fd,bin,vmsa,snpreport,idblock,idauth}'));
  if (file) await openIn(editor, file);
}

/** The reset address in the firmware that a caller names. */
async function addressIn(io: Io, more: unknown): Promise<number | undefined> {
  const firmware = isObject(more) ? more['firmware'] : undefined;
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
  else saved = await savePage(io, bytes, request.role);
  if (saved) await openIn('vmsa', saved);
  return saved;
}

/** Images as they are compared. */
const IMAGES: ComparedKind = {
  title: 'OVMF image',
  pattern: '**/*.fd',
  fits: ({ path }) => path.endsWith('.fd'),
  open: (a, b) => openIn('images', imagesUri(a, b)),
};
