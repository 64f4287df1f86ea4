// Problems of launch files that are open in editors, saved or not, and their quick fixes. VS Code itself reports
// what the schema rejects. They are recomputed when the text or a file it names changes.

import * as vscode from 'vscode';
import type { Io } from '../../app/io';
import type { LaunchProblem } from '../../app/launchRules';
import { LAUNCH_PATTERN, NAME, command } from '../../contributions';
import { allowsTcp, onSettingsChanged } from '../connections/connectionSettings';
import { watchFile } from '../shell/files';
import { problemAt, quickFix } from '../shell/labels';
import { present } from '../shell/present';
import { runTask } from '../../threads';

/** The files whose language features are ours. */
export const LAUNCH_FILES: vscode.DocumentSelector = ['file', 'untitled'].map((scheme) => ({
  scheme,
  pattern: LAUNCH_PATTERN,
}));

const PROTECT = command('protectKeyFile');
/** Do not report what the user has not finished typing. */
const PAUSE_MS = 300;
/** Rules that only VS Code reports. */
const REPORTED_BY_SCHEMA: readonly string[] = ['not-json', 'not-a-launch-file'];

/** An open document. */
interface Looked {
  timer?: NodeJS.Timeout;
  stop?: AbortController;
  watched: vscode.Disposable[];
  /** The files that `watched` watches. */
  files: string;
  problems: readonly LaunchProblem[];
  /** The version of the document that the places in `problems` refer to. */
  version: number;
}

/** Shows the problems, and offers to fix some. */
export class LaunchDiagnostics implements vscode.CodeActionProvider, vscode.Disposable {
  private readonly shown = vscode.languages.createDiagnosticCollection(NAME);
  private readonly looked = new Map<vscode.TextDocument, Looked>();

  constructor(private readonly io: Io) {}

  register(): vscode.Disposable {
    const all = () => this.checkAll();
    const { workspace, window, languages, commands } = vscode;
    all();
    return vscode.Disposable.from(
      this,
      workspace.onDidOpenTextDocument((document) => this.checkSoon(document, 0)),
      workspace.onDidChangeTextDocument(({ document }) => this.checkSoon(document)),
      workspace.onDidCloseTextDocument((document) => this.forget(document)),
      workspace.onDidGrantWorkspaceTrust(all),
      // Changes of key files' modes are not watched.
      window.onDidChangeWindowState(({ focused }) => {
        if (focused) all();
      }),
      onSettingsChanged(all),
      languages.registerCodeActionsProvider(LAUNCH_FILES, this, {
        providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
      }),
      commands.registerCommand(PROTECT, (path: string) => present(() => this.protect(path))),
    );
  }

  dispose(): void {
    for (const document of this.looked.keys()) this.forget(document);
    this.shown.dispose();
  }

  provideCodeActions(document: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
    const { problems = [], version } = this.looked.get(document) ?? {};
    if (version !== document.version) return [];
    return problems.flatMap((problem) => {
      const { fix } = problem;
      if (!fix || !rangeOf(document, problem).intersection(range)) return [];
      const shown = problemOf(document, problem);
      if ('protect' in fix) return quickFix(fix.title, shown, { command: PROTECT, arguments: [fix.protect] });
      const change = new vscode.WorkspaceEdit();
      for (const edit of fix.edits) change.replace(document.uri, rangeOf(document, edit), edit.text);
      return quickFix(fix.title, shown, change);
    });
  }

  private checkAll(): void {
    for (const document of vscode.workspace.textDocuments) this.checkSoon(document, 0);
  }

  private checkSoon(document: vscode.TextDocument, pause = PAUSE_MS): void {
    if (vscode.languages.match(LAUNCH_FILES, document) === 0) return;
    const looked = this.looked.get(document) ?? { watched: [], files: '', problems: [], version: -1 };
    this.looked.set(document, looked);
    clearTimeout(looked.timer);
    looked.timer = setTimeout(() => void this.check(document, looked), pause);
  }

  private async check(document: vscode.TextDocument, looked: Looked): Promise<void> {
    looked.stop?.abort();
    const stop = (looked.stop = new AbortController());
    const { version, uri } = document;
    // In Restricted Mode, touch only files that are open.
    const files = vscode.workspace.isTrusted;
    const task = { text: document.getText(), path: uri.fsPath, files, allowTcp: allowsTcp() };
    const { signal } = stop;
    // Of a thread that died nobody needs to know: the check itself reports what is wrong.
    const lint = await runTask(this.io, 'lintLaunch', task, { signal, died: Error }).catch(() => undefined);
    if (!lint || stop.signal.aborted || document.version !== version) return;
    Object.assign(looked, { version, problems: lint.problems });
    const own = lint.problems.filter(({ rule }) => !REPORTED_BY_SCHEMA.includes(rule));
    this.shown.set(
      uri,
      own.map((problem) => problemOf(document, problem)),
    );
    this.watch(document, looked, lint.files);
  }

  private watch(document: vscode.TextDocument, looked: Looked, files: readonly string[]): void {
    const key = files.join('\0');
    if (looked.files === key) return;
    looked.files = key;
    for (const watcher of looked.watched) watcher.dispose();
    looked.watched = [...new Set(files)].map((file) =>
      watchFile(vscode.Uri.file(file), () => this.checkSoon(document, 0)),
    );
  }

  private forget(document: vscode.TextDocument): void {
    const looked = this.looked.get(document);
    if (!looked) return;
    clearTimeout(looked.timer);
    looked.stop?.abort();
    for (const watcher of looked.watched) watcher.dispose();
    this.looked.delete(document);
    this.shown.delete(document.uri);
  }

  /** Whoever calls it, it changes only a file that is reported as open to others. */
  private async protect(path: string): Promise<void> {
    const shown = [...this.looked.values()].flatMap(({ problems }) => problems);
    if (!shown.some(({ fix }) => fix && 'protect' in fix && fix.protect === path)) return;
    await this.io.setMode(path, 0o600);
    this.checkAll();
  }
}

function rangeOf(document: vscode.TextDocument, { offset, size }: { offset: number; size: number }) {
  return new vscode.Range(document.positionAt(offset), document.positionAt(offset + size));
}

const problemOf = (document: vscode.TextDocument, problem: LaunchProblem): vscode.Diagnostic =>
  problemAt(rangeOf(document, problem), problem.message, problem);
