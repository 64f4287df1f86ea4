// The progress of a check, for the page that shows it while it runs.

import * as vscode from 'vscode';
import { CHECK_STAGES, type CheckStage } from '../../core/domain/stages';
import type { OnProgress } from '../../app/io';
import type { RunningState } from '../../protocol/launch';
import type { RunOptions } from './checks';
import type { ReportSource } from './reportSource';

/** The minimum interval between progress updates. */
const PROGRESS_MS = 100;

/** What is shown while a check runs; redrawn at once for a new stage, and at intervals for bytes. */
export class CheckProgress {
  private state: RunningState;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    { target, file }: ReportSource,
    private readonly draw: (state: RunningState) => void,
  ) {
    const title = target?.name ?? vscode.workspace.asRelativePath(file);
    // Without a host there is only one stage.
    const stages: readonly CheckStage[] = target ? CHECK_STAGES.slice(0, 3) : ['reading and hashing'];
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
