// A launch file to be filled in, for a firmware that is at hand or a domain: an editor with everything else left to the person,
// and the schema to help her.

import { posix } from 'node:path';
import * as vscode from 'vscode';
import * as errors from '../core/errors';
import type { LaunchFile } from '../files/launchFile';

/** What stands in a new launch file; what is still to be given says so, and is refused until it is. */
const template = (firmware: string, domain: LaunchFile['domain']) => ({
  name: domain?.name ?? 'New launch',
  firmware,
  vcpus: 1,
  cpu: 'EPYC-Milan',
  ...(domain ? { domain } : { launch: { measurement: '', apiMajor: 0, apiMinor: 0, buildId: 0, policy: 5 } }),
  keys: { tik: 'tik.bin', tek: 'tek.bin' },
});

/**
 * Opens a new launch file, not saved yet: beside a firmware image, or in the workspace for a domain.
 * @throws CheckError when there is no folder on disk for it
 */
export async function newLaunchFile(
  firmware: vscode.Uri | undefined,
  domain?: LaunchFile['domain'],
): Promise<void> {
  if (!vscode.workspace.isTrusted) throw errors.untrustedWorkspace();
  const folder = firmware ? vscode.Uri.joinPath(firmware, '..') : vscode.workspace.workspaceFolders?.[0]?.uri;
  if (!folder) throw errors.noFolder();
  if (folder.scheme !== 'file') throw errors.notOnDisk(folder.scheme);
  const image = firmware ? posix.basename(firmware.path) : 'OVMF.fd';
  const stem = domain ? domain.name.replaceAll(/[^\w.-]+/g, '-') : image.replace(/\.[^.]*$/, '');
  const uri = vscode.Uri.joinPath(folder, `${stem}.sevlaunch.json`);
  const document = await vscode.workspace.openTextDocument(uri.with({ scheme: 'untitled' }));
  const editor = await vscode.window.showTextDocument(document);
  if (document.getText() !== '') return;
  await editor.edit((edit) => {
    edit.insert(new vscode.Position(0, 0), `${JSON.stringify(template(image, domain), null, 2)}\n`);
  });
}
