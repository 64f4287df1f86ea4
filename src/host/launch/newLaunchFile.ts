// A launch file to fill in, for a given firmware or domain: an editor with the rest left to the user, and the
// schema to help.

import * as vscode from 'vscode';
import { LAUNCH_SUFFIX } from '../../contributions';
import * as shellErrors from '../shell/errors';
import { choose } from '../shell/ask';
import { nameOf } from '../shell/files';
import { safeFileName } from '../../core/binary/plainText';
import * as errors from './errors';
import type { DomainTarget } from './reportSource';

/** The content of a new launch file for a recorded launch; placeholders are rejected until they are filled in. */
const recorded = (firmware: string) => ({
  name: 'New launch',
  firmware,
  vcpus: 1,
  cpu: 'EPYC-Milan',
  launch: { measurement: '', apiMajor: 0, apiMinor: 0, buildId: 0, policy: 5 },
  keys: { tik: 'tik.bin', tek: 'tek.bin' },
});

/** The same for an SNP launch and the digest that it must have. */
const ofDigest = (firmware: string) => ({
  name: 'New SNP launch',
  technology: 'snp',
  firmware,
  vcpus: 1,
  cpu: 'EPYC-Milan',
  launchDigest: '',
});

/** The same for an SNP launch and the attestation report of its guest, with a folder of certificates. */
const ofReport = (firmware: string) => ({
  name: 'New SNP launch',
  technology: 'snp',
  firmware,
  vcpus: 1,
  cpu: 'EPYC-Milan',
  report: 'report.bin',
  certificates: 'certs',
});

/** What a new launch file can be for, the usual one first. */
const KINDS = [
  {
    label: 'SEV-SNP launch and its digest',
    detail: 'The inputs must give a digest that somebody wrote down; no keys, no host',
    content: ofDigest,
  },
  {
    label: 'SEV-SNP launch and the attestation report of its guest',
    detail:
      'The inputs must give the measurement in a report that is verified up to a root of AMD; no keys, no host',
    content: ofReport,
  },
  {
    label: 'Recorded SEV or SEV-ES launch',
    detail: 'The measurement that a host reported, checked under the key of the owner',
    content: recorded,
  },
] as const;

/** Asks what a new launch file is for. @returns its content; undefined when the user cancelled */
async function chooseContent(firmware: string): Promise<object | undefined> {
  const kind = await choose(KINDS, { title: 'New Launch File', placeHolder: 'What is to be checked' });
  return kind?.content(firmware);
}

/** The same for a domain: vCPUs and CPU are left out, so that the check asks for them if they matter. */
const ofDomain = (firmware: string, { uri, domain, name }: DomainTarget) => ({
  name,
  firmware,
  domain: { connection: uri, name: domain },
  keys: { tik: 'tik.bin', tek: 'tek.bin' },
});

/**
 * Opens a new, unsaved launch file: in the folder of a firmware image, or in the workspace for a domain.
 * @throws CheckError when there is no folder on disk for it
 */
export async function newLaunchFile(firmware: vscode.Uri | undefined, target?: DomainTarget): Promise<void> {
  if (!vscode.workspace.isTrusted) throw shellErrors.untrustedWorkspace();
  const folder = firmware ? vscode.Uri.joinPath(firmware, '..') : vscode.workspace.workspaceFolders?.[0]?.uri;
  if (!folder) throw errors.noFolder();
  if (folder.scheme !== 'file') throw shellErrors.notOnDisk(folder.scheme);
  const image = firmware ? nameOf(firmware) : 'OVMF.fd';
  const stem = target ? safeFileName(target.name, 'guest') : image.replace(/\.[^.]*$/, '');
  const uri = vscode.Uri.joinPath(folder, `${stem}${LAUNCH_SUFFIX}`);
  const content = target ? ofDomain(image, target) : await chooseContent(image);
  if (content) await openUnsaved(uri, `${JSON.stringify(content, null, 2)}\n`);
}

/** Opens a text as an unsaved file; if one is already open under this name, shows that one unchanged. */
export async function openUnsaved(uri: vscode.Uri, text: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri.with({ scheme: 'untitled' }));
  const editor = await vscode.window.showTextDocument(document);
  if (document.getText() !== '') return;
  await editor.edit((edit) => {
    edit.insert(new vscode.Position(0, 0), text);
  });
}
