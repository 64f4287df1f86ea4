// The commands of the palette and the menus. Each can also be called with its answers, from tests and tasks; menus
// pass arguments of their own after the file, so an answer counts only when it is one.

import * as vscode from 'vscode';
import * as errors from '../core/errors';
import { explainNotVmsa } from '../core/classify';
import { decode } from '../core/struct';
import { generateVmsa, guessRequest, type Role, type VmsaRequest } from '../core/vmsa/generate';
import { VMSA, VMSA_SIZE } from '../core/vmsa/layout';
import { PROFILES } from '../core/vmsa/profiles';
import { writeSample } from '../files/sample';
import { isRequest } from '../protocol';
import { ComparisonEditor, comparisonUri } from './comparisonEditor';
import { nameOf, OvmfEditor, readUri, VmsaEditor } from './fileEditors';
import { pickCpu, pickResetAddress, savePage, startFolder } from './picks';
import { present } from './present';
import { ReportEditor, reportUri } from './reportEditor';

/** Registers every command. */
export function registerCommands(): vscode.Disposable[] {
  const commands: Record<string, (...args: never[]) => Promise<unknown>> = {
    'sevscope.compareWithGenerated': compareWithGenerated,
    'sevscope.generateVmsa': generate,
    'sevscope.validateLaunch': validateLaunch,
    'sevscope.createSample': createSample,
    'sevscope.openAsOvmf': (uri?: vscode.Uri) => openWith(uri, OvmfEditor.viewType),
    'sevscope.openAsVmsa': (uri?: vscode.Uri) => openWith(uri, VmsaEditor.viewType),
  };
  return Object.entries(commands).map(([id, run]) =>
    vscode.commands.registerCommand(id, (...args: never[]) => present(() => run(...args))),
  );
}

/** The file of the active editor, whatever sort of editor it is. */
function activeFile(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputCustom || input instanceof vscode.TabInputText
    ? input.uri
    : undefined;
}

async function pickFile(title: string, pattern: string): Promise<vscode.Uri | undefined> {
  const files = await vscode.workspace.findFiles(pattern, '**/node_modules/**', 200);
  const items = files
    .map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri }))
    .sort((a, b) => a.label.localeCompare(b.label));
  const other = { label: 'Another file…', uri: undefined };
  const chosen = await vscode.window.showQuickPick([...items, other], { title });
  if (chosen !== other) return chosen?.uri;
  return (await vscode.window.showOpenDialog({ title, defaultUri: startFolder() }))?.[0];
}

async function openWith(uri: vscode.Uri | undefined, viewType: string): Promise<void> {
  const file = uri ?? activeFile() ?? (await pickFile('File to open', '**/*.{fd,bin,vmsa}'));
  if (file) await vscode.commands.executeCommand('vscode.openWith', file, viewType);
}

/** Opens the comparison of a page; asks for the CPU only, the rest is guessed and can be changed there. */
async function compareWithGenerated(uri?: vscode.Uri, more?: unknown): Promise<void> {
  const answers = isRequest(more) ? more : undefined;
  const active = activeFile();
  const own = active && /\.vmsa$|vmsa[^/]*\.bin$/.test(active.path) ? active : undefined;
  const file = uri ?? own ?? (await pickFile('VMSA page to compare', '**/*{.vmsa,vmsa*.bin}'));
  if (!file) return;
  const bytes = await readUri(file);
  if (bytes.length !== VMSA_SIZE) throw errors.notAPage(nameOf(file), explainNotVmsa(bytes));
  const guess = guessRequest(decode(VMSA, bytes));
  const cpu = answers?.cpu ?? (await pickCpu(guess.cpu));
  if (!cpu) return;
  const target = comparisonUri(file, answers ?? { ...guess, cpu });
  await vscode.commands.executeCommand('vscode.openWith', target, ComparisonEditor.viewType);
}

async function pickRequest(): Promise<VmsaRequest | undefined> {
  const cpu = await pickCpu();
  if (!cpu) return undefined;
  const profiles = PROFILES.map((p) => ({ label: p.title, detail: p.doc, id: p.id }));
  const profile = (await vscode.window.showQuickPick(profiles, { title: 'How is the guest launched?' }))?.id;
  if (!profile) return undefined;
  const roles = [
    { label: 'Boot processor', description: 'vCPU 0', role: 'bsp' as Role },
    { label: 'Additional processor', description: 'every other vCPU', role: 'ap' as Role },
  ];
  const role = (await vscode.window.showQuickPick(roles, { title: 'Which vCPU?' }))?.role;
  if (!role) return undefined;
  if (role === 'bsp') return { profile, role, cpu };
  const resetAddress = await pickResetAddress();
  return resetAddress === undefined ? undefined : { profile, role, cpu, resetAddress };
}

/** Generates a page, saves it and opens it. With `target` and `answers` it asks nothing. */
async function generate(target?: vscode.Uri, more?: unknown): Promise<vscode.Uri | undefined> {
  const answers = isRequest(more) ? more : undefined;
  if (!vscode.workspace.isTrusted) throw errors.untrustedWorkspace();
  const request = answers ?? (await pickRequest());
  if (!request) return undefined;
  const { bytes } = generateVmsa(request);
  let saved = target;
  if (answers && target) await vscode.workspace.fs.writeFile(target, bytes);
  else saved = await savePage(bytes, request.role === 'bsp' ? 'vcpu0.vmsa' : 'vcpu1.vmsa');
  if (saved) await vscode.commands.executeCommand('vscode.openWith', saved, VmsaEditor.viewType);
  return saved;
}

/** Runs a launch file and opens its report. */
async function validateLaunch(uri?: vscode.Uri): Promise<void> {
  if (!vscode.workspace.isTrusted) throw errors.untrustedWorkspace();
  const active = activeFile();
  const own = active?.path.endsWith('.sevlaunch.json') ? active : undefined;
  const file = uri ?? own ?? (await pickFile('Launch to check', '**/*.sevlaunch.json'));
  if (file) await vscode.commands.executeCommand('vscode.openWith', reportUri(file), ReportEditor.viewType);
}

/** Writes the sample into a folder and offers to open it. */
async function createSample(folder?: vscode.Uri): Promise<void> {
  if (!vscode.workspace.isTrusted) throw errors.untrustedWorkspace();
  const parent =
    folder ??
    (
      await vscode.window.showOpenDialog({
        title: 'Folder to put the sample into',
        openLabel: 'Create Sample Here',
        canSelectFiles: false,
        canSelectFolders: true,
        defaultUri: startFolder(),
      })
    )?.[0];
  if (!parent) return;
  if (parent.scheme !== 'file') throw errors.notOnDisk(parent.scheme);
  const sample = folder ?? vscode.Uri.joinPath(parent, 'sevscope-sample');
  await writeSample(sample.fsPath);
  if (folder) return;
  const open = 'Open Folder';
  const answer = await vscode.window.showInformationMessage(`The sample is in ${sample.fsPath}.`, open);
  if (answer === open) await vscode.commands.executeCommand('vscode.openFolder', sample);
}
