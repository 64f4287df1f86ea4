// The view of SEV domains: the connections in the user settings and, below each expanded one, the domains of its
// host. Nothing is connected to before it is expanded.

import * as vscode from 'vscode';
import type { CheckError } from '../../core/errors';
import * as libvirtErrors from '../../libvirt/errors';
import { parseConnectionUri } from '../../libvirt/uri';
import { command, viewId } from '../../contributions';
import { connectionTexts, allowsTcp, onSettingsChanged } from '../connections/connectionSettings';
import type { Connections, ConnectionState } from '../connections/connections';
import {
  connectionItem,
  domainItem,
  domainNode,
  domainTooltip,
  noteItem,
  type ConnectionNode,
  type DomainNode,
  type DomainsNode,
  type NoteNode,
} from './domainItems';
import { canonicalUri, type LastVerdicts } from '../launch/lastVerdicts';
import { addTooltip } from '../shell/labels';
import { asCheckError } from '../shell/present';

/** A host's listing: its domains, or why there is none. */
type Listing = { readonly domains: readonly DomainNode[] } | { readonly error: CheckError };

/** Provides the rows of the view. */
export class DomainsView implements vscode.TreeDataProvider<DomainsNode>, vscode.Disposable {
  static readonly viewId = viewId('domains');

  private readonly changed = new vscode.EventEmitter<DomainsNode | undefined>();
  readonly onDidChangeTreeData = this.changed.event;

  private readonly roots = new Map<string, ConnectionNode>();
  private readonly expanded = new Set<string>();
  private readonly listings = new Map<string, Promise<Listing>>();
  /** The settled results of `listings`. */
  private readonly listed = new Map<string, Listing>();
  private readonly listeners: { dispose: () => unknown }[];
  private view: vscode.TreeView<DomainsNode> | undefined;

  constructor(
    private readonly connections: Connections,
    private readonly verdicts: LastVerdicts,
  ) {
    connections.isNeeded = (uri) => this.view?.visible === true && this.expanded.has(uri);
    this.listeners = [
      this.changed,
      connections.onDidChange((uri) => this.follow(uri)),
      verdicts.onDidChange(({ uri, domain }) => this.showAgain(uri, domain)),
      onSettingsChanged(() => this.readSettings()),
    ];
  }

  /** Registers the view with VS Code. */
  register(): vscode.Disposable {
    const view = vscode.window.createTreeView(DomainsView.viewId, { treeDataProvider: this });
    this.view = view;
    return vscode.Disposable.from(
      view,
      view.onDidExpandElement(({ element }) => this.expanded.add(element.uri)),
      view.onDidCollapseElement(({ element }) => this.expanded.delete(element.uri)),
      this,
    );
  }

  dispose(): void {
    for (const listener of this.listeners) listener.dispose();
    this.connections.dispose();
    this.verdicts.dispose();
  }

  /** Lists again: the domains of one connection, or of all expanded ones. */
  refresh(uri?: string): void {
    for (const known of uri === undefined ? this.roots.keys() : [uri]) {
      this.forgetListing(known);
      this.connections.forgetFailure(known);
    }
    this.changed.fire(uri === undefined ? undefined : this.roots.get(uri));
  }

  /** Shows a connection and its domains, which connects to the host. */
  async reveal(uri: string): Promise<void> {
    this.readSettings();
    const root = this.roots.get(uri);
    if (root) await this.view?.reveal(root, { expand: true, focus: true });
  }

  getParent(node: DomainsNode): ConnectionNode | undefined {
    return node.kind === 'connection' ? undefined : this.roots.get(node.uri);
  }

  async getChildren(node?: DomainsNode): Promise<DomainsNode[]> {
    if (!vscode.workspace.isTrusted) return [];
    if (!node) return this.readRoots();
    // VS Code may still ask for one that was removed meanwhile.
    if (node.kind !== 'connection' || !this.roots.has(node.uri)) return [];
    this.expanded.add(node.uri);
    const listing = await this.list(node.uri);
    const state = this.state(node.uri);
    if (state.kind === 'failed') return whatToDo(node, state.error);
    if ('error' in listing) return whatToDo(node, listing.error);
    if (listing.domains.length > 0) return [...listing.domains];
    return [{ kind: 'note', uri: node.uri, text: 'The host has no domains.', icon: 'info' }];
  }

  getTreeItem(node: DomainsNode): vscode.TreeItem {
    switch (node.kind) {
      case 'connection':
        return connectionItem(node, this.state(node.uri));
      case 'domain':
        return domainItem(node, this.verdicts.find(node.uri, node.domain));
      case 'note':
        return noteItem(node);
    }
  }

  /** Resolve tooltips on demand: a thousand are a lot of text when only one is read. */
  resolveTreeItem(item: vscode.TreeItem, node: DomainsNode): vscode.TreeItem {
    if (node.kind === 'domain') {
      const state = this.state(node.uri);
      const host = state.kind === 'connected' ? state.host.sev : undefined;
      addTooltip(item, domainTooltip(node, this.verdicts.find(node.uri, node.domain), host));
    }
    return item;
  }

  /** The connections in the settings; each stays the same object, because VS Code compares them by identity. */
  private readRoots(): ConnectionNode[] {
    const uris = new Set(connectionTexts().map(canonicalUri));
    for (const uri of this.roots.keys()) if (!uris.has(uri)) this.roots.delete(uri);
    for (const uri of uris) {
      if (!this.roots.has(uri)) this.roots.set(uri, { kind: 'connection', uri });
    }
    return [...uris].map((uri) => this.roots.get(uri)!);
  }

  private readSettings(): void {
    const before = [...this.roots.keys()];
    this.readRoots();
    for (const uri of before) {
      // Removed, or no longer allowed.
      if (this.roots.has(uri) && this.refusal(uri) === undefined) continue;
      this.forgetListing(uri);
      void this.connections.close(uri);
    }
    this.changed.fire(undefined);
  }

  /** Why a URI in the settings is not opened. */
  private refusal(uri: string): CheckError | undefined {
    const target = parseConnectionUri(uri, { allowTcp: allowsTcp() });
    return target.ok ? undefined : libvirtErrors.refusedUri(target.reason);
  }

  private state(uri: string): ConnectionState {
    const error = this.refusal(uri);
    return error === undefined ? this.connections.state(uri) : { kind: 'failed', error };
  }

  /** Asks a host once, until someone refreshes. */
  private list(uri: string): Promise<Listing> {
    const known = this.listings.get(uri);
    if (known) return known;
    const state = this.state(uri);
    if (state.kind === 'failed') return Promise.resolve({ error: state.error });
    const asked = this.ask(uri).then((listing) => {
      if (this.listings.get(uri) === asked) this.listed.set(uri, listing);
      return listing;
    });
    this.listings.set(uri, asked);
    return asked;
  }

  private async ask(uri: string): Promise<Listing> {
    try {
      const summaries = await this.connections.use(uri, (connection) => connection.listDomains());
      return { domains: summaries.map((summary) => domainNode(uri, summary)) };
    } catch (error) {
      return { error: asCheckError(error) };
    }
  }

  private forgetListing(uri: string): void {
    this.listings.delete(uri);
    this.listed.delete(uri);
  }

  /** Follows a connection's state change. A listing made over a connection that has ended is not shown as current. */
  private follow(uri: string): void {
    const { kind } = this.connections.state(uri);
    if (kind === 'closed' || kind === 'failed') this.forgetListing(uri);
    const root = this.roots.get(uri);
    if (root) this.changed.fire(root);
  }

  private showAgain(uri: string, uuid: string): void {
    const listing = this.listed.get(uri);
    if (!listing || !('domains' in listing)) return;
    const node = listing.domains.find(({ domain }) => domain.toLowerCase() === uuid.toLowerCase());
    if (node) this.changed.fire(node);
  }
}

/** The rows below a connection that failed. */
function whatToDo(root: ConnectionNode, { code, found, advice = found }: CheckError): NoteNode[] {
  const { kind, uri }: Pick<NoteNode, 'kind' | 'uri'> = { kind: 'note', uri: root.uri };
  const settings: vscode.Command = {
    title: 'Open Settings',
    command: 'workbench.action.openSettings',
    arguments: ['@ext:sevscope.sevscope'],
  };
  const again: vscode.Command = {
    title: 'Connect Again',
    command: command('refreshDomains'),
    arguments: [root],
  };
  const [action, icon] = code === 'connection-refused' ? [settings, 'settings-gear'] : [again, 'refresh'];
  return [
    { kind, uri, text: advice, icon: 'info' },
    { kind, uri, text: action.title, icon, command: action },
  ];
}
