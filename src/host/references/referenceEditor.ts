// The page of reference values: an editor whose URI has its first question. Every change of the question computes the digests anew, in a thread, which
// keeps them and writes them to a file or hands over their text.

import * as vscode from 'vscode';
import { dirname } from 'node:path';
import * as errors from './errors';
import * as shellErrors from '../shell/errors';
import type { Io } from '../../app/io';
import { viewType } from '../../contributions';
import { errorFrom } from '../../core/errors';
import { formRow } from '../../core/check/digestForms';
import type { DigestFinding } from '../../core/check/digestRules';
import {
  partRow,
  REFERENCE_FILE,
  type ReferencePart,
  type ReferenceQuestion,
} from '../../core/check/referenceQuestion';
import type { ActionOf } from '../../protocol/pages';
import type { ReferenceAnswer, ReferenceProgress, ReferenceRow } from '../../protocol/references';
import { startTask, type RunningTask, type TaskEnd } from '../../threads';
import { chooseFile, chooseSaveFile } from '../shell/ask';
import { copyText } from '../shell/clipboard';
import { flash } from '../shell/notify';
import { Page, PageEditor } from '../shell/page';
import { startFolder } from '../shell/picks';
import { asCheckError, present, sentence } from '../shell/present';
import { askCommand, questionIn } from './referenceSource';

/** The minimum interval between two views while digests are computed, in milliseconds. */
const PROGRESS_MS = 100;

/** Shows reference values. */
export class ReferenceEditor extends PageEditor {
  static readonly viewType = viewType('references');
  protected readonly viewType = ReferenceEditor.viewType;

  protected open(uri: vscode.Uri, panel: vscode.WebviewPanel): Promise<void> {
    const tab = new ReferenceTab(this.io, this.extensionUri, panel);
    const trust = vscode.workspace.onDidGrantWorkspaceTrust(() => {
      tab.begin(uri);
    });
    panel.onDidDispose(() => {
      trust.dispose();
      tab.end();
    });
    // The page starts only when this has returned.
    tab.begin(uri);
    return Promise.resolve();
  }
}

/** One tab and its digests. */
class ReferenceTab {
  private of = '';
  private question: ReferenceQuestion | undefined;
  private revision = 0;
  /** About where the question is from, and about the launches. */
  private noted: readonly DigestFinding[] = [];
  private found: readonly DigestFinding[] = [];
  private progress: ReferenceProgress = { kind: 'computing', done: 0, total: 0 };
  private preview: { readonly rows: readonly ReferenceRow[] } = { rows: [] };
  private task: RunningTask<'referenceValues'> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readonly page: Page<'references'>;

  constructor(
    private readonly io: Io,
    extensionUri: vscode.Uri,
    panel: vscode.WebviewPanel,
  ) {
    this.page = new Page(extensionUri, panel, 'references', {
      ask: ({ question }) => {
        this.ask(question);
      },
      choose: ({ part, question }) => this.choose(part, question),
      action: ({ action, question }) => this.act(action, question),
    });
  }

  /** Shows the tab for the first time, or once it may compute. */
  begin(uri: vscode.Uri): void {
    try {
      if (!vscode.workspace.isTrusted) throw shellErrors.untrustedWorkspace();
      const { title, question, noted } = questionIn(uri);
      this.of = title;
      this.noted = noted;
      this.ask(question);
    } catch (error) {
      const text = sentence(error);
      this.page.show({ kind: 'notice', title: 'There are no reference values', text, actions: [] });
    }
  }

  /** Called when the tab was closed. */
  end(): void {
    this.stop();
    clearTimeout(this.timer);
  }

  private stop(): void {
    void this.task?.stop();
    this.task = undefined;
  }

  /** Computes the digests of a question. @param isOurs whether the page has to take it over */
  private ask(question: ReferenceQuestion, isOurs = false): void {
    this.stop();
    this.question = question;
    if (isOurs) this.revision++;
    this.found = [];
    this.preview = { rows: [] };
    this.progress = { kind: 'computing', done: 0, total: 0 };
    const folder = vscode.workspace.workspaceFolders?.find((one) => one.uri.scheme === 'file')?.uri.fsPath;
    this.task = startTask(
      this.io,
      'referenceValues',
      { question, folder },
      {
        answer: (answer) => {
          this.hear(answer);
        },
        end: (end) => {
          this.fail(end);
        },
      },
    );
    this.show();
  }

  private hear(answer: ReferenceAnswer): void {
    switch (answer.type) {
      case 'reading': {
        const { name, done, total } = answer;
        this.progress = { kind: 'reading', name, done, ...(total !== undefined && { total }) };
        this.showSoon();
        return;
      }
      case 'rows': {
        const { rows, done, total } = answer;
        if (rows.length > 0) this.preview = { rows: [...this.preview.rows, ...rows] };
        this.progress = { kind: 'computing', done, total };
        this.showSoon();
        return;
      }
      case 'computed': {
        const total = this.progress.kind === 'computing' ? this.progress.total : 0;
        this.found = answer.findings;
        this.progress = { kind: 'computed', total, distinct: answer.distinct };
        this.show();
        return;
      }
      case 'text':
        void present(() => this.copied(answer.text));
        return;
      case 'saved':
        if (this.progress.kind === 'computed') this.progress = { ...this.progress, saved: answer.path };
        this.show();
        return;
      case 'refused':
        void present(() => {
          throw errorFrom(answer.error);
        });
        return;
      default:
        answer satisfies never;
    }
  }

  private fail(end: TaskEnd): void {
    this.stop();
    if (end.type === 'done') return;
    const error = end.type === 'failed' ? errorFrom(end.error) : errors.referencesFailed(end.why);
    const { message, at } = asCheckError(error);
    const input = at?.input;
    this.progress = { kind: 'failed', text: message, ...(input !== undefined && { input }) };
    this.show();
  }

  private async copied(text: string | undefined): Promise<void> {
    if (text === undefined) throw errors.notForClipboard();
    await copyText(text);
    flash('The reference values are in the clipboard');
  }

  private show(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { of: title, question, revision, progress, noted, found, preview } = this;
    if (!question) return;
    const findings = [...noted, ...found];
    this.page.show({ kind: 'references', title, question, revision, progress, findings, preview });
  }

  private showSoon(): void {
    this.timer ??= setTimeout(() => {
      this.show();
    }, PROGRESS_MS);
  }

  /** Lets the user choose a file of the question. */
  private async choose(part: ReferencePart, question: ReferenceQuestion): Promise<void> {
    const file = await chooseFile({ title: partRow(part).label, folder: startFolder(this.io) });
    if (!file) return;
    if (file.scheme !== 'file') throw shellErrors.notOnDisk(file.scheme);
    this.ask({ ...question, [part]: file.fsPath }, true);
  }

  private async act(action: ActionOf<'references'>, asked: ReferenceQuestion | undefined): Promise<void> {
    if (!vscode.workspace.isTrusted) throw shellErrors.untrustedWorkspace();
    switch (action) {
      case 'fillIn': {
        const filled = await askCommand(this.io);
        if (!filled) return;
        this.noted = filled.noted;
        // What verifiers take is not on such a command line.
        const { format, svn } = asked ?? filled.question;
        this.ask({ ...filled.question, format, svn }, true);
        return;
      }
      case 'computeReferences':
        if (asked ?? this.question) this.ask((asked ?? this.question)!);
        return;
      case 'cancelReferences': {
        const { progress } = this;
        this.stop();
        this.progress = { kind: 'stopped', done: progress.kind === 'computing' ? progress.done : 0 };
        this.show();
        return;
      }
      case 'copyReferences':
        this.task?.request({});
        return;
      case 'saveReferences':
        await this.save();
        return;
      default:
        action satisfies never;
    }
  }

  private async save(): Promise<void> {
    const { task, question } = this;
    if (!task || !question) return;
    const { extension } = formRow(question.format);
    const { firmware } = question;
    const target = await chooseSaveFile({
      title: 'Save reference values',
      folder: startFolder(this.io) ?? (firmware === '' ? undefined : vscode.Uri.file(dirname(firmware))),
      name: REFERENCE_FILE,
      end: `.${extension}`,
      filters: { 'Reference values': [extension] },
    });
    if (!target) return;
    if (target.scheme !== 'file') throw shellErrors.notOnDisk(target.scheme);
    // Another question may have been asked meanwhile: the file would not have what it was chosen for.
    if (task === this.task) task.request({ path: target.fsPath });
  }
}
