// A fake test run: it keeps what a controller reports, because VS Code does not let others read the results of a run.

import * as vscode from 'vscode';

/** The state of a test. */
export type TestState = 'enqueued' | 'started' | 'passed' | 'failed' | 'errored' | 'skipped';

/** Keeps the last state and the messages of each test, by test id. */
export class RecordedRun {
  readonly states = new Map<string, TestState>();
  readonly messages = new Map<string, readonly vscode.TestMessage[]>();
  readonly output: string[] = [];
  ended = false;
  private readonly cancelled = new vscode.CancellationTokenSource();

  /** Itself, typed as the run that a controller expects. */
  get run(): vscode.TestRun {
    const set = (state: TestState) => (item: vscode.TestItem, message?: vscode.TestMessage) => {
      this.states.set(item.id, state);
      if (message instanceof vscode.TestMessage) this.messages.set(item.id, [message]);
    };
    const run: Partial<vscode.TestRun> = {
      token: this.cancelled.token,
      enqueued: set('enqueued'),
      started: set('started'),
      passed: set('passed') as vscode.TestRun['passed'],
      failed: set('failed') as vscode.TestRun['failed'],
      errored: set('errored') as vscode.TestRun['errored'],
      skipped: set('skipped'),
      appendOutput: (text) => void this.output.push(text),
      end: () => {
        this.ended = true;
      },
    };
    return run as vscode.TestRun;
  }

  /** Cancels the run, as its button does. */
  cancel(): void {
    this.cancelled.cancel();
  }
}
