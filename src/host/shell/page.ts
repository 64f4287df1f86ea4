// The webview page of all our editors: its HTML, its content security policy, and the message channel. The page
// sends `ready` whenever it has been drawn; it always receives the whole view.

import * as vscode from 'vscode';
import type { Io } from '../../app/io';
import { toBase64 } from '../../core/binary/hex';
import { Outbox, type WireMessage } from '../../protocol/pageTransfer';
import {
  isFromPage,
  type FromPage,
  type HostMessage,
  type PageName,
  type StateOf,
  type ToPage,
  type View,
  type WebviewMessage,
} from '../../protocol/pages';
import { copyText } from './clipboard';
import { present } from './present';
import { nextTurn } from './slices';
import { visibleView } from './visibleView';

/** What a page sends that all editors treat alike. */
type Common = 'ready' | 'drawn' | 'copy';
/** What an editor does with each of the other messages of its page. */
export type OnMessage<P extends PageName> = {
  readonly [T in Exclude<FromPage<P>['type'], Common>]: (
    message: Extract<FromPage<P>, { type: T }>,
  ) => Promise<void> | void;
};

/** Only our script runs, only our files load, and text from a file is never put into HTML. */
function html(webview: vscode.Webview, root: vscode.Uri, page: PageName): string {
  const nonce = toBase64(crypto.getRandomValues(new Uint8Array(16)));
  const file = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(root, name)).toString();
  const policy = [
    "default-src 'none'",
    // The toolkit adds one empty style element while it loads; the nonce allows only that one.
    `style-src ${webview.cspSource} 'nonce-${nonce}'`,
    `font-src ${webview.cspSource}`,
    `script-src 'nonce-${nonce}'`,
    // What default-src does not cover: where relative addresses lead, and where forms are sent.
    "base-uri 'none'",
    "form-action 'none'",
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
    <main id="root" data-page="${page}"></main>
    <script nonce="${nonce}" src="${file('main.js')}"></script>
  </body>
</html>`;
}

/** How long, in milliseconds, what takes long waits for a page to be drawn: one that is hidden draws nothing. */
const PATIENCE = 1500;

/** One webview and its current view. */
export class Page<P extends PageName> {
  private view: View | undefined;
  private closed = false;
  /** Before this, a posted view would be sent twice. */
  private hasAsked = false;
  private setDrawn = (): void => undefined;
  /** Settles when the page has drawn its first view, or takes long: until then the machine is the page's. */
  readonly drawn = new Promise<void>((done) => (this.setDrawn = done));
  private readonly outbox = new Outbox(
    (message) => this.deliver(message),
    nextTurn,
    () => this.drawn,
  );

  constructor(
    extensionUri: vscode.Uri,
    private readonly panel: vscode.WebviewPanel,
    private readonly name: P,
    private readonly on: OnMessage<P>,
  ) {
    const root = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
    panel.webview.options = { enableScripts: true, localResourceRoots: [root] };
    panel.webview.onDidReceiveMessage((message: unknown) => this.receive(message));
    panel.webview.html = html(panel.webview, root, name);
    const patience = setTimeout(this.setDrawn, PATIENCE);
    panel.onDidDispose(() => {
      clearTimeout(patience);
      this.setDrawn();
      this.closed = true;
      this.outbox.forget();
    });
  }

  /** Shows a view now, or as soon as the page is ready; does nothing once its editor is closed. */
  show(view: StateOf<P> & View): void {
    this.view = visibleView<View>(view);
    if (this.hasAsked && !this.closed) void this.outbox.show(this.view);
  }

  /** Sends a message; a page that is not ready yet misses it. */
  post(message: ToPage<P> & HostMessage): void {
    void this.deliver(message);
  }

  /** The same; settles when VS Code can take another. */
  private async deliver(message: WireMessage): Promise<void> {
    if (!this.closed) await this.panel.webview.postMessage(message);
  }

  private async receive(message: unknown): Promise<void> {
    if (!isFromPage(this.name, message)) return;
    const received: WebviewMessage = message;
    if (received.type === 'ready') {
      this.hasAsked = true;
      this.outbox.forget();
      if (this.view) void this.outbox.show(this.view);
    } else if (received.type === 'drawn') this.setDrawn();
    else if (received.type === 'copy') await copyText(received.text);
    else {
      // The table of the page has it, so its editor has, too.
      const on = this.on as Readonly<Record<string, (message: WebviewMessage) => Promise<void> | void>>;
      await present(() => on[received.type]!(received));
    }
  }
}

/** An editor that draws its page from its URI alone, without a document: what it shows is read each time. */
export abstract class PageEditor implements vscode.CustomReadonlyEditorProvider {
  protected abstract readonly viewType: string;
  /** The type under which it is offered for files with other names; undefined where it is not. */
  protected readonly optionType: string | undefined;

  constructor(
    readonly io: Io,
    readonly extensionUri: vscode.Uri,
  ) {}

  /**
   * Fills a panel for the URI; failures appear as a notice on the page. VS Code loads the page only when this has settled:
   * what takes long goes on after it.
   */
  protected abstract open(uri: vscode.Uri, panel: vscode.WebviewPanel): Promise<void>;

  register(): vscode.Disposable {
    const types = [this.viewType, this.optionType].filter((type) => type !== undefined);
    return vscode.Disposable.from(
      ...types.map((type) =>
        vscode.window.registerCustomEditorProvider(type, this, { supportsMultipleEditorsPerDocument: true }),
      ),
    );
  }

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose: () => undefined };
  }

  resolveCustomEditor({ uri }: vscode.CustomDocument, panel: vscode.WebviewPanel): Promise<void> {
    return this.open(uri, panel);
  }
}
