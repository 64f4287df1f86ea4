// The comparison of two OVMF images.

import type * as vscode from 'vscode';
import { SCHEMES, viewType } from '../../contributions';
import { kindWithoutContent } from '../../core/ovmf/firmwareFile';
import { kindNotice } from './kindNotice';
import { compareInThread } from './contents';
import { pairUri, showPair, type FilePair } from '../shell/filePair';
import { nameOf, readUri } from '../shell/files';
import { Page, PageEditor } from '../shell/page';
import { sentence } from '../shell/present';
import type { ImagesViewState } from '../../protocol/ovmf';

/** The URI of a comparison. */
export const imagesUri = (a: vscode.Uri, b: vscode.Uri): vscode.Uri => pairUri(SCHEMES.images, [a, b]);

/** Shows two images and their differences. */
export class ImagesEditor extends PageEditor {
  static readonly viewType = viewType('images');
  protected readonly viewType = ImagesEditor.viewType;

  protected open(uri: vscode.Uri, panel: vscode.WebviewPanel): Promise<void> {
    const page = new Page(this.extensionUri, panel, 'images', { place: () => undefined });
    showPair(uri, panel, {
      what: 'images',
      explain: (notice) => {
        page.show(notice);
      },
      show: async (files, signal) => {
        const [a, b] = await Promise.all(files.map((file) => readUri(this.io, file, { shared: true })));
        if (!signal.aborted && a && b) await this.show(files, [a, b], page, signal);
      },
    });
    return Promise.resolve();
  }

  /** Shows two images at once, and again with each answer to how they differ. */
  private async show(
    [left, right]: FilePair,
    [a, b]: readonly [Uint8Array, Uint8Array],
    page: Page<'images'>,
    signal: AbortSignal,
  ): Promise<void> {
    const notices = [a, b].flatMap((bytes, i) => {
      const kind = kindWithoutContent(bytes);
      return kind ? kindNotice(nameOf(i === 0 ? left : right), kind, []) : [];
    });
    if (notices[0]) {
      page.show(notices[0]);
      return;
    }
    let view: ImagesViewState = {
      kind: 'images',
      name: nameOf(left),
      bytes: a,
      other: { name: nameOf(right), bytes: b },
    };
    page.show(view);
    try {
      await compareInThread(this.io, a, b, signal, (found) => {
        view = { ...view, ...found };
        page.show(view);
      });
    } catch (error) {
      if (!signal.aborted) page.show({ ...view, uncompared: sentence(error) });
    }
  }
}
