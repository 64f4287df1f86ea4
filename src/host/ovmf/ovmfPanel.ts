// One webview that shows an OVMF image. It reloads the image when the file is written and shows what changed; on
// one side of a diff editor, it shows the differences from the other side.

import type * as vscode from 'vscode';
import { isSameBytes } from '../../core/binary/hex';
import type { ByteRange } from '../../core/binary/region';
import type { ImageTables } from '../../core/ovmf/imageTables';
import type { ImageFound, ImagesFound, OvmfViewState } from '../../protocol/ovmf';
import type { CursorPlace } from '../../protocol/shared';
import { END, type FileKind } from '../../core/ovmf/kinds/fileKind';
import { kindWithoutContent, parseFirmware } from '../../core/ovmf/firmwareFile';
import { compareInThread, readImageInThread } from './contents';
import { nameOf, readUri } from '../shell/files';
import type { OtherSide } from '../shell/diffPanels';
import type { FilePanel, FilePanelHost } from '../shell/fileEditor';
import { keepReading } from '../shell/keepReading';
import { kindNotice } from './kindNotice';
import { tablesAtEnd } from '../../core/ovmf/tablesAtEnd';
import { snpParts } from '../../core/tech/snp/measuredParts';
import { Page } from '../shell/page';
import { sentence } from '../shell/present';

/** A build may write a file in several steps; writes within this many milliseconds count as one. */
const ONE_BUILD_MS = 3000;

/** What the ends of an image tell of it. @param whole in which the rest need not be there yet */
const tablesOf = (whole: Uint8Array): ImageTables => tablesAtEnd(whole, (image) => snpParts(image, whole));

/** Two images, the older one first. */
type Pair = readonly [Uint8Array, Uint8Array];

/** A webview panel on an image. */
export class OvmfPanel implements FilePanel<OvmfPanel> {
  other: OtherSide<OvmfPanel> | undefined;
  /** The image on display; undefined while only a notice is shown. */
  private bytes: Uint8Array | undefined;
  private found: ImageFound = {};
  private unread: string | undefined;
  private at: OvmfViewState['at'];
  /** The image before the last rewrite of the file, until the user dismisses the comparison. */
  private before: Uint8Array | undefined;
  /** Whether the image differs from that. */
  private isRebuilt = false;
  /** The two images being compared in a thread, older first, and what is known of that. */
  private compared: { readonly pair: Pair; found: ImagesFound; uncompared?: string } | undefined;
  private comparing = new AbortController();
  private loadedAt = 0;
  private readonly page: Page<'ovmf'>;
  readonly load: () => Promise<void>;

  constructor(
    private readonly host: FilePanelHost<OvmfPanel, 'ovmf'>,
    readonly uri: vscode.Uri,
    readonly panel: vscode.WebviewPanel,
  ) {
    this.page = new Page(host.extensionUri, panel, 'ovmf', {
      action: ({ action }) => host.act(this, action),
      place: ({ place }) => this.lead(place),
    });
    // Of several rebuilds in a row only the last counts, and only one thread decompresses at a time.
    this.load = keepReading(panel, [{ uri }], {
      read: (signal) => this.read(signal),
      fail: (error) => {
        this.host.found(this.uri, undefined);
        const title = `${nameOf(this.uri)} cannot be shown`;
        this.page.show({ kind: 'notice', title, text: sentence(error), actions: ['openAsText'] });
      },
    });
    panel.onDidDispose(() => {
      this.comparing.abort();
    });
  }

  /** Selects bytes, now or when the image is there. */
  reveal(range: ByteRange): void {
    this.at = { ...range, wish: Date.now() };
    this.show();
  }

  /** Forgets the earlier content of the file. */
  forgetBefore(): void {
    this.before = undefined;
    this.show();
  }

  private async read(signal: AbortSignal): Promise<void> {
    let tables: ImageTables | undefined;
    const onEnds = (whole: Uint8Array) => {
      if (signal.aborted) return undefined;
      tables = this.showEnds(whole);
      return this.page.drawn;
    };
    const bytes = await readUri(this.host.io, this.uri, { onEnds, shared: true });
    if (signal.aborted) return;
    const kind = kindWithoutContent(bytes);
    if (kind) this.showKind(kind, bytes);
    else await this.take(bytes, tables ?? tablesOf(bytes), signal);
  }

  show(): void {
    const { bytes, found, unread, at } = this;
    if (!bytes) return;
    const other = this.counterpart();
    const compared = this.compareWith(other);
    this.page.show({
      kind: 'ovmf',
      name: nameOf(this.uri),
      bytes,
      ...found,
      ...(unread !== undefined && { unread }),
      ...(at && { at }),
      ...(other && { other }),
      ...compared?.found,
      ...(compared?.uncompared !== undefined && { uncompared: compared.uncompared }),
    });
  }

  /** Shows the tables of an image before the rest of it is read, unless an earlier build is on display. */
  private showEnds(whole: Uint8Array): ImageTables | undefined {
    if (kindWithoutContent(whole)) return undefined;
    const [name, from] = [nameOf(this.uri), Math.max(0, whole.length - END)];
    const tables = tablesOf(whole);
    if (!this.bytes) this.page.show({ kind: 'ovmf', name, bytes: whole, from, tables });
    return tables;
  }

  /** Says what a file is that has nothing of an image; the panels of a diff have no other side then. */
  private showKind(kind: FileKind, bytes: Uint8Array): void {
    this.bytes = this.before = this.unread = undefined;
    this.found = {};
    this.host.found(this.uri, parseFirmware(bytes).findings);
    this.page.show(kindNotice(nameOf(this.uri), kind, ['openAsText']));
    this.other?.panel.show();
  }

  /** Shows an image; what is in it follows when it is known. */
  private async take(bytes: Uint8Array, tables: ImageTables, signal: AbortSignal): Promise<void> {
    const isStale = () => signal.aborted;
    const now = Date.now();
    // What was there while a build was still writing is not worth comparing with.
    if (this.bytes && now - this.loadedAt > ONE_BUILD_MS) this.before = this.bytes;
    this.isRebuilt = this.before !== undefined && !isSameBytes(this.before, bytes);
    this.loadedAt = now;
    this.bytes = bytes;
    this.found = { tables };
    this.unread = undefined;
    this.show();
    this.other?.panel.show();
    await this.page.drawn;
    if (isStale()) return;
    try {
      await readImageInThread(this.host.io, bytes, signal, (found) => {
        const { contents } = this.found;
        this.found = { ...this.found, ...found };
        this.show();
        if (found.contents && found.contents !== contents) this.host.found(this.uri, found.contents.findings);
      });
    } catch (error) {
      if (isStale()) return;
      this.unread = sentence(error);
      this.show();
    }
  }

  /** Scrolls the other side of a diff to the same place, counted from the end, which is at 4 GiB in both. */
  private lead(place: CursorPlace): void {
    const other = this.other?.panel;
    if (!other?.bytes || !this.bytes) return;
    const offset = place.offset + other.bytes.length - this.bytes.length;
    if (offset >= 0) other.page.post({ type: 'select', place: { ...place, offset } });
  }

  /** How the image differs from another; if that is not known yet, it is found out and sent later. */
  private compareWith(other: OvmfViewState['other']): OvmfPanel['compared'] {
    if (!other || !this.bytes) return undefined;
    const pair: Pair = other.side === 'modified' ? [this.bytes, other.bytes] : [other.bytes, this.bytes];
    if (this.compared?.pair[0] !== pair[0] || this.compared.pair[1] !== pair[1]) {
      this.compared = { pair, found: {} };
      void this.compare(this.compared);
    }
    return this.compared;
  }

  private async compare(compared: NonNullable<OvmfPanel['compared']>): Promise<void> {
    this.comparing.abort();
    const { signal } = (this.comparing = new AbortController());
    try {
      await compareInThread(this.host.io, ...compared.pair, signal, (found) => {
        compared.found = found;
        this.show();
      });
    } catch (error) {
      if (signal.aborted) return;
      compared.uncompared = sentence(error);
      this.show();
    }
  }

  /** What the image is compared with: the other side of a diff, or its earlier content. */
  private counterpart(): OvmfViewState['other'] {
    const { other, before, isRebuilt } = this;
    if (other?.panel.bytes) {
      const { panel, side } = other;
      return { name: nameOf(panel.uri), bytes: panel.bytes!, side };
    }
    if (!before || !isRebuilt) return undefined;
    return { name: nameOf(this.uri), bytes: before, side: 'before' };
  }
}
