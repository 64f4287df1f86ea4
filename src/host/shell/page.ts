// The webview page that every editor of ours shows: its HTML, its content security policy, and the message
// channel. The page asks with `ready` when it has been drawn, and again each time that it is drawn anew; it always gets the whole view.

import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { Io } from '../../app/io';
import type { VmsaRequest } from '../../core/vmsa/launch/generate';
import { Outbox, type WireMessage } from '../../protocol/transfer';
import { isWebviewMessage, type View, type WebviewMessage } from '../../protocol/messages';
import type { Action } from '../../protocol/shared';
import { present } from './present';

/** What an editor does when a person presses one of its buttons. */
export type OnAction = (action: Action, request: VmsaRequest | undefined) => Promise<void> | void;

/** What only some editors hear: those of VMSA pages, and reports. */
export type PageMessage = Extract<WebviewMessage, { type: 'edit' | 'page' | 'place' | 'changeLaunch' }>;

/** Nothing runs but our script, nothing loads but our files, and no text of a file is ever put into HTML. */
function html(webview: vscode.Webview, root: vscode.Uri): string {
  const nonce = randomBytes(16).toString('base64');
  const file = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(root, name)).toString();
  const policy = [
    "default-src 'none'",
    // The toolkit adds one empty style element while it loads; the nonce lets it, and nothing else.
    `style-src ${webview.cspSource} 'nonce-${nonce}'`,
    `font-src ${webview.cspSource}`,
    `script-src 'nonce-${nonce}'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <meta property="csp-nonce" content="${nonce}">
    <link rel="stylesheet" href="${file('codicon.css')}">
    <link rel="stylesheet" href="${file('style.css')}">
    <title>SevScope</title>
  </head>
  <body>
    <main id="root"></main>
    <script nonce="${nonce}" src="${file('main.js')}"></script>
  </body>
</html>`;
}

/** One webview and what it shows at the moment. */
export class Page {
  private view: View | undefined;
  private closed = false;
  /** What is posted earlier would be posted twice. */
  private hasAsked = false;
  private readonly outbox = new Outbox((message) => this.post(message), setImmediate);

  constructor(
    extensionUri: vscode.Uri,
    private readonly panel: vscode.WebviewPanel,
    private readonly onAction: OnAction,
    private readonly onMessage?: (message: PageMessage) => unknown,
  ) {
    const root = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
    panel.webview.options = { enableScripts: true, localResourceRoots: [root] };
    panel.webview.onDidReceiveMessage((message: unknown) => this.receive(message));
    panel.webview.html = html(panel.webview, root);
    panel.onDidDispose(() => {
      this.closed = true;
      this.outbox.forget();
    });
  }

  /** Shows a view now, or as soon as the page is there; not any more when its editor is closed. */
  show(view: View): void {
    this.view = view;
    if (this.hasAsked && !this.closed) void this.outbox.show(view);
  }

  /** Sends a message that a page which is not there yet may miss. */
  post(message: WireMessage): void {
    if (!this.closed) void this.panel.webview.postMessage(message);
  }

  private async receive(message: unknown): Promise<void> {
    if (!isWebviewMessage(message)) return;
    switch (message.type) {
      case 'ready':
        this.hasAsked = true;
        this.outbox.forget();
        if (this.view) this.show(this.view);
        return;
      case 'copy':
        await vscode.env.clipboard.writeText(message.text);
        return;
      case 'action':
        await present(() => this.onAction(message.action, message.request));
        return;
      case 'edit':
      case 'page':
      case 'place':
      case 'changeLaunch':
        await present(() => this.onMessage?.(message));
        return;
      default:
        message satisfies never;
    }
  }
}

/**
 * An editor that draws its page from its URI alone and keeps no document: what it shows is read anew each time.
 */
export abstract class PageEditor implements vscode.CustomReadonlyEditorProvider {
  protected abstract readonly viewType: string;

  constructor(
    readonly io: Io,
    readonly extensionUri: vscode.Uri,
  ) {}

  /** Fills a panel for the URI; failures become a notice on the page. */
  protected abstract open(uri: vscode.Uri, panel: vscode.WebviewPanel): Promise<void>;

  register(): vscode.Disposable {
    return vscode.window.registerCustomEditorProvider(this.viewType, this, {
      supportsMultipleEditorsPerDocument: true,
    });
  }

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose: () => undefined };
  }

  resolveCustomEditor({ uri }: vscode.CustomDocument, panel: vscode.WebviewPanel): Promise<void> {
    return this.open(uri, panel);
  }
}
