// One tab with the report of a check: runs the check, shows its answer, and does what its buttons say.

import * as vscode from 'vscode';
import * as shellErrors from '../shell/errors';
import * as appErrors from '../../app/errors';
import * as ioErrors from '../../app/ioErrors';
import { redactReport } from '../../core/check/redactReport';
import type { Report, Verdict } from '../../core/launch/report';
import type { CheckedLaunch, DomainOutcome } from '../../app/domainCheck';
import type { ExplanationState, ReportViewState } from '../../protocol/launch';
import type { ActionOf } from '../../protocol/pages';
import type { Connections } from '../connections/connections';
import { CheckProgress } from './checkProgress';
import { injectInto, runDomain, runRecorded, type Checked, type RunOptions } from './checks';
import { nameInWords } from './consent';
import { Explaining } from './explaining';
import { LaunchLook } from './launchParts';
import { openExpected } from './recordLaunch';
import type { Io } from '../../app/io';
import type { ExpectedLaunch } from '../../app/snpLaunch';
import { copyText } from '../shell/clipboard';
import { Page } from '../shell/page';
import { notify } from '../shell/notify';
import { present, sentence } from '../shell/present';
import { openIn } from '../shell/run';
import { reportSource, type DomainTarget, type ReportSource } from './reportSource';
import type { ReportStore } from './reportStore';
import { reportText, saveReport } from './saveReport';

/** What the reports of domains need from their context. */
export interface ReportContext {
  readonly store: ReportStore;
  readonly connections: Connections;
  /** Whether a connection may be used; asks the user if necessary. */
  readonly mayConnect: (target: DomainTarget) => Promise<boolean>;
  /** Called with the result of each check of a domain; undefined when there is no verdict. */
  readonly onVerdict: (target: DomainTarget, verdict: Verdict | undefined) => void;
}

/** The outcome of a check. */
type Outcome = Omit<DomainOutcome, 'uuid'> & { readonly uuid?: string } & Pick<Checked, 'trace'>;

/** What to do when a report is opened: run its check, and search for the cause of a mismatch. */
export interface ReportWish {
  readonly explain: boolean;
}

/** One tab and its checks. */
export class ReportRun {
  private running: AbortController | undefined;
  private closed = false;
  private state: Omit<ReportViewState, 'kind'> | undefined;
  /** What was checked, when it did not match; kept only in this window's memory. */
  private launch: CheckedLaunch | undefined;
  /** Of SEV-SNP: what the report of the guest must show, of which inputs. */
  private expected: ExpectedLaunch | undefined;
  /** Where the attestation report is that the launch was compared with. */
  private evidence: string | undefined;
  private explaining: Explaining | undefined;
  private look: LaunchLook | undefined;
  private readonly page: Page<'report'>;

  constructor(
    private readonly io: Io,
    extensionUri: vscode.Uri,
    private readonly uri: vscode.Uri,
    private readonly panel: vscode.WebviewPanel,
    private readonly around: ReportContext,
  ) {
    this.page = new Page(extensionUri, panel, 'report', {
      action: ({ action, redact }) => this.act(action, redact === true),
      changeLaunch: ({ explanation }) => this.explaining?.changeLaunch(explanation),
      steps: (asked) => {
        const pairs = this.look?.steps(asked);
        if (pairs) this.page.post({ ...asked, pairs });
      },
      openLoad: ({ source, size }) => this.look?.open(source, size),
    });
  }

  /** Shows the tab for the first time. */
  async begin(wish: ReportWish | undefined): Promise<void> {
    try {
      const source = reportSource(this.uri);
      const { target } = source;
      this.explaining = new Explaining(this.io, source, (explanation) => {
        this.showWhy(explanation);
      });
      const stored = this.around.store.find(this.uri);
      if (!target || wish) await this.check(wish);
      else if (stored) {
        this.explaining.reset(stored.explanation);
        this.show({ ...stored, earlier: true });
      } else this.showUnasked(target);
    } catch (error) {
      this.page.show({ kind: 'notice', title: 'There is no report', text: sentence(error), actions: [] });
    }
  }

  /** Called when the tab was closed. */
  end(): void {
    this.closed = true;
    this.running?.abort();
    this.explaining?.reset();
  }

  /** Runs the check and shows its report, or why there is none. */
  async check(wish?: ReportWish): Promise<void> {
    await this.run(({ file, target }, options) =>
      target
        ? runDomain(this.io, this.around.connections, file, target, options)
        : runRecorded(this.io, file, options),
    );
    // The search runs on its own, now that the check's report is there.
    if (wish?.explain && this.launch) void this.explaining?.search(this.launch, false);
  }

  private showUnasked({ uri, name }: DomainTarget): void {
    const title = `${nameInWords(name)} is not checked`;
    const text = `Nothing has been asked of ${nameInWords(uri)} yet.`;
    this.page.show({ kind: 'notice', title, text, actions: ['runAgain'] });
  }

  /** @param injecting whether a secret follows the check; its fate must be reported whatever happens */
  private async run(
    check: (source: ReportSource, options: RunOptions) => Promise<Outcome>,
    injecting = false,
  ): Promise<void> {
    const source = reportSource(this.uri);
    const { target } = source;
    this.running?.abort();
    this.explaining?.reset();
    this.state = this.launch = this.look = this.expected = this.evidence = undefined;
    const mine = (this.running = new AbortController());
    const isOver = () => this.running !== mine || this.closed;
    const progress = new CheckProgress(source, (state) => {
      if (!isOver() && !mine.signal.aborted) this.page.show({ kind: 'running', ...state });
    });
    const made = new Date().toISOString();
    let outcome: Outcome | undefined;
    let problem: unknown;
    try {
      if (!vscode.workspace.isTrusted) throw shellErrors.untrustedWorkspace();
      // A tab may come from a link, and a connection may have been removed from the settings.
      if (target && !(await this.around.mayConnect(target))) {
        this.showUnasked(target);
        return;
      }
      // An older verdict must not reappear when this check finds none.
      if (target) await this.around.store.forget(this.uri);
      const options = { signal: mine.signal, ...progress.hooks };
      outcome = await check(source, options);
      if (mine.signal.aborted && outcome.injected === undefined)
        throw injecting ? (outcome.injectionError ?? appErrors.injectionStopped()) : ioErrors.cancelled();
    } catch (error) {
      problem = error;
    } finally {
      progress.end();
    }
    await this.finish(source, outcome, { made, problem, isOver });
    if (injecting && isOver()) describeInjection(target, outcome, problem);
    if (this.running === mine) this.running = undefined;
  }

  /** Stores, shows and announces the outcome. */
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
        this.page.show({ kind: 'notice', title: 'Could not be checked', text: sentence(problem), actions });
      return;
    }
    const { report, injected, injectionError, launch, expected, evidence } = outcome;
    // When a rule failed, nothing was measured, and an SNP launch has nothing to be compared with: there is no verdict.
    const isJudged = report.steps.length > 0 && report.expected === undefined;
    if (named) this.around.onVerdict(named, isJudged ? report.verdict : undefined);
    const shown = {
      report,
      ...(target && { made }),
      ...(injected !== undefined && { injected }),
    };
    if (target) await this.around.store.keep(this.uri, { ...shown, made });
    if (isOver()) return;
    if (report.verdict === 'does not match' || report.agrees === false) this.launch = launch;
    this.look =
      launch && new LaunchLook({ ...launch, ...outcome.trace }, report, reportSource(this.uri).file);
    this.expected = expected;
    this.evidence = evidence?.path;
    this.show({
      ...shown,
      ...(this.look && { parts: this.look.parts }),
      ...(evidence && { picture: evidence.picture }),
      ...(injectionError && { injectionError: injectionError.message }),
      ...(expected && { canSaveLaunch: expected.inputs.fromHost.length === 0 }),
    });
    if (target && !this.panel.visible) this.announce(report);
  }

  private show(state: Omit<ReportViewState, 'kind'>): void {
    this.state = state;
    this.page.show({ kind: 'report', ...state });
  }

  /** Shows a search under the verdict it is about, and stores its result with the report of a domain. */
  private showWhy(explanation: ExplanationState): void {
    const { state } = this;
    if (!state) return;
    this.show({ ...state, explanation });
    const { made, report } = state;
    if (made === undefined || explanation.kind !== 'found') return;
    // If it could not be stored, it must still be shown.
    this.around.store.keep(this.uri, { report, made, explanation }).catch(() => undefined);
  }

  /** The verdict on one line, for a user who has moved on to something else. */
  private announce({ title, verdict, expected }: Report): void {
    const words = expected === undefined ? verdict : 'no report to compare with';
    const open = 'Open Report';
    const kind = verdict === 'matches' ? 'information' : 'warning';
    void notify(kind, `${nameInWords(title)}: ${words}.`, open).then(async (answer) => {
      if (answer === open) await present(() => openIn('report', this.uri));
    });
  }

  /** @param redact whether what is copied or saved names no machine and no guest */
  private async act(action: ActionOf<'report'>, redact: boolean): Promise<void> {
    const { file, target } = reportSource(this.uri);
    const { report } = this.state ?? {};
    const shown = report && redact ? redactReport(report) : report;
    const exported = shown && { report: shown, explanation: this.explaining?.result };
    switch (action) {
      case 'runAgain':
        await this.check();
        return;
      case 'cancelRun':
        this.running?.abort();
        return;
      case 'openLaunchFile':
        await vscode.window.showTextDocument(file);
        return;
      case 'explain':
        await this.explaining?.search(this.launch, false);
        return;
      case 'explainFolder':
        await this.explaining?.search(this.launch, true);
        return;
      case 'cancelExplain':
        this.explaining?.stop();
        return;
      case 'copyReport':
        if (exported) await copyText(reportText(exported, 'markdown'));
        return;
      case 'copyReportJson':
        if (exported) await copyText(reportText(exported, 'json'));
        return;
      case 'saveReport':
        if (exported) await saveReport(exported, file);
        return;
      case 'copyTrace':
        if (this.look) await copyText(await this.look.traceText());
        return;
      case 'saveTrace':
        await this.look?.saveTrace();
        return;
      case 'openEvidence':
        if (this.evidence !== undefined) await openIn('snpReportOption', vscode.Uri.file(this.evidence));
        return;
      case 'saveLaunch':
        if (this.expected && target) await openExpected(this.io, this.expected, target.name, file);
        return;
      case 'injectSecret':
        if (report && target)
          await injectInto(this.io, target, (injection) =>
            this.run(
              (_source, options) =>
                runDomain(this.io, this.around.connections, file, target, options, injection),
              true,
            ),
          );
        return;
      default:
        action satisfies never;
    }
  }
}

/** What happened to a secret, for when the tab already shows another check or is closed. */
function describeInjection(
  target: DomainTarget | undefined,
  outcome: Outcome | undefined,
  problem: unknown,
): void {
  const name = nameInWords(target?.name ?? '');
  if (problem !== undefined) void notify('warning', `${name}: ${sentence(problem)}`);
  else if (outcome?.injected !== undefined) void notify('information', `${name} has its secret, and runs.`);
}
