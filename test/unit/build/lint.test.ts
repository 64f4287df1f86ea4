// That lint refuses every way round the files that make text plain before a person sees it and those that open
// files, and regular expressions that text from outside can slow down.

import assert from 'node:assert/strict';
import { ESLint, Linter } from 'eslint';
import regexp from 'eslint-plugin-regexp';
import { parser } from 'typescript-eslint';

const RULES = [
  'no-restricted-properties',
  'no-restricted-syntax',
  'no-console',
  'no-restricted-imports',
  'regexp/no-super-linear-backtracking',
  'regexp/no-super-linear-move',
];

const HOST = 'src/host/launch/some.ts';
const CLI = 'src/cli/some.ts';
const FILES = 'src/host/shell/files.ts';
const NOTIFY = 'src/host/shell/notify.ts';
const ASK = 'src/host/shell/ask.ts';
const LABELS = 'src/host/shell/labels.ts';
const TASKS = 'src/host/shell/tasks.ts';
const CLIPBOARD = 'src/host/shell/clipboard.ts';
const TERMINAL = 'src/cli/terminal.ts';

const refused: [code: string, file: string, says: string][] = [
  ['vscode.window.showErrorMessage(x)', HOST, NOTIFY],
  ['vscode.window["showWarningMessage"](x)', HOST, NOTIFY],
  ['const { window } = vscode; window.showInformationMessage(x)', HOST, NOTIFY],
  ['const { showErrorMessage } = vscode.window', HOST, NOTIFY],
  ['vscode.window.showErrorMessage(x)', ASK, NOTIFY],
  ['vscode.window.showErrorMessage(x)', 'src/extension.ts', NOTIFY],
  ['vscode.window.withProgress(x, y)', HOST, NOTIFY],
  ['vscode.window.createStatusBarItem(x)', HOST, NOTIFY],
  ['vscode.window.setStatusBarMessage(x)', HOST, NOTIFY],
  ['vscode.window.showQuickPick(x)', HOST, ASK],
  ['vscode.window.createQuickPick()', HOST, ASK],
  ['vscode.window.showInputBox(x)', NOTIFY, ASK],
  ['new vscode.TreeItem(x)', HOST, LABELS],
  ['new vscode.MarkdownString(x)', HOST, LABELS],
  ['new vscode.TestMessage(x)', HOST, LABELS],
  ['run.appendOutput(x)', HOST, LABELS],
  ['controller.createTestItem(x, y)', HOST, LABELS],
  ['vscode.window.showOpenDialog(x)', HOST, ASK],
  ['vscode.window.showSaveDialog(x)', NOTIFY, ASK],
  ['new vscode.Diagnostic(x, y)', HOST, LABELS],
  ['new vscode.CodeAction(x)', HOST, LABELS],
  ['new vscode.CodeLens(x, y)', HOST, LABELS],
  ['new vscode.Task(x)', HOST, TASKS],
  ['new vscode.ProcessExecution(x)', HOST, TASKS],
  ['new vscode.CustomExecution(x)', LABELS, TASKS],
  ['vscode.env.clipboard.writeText(x)', HOST, CLIPBOARD],
  ['const { clipboard } = vscode.env; clipboard.writeText(x)', 'src/extension.ts', CLIPBOARD],
  ...[
    'new vscode.ShellExecution(x)',
    'new vscode.Hover(x)',
    'new vscode.InlayHint(x, y)',
    'new vscode.CompletionItem(x)',
    'new vscode.DiagnosticRelatedInformation(x, y)',
    'new vscode.DocumentSymbol(x)',
    'new vscode.FileDecoration(x)',
    'new vscode.TerminalLink(x)',
    'vscode.window.createWebviewPanel(x, y, z)',
    'vscode.window.createTextEditorDecorationType(x)',
    'vscode.window.showWorkspaceFolderPick(x)',
    'vscode.comments.createCommentController(x, y)',
    'vscode.scm.createSourceControl(x, y)',
    'vscode.notebooks.createNotebookController(x)',
    'vscode.env.openExternal(x)',
  ].map((code): [string, string, string] => [code, TASKS, 'src/host/shell']),
  ['panel.title = x', HOST, 'src/host/shell'],
  ['view.message = x', HOST, 'src/host/shell'],
  ['view.badge = x', HOST, 'src/host/shell'],
  ['vscode.workspace.fs.readFile(x)', HOST, FILES],
  ['vscode.workspace.fs.readFile(x)', NOTIFY, FILES],
  ["import { readFile } from 'node:fs/promises'", HOST, 'files and threads'],
  ["import { readFile } from 'node:fs/promises'", CLI, 'files and threads'],
  ["import { readFile } from 'node:fs/promises'", 'src/app/some.ts', 'handed in'],
  ["import { readFile } from 'node:fs/promises'", 'src/libvirt/some.ts', 'but for its files'],
  ["import { open } from 'node:fs/promises'", 'src/node/some.ts', 'src/node/open.ts'],
  ["import { createReadStream } from 'fs'", 'src/node/some.ts', 'src/node/open.ts'],
  ["import fs from 'node:fs'", 'src/node/some.ts', 'src/node/open.ts'],
  ["import * as fs from 'node:fs'", 'src/node/some.ts', 'src/node/open.ts'],
  ['item.label = x', HOST, 'src/host/shell'],
  ['item.tooltip = `${x}`', HOST, 'src/host/shell'],
  ['vscode.window.createOutputChannel(x)', HOST, 'src/host/shell'],
  ['vscode.window.createTerminal(x)', NOTIFY, 'src/host/shell'],
  ["import { window } from 'vscode'", HOST, 'Import * as vscode'],
  ['process.stdout.write(x)', HOST, TERMINAL],
  ['process.stdout.write(x)', 'src/app/some.ts', TERMINAL],
  ['process.stderr.write(x)', CLI, TERMINAL],
  ['around.stdout.write(x)', CLI, TERMINAL],
  ['const { stderr } = around', CLI, TERMINAL],
  ["import { stdout } from 'node:process'", CLI, 'global'],
  ['console.log(x)', CLI, 'console'],
  ['console.error(x)', TERMINAL, 'console'],
  ['console.log(x)', HOST, 'console'],
  // What runs in a browser.
  ["import { basename } from 'node:path'", FILES, 'in a browser'],
  ["import { Launch } from '../../libvirt/client'", 'src/host/ovmf/some.ts', 'in a browser'],
  ["import { randomBytes } from 'node:crypto'", 'src/web/some.ts', 'web imports'],
  ["import { nodeIo } from './node/io'", 'src/extension.web.ts', "browser's entry"],
  // What is forbidden everywhere stays so.
  ['export default x', HOST, 'Exports have names'],
  ['enum A {}', CLI, 'literals'],
  ["export * from './x'", NOTIFY, 'barrel'],
  ['/^(a+)+$/.test(x)', CLI, 'backtracking'],
  ['/^[ab]*b*$/.test(x)', 'webview/some.tsx', 'backtracking'],
  ['x.replace(/[ ]+$/, "")', 'src/core/binary/some.ts', 'quadratic'],
];

const accepted: [code: string, file: string][] = [
  ['vscode.window.showErrorMessage(x)', NOTIFY],
  ['vscode.workspace.fs.readFile(x)', FILES],
  ["import { open } from 'node:fs'", 'src/node/open.ts'],
  ["import { realpath, rename, writeFile } from 'node:fs/promises'", 'src/node/some.ts'],
  ["import { lstat, readdir, stat } from 'node:fs/promises'", 'src/node/some.ts'],
  ["import { readFile } from 'node:fs/promises'", 'src/libvirt/thisMachine.ts'],
  ['vscode.window.showQuickPick(x)', ASK],
  ['new vscode.TestMessage(x)', LABELS],
  ['new vscode.Diagnostic(x, y)', LABELS],
  ['new vscode.Task(x)', TASKS],
  ['vscode.window.showSaveDialog(x)', ASK],
  ['vscode.env.clipboard.writeText(x)', CLIPBOARD],
  ['vscode.env.clipboard.readText()', HOST],
  ["import * as vscode from 'vscode'; const task: vscode.Task = x", HOST],
  ['process.stderr.write(x)', TERMINAL],
  ["import * as vscode from 'vscode'; const item: vscode.TreeItem = x", HOST],
  ["import type { TreeItem } from 'vscode'", HOST],
  ["task.detail = 'ours'", HOST],
  ['item.label === x', HOST],
  ['out.line(x)', CLI],
  ["import { nodeIo } from './node/io'", 'src/extension.ts'],
  ["import { isAbsolute } from 'node:path'", HOST],
];

describe('Lint', () => {
  const eslint = new ESLint({ overrideConfigFile: 'src/build/eslint.config.mjs' });
  const linter = new Linter();

  /** What the rules for a file say about a text; those that need types are left out. */
  async function lint(code: string, file: string): Promise<string> {
    const { rules } = (await eslint.calculateConfigForFile(file)) as { rules: Linter.RulesRecord };
    const own = Object.fromEntries(RULES.map((name) => [name, rules[name] ?? 'off']));
    const config = {
      files: ['**/*.ts', '**/*.tsx'],
      languageOptions: { parser },
      plugins: { regexp },
      rules: own,
    };
    return linter
      .verify(code, config, file)
      .map(({ message }) => message)
      .join('\n');
  }

  for (const [code, file, says] of refused) {
    it(`refuses ${code} in ${file}`, async () => {
      const said = await lint(code, file);
      assert.ok(said.includes(says), said || 'nothing was said');
    });
  }
  for (const [code, file] of accepted) {
    it(`accepts ${code} in ${file}`, async () => assert.equal(await lint(code, file), ''));
  }
});
