// One webview that shows a page of a VMSA document: which page, and, on one side of a diff editor, what the other
// side has.

import type * as vscode from 'vscode';
import { hex } from '../../core/binary/hex';
import type { CheckError } from '../../core/errors';
import * as errors from './errors';
import type { BitRange } from '../../core/vmsa/edit';
import type { VmsaRequest } from '../../core/vmsa/launch/generate';
import type { PartialPage } from '../../core/vmsa/forms/findPages';
import { VMSA_SIZE } from '../../core/vmsa/layout/layout';
import type { PageOrigin } from './pages';
import { isCheckError } from '../shell/present';
import type { ActionOf, StateOf } from '../../protocol/pages';
import type { CursorPlace } from '../../protocol/shared';
import type { VmsaViewState } from '../../protocol/vmsa';
import { nameOf } from '../shell/files';
import type { DiffPanel, OtherSide } from '../shell/diffPanels';
import { Page } from '../shell/page';
import type { PageOfFile } from './pages';
import type { VmsaDocument } from './vmsaDocument';

/** What a panel needs from its editor. */
export interface PanelHost {
  readonly extensionUri: vscode.Uri;
  edit(document: VmsaDocument, page: number, field: string, value: string, bits?: BitRange): Promise<void>;
  /** Why the document cannot be edited. */
  whyReadOnly(document: VmsaDocument): CheckError | undefined;
  act(panel: VmsaPanel, action: ActionOf<'vmsa'>, request: VmsaRequest | undefined): Promise<void>;
  placed(panel: VmsaPanel): void;
}

/** What is known of where the pages of a text are from, for the one that is shown. */
function originView(
  origins: readonly PageOrigin[],
  page: number,
): Pick<VmsaViewState, 'labels' | 'vcpu' | 'note'> {
  const { vcpu, note } = origins[page]!;
  const labels = origins.map(({ label }) => label);
  return { labels, ...(vcpu !== undefined && { vcpu }), ...(note !== undefined && { note }) };
}

/** A webview panel on a document. */
export class VmsaPanel implements DiffPanel<VmsaPanel> {
  page = 0;
  /** The selected field, if any. */
  place: CursorPlace | undefined;
  other: OtherSide<VmsaPanel> | undefined;
  private readonly webview: Page<'vmsa'>;

  constructor(
    private readonly host: PanelHost,
    readonly document: VmsaDocument,
    readonly panel: vscode.WebviewPanel,
  ) {
    this.webview = new Page(host.extensionUri, panel, 'vmsa', {
      action: ({ action, request }) => host.act(this, action, request),
      edit: ({ field, value, bits }) => this.edit(field, value, bits),
      page: (message) => {
        this.turnTo(message.page);
        this.other?.panel.turnTo(message.page);
      },
      place: ({ place }) => {
        this.place = place;
        host.placed(this);
        this.other?.panel.select(place);
      },
    });
    const listener = document.onDidChange(() => {
      this.show();
      this.other?.panel.show();
    });
    panel.onDidDispose(() => {
      listener.dispose();
    });
  }

  get uri(): vscode.Uri {
    return this.document.uri;
  }

  /** Whether this is the left side of a diff, which VS Code neither marks as changed nor saves. */
  get isOriginal(): boolean {
    return this.other?.side === 'modified';
  }

  /** A copy of the page on display; undefined when there is only a notice. */
  get bytes(): Uint8Array | undefined {
    const { read, problem } = this.document;
    if ('reason' in read || problem !== undefined) return undefined;
    return read.pages[Math.min(this.page, read.pages.length - 1)]?.slice(0, VMSA_SIZE);
  }

  /** The two pages of the diff editor that this panel is one side of. */
  get diffSides(): { original: PageOfFile; modified: PageOfFile } | undefined {
    if (!this.other) return undefined;
    const at = ({ document, page }: VmsaPanel) => ({ file: document.uri, page });
    const { panel, side } = this.other;
    return side === 'original'
      ? { original: at(panel), modified: at(this) }
      : { original: at(this), modified: at(panel) };
  }

  /** Shows the current document. */
  show(): void {
    this.webview.show(this.view());
  }

  /** Opens the page's find or go-to box. */
  open(box: 'find' | 'goto'): void {
    this.panel.reveal(undefined, false);
    this.webview.post({ type: 'open', box });
  }

  private view(): StateOf<'vmsa'> {
    const { document, host } = this;
    const { read, problem, uri } = document;
    const name = nameOf(uri);
    if (problem !== undefined && document.held)
      return { kind: 'notice', title: `${name} is not there`, text: problem, actions: ['keepChanges'] };
    if ('reason' in read && read.partial) return this.partView(read.partial, read.source);
    if ('reason' in read) {
      const title = problem === undefined ? `${name} is not a VMSA page` : `${name} cannot be shown`;
      const actions = ['openAsText', 'generate'] as const;
      return { kind: 'notice', title, text: read.reason, actions };
    }
    this.page = Math.min(this.page, read.pages.length - 1);
    const readOnly = host.whyReadOnly(document)?.message;
    const disk = document.diskChange(this.page);
    const other = this.otherSide();
    return {
      kind: 'vmsa',
      name,
      bytes: read.pages[this.page]!.slice(),
      page: this.page,
      pages: read.pages.length,
      ...(readOnly === undefined ? {} : { readOnly }),
      ...(read.source === undefined ? {} : { source: read.source }),
      ...(read.origins && originView(read.origins, this.page)),
      ...(disk ? { disk } : {}),
      ...(other ? { other } : {}),
    };
  }

  /** A dump that lists some fields of a page: they are shown, and nothing else is. */
  private partView(partial: readonly PartialPage[], source: string | undefined): StateOf<'vmsa'> {
    const { document } = this;
    this.page = Math.min(this.page, partial.length - 1);
    const { bytes, part, notes } = partial[this.page]!;
    const disk = document.diskChange(this.page);
    return {
      kind: 'vmsa',
      name: nameOf(document.uri),
      bytes: bytes.slice(),
      page: this.page,
      pages: partial.length,
      part: {
        known: [...part.known],
        beforeKvm: part.beforeKvm,
        notes,
        ...(part.allowed !== undefined && { allowed: hex(part.allowed) }),
        labels: partial.map(({ label }) => label),
      },
      readOnly: errors.partOfPage(nameOf(document.uri)).message,
      ...(source === undefined ? {} : { source }),
      ...(disk ? { disk } : {}),
    };
  }

  private otherSide(): VmsaViewState['other'] {
    const bytes = this.other?.panel.bytes;
    if (!this.other || !bytes) return undefined;
    return { name: nameOf(this.other.panel.document.uri), bytes, side: this.other.side };
  }

  /** Rejects a value that the page should have rejected, and shows the current state again. */
  private async edit(field: string, value: string, bits?: BitRange): Promise<void> {
    try {
      await this.host.edit(this.document, this.page, field, value, bits);
    } catch (error) {
      if (!isCheckError(error)) throw error;
      this.show();
    }
  }

  private turnTo(page: number): void {
    const { read } = this.document;
    const pages = 'reason' in read ? read.partial : read.pages;
    if (!pages || page >= pages.length) return;
    this.page = page;
    this.document.forgetDiskChange();
    this.show();
    this.other?.panel.show();
  }

  private select(place: CursorPlace): void {
    this.place = place;
    this.webview.post({ type: 'select', place });
  }
}
