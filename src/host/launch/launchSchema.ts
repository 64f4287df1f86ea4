// The schema of launch files for VS Code's JSON support, which requests it when it sees the first launch file,
// inside or outside a folder. The request starts the extension (`onFileSystem`), so that lenses and problems
// appear, too; other JSON files do not start it.

import * as vscode from 'vscode';
import { SCHEMES } from '../../contributions';
import { readOwn } from '../shell/files';

/** Answers every URI of the scheme with the bundled schema. */
export function registerLaunchSchema(extensionUri: vscode.Uri): vscode.Disposable {
  const file = vscode.Uri.joinPath(extensionUri, 'media', 'sevlaunch.schema.json');
  return vscode.workspace.registerTextDocumentContentProvider(SCHEMES.schema, {
    provideTextDocumentContent: async () => new TextDecoder().decode(await readOwn(file)),
  });
}
