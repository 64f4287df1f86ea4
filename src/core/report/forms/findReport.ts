// Reads an attestation report in any form: bytes, alone or in what carries them, or text. The form is detected by content.

import { latin1, skipSpace } from '../../binary/ascii';
import { parseExactJson } from '../../binary/exactJson';
import { byteCount } from '../../binary/hex';
import { endsOf } from '../../ovmf/kinds/fileKind';
import { textKind } from '../../ovmf/kinds/text';
import { MOST_REPORT_FILE } from '../../binary/limits';
import { readBinaryReport } from './binaryReport';
import { bytesInText, readJsonReport } from './jsonReport';
import { within, type NoReport, type ReportFound } from './reportSource';

export type { NoReport, ReportFound } from './reportSource';

const BRACE = '{'.charCodeAt(0);

/** Whether bytes are text: printable ASCII and white space; in JSON also other characters. */
function isText(bytes: Uint8Array): boolean {
  const most = bytes[0] === BRACE || MARK.every((b, i) => bytes[i] === b) ? 0xff : 0x7e;
  return bytes.every((c) => (c >= 0x20 && c <= most && c !== 0x7f) || c === 9 || c === 10 || c === 13);
}

/** Of UTF-8. */
const MARK = [0xef, 0xbb, 0xbf];

/** Finds the report in a file; a sentence where there is none. Never throws on content. */
export function findReport(bytes: Uint8Array): ReportFound | NoReport {
  if (bytes.length > MOST_REPORT_FILE)
    return {
      reason: `It has ${byteCount(bytes.length)}; no file with an attestation report has more than ${byteCount(MOST_REPORT_FILE)}.`,
    };
  if (!isText(bytes)) return readBinaryReport(bytes);
  const start = MARK.every((b, i) => bytes[i] === b) ? MARK.length : 0;
  const at = skipSpace(bytes, start);
  if (at === bytes.length) return { reason: 'It is empty.' };
  return bytes[at] === BRACE ? readJson(bytes, at) : readText(latin1(bytes, at), bytes);
}

/** Kinds of text that may hold a report, or say nothing. */
const KNOWN_TEXTS: readonly string[] = ['text', 'json', 'hex', 'base64'];

function readJson(bytes: Uint8Array, at: number): ReportFound | NoReport {
  const text = latin1(bytes, at);
  const json = parseExactJson(text);
  if (!('problem' in json)) return readJsonReport(json.value);
  const line = text.slice(0, json.at).split('\n').length;
  return { reason: `It begins like JSON, but is none: ${json.problem} (line ${line}).` };
}

function readText(text: string, bytesOfFile: Uint8Array): ReportFound | NoReport {
  const found = bytesInText(text);
  const kind = found ? undefined : textKind(endsOf(bytesOfFile));
  if (kind && !KNOWN_TEXTS.includes(kind.id))
    return { reason: `It is ${kind.words}, not a report in hexadecimal, base64 or JSON.` };
  if (!found)
    return {
      reason: 'It is text, but neither hexadecimal nor base64 of an attestation report, nor JSON with one.',
    };
  const { bytes, form } = found;
  const read = readBinaryReport(bytes);
  if (!('reason' in read)) return within(form, read);
  const title = form === 'hex' ? 'hexadecimal' : 'base64';
  return { reason: `It is text of ${byteCount(bytes.length)} in ${title}. ${read.reason}` };
}
