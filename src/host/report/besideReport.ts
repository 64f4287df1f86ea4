// What belongs to a report in its folder: certificates with the names that snpguest gives them, lists of revoked ones, and beside a report of
// configfs-tsm its table of certificates.

import * as vscode from 'vscode';
import { kindOfName, mayBeCertificate, TSM } from '../../app/certificateNames';
import type { Io } from '../../app/io';
import type { ReportTask } from '../../protocol/snpReport';
import { nameOf, readUri } from '../shell/files';

/** Kinds of certificates times endings, in two cases: more is no folder of a tool. */
const MOST_FILES = 64;

/** Whether a file of the folder can belong to the report. */
export const belongsTo =
  (report: vscode.Uri) =>
  (name: string): boolean =>
    mayBeCertificate(name) || (name === TSM.table && nameOf(report) === TSM.report);

/** Files whose names say what they are come first: there may be many others. */
const inOrder = (a: string, b: string): number =>
  Number(mayBeAnything(a)) - Number(mayBeAnything(b)) || (a < b ? -1 : 1);
const mayBeAnything = (name: string): boolean => name !== TSM.table && kindOfName(name) === undefined;

/** Reads them. What cannot be read, such as a folder in its place, is not there. */
export async function readBeside(io: Io, uri: vscode.Uri): Promise<ReportTask['beside']> {
  const folder = vscode.Uri.joinPath(uri, '..');
  let names: string[];
  try {
    names = (await vscode.workspace.fs.readDirectory(folder))
      .map(([name]) => name)
      .filter(belongsTo(uri))
      .sort(inOrder)
      .slice(0, MOST_FILES);
  } catch {
    return [];
  }
  const read = await Promise.all(
    names.map(async (name) => {
      const file = vscode.Uri.joinPath(folder, name);
      try {
        return { name, bytes: await readUri(io, file, {}, name === TSM.table ? 'report' : 'certificate') };
      } catch {
        return undefined;
      }
    }),
  );
  return read.filter((one) => one !== undefined);
}
