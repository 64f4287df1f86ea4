// Pages without a file, pasted or measured by a check: a URI of one of our own schemes contains them, so that the editor needs no
// file and survives a reload.

import * as vscode from 'vscode';
import * as errors from './errors';
import { SCHEMES } from '../../contributions';
import { fromBase64, toBase64 } from '../../core/binary/hex';
import { VMSA_SIZE } from '../../core/vmsa/layout/layout';
import { isObject } from '../../core/binary/values';
import { tabPath } from './labels';
import { queryOf } from './query';

/** Why pages of these schemes cannot be written, as a phrase. */
const WHY_NO_FILE: Readonly<Record<string, string>> = {
  [SCHEMES.pasted]: 'it was pasted and is no file yet',
  [SCHEMES.measured]: 'it is the page that a check measured, and no file',
};

/** Why the pages in a URI cannot be written, as a phrase; undefined for the URI of a file. */
export const whyNoFile = ({ scheme }: vscode.Uri): string | undefined => WHY_NO_FILE[scheme];

/** With more pages, VS Code would be slow to store the URI; such a guest belongs in a file. */
const MOST_PAGES = 64;
/** Longer than any label and note. */
const LONGEST_TEXT = 1000;

function trimZeros(page: Uint8Array): Uint8Array {
  return page.subarray(0, page.findLastIndex((byte) => byte !== 0) + 1);
}

/** What is said of such a page: which vCPU it is of, and how it was read. */
interface Origin {
  readonly label: string;
  readonly vcpu?: number;
  readonly note?: string;
}

type HeldPage = { readonly bytes: Uint8Array } & Origin;

/** The URI of some pages. @param source what they were read from, such as `kernel log` */
export function pastedUri(pages: readonly HeldPage[], source: string): vscode.Uri {
  if (pages.length > MOST_PAGES) throw errors.tooManyPasted(pages.length, MOST_PAGES);
  return uriOf({ scheme: SCHEMES.pasted, path: '/Pasted.vmsa' }, pages, source);
}

/** The URI of a page that a check measured. @param title what its tab shows */
export const measuredUri = (page: HeldPage, title: string): vscode.Uri =>
  uriOf({ scheme: SCHEMES.measured, path: tabPath(`${title}.vmsa`) }, [page], 'check of a launch');

function uriOf(
  place: { readonly scheme: string; readonly path: string },
  pages: readonly HeldPage[],
  source: string,
): vscode.Uri {
  const held = {
    source,
    pages: pages.map(({ bytes }) => toBase64(trimZeros(bytes))),
    origins: pages.map(({ label, vcpu, note }) => ({ label, vcpu, note })),
  };
  return vscode.Uri.from({ ...place, query: JSON.stringify(held) });
}

function isOrigin(value: unknown): value is Origin {
  if (!isObject(value)) return false;
  const { label, vcpu, note } = value;
  const isShort = (text: unknown) => typeof text === 'string' && text.length <= LONGEST_TEXT;
  return (
    isShort(label) && (vcpu === undefined || Number.isInteger(vcpu)) && (note === undefined || isShort(note))
  );
}

function parse(uri: vscode.Uri): { source: string; pages: Uint8Array[]; origins: readonly Origin[] } {
  try {
    const { source, pages, origins } = queryOf(uri);
    if (typeof source === 'string' && Array.isArray(pages) && pages.length <= MOST_PAGES) {
      const read = pages.map((text) => (typeof text === 'string' ? fromBase64(text) : undefined));
      if (read.every((page) => page !== undefined && page.length <= VMSA_SIZE))
        return {
          source: source.slice(0, 40),
          pages: read as Uint8Array[],
          origins: Array.isArray(origins) && origins.length === read.length ? origins.filter(isOrigin) : [],
        };
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

/** What the pages in such a URI were read from, and how. @throws CheckError when it was made by hand */
export function pastedSource(uri: vscode.Uri): {
  readonly source: string;
  readonly origins?: readonly Origin[];
} {
  const { source, pages, origins } = parse(uri);
  return origins.length === pages.length ? { source, origins } : { source };
}
