// The schema of launch files for VS Code's JSON support, which asks for it when it sees the first launch file, in or outside of a
// folder. Asking starts the extension (`onFileSystem`), so that lenses and problems are there, too, and no other file of JSON starts it.

import * as vscode from 'vscode';
import { SCHEMES } from '../../contributions';

/** Answers for every address of the scheme with the schema that ships. */
export function registerLaunchSchema(extensionUri: vscode.Uri): vscode.Disposable {
  const file = vscode.Uri.joinPath(extensionUri, 'media', 'sevlaunch.schema.json');
  return vscode.workspace.registerTextDocumentContentProvider(SCHEMES.schema, {
    provideTextDocumentContent: async () =>
      new TextDecoder().decode(await vscode.workspace.fs.readFile(file)),
  });
}
