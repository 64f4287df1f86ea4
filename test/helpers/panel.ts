// A fake webview panel: it keeps what an editor posts to its page, and posts what a page would. It sends `ready`
// as soon as its editor listens.

import * as vscode from 'vscode';
import { Inbox, type WireMessage } from '../../src/protocol/pageTransfer';
import type { HostMessage, View, WebviewMessage } from '../../src/protocol/pages';

/** Stands in for the panel that VS Code passes to an editor. */
export class TestPanel {
  readonly posted: HostMessage[] = [];
  private readonly inbox = new Inbox();
  private readonly received = new vscode.EventEmitter<unknown>();
  private readonly disposed = new vscode.EventEmitter<void>();
  private readonly state = new vscode.EventEmitter<unknown>();
  visible = true;
  active = false;

  constructor(readonly viewColumn = vscode.ViewColumn.One) {}

  readonly webview = {
    options: {},
    html: '',
    cspSource: '',
    asWebviewUri: (uri: vscode.Uri) => uri,
    onDidReceiveMessage: (listener: (message: unknown) => void) => {
      const heard = this.received.event(listener);
      this.send({ type: 'ready' });
      return heard;
    },
    postMessage: (message: WireMessage) => {
      const whole = this.inbox.take(structuredClone(message));
      if (whole) this.posted.push(whole);
      if (whole?.type === 'show') this.send({ type: 'drawn' });
      return Promise.resolve(true);
    },
  };
  readonly onDidDispose = this.disposed.event;
  readonly onDidChangeViewState = this.state.event;
  readonly reveal = () => undefined;

  /** Itself, typed as the panel that an editor expects. */
  get panel(): vscode.WebviewPanel {
    return this as unknown as vscode.WebviewPanel;
  }

  /** The latest view. */
  get view(): View | undefined {
    return this.posted.filter((message) => message.type === 'show').at(-1)?.view;
  }

  /** The latest view, if it is of this kind. */
  viewOf<K extends View['kind']>(kind: K): Extract<View, { kind: K }> | undefined {
    const { view } = this;
    return view?.kind === kind ? (view as Extract<View, { kind: K }>) : undefined;
  }

  /** Posts a message as the page would. */
  send(message: WebviewMessage): void {
    this.received.fire(message);
  }

  dispose(): void {
    this.disposed.fire();
  }
}
