// The commands on VMSA pages: compare, edit by name, go to a place, import and export.

import * as vscode from 'vscode';
import * as errors from './errors';
import * as appErrors from '../../app/errors';
import * as shellErrors from '../shell/errors';
import { describeLeaf, exactText } from '../../core/binary/describe';
import { toBase64, utf8 } from '../../core/binary/hex';
import { leaves, readLeaf, type Leaf } from '../../core/binary/struct';
import { parseFieldValue } from '../../core/vmsa/edit';
import { EXPORT_FORMS, findForm, type ExportForm, type ExportId } from '../../core/vmsa/forms/exportForms';
import { expectedRequest, needsOf, type VmsaRequest } from '../../core/vmsa/launch/generate';
import { VMSA } from '../../core/vmsa/layout/layout';
import { decodePage } from '../../core/vmsa/vmsaPage';
import { findProfile } from '../../core/vmsa/launch/profiles';
import { findPages } from '../../core/vmsa/forms/findPages';
import type { Io } from '../../app/io';
import type { CommandId } from '../../contributions';
import { isRequest } from '../../protocol/vmsa';
import { comparisonUri } from './comparisonEditor';
import type { PageOfFile } from './pages';
import { choose, chooseSaveFile, typeLine } from '../shell/ask';
import { copyText } from '../shell/clipboard';
import type { Command } from '../shell/commands';
import { nameOf } from '../shell/files';
import { flash } from '../shell/notify';
import { pastedUri } from '../shell/pasted';
import { activeFile, pickCpu, pickFile, startFolder } from '../shell/picks';
import { isCheckError } from '../shell/present';
import type { RecentCpus } from '../shell/recentCpus';
import { openIn } from '../shell/run';
import type { VmsaEditor } from './vmsaEditor';
import { runTask } from '../../threads';
import { isObject } from '../../core/binary/values';

const FILES = '**/*{.vmsa,vmsa*.bin}';

const isVmsaName = (uri: vscode.Uri) => /\.vmsa$|vmsa[^/]*\.bin$/.test(uri.path);

/** What our own callers pass after the file; menus pass other things there. */
interface CommandArguments {
  readonly page?: number;
  readonly file?: string;
  readonly otherPage?: number;
  readonly request?: VmsaRequest;
}

function argumentsIn(value: unknown): CommandArguments {
  if (isRequest(value)) return { request: value };
  if (value instanceof vscode.Uri) return { file: value.toString() };
  if (!isObject(value)) return {};
  const { page, file, otherPage, request } = value;
  return {
    ...(typeof page === 'number' ? { page } : {}),
    ...(typeof file === 'string' ? { file } : {}),
    ...(typeof otherPage === 'number' ? { otherPage } : {}),
    ...(isRequest(request) ? { request } : {}),
  };
}

/** The commands by their ids. */
export function vmsaCommands(io: Io, editor: VmsaEditor, recent: RecentCpus) {
  /** The page that a command is about: of the given file, of the active one, or of one that the user picks. */
  async function choosePage(title: string, given: unknown, page?: number): Promise<PageOfFile | undefined> {
    const panel = editor.activePanel();
    if (given instanceof vscode.Uri) {
      const shown = panel?.document.uri.toString() === given.toString() ? panel.page : 0;
      return { file: given, page: page ?? shown };
    }
    if (panel) return { file: panel.document.uri, page: page ?? panel.page };
    const active = activeFile();
    const file = active && isVmsaName(active) ? active : await pickFile(io, title, FILES);
    return file && { file, page: page ?? 0 };
  }

  const compare = (actual: PageOfFile, other: VmsaRequest | PageOfFile) =>
    openIn('comparison', comparisonUri(actual, other));

  /** Opens the comparison of a page; asks only for the CPU, the rest is guessed and can be changed there. */
  async function compareWithGenerated(uri?: unknown, more?: unknown): Promise<void> {
    const { page, request } = argumentsIn(more);
    const actual = await choosePage('VMSA page to compare', uri, page);
    if (!actual) return;
    const guess = expectedRequest(decodePage(await editor.pageOf(actual)));
    const { cpu: asked } = needsOf(findProfile(guess.profile)!, guess.role);
    const cpu = request?.cpu ?? (asked ? await pickCpu(recent, guess.cpu) : guess.cpu);
    if (cpu) await compare(actual, request ?? { ...guess, cpu });
  }

  /** Opens the comparison of two files; in a diff editor, of its two sides. */
  async function compareWithFile(uri?: unknown, more?: unknown): Promise<void> {
    const sides = uri === undefined ? editor.activePanel()?.diffSides : undefined;
    if (sides) {
      await compare(sides.original, sides.modified);
      return;
    }
    const { page, file, otherPage = 0 } = argumentsIn(more);
    const actual = await choosePage('VMSA page to compare', uri, page);
    if (!actual) return;
    // Comparing the first page of a file with itself tells nothing; another page may.
    const except = actual.page === 0 ? actual.file : undefined;
    const other =
      file === undefined ? await pickFile(io, 'VMSA page to compare with', FILES, except) : parseUri(file);
    if (!other) return;
    await Promise.all([editor.pageOf(actual), editor.pageOf({ file: other, page: otherPage })]);
    await compare(actual, { file: other, page: otherPage });
  }

  async function compareSelected(uri?: unknown, uris?: unknown): Promise<void> {
    const files = Array.isArray(uris) ? uris.filter((file) => file instanceof vscode.Uri) : [];
    const [a, b] = files;
    if (a && b && files.length === 2) await compareWithFile(a, b);
    else await compareWithFile(uri);
  }

  async function setField(uri?: unknown, field?: unknown, value?: unknown, page?: unknown): Promise<void> {
    const at = await choosePage('VMSA page to change', uri, typeof page === 'number' ? page : undefined);
    if (!at) return;
    const document = await editor.document(at.file);
    if (typeof field === 'string' && typeof value === 'string')
      return editor.edit(document, at.page, field, value);
    const why = editor.whyReadOnly(document);
    if (why !== undefined) throw why;
    const bytes = await editor.pageOf(at);
    const leaf = await pickField(bytes, editor.activePanel()?.place?.name);
    const text = leaf && (await typeValue(leaf, bytes));
    if (leaf && text !== undefined) await editor.edit(document, at.page, leaf.path, text);
  }

  const openBox = (box: 'find' | 'goto') => () => {
    editor.activePanel()?.open(box);
    return Promise.resolve();
  };

  /** Exports a page in another form. With a format it asks nothing; without a target it writes to the clipboard. */
  async function exportVmsa(uri?: unknown, more?: unknown, target?: unknown): Promise<void> {
    const at = await choosePage('VMSA page to export', uri, argumentsIn(more).page);
    if (!at) return;
    const bytes = await editor.pageOf(at);
    const asked = typeof more !== 'string';
    const format = asked ? await pickFormat() : findForm(more);
    if (!format && !asked) {
      const known = EXPORT_FORMS.map(({ id }) => id);
      throw errors.unknownFormat(more, known);
    }
    if (!format) return;
    const name = nameOf(at.file);
    const { id } = format;
    // Starting a thread would take longer than passing on the page itself.
    const content =
      id === 'bin'
        ? bytes
        : await runTask(io, 'exportPage', { page: bytes, form: id, name }, { died: Error });
    await deliver(io, { format, name, content }, target instanceof vscode.Uri ? target : undefined, asked);
  }

  /** Opens the comparison with a launch that produces this page, or with one of the nearest. */
  async function identifyVmsa(uri?: unknown, more?: unknown): Promise<void> {
    const at = await choosePage('VMSA page to identify', uri, argumentsIn(more).page);
    if (!at) return;
    const page = await editor.pageOf(at);
    const { match, launches, tried, notState } = await runTask(io, 'identifyPage', { page }, { died: Error });
    if (notState !== undefined) throw appErrors.notAPage(nameOf(at.file), notState);
    const items = launches.map(({ title, where, distance, equal, request }) => ({
      label: title,
      icon: equal ? 'check' : 'diff',
      description: where,
      detail: distance,
      request,
    }));
    const titles = {
      exact: `Launches with exactly this page, of ${tried} tried`,
      features: `Launches with this page but for SEV features, of ${tried} tried`,
      nearest: `No launch has this page; the nearest of ${tried} tried`,
    };
    const chosen = await choose(items, { title: titles[match], matchOnDescription: true });
    if (chosen) await compare(at, chosen.request);
  }

  async function openPasted(): Promise<void> {
    const text = await vscode.env.clipboard.readText();
    const read = findPages(utf8(text));
    if ('reason' in read) throw errors.nothingToPaste(read.reason);
    await openIn('vmsa', pastedUri(read.pages, read.title));
  }

  return {
    exportVmsa,
    openPasted,
    identifyVmsa,
    compareWithGenerated,
    compareWithFile,
    compareSelected,
    setField,
    goToOffset: openBox('goto'),
    find: openBox('find'),
  } satisfies Partial<Record<CommandId, Command>>;
}

async function pickFormat(): Promise<ExportForm<ExportId> | undefined> {
  const items = EXPORT_FORMS.map((format) => ({ label: format.title, detail: format.doc, format }));
  return (await choose(items, { title: 'Export the page as' }))?.format;
}

const CLIPBOARD = { label: 'Copy to Clipboard' };
const FILE = { label: 'Save to File…' };

/** A page in another form, and a file name for it. */
interface Exported {
  readonly format: ExportForm;
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** Delivers an exported page to its target. `asked` is false when the caller specified everything. */
async function deliver(
  io: Io,
  { format, name, content }: Exported,
  target: vscode.Uri | undefined,
  asked: boolean,
): Promise<void> {
  // Bytes are not text: the clipboard gets only what can be pasted.
  const where =
    !asked || typeof content !== 'string'
      ? undefined
      : await choose([CLIPBOARD, FILE], { title: format.title });
  if (asked && typeof content === 'string' && where === undefined) return;
  if (where === CLIPBOARD || (!asked && !target)) {
    await copyText(typeof content === 'string' ? content : toBase64(content));
    if (asked) flash(`${format.title} of ${name} is in the clipboard`);
    return;
  }
  if (!vscode.workspace.isTrusted) throw shellErrors.untrustedWorkspace();
  const uri =
    target ??
    (await chooseSaveFile({
      title: `Export as ${format.title}`,
      folder: startFolder(io),
      name: name.replace(/\.[^.]*$/, ''),
      end: `.${format.extension}`,
    }));
  if (uri) await vscode.workspace.fs.writeFile(uri, typeof content === 'string' ? utf8(content) : content);
}

function parseUri(text: string): vscode.Uri {
  try {
    return vscode.Uri.parse(text, true);
  } catch {
    throw shellErrors.badEditorUri('file');
  }
}

/** Asks for a field; the one selected in the editor is on top. */
async function pickField(page: Uint8Array, selected?: string): Promise<Leaf | undefined> {
  const items = leaves(VMSA).map((leaf) => {
    const { raw, meaning } = describeLeaf(leaf, readLeaf(page, leaf));
    return { label: leaf.path, description: raw, detail: meaning, leaf };
  });
  const first = items.filter(({ label }) => label === selected);
  const rest = items.filter(({ label }) => label !== selected);
  const title = 'Field to change';
  return (await choose([...first, ...rest], { title, matchOnDescription: true }))?.leaf;
}

/** Asks for a value, and reports at once when the field cannot have it. */
function typeValue(leaf: Leaf, page: Uint8Array): Promise<string | undefined> {
  return typeLine({
    title: `Value of ${leaf.path}`,
    prompt: leaf.row.doc,
    value: exactText(readLeaf(page, leaf), leaf.size),
    whyNot: (text) => {
      try {
        parseFieldValue(leaf, text);
        return undefined;
      } catch (error) {
        return isCheckError(error) ? error.message : String(error);
      }
    },
  });
}
