// Reads the VMSA pages of a file in any form: raw, several in a row, in a kernel log, as a hex dump or
// base64, as sevctl's JSON or our own. The form is detected by content; every byte is read only a few times.

import { latin1, skipSpace } from '../../binary/ascii';
import { isImage } from '../../ovmf/footer';
import { describeNotVmsa } from './notVmsa';
import { parseExactJson, type Json } from '../../binary/exactJson';
import { findBase64Pages } from './base64Pages';
import { findOffsetDumpPages, findPlainHexPages } from './hexDump';
import { findBareDumpPage, findKernelLogPages } from './kernelLog';
import { VMSA_SIZE } from '../layout/layout';
import { findPageJson } from './pageJson';
import {
  broken,
  found,
  findBinaryPages,
  type NotPages,
  type PageFormat,
  type PagesFound,
} from './pageSource';
import { findQemuRegisters } from './qemuRegisters';
import { looksLikeSevctl, findSevctlPages } from './sevctlJson';
import { findVmcbDump } from './vmcbDump';

export type { NotPages, PageFormat, PagesFound as PagesRead, PartialPage, SourcePage } from './pageSource';

/** No JSON of a page is longer. */
const MAX_JSON = 2 ** 20;

const BOM = [0xef, 0xbb, 0xbf];

function readJsonPages(bytes: Uint8Array): PagesFound | NotPages | undefined {
  const start = skipSpace(bytes, 0);
  if (bytes[start] !== '{'.charCodeAt(0)) return undefined;
  if (bytes.length > MAX_JSON)
    return { reason: 'It looks like JSON, but no JSON of a VMSA has more than 1 MiB.' };
  const json = parseExactJson(latin1(bytes));
  if ('problem' in json) {
    const line = latin1(bytes, 0, json.at).split('\n').length;
    return { reason: `It begins like JSON, but is none: ${json.problem} (line ${line}).` };
  }
  const value = json.value as ReadonlyMap<string, Json>;
  if (value.has('fields')) return asPage('json', findPageJson(value));
  if (looksLikeSevctl(value)) return asPage('sevctl-json', findSevctlPages(value));
  return {
    reason: 'It is JSON, but neither what "sevctl vmsa show" nor what "sevscope vmsa show --json" prints.',
  };
}

function asPage(
  format: PageFormat,
  read: { bytes: Uint8Array; note?: string } | { problem: string },
): PagesFound | NotPages {
  if (!('problem' in read)) return found(format, [{ label: 'page', ...read }]);
  const { title } = found(format, []);
  return broken(
    format,
    `As ${title} it cannot be read: ${read.problem}. Take the file again as it was printed.`,
  );
}

/** The text forms, the most distinctive first. */
const TEXT_READERS = [
  readJsonPages,
  findKernelLogPages,
  findVmcbDump,
  findQemuRegisters,
  findOffsetDumpPages,
  findPlainHexPages,
  findBareDumpPage,
  findBase64Pages,
];

/** Text has no zero bytes; a page has one early on. */
function looksLikeText(bytes: Uint8Array): boolean {
  return !bytes.includes(0);
}

function readText(file: Uint8Array): PagesFound | NotPages | undefined {
  const bytes = file.subarray(skipSpace(file, 0));
  if (bytes.length === 0) return undefined;
  let first: NotPages | undefined;
  for (const reader of TEXT_READERS) {
    const read = reader(bytes);
    if (!read) continue;
    if (!('reason' in read) || read.partial) return read;
    first ??= read;
  }
  return first;
}

/**
 * The pages of a file, or why there are none: one or two sentences for people. Never throws on
 * content, and takes linear time.
 */
export function findPages(bytes: Uint8Array): PagesFound | NotPages {
  const text = BOM.every((b, i) => bytes[i] === b) ? bytes.subarray(BOM.length) : bytes;
  if (isImage(bytes)) return { reason: describeNotVmsa(bytes) };
  // A log may contain zero bytes where the machine crashed; no other text form does.
  const read = looksLikeText(text) ? readText(text) : findKernelLogPages(text);
  if (read && !('reason' in read)) return read;
  const binary =
    bytes.length % VMSA_SIZE === 0
      ? findBinaryPages(bytes, bytes.length === VMSA_SIZE ? 'page' : 'pages')
      : undefined;
  if (binary && !('reason' in binary)) return binary;
  return read ?? binary ?? { reason: describeNotVmsa(bytes) };
}
