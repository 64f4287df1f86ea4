// The report of a launch-measurement check: an editor on a URI of its own that says what is checked. A recorded launch is
// checked anew whenever its report is opened, so that no old verdict is ever shown for changed inputs. A domain is asked only
// when a person wants it: after a reload its last report is shown, with its time.

import * as vscode from 'vscode';
import * as errors from '../core/errors';
import { reportMarkdown } from '../core/measure/exportReport';
import type { Report } from '../core/measure/report';
import { jsonText } from '../core/json';
import { STAGES, type Stage } from '../files/domainCheck';
import type { OnProgress } from '../files/read';
import type { Action, RunningState } from '../protocol';
import { injectInto, runDomain, runRecorded, type RunOptions } from './checks';
import { Page, PageEditor } from './page';
import { present, sentence } from './present';
import { reportSource, type ReportSource } from './reportSource';
import type { ReportStore } from './reportStore';

/** Progress is drawn no more often than this. */
const PROGRESS_MS = 100;

/** Called with each verdict about a domain. */
export type OnVerdict = (source: ReportSource, report: Report | undefined) => void;

/** Shows reports. */
export class ReportEditor extends PageEditor {
  static readonly viewType = 'sevscope.report';
  protected readonly viewType = ReportEditor.viewType;
  /** Reports of domains that a person has just asked for: only these run when they are opened. */
  private readonly wanted = new Set<string>();
  private readonly runs = new Map<string, () => Promise<void>>();

  constructor(
    extensionUri: vscode.Uri,
    private readonly store: ReportStore,
    private readonly onVerdict: OnVerdict = () => undefined,
  ) {
    super(extensionUri);
  }

  /** Opens a report and runs its check, also when it is open already. */
  async start(uri: vscode.Uri): Promise<void> {
    const open = this.runs.get(uri.toString());
    if (!open) this.wanted.add(uri.toString());
    await vscode.commands.executeCommand('vscode.openWith', uri, ReportEditor.viewType);
    await open?.();
  }

  protected async open(uri: vscode.Uri, panel: vscode.WebviewPanel): Promise<void> {
    const key = uri.toString();
    const run = new ReportRun(this.extensionUri, uri, panel, this.store, this.onVerdict);
    this.runs.set(key, () => run.check());
    panel.onDidDispose(() => {
      this.runs.delete(key);
      run.cancel();
    });
    const wanted = this.wanted.delete(key);
    await run.begin(wanted);
  }
}

/** One tab and its checks. */
class ReportRun {
  private running: AbortController | undefined;
  private report: Report | undefined;
  private readonly page: Page;

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly uri: vscode.Uri,
    private readonly panel: vscode.WebviewPanel,
    private readonly store: ReportStore,
    private readonly onVerdict: OnVerdict,
  ) {
    this.page = new Page(extensionUri, panel, (action) => this.act(action));
  }

  /** Shows the tab for the first time. */
  async begin(wanted: boolean): Promise<void> {
    const stored = this.store.find(this.uri);
    try {
      const { target } = reportSource(this.uri);
      if (!target || wanted) await this.check();
      else if (stored) this.show(stored.report, stored.made);
      else {
        const text = `Nothing has been asked of ${target.uri} yet.`;
        this.page.show({
          kind: 'notice',
          title: `${target.name} is not checked`,
          text,
          actions: ['runAgain'],
        });
      }
    } catch (error) {
      this.page.show({ kind: 'notice', title: 'There is no report', text: sentence(error), actions: [] });
    }
  }

  cancel(): void {
    this.running?.abort();
  }

  /** Runs the check and shows its report, or why there is none. */
  async check(): Promise<void> {
    await this.run((source, options) =>
      source.target ? runDomain(source.file, source.target, options) : runRecorded(source.file, options),
    );
  }

  private async run(
    check: (source: ReportSource, options: RunOptions) => Promise<{ report: Report; injected?: number }>,
  ): Promise<void> {
    this.running?.abort();
    const mine = (this.running = new AbortController());
    const isMine = () => this.running === mine;
    const source = reportSource(this.uri);
    const progress = new Progress(source, (state) => {
      if (isMine() && !mine.signal.aborted) this.page.show({ kind: 'running', ...state });
    });
    try {
      const { report, injected } = await check(source, {
        extensionUri: this.extensionUri,
        signal: mine.signal,
        ...progress.hooks,
      });
      if (!isMine()) return;
      const made = new Date().toISOString();
      if (source.target) await this.store.keep(this.uri, { report, made });
      this.show(report, source.target && made, injected);
      this.tell(source, report);
    } catch (error) {
      if (!isMine()) return;
      if (source.target) this.onVerdict(source, undefined);
      const actions = ['runAgain', 'openLaunchFile'] as const;
      this.page.show({ kind: 'notice', title: 'There is no verdict', text: sentence(error), actions });
    } finally {
      progress.end();
      if (isMine()) this.running = undefined;
    }
  }

  private show(report: Report, made?: string, injected?: number): void {
    this.report = report;
    this.page.show({
      kind: 'report',
      report,
      ...(made !== undefined && { made }),
      ...(injected !== undefined && { injected }),
    });
  }

  /** The verdict's one line, for somebody who has gone on with something else. */
  private tell(source: ReportSource, report: Report): void {
    if (!source.target) return;
    this.onVerdict(source, report);
    if (this.panel.visible) return;
    const words = `${report.title}: ${report.verdict}.`;
    const open = 'Open Report';
    const message =
      report.verdict === 'matches'
        ? vscode.window.showInformationMessage(words, open)
        : vscode.window.showWarningMessage(words, open);
    void message.then((answer) => {
      if (answer === open) this.panel.reveal();
    });
  }

  private async act(action: Action): Promise<void> {
    const { file, target } = reportSource(this.uri);
    if (action === 'runAgain') await this.check();
    if (action === 'cancelRun') this.cancel();
    if (action === 'openLaunchFile') await vscode.window.showTextDocument(file);
    const { report } = this;
    if (!report) return;
    if (action === 'copyReport') await vscode.env.clipboard.writeText(reportMarkdown(report));
    if (action === 'copyReportJson') await vscode.env.clipboard.writeText(`${jsonText(report)}\n`);
    if (action === 'saveReport') await saveReport(report, file);
    if (action === 'injectSecret' && target)
      await injectInto(target, (injection) =>
        this.run((_source, options) => runDomain(file, target, options, injection)),
      );
  }
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
  await present(() => vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text)));
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
