// The comparison of two OVMF images: an editor whose URI names both, so that it survives a reload.

import * as vscode from 'vscode';
import * as shellErrors from '../shell/errors';
import { SCHEMES, viewType } from '../../contributions';
import { kindWithoutContent } from '../../core/ovmf/firmwareFile';
import { kindNotice } from './kindNotice';
import { compareInThread } from './contents';
import { nameOf, readUri, watchFile } from '../shell/files';
import { tabPath } from '../shell/labels';
import { Page, PageEditor } from '../shell/page';
import { sentence } from '../shell/present';
import { queryOf } from '../shell/query';
import type { ImagesViewState } from '../../protocol/ovmf';

/** The URI of a comparison; its path is what the tab shows. */
export function imagesUri(a: vscode.Uri, b: vscode.Uri): vscode.Uri {
  return vscode.Uri.from({
    scheme: SCHEMES.images,
    path: tabPath(`${nameOf(a)} ↔ ${nameOf(b)}`),
    query: JSON.stringify({ a: a.toString(), b: b.toString() }),
  });
}

/** The two files of a comparison. @throws CheckError when the URI was made by hand and is invalid */
function filesOf(uri: vscode.Uri): [vscode.Uri, vscode.Uri] {
  try {
    const { a, b } = queryOf(uri);
    if (typeof a === 'string' && typeof b === 'string')
      return [vscode.Uri.parse(a, true), vscode.Uri.parse(b, true)];
  } catch {
    // Same answer as for a malformed URI.
  }
  throw shellErrors.badEditorUri('comparison of images');
}

/** Shows two images and their differences. */
export class ImagesEditor extends PageEditor {
  static readonly viewType = viewType('images');
  protected readonly viewType = ImagesEditor.viewType;

  protected open(uri: vscode.Uri, panel: vscode.WebviewPanel): Promise<void> {
    const page = new Page(this.extensionUri, panel, 'images', { place: () => undefined });
    let reading = new AbortController();
    const load = async () => {
      // Of several rebuilds in a row only the last counts, and only one thread decompresses at a time.
      reading.abort();
      const { signal } = (reading = new AbortController());
      try {
        const [a, b] = await Promise.all(
          filesOf(uri).map(async (file) => readUri(this.io, file, { shared: true })),
        );
        if (!signal.aborted && a && b) await this.show(uri, [a, b], page, signal);
      } catch (error) {
        if (signal.aborted) return;
        const title = 'The comparison cannot be shown';
        page.show({ kind: 'notice', title, text: sentence(error), actions: [] });
      }
    };
    try {
      const watchers = filesOf(uri).map((file) => watchFile(file, () => void load()));
      panel.onDidDispose(() => {
        vscode.Disposable.from(...watchers).dispose();
        reading.abort();
      });
    } catch {
      // A URI that names no files is reported when it is loaded.
    }
    // The page starts only when this has returned, and the images are read meanwhile.
    void load();
    return Promise.resolve();
  }

  /** Shows two images at once, and again with each answer to how they differ. */
  private async show(
    uri: vscode.Uri,
    [a, b]: readonly [Uint8Array, Uint8Array],
    page: Page<'images'>,
    signal: AbortSignal,
  ): Promise<void> {
    const [left, right] = filesOf(uri);
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
