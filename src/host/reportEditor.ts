// The report of a launch-measurement check: an editor on a URI of its own that says what is checked. A recorded launch is
// checked anew whenever its report is opened, so that no old verdict is ever shown for changed inputs. A domain is asked only
// when a person wants it: after a reload its last report is shown, with its time.

import * as vscode from 'vscode';
import * as errors from '../core/errors';
import { reportMarkdown } from '../core/measure/exportReport';
import type { Report, Verdict } from '../core/measure/report';
import { jsonText } from '../core/json';
import { STAGES, type Stage } from '../core/domain/stages';
import { withoutLinks } from '../core/plainText';
import type { DomainOutcome } from '../files/domainCheck';
import type { OnProgress } from '../files/read';
import type { Action, ReportViewState, RunningState } from '../protocol';
import { injectInto, runDomain, runRecorded, type RunOptions } from './checks';
import { nameInWords } from './consent';
import { Page, PageEditor } from './page';
import { present, sentence } from './present';
import { reportSource, type DomainTarget, type ReportSource } from './reportSource';
import type { ReportStore } from './reportStore';

/** Progress is drawn no more often than this. */
const PROGRESS_MS = 100;

/** What the reports of domains need from around them. */
export interface ReportSurroundings {
  readonly store: ReportStore;
  /** Whether a connection is the person's own; when it is not, she is asked. */
  readonly mayConnect: (target: DomainTarget) => Promise<boolean>;
  /** Called with how each check of a domain ended; undefined when there is no verdict. */
  readonly onVerdict: (target: DomainTarget, verdict: Verdict | undefined) => void;
}

/** How a check came out. */
type Outcome = Pick<DomainOutcome, 'report' | 'injected' | 'injectionError'> & { readonly uuid?: string };

/** Shows reports. */
export class ReportEditor extends PageEditor {
  static readonly viewType = 'sevscope.report';
  protected readonly viewType = ReportEditor.viewType;
  /** Reports of domains that a person has just asked for: only these run when they are opened. */
  private readonly wanted = new Set<string>();
  private readonly runs = new Map<string, Set<ReportRun>>();

  constructor(
    extensionUri: vscode.Uri,
    private readonly around: ReportSurroundings,
  ) {
    super(extensionUri);
  }

  /** Opens a report and runs its check, also when it is open already. */
  async start(uri: vscode.Uri): Promise<void> {
    const key = uri.toString();
    const [open] = this.runs.get(key) ?? [];
    if (!open) this.wanted.add(key);
    try {
      await vscode.commands.executeCommand('vscode.openWith', uri, ReportEditor.viewType);
    } finally {
      this.wanted.delete(key);
    }
    await open?.check();
  }

  protected open(uri: vscode.Uri, panel: vscode.WebviewPanel): Promise<void> {
    const key = uri.toString();
    const wanted = this.wanted.delete(key);
    const run = new ReportRun(this.extensionUri, uri, panel, this.around);
    const runs = this.runs.get(key) ?? new Set();
    this.runs.set(key, runs.add(run));
    panel.onDidDispose(() => {
      runs.delete(run);
      run.end();
    });
    // VS Code draws nothing of a page before it is told that the editor is there: what runs must be seen, and cancelled.
    void run.begin(wanted);
    return Promise.resolve();
  }
}

/** One tab and its checks. */
class ReportRun {
  private running: AbortController | undefined;
  private closed = false;
  private report: Report | undefined;
  private readonly page: Page;

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly uri: vscode.Uri,
    private readonly panel: vscode.WebviewPanel,
    private readonly around: ReportSurroundings,
  ) {
    this.page = new Page(extensionUri, panel, (action) => this.act(action));
  }

  /** Shows the tab for the first time. */
  async begin(wanted: boolean): Promise<void> {
    try {
      const { target } = reportSource(this.uri);
      const stored = this.around.store.find(this.uri);
      if (!target || wanted) await this.check();
      else if (stored) this.show({ ...stored, earlier: true });
      else this.showUnasked(target);
    } catch (error) {
      this.page.show({ kind: 'notice', title: 'There is no report', text: sentence(error), actions: [] });
    }
  }

  /** The tab was closed. */
  end(): void {
    this.closed = true;
    this.running?.abort();
  }

  /** Runs the check and shows its report, or why there is none. */
  async check(): Promise<void> {
    await this.run((source, options) =>
      source.target ? runDomain(source.file, source.target, options) : runRecorded(source.file, options),
    );
  }

  private showUnasked({ uri, name }: DomainTarget): void {
    const title = `${nameInWords(name)} is not checked`;
    const text = `Nothing has been asked of ${nameInWords(uri)} yet.`;
    this.page.show({ kind: 'notice', title, text, actions: ['runAgain'] });
  }

  /** @param injecting whether a secret follows the check, of which something has to be said whatever comes between */
  private async run(
    check: (source: ReportSource, options: RunOptions) => Promise<Outcome>,
    injecting = false,
  ): Promise<void> {
    const source = reportSource(this.uri);
    const { target } = source;
    this.running?.abort();
    const mine = (this.running = new AbortController());
    const isOver = () => this.running !== mine || this.closed;
    const progress = new Progress(source, (state) => {
      if (!isOver() && !mine.signal.aborted) this.page.show({ kind: 'running', ...state });
    });
    const made = new Date().toISOString();
    let outcome: Outcome | undefined;
    let problem: unknown;
    try {
      if (!vscode.workspace.isTrusted) throw errors.untrustedWorkspace();
      // A tab may come from a link, and a connection may have been taken out of the settings since.
      if (target && !(await this.around.mayConnect(target))) {
        this.showUnasked(target);
        return;
      }
      // An older verdict must not come back when this check finds none.
      if (target) await this.around.store.forget(this.uri);
      const options = { extensionUri: this.extensionUri, signal: mine.signal, ...progress.hooks };
      outcome = await check(source, options);
      if (mine.signal.aborted && outcome.injected === undefined)
        throw injecting ? (outcome.injectionError ?? errors.injectionStopped()) : errors.cancelled();
    } catch (error) {
      problem = error;
    } finally {
      progress.end();
    }
    await this.finish(source, outcome, { made, problem, isOver });
    if (injecting && isOver()) tellInjection(target, outcome, problem);
    if (this.running === mine) this.running = undefined;
  }

  /** Keeps, shows and tells what came out. */
  private async finish(
    { target }: ReportSource,
    outcome: Outcome | undefined,
    { made, problem, isOver }: { made: string; problem: unknown; isOver: () => boolean },
  ): Promise<void> {
    const named = target && { ...target, domain: outcome?.uuid ?? target.domain };
    if (!outcome || problem !== undefined) {
      if (named) this.around.onVerdict(named, undefined);
      const actions = ['runAgain', 'openLaunchFile'] as const;
      if (!isOver())
        this.page.show({ kind: 'notice', title: 'There is no verdict', text: sentence(problem), actions });
      return;
    }
    const { report, injected, injectionError } = outcome;
    // Where a rule failed nothing was measured, and so nothing was found.
    if (named) this.around.onVerdict(named, report.steps.length > 0 ? report.verdict : undefined);
    const shown = {
      report,
      ...(target && { made }),
      ...(injected !== undefined && { injected }),
    };
    if (target) await this.around.store.keep(this.uri, { ...shown, made });
    if (isOver()) return;
    this.show({ ...shown, ...(injectionError && { injectionError: injectionError.message }) });
    if (target && !this.panel.visible) this.tell(report);
  }

  private show(state: Omit<ReportViewState, 'kind'>): void {
    this.report = state.report;
    this.page.show({ kind: 'report', ...state });
  }

  /** The verdict's one line, for somebody who has gone on with something else. */
  private tell({ title, verdict }: Report): void {
    const words = `${withoutLinks(nameInWords(title))}: ${verdict}.`;
    const open = 'Open Report';
    const message =
      verdict === 'matches'
        ? vscode.window.showInformationMessage(words, open)
        : vscode.window.showWarningMessage(words, open);
    void message.then(async (answer) => {
      if (answer === open)
        await present(() =>
          vscode.commands.executeCommand('vscode.openWith', this.uri, ReportEditor.viewType),
        );
    });
  }

  private async act(action: Action): Promise<void> {
    const { file, target } = reportSource(this.uri);
    if (action === 'runAgain') await this.check();
    if (action === 'cancelRun') this.running?.abort();
    if (action === 'openLaunchFile') await vscode.window.showTextDocument(file);
    const { report } = this;
    if (!report) return;
    if (action === 'copyReport') await vscode.env.clipboard.writeText(reportMarkdown(report));
    if (action === 'copyReportJson') await vscode.env.clipboard.writeText(`${jsonText(report)}\n`);
    if (action === 'saveReport') await saveReport(report, file);
    if (action === 'injectSecret' && target)
      await injectInto(target, (injection) =>
        this.run((_source, options) => runDomain(file, target, options, injection), true),
      );
  }
}

/** What became of a secret, when the tab shows another check by now or is closed. */
function tellInjection(
  target: DomainTarget | undefined,
  outcome: Outcome | undefined,
  problem: unknown,
): void {
  const name = withoutLinks(nameInWords(target?.name ?? ''));
  if (problem !== undefined)
    void vscode.window.showWarningMessage(`${name}: ${withoutLinks(sentence(problem))}`);
  else if (outcome?.injected !== undefined)
    void vscode.window.showInformationMessage(`${name} has its secret, and runs.`);
}

/** Saves a report as Markdown or JSON, by the name that is chosen. */
async function saveReport(report: Report, beside: vscode.Uri): Promise<void> {
  if (!vscode.workspace.isTrusted) throw errors.untrustedWorkspace();
  const target = await vscode.window.showSaveDialog({
    title: 'Save report',
    defaultUri: vscode.Uri.joinPath(beside, '..', `${report.title.replaceAll(/[^\w.-]+/g, '-')}.report.md`),
    filters: { Markdown: ['md'], JSON: ['json'] },
  });
  if (!target) return;
  const text = target.path.endsWith('.json') ? `${jsonText(report)}\n` : reportMarkdown(report);
  await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
}

/** What is shown while a check runs; drawn at once for a new stage, and now and then for bytes. */
class Progress {
  private state: RunningState;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    { target, file }: ReportSource,
    private readonly draw: (state: RunningState) => void,
  ) {
    const title = target?.name ?? vscode.workspace.asRelativePath(file);
    // Without a host there is only one stage.
    const stages: readonly Stage[] = target ? STAGES.slice(0, 3) : ['reading and hashing'];
    this.state = { title, stages, stage: stages[0]! };
    this.draw(this.state);
  }

  readonly hooks: Pick<RunOptions, 'onStage' | 'onRules' | 'onProgress'> = {
    onStage: (stage) => {
      const { stages } = this.state;
      const all = stages.includes(stage) ? stages : [...stages, stage];
      this.set({ ...this.state, stages: all, stage });
    },
    onRules: (rules) => {
      this.set({ ...this.state, rules });
    },
    onProgress: ((name, done, total) => {
      this.state = { ...this.state, reading: { name, done, ...(total !== undefined && { total }) } };
      this.timer ??= setTimeout(() => {
        this.set(this.state);
      }, PROGRESS_MS);
    }) satisfies OnProgress,
  };

  end(): void {
    clearTimeout(this.timer);
  }

  private set(state: RunningState): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.state = state;
    this.draw(state);
  }
}
