// The actions on a launch file, above its first line.

import * as vscode from 'vscode';
import { command } from '../../contributions';
import { lens } from '../shell/labels';
import { LAUNCH_FILES } from './launchDiagnostics';

const LENSES = [
  ['$(verified) Validate', 'validateLaunch', 'Check the launch with the text as it is here'],
  ['Explain', 'explainMismatch', 'Look for what would make the measurement match'],
  ['Open Report', 'openReport', 'Show the report of the last check'],
  ['Reference Values…', 'referenceValues', 'Compute the launch digests of such guests for a verifier'],
] as const;

/** Shows the lenses; not in Restricted Mode, where none of the actions work. */
export function registerLaunchLenses(): vscode.Disposable {
  const first = new vscode.Range(0, 0, 0, 0);
  return vscode.languages.registerCodeLensProvider(LAUNCH_FILES, {
    onDidChangeCodeLenses: vscode.workspace.onDidGrantWorkspaceTrust,
    provideCodeLenses: ({ uri }) =>
      vscode.workspace.isTrusted
        ? LENSES.map(([title, id, tooltip]) =>
            lens(first, { title, command: command(id), tooltip, arguments: [uri] }),
          )
        : [],
  });
}
