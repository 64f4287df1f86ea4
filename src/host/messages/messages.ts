// Explain Error Message…: a line or a log of a host or guest, selected, in the clipboard or typed, explained in a document that VS Code renders. The
// document has a URI of our own, which holds the lines, so that it needs no file and survives a reload.

import * as vscode from 'vscode';
import * as errors from './errors';
import * as shellErrors from '../shell/errors';
import { COMMANDS, SCHEMES } from '../../contributions';
import type { ExplainedLog } from '../../core/explain/hostMarkdown';
import type { Io } from '../../app/io';
import { runTask } from '../../threads';
import { choose, typeLine } from '../shell/ask';
import { notify } from '../shell/notify';
import { queryOf } from '../shell/query';
import { runCommand } from '../shell/run';

const TITLE = COMMANDS.explainMessage.title;
/** Of a longer text the end counts, where errors are. */
const MOST_CHARACTERS = 4 * 1024 * 1024;
/** Of each line in a URI. */
const MOST_OF_LINE = 400;

const explained = async (io: Io, text: string): Promise<ExplainedLog> =>
  await runTask(io, 'explainLog', { text: text.slice(-MOST_CHARACTERS) }, { died: Error });

/** Shows the documents of such URIs. */
export function registerMessages(io: Io): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(SCHEMES.messages, {
    async provideTextDocumentContent(uri) {
      const { lines } = queryOf(uri);
      if (!Array.isArray(lines) || !lines.every((line) => typeof line === 'string'))
        throw shellErrors.badEditorUri('explanation');
      return (await explained(io, lines.join('\n'))).markdown;
    },
  });
}

/** The text that is selected in the active editor. */
function selected(): string {
  const editor = vscode.window.activeTextEditor;
  return editor ? editor.document.getText(editor.selection) : '';
}

/** A log that is known. */
async function known(io: Io, text: string): Promise<ExplainedLog | undefined> {
  const log = text.trim() === '' ? undefined : await explained(io, text);
  return log && log.messages.length > 0 ? log : undefined;
}

/** Where a text may come from. The clipboard is read when it is chosen, because a browser asks the user first. */
const CLIPBOARD = { label: 'Text in the Clipboard', detail: 'A line, or a whole log' };
const TYPED = { label: 'Type a Line…' };

/** Asks for a text. @returns undefined when the user cancelled */
async function asked(): Promise<string | undefined> {
  const source = await choose([CLIPBOARD, TYPED], { title: TITLE, placeHolder: 'What is to be explained' });
  if (source === CLIPBOARD) return vscode.env.clipboard.readText();
  if (source === undefined) return undefined;
  return typeLine({
    title: TITLE,
    prompt: 'A line that QEMU, libvirt, the kernel or the guest has printed',
    placeHolder: "SNP_LAUNCH_FINISH ret=-5 fw_error=11 'Bad measurement'",
  });
}

/** Shows a document rendered; as it is, where nothing renders Markdown. */
async function show(uri: vscode.Uri): Promise<void> {
  try {
    await vscode.commands.executeCommand('markdown.showPreview', uri);
  } catch {
    await vscode.window.showTextDocument(uri);
  }
}

/** Offers to go on with a launch file, where launches are checked. */
async function goOn(io: Io): Promise<void> {
  if (!io.hasDisk || !vscode.workspace.isTrusted) return;
  const [check, explain] = [COMMANDS.validateLaunch.title, COMMANDS.explainMismatch.title];
  const text =
    'To find out which input is not as expected, check a launch file, or have its mismatch explained.';
  const button = await notify('information', text, check, explain);
  if (button) await runCommand(button === check ? 'validateLaunch' : 'explainMismatch');
}

/**
 * Explains a text: the given one, what is selected, or what the user chooses.
 * @param given a text; a URI from a menu of an editor, whose selection is meant
 * @returns the URI of the document; undefined when the user cancelled
 * @throws CheckError when no line of it is known
 */
export async function explainMessage(io: Io, given?: unknown): Promise<vscode.Uri | undefined> {
  const isMeant = typeof given === 'string' || given instanceof vscode.Uri;
  let log = await known(io, typeof given === 'string' ? given : selected());
  if (!log && !isMeant) {
    const text = await asked();
    if (text === undefined) return undefined;
    log = await known(io, text);
  }
  if (!log) throw errors.unknownMessage();
  const uri = vscode.Uri.from({
    scheme: SCHEMES.messages,
    path: '/Error Messages.md',
    query: JSON.stringify({ lines: log.messages.map((line) => line.slice(0, MOST_OF_LINE)) }),
  });
  await show(uri);
  if (log.isDecided) void goOn(io);
  return uri;
}
