// The search for why the launch of a report does not match, from the button that starts it to the launch file
// that is changed as an explanation suggests. The verdict stays as it is: only another check gives another.

import * as vscode from 'vscode';
import * as errors from './errors';
import * as shellErrors from '../shell/errors';
import * as appErrors from '../../app/errors';
import type { ExplainResult } from '../../core/explain/explanation';
import type { CheckedLaunch } from '../../app/domainCheck';
import { explainLaunch } from '../../tasks/explain';
import type { Io } from '../../app/io';
import { measurementsInFolder } from '../../app/launchesInFolder';
import type { ExplanationState } from '../../protocol/launch';
import { changeableBy, changeLaunchFile } from './changeLaunchFile';
import { sentence } from '../shell/present';
import type { ReportSource } from './reportSource';

/** A found explanation, kept with the report of a domain. */
export type KeptExplanation = Extract<ExplanationState, { kind: 'found' }>;

/** The searches of one report, one at a time. */
export class Explaining {
  private state: ExplanationState | undefined;
  private running: AbortController | undefined;

  /** @param show is called with every new state */
  constructor(
    private readonly io: Io,
    private readonly source: ReportSource,
    private readonly show: (state: ExplanationState) => void,
  ) {}

  /** What was found for the check on display. */
  get result(): ExplainResult | undefined {
    return this.state?.kind === 'found' ? this.state.result : undefined;
  }

  /** Starts over for another check, or with a kept explanation. */
  reset(found?: KeptExplanation): void {
    this.stop();
    this.running = undefined;
    this.state = found;
  }

  /** Stops a search; the page shows that it was stopped. */
  stop(): void {
    this.running?.abort();
  }

  /**
   * Searches, and shows its progress and what it finds, or why it ended.
   * @param launch undefined when it was not kept
   * @throws CheckError instead of discarding a kept explanation
   */
  async search(launch: CheckedLaunch | undefined, searchFolder: boolean): Promise<void> {
    if (!launch && this.result) throw errors.checkNotKept();
    this.stop();
    const mine = (this.running = new AbortController());
    const set = (state: ExplanationState) => {
      if (this.running === mine) this.set(state);
    };
    try {
      if (!vscode.workspace.isTrusted) throw shellErrors.untrustedWorkspace();
      if (!launch) throw errors.checkNotKept();
      set({ kind: 'searching' });
      set(await this.find(launch, searchFolder, mine.signal, set));
    } catch (error) {
      set({ kind: 'ended', text: sentence(error) });
    }
  }

  /** Changes the launch file as an explanation suggests. @param index of the explanation @throws CheckError */
  async changeLaunch(index: number): Promise<void> {
    const { state } = this;
    if (state?.kind !== 'found' || state.changeable[index] !== true) return;
    const { edits = [] } = state.result.explanations[index] ?? {};
    await changeLaunchFile(this.io, this.source.file, edits);
    if (this.state === state) this.set({ ...state, changed: index });
  }

  private async find(
    { inputs, hostCpu, otherMeasurements = [], notes }: CheckedLaunch,
    searchFolder: boolean,
    signal: AbortSignal,
    set: (state: ExplanationState) => void,
  ): Promise<KeptExplanation> {
    const { file, target } = this.source;
    const found = await explainLaunch(this.io, inputs, {
      hostCpu,
      otherMeasurements: [...otherMeasurements, ...(await measurementsInFolder(this.io, file.fsPath))],
      searchFolder: searchFolder,
      signal,
      onProgress: (progress) => {
        if (!signal.aborted) set({ kind: 'searching', progress });
      },
    });
    const result = notes ? { ...found, notes } : found;
    const edits = result.explanations.map((explanation) => explanation.edits);
    // If the launch file no longer exists, keep what was found.
    const changeable = await changeableBy(this.io, file, edits, target !== undefined).catch(() => []);
    if (signal.aborted) throw appErrors.explainCancelled();
    return { kind: 'found', result, changeable, searchedFolder: searchFolder };
  }

  private set(state: ExplanationState): void {
    this.state = state;
    this.show(state);
  }
}
