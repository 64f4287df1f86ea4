// A launch file to be filled in, for a firmware that is at hand: an editor with everything that the host reports left to
// the person, and the schema to help her.

import { posix } from 'node:path';
import * as vscode from 'vscode';
import * as errors from '../core/errors';

/** What stands in a new launch file; what is still to be given says so, and is refused until it is. */
const template = (firmware: string) => ({
  name: 'New launch',
  firmware,
  vcpus: 1,
  cpu: 'EPYC-Milan',
  launch: { measurement: '', apiMajor: 0, apiMinor: 0, buildId: 0, policy: 5 },
  keys: { tik: 'tik.bin', tek: 'tek.bin' },
});

/** Opens a new launch file beside a firmware image, not saved yet. @throws CheckError when the image is not on disk */
export async function newLaunchFile(firmware: vscode.Uri): Promise<void> {
  if (!vscode.workspace.isTrusted) throw errors.untrustedWorkspace();
  if (firmware.scheme !== 'file') throw errors.notOnDisk(firmware.scheme);
  const name = posix.basename(firmware.path);
  const folder = vscode.Uri.joinPath(firmware, '..');
  const uri = vscode.Uri.joinPath(folder, `${name.replace(/\.[^.]*$/, '')}.sevlaunch.json`);
  const document = await vscode.workspace.openTextDocument(uri.with({ scheme: 'untitled' }));
  const editor = await vscode.window.showTextDocument(document);
  if (document.getText() !== '') return;
  await editor.edit((edit) => {
    edit.insert(new vscode.Position(0, 0), `${JSON.stringify(template(name), null, 2)}\n`);
  });
}
