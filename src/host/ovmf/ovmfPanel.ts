// One webview that shows an OVMF image. It reloads the image when the file is written and shows what changed; on
// one side of a diff editor, it shows the differences from the other side.

import type * as vscode from 'vscode';
import type { Io } from '../../app/io';
import type { VolumeContents } from '../../core/ovmf/contents';
import type { Finding } from '../../core/binary/region';
import type { OvmfViewState } from '../../protocol/ovmf';
import type { Action, CursorPlace } from '../../protocol/shared';
import type { VolumeComparison } from '../../core/ovmf/compare/compareVolumes';
import type { FileKind } from '../../core/ovmf/kinds/fileKind';
import { kindWithoutContent, parseFirmware } from '../../core/ovmf/firmwareFile';
import { compareVolumesInThread, readImageInThread, type FirstRead } from './contents';
import { nameOf, readUri, watchFile } from '../shell/files';
import type { DiffPanel, OtherSide } from '../vmsa/diffPanels';
import { kindNotice } from './kindNotice';
import { Page } from '../shell/page';
import { sentence } from '../shell/present';

/** A build may write a file in several steps; writes within this many milliseconds count as one. */
const ONE_BUILD_MS = 3000;

/** Two images, the older one first. */
type Pair = readonly [Uint8Array, Uint8Array];

/** What a panel needs from its editor. */
export interface OvmfPanelHost {
  readonly io: Io;
  readonly extensionUri: vscode.Uri;
  act(panel: OvmfPanel, action: Action): Promise<void>;
  /** Reports the file's current findings; undefined when it could not be read. */
  found(uri: vscode.Uri, findings: readonly Finding[] | undefined): void;
}

/** A webview panel on an image. */
export class OvmfPanel implements DiffPanel<OvmfPanel> {
  other: OtherSide<OvmfPanel> | undefined;
  /** The image on display; undefined while only a notice is shown. */
  private bytes: Uint8Array | undefined;
  private first: FirstRead | undefined;
  private contents: VolumeContents | undefined;
  private unread: string | undefined;
  /** The image before the last rewrite of the file, until the user dismisses the comparison. */
  private before: Uint8Array | undefined;
  /** The two images being compared in a thread, older first, and the result. */
  private compared: { readonly pair: Pair; volumes?: VolumeComparison } | undefined;
  private comparing = new AbortController();
  private loadedAt = 0;
  private reading = new AbortController();
  private readonly page: Page;

  constructor(
    private readonly host: OvmfPanelHost,
    readonly uri: vscode.Uri,
    readonly panel: vscode.WebviewPanel,
  ) {
    this.page = new Page(
      host.extensionUri,
      panel,
      (action) => host.act(this, action),
      (message) => {
        if (message.type === 'place') this.lead(message.place);
      },
    );
    const watcher = watchFile(uri, () => void this.load());
    panel.onDidDispose(() => {
      watcher.dispose();
      this.reading.abort();
      this.comparing.abort();
    });
  }

  /** The files of the diff editor that this panel is one side of. */
  get files(): { original: vscode.Uri; modified: vscode.Uri } | undefined {
    if (!this.other) return undefined;
    const { panel, side } = this.other;
    return side === 'original'
      ? { original: panel.uri, modified: this.uri }
      : { original: this.uri, modified: panel.uri };
  }

  /** Forgets the earlier content of the file. */
  forgetBefore(): void {
    this.before = undefined;
    this.show();
  }

  /** Reads the file and shows it; failures appear as a notice on the page. */
  async load(): Promise<void> {
    // Of several rebuilds in a row only the last counts, and only one thread decompresses at a time.
    this.reading.abort();
    const { signal } = (this.reading = new AbortController());
    try {
      const bytes = await readUri(this.host.io, this.uri);
      if (signal.aborted) return;
      const kind = kindWithoutContent(bytes);
      if (kind) this.showKind(kind, bytes);
      else await this.take(bytes, signal);
    } catch (error) {
      if (signal.aborted) return;
      this.host.found(this.uri, undefined);
      const title = `${nameOf(this.uri)} cannot be shown`;
      this.page.show({ kind: 'notice', title, text: sentence(error), actions: ['openAsText'] });
    }
  }

  show(): void {
    const { bytes, first, contents, unread } = this;
    if (!bytes) return;
    const other = this.counterpart();
    const volumes = this.compareVolumesWith(other);
    this.page.show({
      kind: 'ovmf',
      name: nameOf(this.uri),
      bytes,
      ...(first && { first }),
      ...(contents && { contents }),
      ...(unread !== undefined && { unread }),
      ...(other && { other }),
      ...(volumes && { volumes }),
    });
  }

  /** Says what a file is that has nothing of an image; the panels of a diff have no other side then. */
  private showKind(kind: FileKind, bytes: Uint8Array): void {
    this.bytes = this.before = this.contents = this.unread = undefined;
    this.host.found(this.uri, parseFirmware(bytes).findings);
    this.page.show(kindNotice(nameOf(this.uri), kind));
    this.other?.panel.show();
  }

  /** Shows an image at once; its findings and compressed contents follow when they are known. */
  private async take(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    const isStale = () => signal.aborted;
    const now = Date.now();
    // What was there while a build was still writing is not worth comparing with.
    if (this.bytes && now - this.loadedAt > ONE_BUILD_MS) this.before = this.bytes;
    this.loadedAt = now;
    this.bytes = bytes;
    this.first = this.contents = this.unread = undefined;
    this.show();
    this.other?.panel.show();
    try {
      const contents = await readImageInThread(this.host.io, bytes, signal, (first) => {
        this.first = first;
        this.show();
        this.host.found(this.uri, first.findings);
      });
      if (isStale() || !contents) return;
      this.contents = contents;
      this.show();
      this.host.found(this.uri, contents.findings);
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

  /** The differences in the volumes of both images; if not known yet, they are computed and sent later. */
  private compareVolumesWith(other: OvmfViewState['other']): VolumeComparison | undefined {
    if (!other || !this.bytes) return undefined;
    const pair: Pair = other.side === 'modified' ? [this.bytes, other.bytes] : [other.bytes, this.bytes];
    if (this.compared?.pair[0] !== pair[0] || this.compared.pair[1] !== pair[1]) {
      this.compared = { pair };
      void this.compare(this.compared);
    }
    return this.compared.volumes;
  }

  private async compare(compared: NonNullable<OvmfPanel['compared']>): Promise<void> {
    this.comparing.abort();
    const { signal } = (this.comparing = new AbortController());
    try {
      const volumes = await compareVolumesInThread(this.host.io, ...compared.pair, signal);
      if (signal.aborted || !volumes) return;
      compared.volumes = volumes;
      this.show();
    } catch {
      // Compressed sections remain compared as bytes, and the page says so.
    }
  }

  /** What the image is compared with: the other side of a diff, or its earlier content. */
  private counterpart(): OvmfViewState['other'] {
    const { other, before, bytes } = this;
    if (other?.panel.bytes) {
      const { panel, side } = other;
      return { name: nameOf(panel.uri), bytes: panel.bytes!, side };
    }
    if (!before || !bytes || Buffer.compare(before, bytes) === 0) return undefined;
    return { name: nameOf(this.uri), bytes: before, side: 'before' };
  }
}
