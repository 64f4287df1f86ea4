// Applies an explanation's edits to a launch file in its editor: unsaved, undoable and visible, so that a person
// judges them.

import * as vscode from 'vscode';
import { errorFrom } from '../../core/errors';
import * as shellErrors from '../shell/errors';
import * as errors from './errors';
import type { LaunchEdit } from '../../core/explain/explanation';
import type { Io } from '../../app/io';
import type { ChangesAnswer, ChangesTask, TextChange } from '../../app/launchEdits';
import { runTask } from '../../threads';

/** Finds out what to change. @returns one answer per explanation @throws CheckError when the thread failed */
export const findChanges = (io: Io, task: ChangesTask): Promise<readonly ChangesAnswer[]> =>
  runTask(io, 'changeLaunch', task, { died: errors.launchEditsFailed });

const isOfHost = ({ member }: LaunchEdit) => member[0] === 'launch';

/**
 * For each explanation, whether its edits change the launch file.
 * @param asksHost values that the host reports come from the host, so nothing in the file can change them
 */
export async function changeableBy(
  io: Io,
  file: vscode.Uri,
  edits: readonly (readonly LaunchEdit[])[],
  asksHost: boolean,
): Promise<boolean[]> {
  const { text } = await textOf(file);
  const answers = await findChanges(io, { text, path: file.fsPath, edits });
  const isChange = (answer: ChangesAnswer) => 'changes' in answer && answer.changes.length > 0;
  return answers.map((answer, i) => isChange(answer) && !(asksHost && edits[i]?.some(isOfHost)));
}

/**
 * Applies the edits and shows them.
 * @throws CheckError when the result would not be a launch file, or someone else changed the file meanwhile
 */
export async function changeLaunchFile(
  io: Io,
  file: vscode.Uri,
  edits: readonly LaunchEdit[],
): Promise<void> {
  if (!vscode.workspace.isTrusted) throw shellErrors.untrustedWorkspace();
  const { document, text } = await textOf(file);
  const { version } = document;
  const [answer] = await findChanges(io, { text, path: file.fsPath, edits: [edits] });
  if (answer && 'error' in answer) throw errorFrom(answer.error);
  // An insertion at the position of a removal comes before it.
  const inOrder = (a: TextChange, b: TextChange) => a.offset - b.offset || a.length - b.length;
  const changes = [...(answer?.changes ?? [])].sort(inOrder);
  const edit = new vscode.WorkspaceEdit();
  for (const { offset, length, content } of changes)
    edit.replace(file, rangeOf(document, offset, length), content);
  const isMade = document.version === version && (await vscode.workspace.applyEdit(edit));
  if (!isMade) throw errors.changedMeanwhile(file.fsPath);
  await reveal(document, changes);
}

async function textOf(file: vscode.Uri): Promise<{ document: vscode.TextDocument; text: string }> {
  const document = await vscode.workspace.openTextDocument(file);
  return { document, text: document.getText() };
}

const rangeOf = (document: vscode.TextDocument, offset: number, length: number): vscode.Range =>
  new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));

/** The range of the first new text after all changes; without new text, the position of a removal. */
function placeOf(changes: readonly TextChange[]): { offset: number; length: number } | undefined {
  const first = Math.max(
    0,
    changes.findIndex(({ content }) => content !== ''),
  );
  const change = changes[first];
  if (!change) return undefined;
  const { offset, content } = change;
  const moved = changes.slice(0, first).reduce((sum, each) => sum + each.content.length - each.length, 0);
  // An addition begins with the comma that follows the member before it.
  const gap = /^,?\s*/.exec(content)?.[0].length ?? 0;
  return { offset: offset + moved + gap, length: content.length - gap };
}

/** Reveals a changed file next to the report, or in the group where it is already open, with the new text selected. */
async function reveal(document: vscode.TextDocument, changes: readonly TextChange[]): Promise<void> {
  const isOurs = ({ input }: vscode.Tab) =>
    input instanceof vscode.TabInputText && input.uri.toString() === document.uri.toString();
  const group = vscode.window.tabGroups.all.find(({ isActive, tabs }) => !isActive && tabs.some(isOurs));
  const place = placeOf(changes);
  await vscode.window.showTextDocument(document, {
    viewColumn: group?.viewColumn ?? vscode.ViewColumn.Beside,
    ...(place && { selection: rangeOf(document, place.offset, place.length) }),
  });
}
