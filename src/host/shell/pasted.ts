// Pasted pages without a file: a URI of our own scheme contains them, so that the editor needs no file and
// survives a reload.

import * as vscode from 'vscode';
import * as errors from './errors';
import { SCHEMES } from '../../contributions';
import { fromBase64, toBase64 } from '../../core/binary/hex';
import { VMSA_SIZE } from '../../core/vmsa/layout/layout';
import { queryOf } from './query';

/** With more pages, VS Code would be slow to store the URI; such a guest belongs in a file. */
const MOST_PAGES = 64;

function trimZeros(page: Uint8Array): Uint8Array {
  return page.subarray(0, page.findLastIndex((byte) => byte !== 0) + 1);
}

/** The URI of some pages. @param source what they were read from, such as `kernel log` */
export function pastedUri(pages: readonly Uint8Array[], source: string): vscode.Uri {
  if (pages.length > MOST_PAGES) throw errors.tooManyPasted(pages.length, MOST_PAGES);
  const held = { source, pages: pages.map((page) => toBase64(trimZeros(page))) };
  return vscode.Uri.from({ scheme: SCHEMES.pasted, path: '/Pasted.vmsa', query: JSON.stringify(held) });
}

function parse(uri: vscode.Uri): { source: string; pages: Uint8Array[] } {
  try {
    const { source, pages } = queryOf(uri);
    if (typeof source === 'string' && Array.isArray(pages) && pages.length <= MOST_PAGES) {
      const read = pages.map((text) => (typeof text === 'string' ? fromBase64(text) : undefined));
      if (read.every((page) => page !== undefined && page.length <= VMSA_SIZE))
        return { source: source.slice(0, 40), pages: read as Uint8Array[] };
    }
  } catch {
    // Same answer as for a malformed URI.
  }
  throw errors.badEditorUri('pasted page');
}

/** The pages in such a URI, concatenated. @throws CheckError when it was made by hand */
export function pastedBytes(uri: vscode.Uri): Uint8Array {
  const { pages } = parse(uri);
  const bytes = new Uint8Array(pages.length * VMSA_SIZE);
  pages.forEach((page, i) => {
    bytes.set(page, i * VMSA_SIZE);
  });
  return bytes;
}

/** What the pages in such a URI were read from. @throws CheckError when it was made by hand */
export function pastedSource(uri: vscode.Uri): string {
  return parse(uri).source;
}
