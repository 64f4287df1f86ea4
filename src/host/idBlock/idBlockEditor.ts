// The read-only editor of ID blocks and ID authentications of SEV-SNP, in any form. Signatures are verified, nothing is signed.

import * as vscode from 'vscode';
import { viewIdBlock } from '../../app/idBlockView';
import type { Io } from '../../app/io';
import { SCHEMES, viewType } from '../../contributions';
import { utf8 } from '../../core/binary/hex';
import { readIdBlockText } from '../../core/tech/snp/idBlockText';
import { nameOf, readUri } from '../shell/files';
import { keepReading } from '../shell/keepReading';
import { Page, PageEditor } from '../shell/page';
import { sentence } from '../shell/present';
import { queryOf } from '../shell/query';
import { openIn } from '../shell/run';
import * as errors from './errors';

/** The bytes of a file, or of a text that was pasted and is in its URI. */
async function contentOf(io: Io, uri: vscode.Uri): Promise<Uint8Array> {
  if (uri.scheme !== SCHEMES.pasted) return readUri(io, uri, {}, 'idBlock');
  const { text } = queryOf(uri);
  return utf8(typeof text === 'string' ? text : '');
}

/** An ID block, an ID authentication, or both. */
export class IdBlockEditor extends PageEditor {
  protected readonly viewType = viewType('idBlock');
  protected override readonly optionType = viewType('idBlockOption');

  protected open(uri: vscode.Uri, panel: vscode.WebviewPanel): Promise<void> {
    const page = new Page(this.extensionUri, panel, 'idBlock', {
      action: async () => {
        await vscode.commands.executeCommand('workbench.action.reopenWithEditor');
      },
      place: () => undefined,
    });
    const name = nameOf(uri);
    const load = keepReading(panel, [{ uri }], {
      read: async (signal) => {
        const view = await this.viewOf(uri, name);
        if (!signal.aborted) page.show(view);
      },
      fail: (error) => {
        const title = `${name} cannot be shown`;
        page.show({ kind: 'notice', title, text: sentence(error), actions: ['openAsText'] });
      },
    });
    // The page starts only when this has returned.
    void load();
    return Promise.resolve();
  }

  private async viewOf(uri: vscode.Uri, name: string): Promise<Parameters<Page<'idBlock'>['show']>[0]> {
    const read = await viewIdBlock(this.io, await contentOf(this.io, uri));
    if (!('found' in read)) return { kind: 'idBlock', name, ...read };
    return {
      ...{ kind: 'notice', title: `${name} is no ID block` },
      text: `It holds ${read.found}, and neither an ID block (96 bytes) nor an ID authentication (4096 bytes).`,
      actions: ['openAsText'],
    };
  }
}

/** Opens what is in the clipboard. What is none is not kept: it may be anything. */
export async function openPastedIdBlock(): Promise<void> {
  const text = await vscode.env.clipboard.readText();
  const read = readIdBlockText(text);
  if (!read.ok) throw errors.noIdBlockToPaste(read.found);
  const query = JSON.stringify({ text });
  await openIn('idBlock', vscode.Uri.from({ scheme: SCHEMES.pasted, path: '/Pasted.idblock', query }));
}
