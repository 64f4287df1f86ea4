// The tests of the Test Explorer: each launch file of the workspace is a test; its digests and, for a domain, its
// rules are the steps below it. Files are searched for when the Test Explorer asks, and watched from then on.

import * as vscode from 'vscode';
import { LAUNCH_PATTERN } from '../../contributions';
import { SNP } from '../../core/domain/launchTypes';
import { rulesOfType } from '../../core/domain/rules';
import { isOnlyVerified, measuresVcpus, technologyOf } from '../../core/check/question';
import { hasStep, STEPS, type Report } from '../../core/launch/report';
import { checkMany } from '../../app/checkMany';
import type { LaunchFile } from '../../core/check/launchFile';
import type { Io } from '../../app/io';
import { verdictPlace } from '../../app/launchPlaces';
import type { Connections } from '../connections/connections';
import { launchFileAt, launchTextAt, verifiesEvidence } from './checks';
import { launchJob } from './launchJobs';
import { reportResult } from './launchResults';
import { labelTest, sayUnreadable, testItem } from '../shell/labels';
import { sentence } from '../shell/present';
import { evidenceId, positionOf, ruleId, stepId } from './testItems';

/** What the tests need from their context. */
export interface TreeContext {
  readonly io: Io;
  readonly extensionUri: vscode.Uri;
  readonly connections: Connections;
  readonly memory: vscode.Memento;
}

const NOT_IN = '**/node_modules/**';

/** Whether a launch is one of SNP, as far as the file tells, or a report that there is of it. */
const isSnp = (file: LaunchFile, report: Report | undefined): boolean =>
  report ? report.mode === 'SEV-SNP' : technologyOf({ given: file }) === 'snp';

/** What of a launch a file leads to, as far as the file tells; a domain's host may add some. */
const partsOf = (file: LaunchFile, report: Report | undefined) => {
  const { kernel, launch, launchDigest, cpu, vmsa, svsm, report: evidence } = file;
  const byDigest = launchDigest !== undefined;
  const byReport = evidence !== undefined;
  const isLoaded = !isOnlyVerified({ given: file });
  const measured =
    launch || byDigest || (byReport && !file.domain)
      ? measuresVcpus({ given: file })
      : (cpu ?? vmsa) !== undefined;
  return {
    loads: isLoaded,
    kernel: isLoaded && kernel !== undefined && svsm === undefined,
    vmsa: measured === true,
    svsm: isLoaded && svsm !== undefined,
    measurement: !byDigest && !byReport && !isSnp(file, report),
    launchDigest: byDigest,
    report: byReport,
  };
};

/** The tests of a window. */
export class LaunchTree implements vscode.Disposable {
  private watcher: vscode.FileSystemWatcher | undefined;
  /** What was last read of each test. */
  private readonly files = new WeakMap<vscode.TestItem, LaunchFile>();

  constructor(
    private readonly controller: vscode.TestController,
    private readonly around: TreeContext,
  ) {}

  /** Finds the launch files, or the steps of one. */
  async resolve(item: vscode.TestItem | undefined): Promise<void> {
    if (!item) await this.refresh();
    else if (item.uri && !item.parent) await this.showSteps(item, item.uri);
  }

  /** Finds launch files, and watches them from now on. */
  async refresh(): Promise<void> {
    this.watcher ??= this.watch();
    const found = await vscode.workspace.findFiles(LAUNCH_PATTERN, NOT_IN);
    const ids = new Set(found.map((uri) => uri.toString()));
    for (const [id] of this.controller.items) if (!ids.has(id)) this.controller.items.delete(id);
    for (const uri of found) this.add(uri);
  }

  /** Runs the requested tests: all, or the files that are named or that contain a named step. */
  async run(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    if (!request.include && !this.watcher) await this.refresh();
    const { io, connections } = this.around;
    const items = this.filesOf(request);
    const run = this.controller.createTestRun(request);
    const stop = new AbortController();
    const abort = () => {
      stop.abort();
    };
    const stops = [token.onCancellationRequested(abort), run.token.onCancellationRequested(abort)];
    // Running a single launch is consent to ask about its connection; running all asks nothing.
    const mayAsk = request.include?.length === 1;
    try {
      for (const item of items) run.enqueued(item);
      const jobs = items.map((item) =>
        launchJob(item.uri!, { ...this.around, mayAsk, before: () => this.showSteps(item, item.uri!) }),
      );
      const reported: Promise<void>[] = [];
      await checkMany(io, jobs, {
        libvirt: connections.libvirt,
        verifyEvidence: verifiesEvidence(io),
        signal: stop.signal,
        onStart: (index) => {
          run.started(items[index]!);
        },
        onResult: (result, index) => {
          const item = items[index]!;
          const file = this.files.get(item);
          // Which rules a domain has, its host knows for certain.
          if (file && 'report' in result.outcome) this.fill(item, file, result.outcome.report);
          reported.push(reportResult(io, run, item, result, stop.signal));
        },
      });
      await Promise.all(reported);
    } finally {
      for (const one of stops) one.dispose();
      run.end();
    }
  }

  dispose(): void {
    this.watcher?.dispose();
  }

  private filesOf({ include, exclude = [] }: vscode.TestRunRequest): vscode.TestItem[] {
    const all = include ?? [...this.controller.items].map(([, item]) => item);
    const files = new Set(all.map((item) => item.parent ?? item));
    return [...files].filter((item) => item.uri && !exclude.includes(item));
  }

  private watch(): vscode.FileSystemWatcher {
    const watcher = vscode.workspace.createFileSystemWatcher(LAUNCH_PATTERN);
    watcher.onDidCreate((uri) => {
      if (!uri.path.includes('/node_modules/')) this.add(uri);
    });
    watcher.onDidDelete((uri) => {
      this.controller.items.delete(uri.toString());
    });
    watcher.onDidChange((uri) => {
      const item = this.controller.items.get(uri.toString());
      if (!item) return;
      // Results belong to the old text, and the new one may have other steps.
      this.controller.invalidateTestResults(item);
      const wasOpen = item.children.size > 0;
      item.children.replace([]);
      if (wasOpen) void this.showSteps(item, uri);
    });
    return watcher;
  }

  private add(uri: vscode.Uri): void {
    const id = uri.toString();
    if (this.controller.items.get(id)) return;
    const item = testItem(this.controller, id, vscode.workspace.asRelativePath(uri), uri);
    item.canResolveChildren = true;
    this.controller.items.add(item);
  }

  /** Reads a launch file for its steps; an unreadable file has none and shows why. */
  private async showSteps(item: vscode.TestItem, uri: vscode.Uri): Promise<void> {
    try {
      const { io } = this.around;
      const file = await launchFileAt(io, uri);
      const at = positionOf(verdictPlace(await launchTextAt(io, uri)));
      item.range = new vscode.Range(at, at);
      const path = vscode.workspace.asRelativePath(uri);
      labelTest(item, file.name === undefined ? path : `${path}: ${file.name}`);
      sayUnreadable(item, undefined);
      this.files.set(item, file);
      this.fill(item, file);
    } catch (error) {
      sayUnreadable(item, sentence(error));
      item.children.replace([]);
    }
  }

  /** @param report of its check, if there is one */
  private fill(item: vscode.TestItem, file: LaunchFile, report?: Report): void {
    const isOfDomain = !file.launch && !file.launchDigest && (file.domain !== undefined || !file.report);
    const known = rulesOfType(isSnp(file, undefined) ? SNP : undefined);
    const rules = isOfDomain ? (report?.rules ?? known) : [];
    const parts = partsOf(file, report);
    const steps = STEPS.filter((row) => hasStep(row, parts));
    const wanted = [
      ...rules.map(({ id, title }) => [ruleId(item, id), title] as const),
      ...steps.map(({ id, title }) => [stepId(item, id), title] as const),
      // Which steps its verification takes, follows from the report and the wishes.
      ...(report?.evidence?.steps ?? []).map(
        ({ step, title }) => [evidenceId(item, step), `Report: ${title}`] as const,
      ),
    ];
    if (item.children.size === wanted.length && wanted.every(([id]) => item.children.get(id))) return;
    item.children.replace(
      wanted.map(([id, title], index) => {
        const child = testItem(this.controller, id, title, item.uri);
        child.sortText = String(index).padStart(3, '0');
        return child;
      }),
    );
  }
}
