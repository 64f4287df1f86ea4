// What a report is about: a recorded launch in a launch file, or a running domain with the owner's inputs from one. It stands in
// the report's URI, so that the tab survives a reload; the URI itself makes nothing run that reaches another machine.

import * as vscode from 'vscode';
import * as shellErrors from '../shell/errors';
import { SCHEMES } from '../../contributions';
import { nameOf } from '../shell/files';
import { queryOf } from '../shell/query';

/** A domain as libvirt finds it. */
export interface DomainTarget {
  /** The connection. */
  readonly uri: string;
  /** UUID, id or name. */
  readonly domain: string;
  /** What people call it. */
  readonly name: string;
}

/** What is checked. */
export interface ReportSource {
  /** The launch file with the owner's inputs. */
  readonly file: vscode.Uri;
  /** Absent for the launch that is recorded in the file. */
  readonly target?: DomainTarget;
}

/** The URI of a report; its path is what the tab shows. */
export function reportUri({ file, target }: ReportSource): vscode.Uri {
  const what = target ? `${target.name} (${nameOf(file)})` : nameOf(file);
  return vscode.Uri.from({
    scheme: SCHEMES.report,
    // A slash in the name of a domain would make folders of it.
    path: `/Report: ${what.replaceAll('/', '∕')}`,
    query: JSON.stringify({ file: file.toString(), ...target }),
  });
}

/** Whether a URI is that of a report. */
export const isReport = ({ scheme }: vscode.Uri): boolean => scheme === SCHEMES.report;

/** What a report's URI names. @throws CheckError when it was made by hand and names nothing */
export function reportSource(uri: vscode.Uri): ReportSource {
  try {
    const { file, uri: connection, domain, name } = queryOf(uri);
    if (typeof file === 'string') {
      const parsed = vscode.Uri.parse(file, true);
      if (typeof connection !== 'string') return { file: parsed };
      if (typeof domain === 'string' && typeof name === 'string')
        return { file: parsed, target: { uri: connection, domain, name } };
    }
  } catch {
    // The same answer as for a URI of the wrong shape.
  }
  throw shellErrors.badEditorUri('launch file');
}
