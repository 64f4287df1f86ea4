// The certificates beside a report: files of its folder with the names that snpguest gives them, and lists of revoked ones.

import * as vscode from 'vscode';
import { kindOfName, mayBeCertificate } from '../../app/certificateNames';
import type { Io } from '../../app/io';
import type { ReportTask } from '../../protocol/snpReport';
import { readUri } from '../shell/files';

/** Kinds of certificates times endings, in two cases: more is no folder of a tool. */
const MOST_FILES = 64;

/** Whether a file can be a certificate that belongs to the reports of its folder. */
export const isCertificateName = mayBeCertificate;

/** Files whose names say what they are come first: there may be many others. */
const inOrder = (a: string, b: string): number =>
  Number(kindOfName(a) === undefined) - Number(kindOfName(b) === undefined) || (a < b ? -1 : 1);

/** Reads them. What cannot be read, such as a folder in its place, is not there. */
export async function readBeside(io: Io, uri: vscode.Uri): Promise<ReportTask['beside']> {
  const folder = vscode.Uri.joinPath(uri, '..');
  let names: string[];
  try {
    names = (await vscode.workspace.fs.readDirectory(folder))
      .map(([name]) => name)
      .filter(isCertificateName)
      .sort(inOrder)
      .slice(0, MOST_FILES);
  } catch {
    return [];
  }
  const read = await Promise.all(
    names.map(async (name) => {
      const file = vscode.Uri.joinPath(folder, name);
      try {
        return { name, bytes: await readUri(io, file, {}, 'certificate') };
      } catch {
        return undefined;
      }
    }),
  );
  return read.filter((one) => one !== undefined);
}
