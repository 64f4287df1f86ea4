// Reads a report for a page: its file or the clipboard's text, what belongs to it in its folder, and then a thread.

import type * as vscode from 'vscode';
import type { Io } from '../../app/io';
import { SCHEMES } from '../../contributions';
import { utf8 } from '../../core/binary/hex';
import { REPORT_SIZE } from '../../core/report/layout';
import type { ReadReport, ReportSide } from '../../protocol/snpReport';
import { runTask } from '../../threads';
import { readUri } from '../shell/files';
import { queryOf } from '../shell/query';
import { readBeside } from './besideReport';
import * as errors from './errors';

const isPasted = ({ scheme }: vscode.Uri): boolean => scheme === SCHEMES.pasted;

/** The bytes of a file, or of a report that was pasted and whose text is in its URI. */
async function contentOf(io: Io, uri: vscode.Uri): Promise<Uint8Array> {
  const { text } = isPasted(uri) ? queryOf(uri) : {};
  return isPasted(uri) ? utf8(typeof text === 'string' ? text : '') : readUri(io, uri);
}

/** Reads a report in a thread, which answers twice: with what it says, and with whether it is true. */
export async function readReportAt(
  io: Io,
  uri: vscode.Uri,
  signal: AbortSignal,
  answer: (read: ReadReport) => void,
): Promise<void> {
  const [file, beside] = await Promise.all([contentOf(io, uri), isPasted(uri) ? [] : readBeside(io, uri)]);
  const task = { file, beside, at: Date.now() };
  await runTask(io, 'readReport', task, { signal, answer, died: errors.reportUnread });
}

type Known = Extract<ReadReport, { facts: object }>;

/** What is known of a report, as one side of a comparison. @param bytes those of the report alone, the same object as long as they are the same */
export const reportSide = (
  name: string,
  bytes: Uint8Array,
  verification: Known['verification'],
): ReportSide => ({
  ...{ name, bytes },
  ...(verification && { verified: verification.verified }),
  ...(verification?.product && { product: verification.product }),
});

/** The bytes of a report alone. */
export const reportBytes = ({ facts: { carrier, offset } }: Known): Uint8Array =>
  carrier.slice(offset, offset + REPORT_SIZE);
