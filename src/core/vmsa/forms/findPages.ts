// Reads the VMSA pages of a file in any form: raw, several in a row, in a kernel log, as a hex dump or
// base64, as sevctl's JSON or our own. The form is detected by content; every byte is read only a few times.

import { latin1, skipSpace } from '../../binary/ascii';
import { isImage } from '../../ovmf/footer';
import { describeArtefact, describeNotVmsa } from './notVmsa';
import { parseExactJson, type JsonValue } from '../../binary/exactJson';
import { findBase64Pages } from './base64Pages';
import { withoutMarks } from './carriers';
import { findFieldPages } from './fieldText';
import { journalMessages } from './journal';
import { findOffsetDumpPages } from './offsetDump';
import { findPlainHexPages } from './plainHex';
import { findOtherDump } from './otherDump';
import { decodeText } from './plainText';
import { findBareDumpPages, findKernelLogPages } from './kernelLog';
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
import { findSourcePages } from './sourceCode';
import { looksLikeSevctl, findSevctlPages } from './sevctlJson';
import { findVmcbDump } from './vmcbDump';

export type { NotPages, PageFormat, PagesFound as PagesRead, PartialPage, SourcePage } from './pageSource';

/** No JSON of a page is longer. */
const MAX_JSON = 2 ** 20;

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
  const value = json.value as ReadonlyMap<string, JsonValue>;
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
  findFieldPages,
  findSourcePages,
  findPlainHexPages,
  findBareDumpPages,
  findOtherDump,
  findBase64Pages,
];

function readText(file: Uint8Array): PagesFound | NotPages | undefined {
  const messages = journalMessages(file);
  // Around messages is nothing that a page could be read from, only what would hide that one is missing.
  const read = messages && readPlainText(messages);
  if (read) return read;
  const inside = withoutMarks(file);
  const marked = inside && readPlainText(inside);
  if (marked && (!('reason' in marked) || marked.partial)) return marked;
  return readPlainText(file) ?? marked;
}

/** Tries each form: the first that reads the text, or else the first that says why it cannot, if one knows its form. */
function readPlainText(text: Uint8Array): PagesFound | NotPages | undefined {
  const bytes = text.subarray(skipSpace(text, 0));
  if (bytes.length === 0) return undefined;
  let first: NotPages | undefined;
  for (const reader of TEXT_READERS) {
    const read = reader(bytes);
    if (!read) continue;
    // Other readers would take the addresses of a broken dump for bytes.
    if (!('reason' in read) || read.partial || reader === findOffsetDumpPages) return read;
    if (!first || (first.format === undefined && read.format !== undefined)) first = read;
  }
  return first;
}

/**
 * The pages of a file, or why there are none: one or two sentences for people. Never throws on
 * content, and takes linear time.
 */
export function findPages(bytes: Uint8Array): PagesFound | NotPages {
  const { text, hasZeros } = decodeText(bytes);
  if (isImage(bytes)) return { reason: describeNotVmsa(bytes) };
  const artefact = describeArtefact(bytes);
  if (artefact !== undefined) return broken('page', artefact);
  // A log may contain zero bytes where the machine crashed; no other text form does.
  const read = hasZeros ? findKernelLogPages(text) : readText(text);
  // Text of a form that is broken is not a page because it happens to have its size.
  if (read && (!('reason' in read) || (!hasZeros && read.format !== undefined))) return read;
  const binary =
    bytes.length % VMSA_SIZE === 0
      ? findBinaryPages(bytes, bytes.length === VMSA_SIZE ? 'page' : 'pages')
      : undefined;
  if (binary && !('reason' in binary)) return binary;
  return read ?? binary ?? { reason: describeNotVmsa(bytes) };
}
