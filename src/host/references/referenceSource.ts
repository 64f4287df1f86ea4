// Where the question of a page of reference values is from: a launch file, a firmware image, or a command line of QEMU or the XML of a domain
// that the user pastes or chooses; and the URI of the page, which has the whole question, so that its tab survives a reload.

import * as vscode from 'vscode';
import * as errors from './errors';
import * as shellErrors from '../shell/errors';
import type { Io } from '../../app/io';
import type { FilledQuestion } from '../../app/referenceQuestion';
import { LAUNCH_PATTERN, LAUNCH_SUFFIX, SCHEMES } from '../../contributions';
import { NO_REFERENCES } from '../../core/check/referenceQuestion';
import { isReferenceQuestion } from '../../protocol/references';
import { runTask, type ReferenceSource } from '../../threads';
import { launchTextAt } from '../launch/checks';
import { choose } from '../shell/ask';
import { nameOf } from '../shell/files';
import { tabPath } from '../shell/labels';
import { activeFile, pickFile } from '../shell/picks';
import { queryOf } from '../shell/query';

/** A question with the title of its page. */
export interface NamedQuestion extends FilledQuestion {
  readonly title: string;
}

/** The URI of a page; its path is what the tab shows, and has the name of no file at its end, whose commands are not for it. */
export function referencesUri({ title, question, noted }: NamedQuestion): vscode.Uri {
  return vscode.Uri.from({
    scheme: SCHEMES.references,
    path: tabPath(`${title}: Reference Values`),
    query: JSON.stringify({ title, question, noted }),
  });
}

/** What is in such a URI. @throws CheckError when it was made by hand and is invalid */
export function questionIn(uri: vscode.Uri): NamedQuestion {
  const { title, question, noted } = queryOf(uri);
  if (typeof title === 'string' && isReferenceQuestion(question) && Array.isArray(noted))
    return { title, question, noted: noted as FilledQuestion['noted'] };
  throw shellErrors.badEditorUri('question about reference values');
}

/** Fills in a question in a thread: a text may be long. @throws CheckError for a text that says no launch, or one of plain SEV */
const fill = (io: Io, source: ReferenceSource): Promise<FilledQuestion> =>
  runTask(io, 'fillReferences', source, { died: errors.referencesFailed });

/** From a text that was pasted, or from a file. */
export const fromCommand = async (io: Io, text: string, name?: string): Promise<NamedQuestion> => ({
  ...(await fill(io, { text, name })),
  title: name ?? 'a pasted launch',
});

/** From a launch file, as its open editor shows it. */
async function fromLaunch(io: Io, file: vscode.Uri): Promise<NamedQuestion> {
  const filled = await fill(io, { text: await launchTextAt(io, file), path: file.fsPath });
  return { ...filled, title: nameOf(file) };
}

/** From an image: with the usual launch. @throws CheckError for one without a path */
function fromImage(file: vscode.Uri): NamedQuestion {
  if (file.scheme !== 'file') throw shellErrors.notOnDisk(file.scheme);
  const question = { ...NO_REFERENCES, firmware: file.fsPath, cpus: 'EPYC-v4' };
  return { question, noted: [], title: nameOf(file) };
}

/** From a file of either kind. */
export const fromFile = (io: Io, file: vscode.Uri): Promise<NamedQuestion> | NamedQuestion =>
  file.path.endsWith(LAUNCH_SUFFIX) ? fromLaunch(io, file) : fromImage(file);

const IMAGES = '**/*.fd';

const TEXTS = [
  {
    label: 'Command line of QEMU or XML of a domain in the clipboard',
    icon: 'clippy',
    text: async () => {
      const text = await vscode.env.clipboard.readText();
      if (text.trim() === '') throw errors.emptyClipboard();
      return { text, name: undefined };
    },
  },
  {
    label: 'Command line of QEMU or XML of a domain in a file…',
    icon: 'file',
    text: async (io: Io) => {
      const file = await pickFile(
        io,
        'Log with a command line of QEMU, or XML of a domain',
        '**/*.{log,txt,xml}',
      );
      if (!file) return undefined;
      if (file.scheme !== 'file') throw shellErrors.notOnDisk(file.scheme);
      const bytes = await io.read(file.fsPath, 'shown', { onlyFile: true });
      return { text: new TextDecoder().decode(bytes), name: nameOf(file) };
    },
  },
];

const FILES = [
  { label: 'Launch file…', icon: 'json', title: 'Launch', pattern: LAUNCH_PATTERN },
  { label: 'Firmware image…', icon: 'file-binary', title: 'Firmware of the guests', pattern: IMAGES },
];

/** Asks for a command line of QEMU or the XML of a domain. @returns undefined when the user cancelled */
export async function askCommand(io: Io): Promise<NamedQuestion | undefined> {
  const chosen = await choose(TEXTS, { title: 'Fill in the inputs from' });
  const found = await chosen?.text(io);
  return found && fromCommand(io, found.text, found.name);
}

/** The file of the active editor, if it says a launch. */
function activeSource(): vscode.Uri | undefined {
  const file = activeFile();
  return file && (file.path.endsWith(LAUNCH_SUFFIX) || file.path.endsWith('.fd')) ? file : undefined;
}

/** The question that a command is about: of a file, of that in the active editor, or of what the user chooses. */
export async function askQuestion(io: Io, given: unknown): Promise<NamedQuestion | undefined> {
  const file = given instanceof vscode.Uri ? given : activeSource();
  if (file) return fromFile(io, file);
  const chosen = await choose([...FILES, ...TEXTS], {
    title: 'Reference values of which launches?',
    placeHolder: 'What fills in the inputs, which can be changed then',
  });
  if (!chosen) return undefined;
  if ('text' in chosen) {
    const found = await chosen.text(io);
    return found && fromCommand(io, found.text, found.name);
  }
  const picked = await pickFile(io, chosen.title, chosen.pattern);
  return picked && fromFile(io, picked);
}
