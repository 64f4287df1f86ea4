// What a report is about: a recorded launch in a launch file, or a running domain with the owner's inputs from
// one. It is encoded in the report's URI, so that the tab survives a reload; opening the URI never contacts
// another machine by itself.

import * as vscode from 'vscode';
import * as shellErrors from '../shell/errors';
import { SCHEMES } from '../../contributions';
import { nameOf } from '../shell/files';
import { tabPath } from '../shell/labels';
import { queryOf } from '../shell/query';

/** A domain as libvirt looks it up. */
export interface DomainTarget {
  /** The connection URI. */
  readonly uri: string;
  /** UUID, id or name. */
  readonly domain: string;
  /** Its display name. */
  readonly name: string;
}

/** What is checked. */
export interface ReportSource {
  /** The launch file with the owner's inputs. */
  readonly file: vscode.Uri;
  /** Absent for the launch recorded in the file. */
  readonly target?: DomainTarget;
}

/** The URI of a report; its path is what the tab shows. */
export function reportUri({ file, target }: ReportSource): vscode.Uri {
  const what = target ? `${target.name} (${nameOf(file)})` : nameOf(file);
  return vscode.Uri.from({
    scheme: SCHEMES.report,
    path: tabPath(`Report: ${what}`),
    query: JSON.stringify({ file: file.toString(), ...target }),
  });
}

/** Whether a URI is that of a report. */
export const isReport = ({ scheme }: vscode.Uri): boolean => scheme === SCHEMES.report;

/** Decodes a report's URI. @throws CheckError when it was made by hand and is invalid */
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
    // Same answer as for a malformed URI.
  }
  throw shellErrors.badEditorUri('launch file');
}
