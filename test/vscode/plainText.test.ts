// That a text from elsewhere is plain when it comes to VS Code, on each of the ways that the extension has to it.

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { choose, chooseFile, chooseSaveFile, typeLine } from '../../src/host/shell/ask';
import { copyText } from '../../src/host/shell/clipboard';
import {
  plainTooltip,
  problemAt,
  quickFix,
  tabPath,
  testItem,
  labelTest,
  testMessage,
  testOutput,
  treeItem,
} from '../../src/host/shell/labels';
import { confirm, flash, notify, statusItem, withProgress } from '../../src/host/shell/notify';
import { present } from '../../src/host/shell/present';
import { taskOf } from '../../src/host/shell/tasks';
import { reportUri } from '../../src/host/launch/reportSource';
import { Page } from '../../src/host/shell/page';
import { usage } from '../../src/core/errors';
import { RecordedRun } from '../helpers/testRun';
import { until } from './until';

const HOSTILE = '[a](command:b) $(c)\u001b[2J\u202ed\u{e0041}\u3164';
const PLAIN = '[a] (command:b) $ (c)\\u001b[2J\\u202ed\\u{e0041}\\u3164';

type Name = keyof typeof vscode.window;

/** Calls something while a function of VS Code's window is another. @returns the arguments that it got, without functions */
async function heard(name: Name, answer: unknown, run: () => unknown): Promise<unknown[]> {
  const original = vscode.window[name];
  let got: unknown[] = [];
  const set = (value: unknown) =>
    Object.defineProperty(vscode.window, name, { value, configurable: true, writable: true });
  set((...all: unknown[]) => {
    got = all;
    return answer;
  });
  try {
    await run();
  } finally {
    set(original);
  }
  return got.filter((argument) => typeof argument !== 'function');
}

const failing = () => {
  throw new Error(HOSTILE);
};

describe('A text from elsewhere', () => {
  const cases: [way: string, name: Name, run: () => unknown, got: unknown[]][] = [
    ['a message', 'showInformationMessage', () => notify('information', HOSTILE, 'OK'), [PLAIN, 'OK']],
    ['a warning', 'showWarningMessage', () => notify('warning', HOSTILE), [PLAIN]],
    ['an error', 'showErrorMessage', () => notify('error', HOSTILE), [PLAIN]],
    [
      'a question',
      'showWarningMessage',
      () => confirm(HOSTILE, HOSTILE, 'Yes'),
      [PLAIN, { modal: true, detail: PLAIN }, 'Yes'],
    ],
    ['the status bar', 'setStatusBarMessage', () => flash(HOSTILE), [PLAIN, 5000]],
    [
      'what is under way',
      'withProgress',
      () => withProgress(HOSTILE, () => Promise.resolve()),
      [{ location: vscode.ProgressLocation.Notification, title: PLAIN, cancellable: true }],
    ],
  ];
  for (const [way, name, run, got] of cases) {
    it(`is plain in ${way}`, async () => assert.deepEqual(await heard(name, undefined, run), got));
  }

  it('is plain in what is said of a failure', async () => {
    const [text] = await heard('showErrorMessage', undefined, () => present(failing));
    assert.ok(String(text).includes(PLAIN), String(text));
  });

  it('is plain in a list, which gives back what was chosen as it was', async () => {
    const choice = { label: HOSTILE, description: HOSTILE, detail: HOSTILE, icon: 'check' };
    let chosen: unknown;
    const [asked, options] = await heard('showQuickPick', Promise.resolve({ choice }), async () => {
      chosen = await choose([choice, { label: HOSTILE, isHeading: true }], { title: HOSTILE });
    });
    const rows = await asked;
    assert.deepEqual(
      (rows as vscode.QuickPickItem[]).map(({ label, description, detail, kind }) => [
        label,
        description,
        detail,
        kind,
      ]),
      [
        [`$(check) ${PLAIN}`, PLAIN, PLAIN, undefined],
        [PLAIN, undefined, undefined, vscode.QuickPickItemKind.Separator],
      ],
    );
    assert.deepEqual(options, { title: PLAIN });
    assert.equal(chosen, choice);
  });

  it('is plain where a line is typed, but for the line itself', async () => {
    const [options] = await heard('showInputBox', undefined, () =>
      typeLine({ title: HOSTILE, prompt: HOSTILE, value: HOSTILE, whyNot: (text) => text || undefined }),
    );
    const shown = options as vscode.InputBoxOptions;
    assert.deepEqual([shown.title, shown.prompt, shown.value], [PLAIN, PLAIN, HOSTILE]);
    assert.deepEqual([shown.validateInput?.(HOSTILE), shown.validateInput?.('')], [PLAIN, undefined]);
  });

  it('is plain in an item of the status bar', () => {
    const made: { text?: string; show?: () => void; hide?: () => void; dispose?: () => void } = {
      show: () => undefined,
    };
    return heard('createStatusBarItem', made, () => {
      statusItem('a', 'b', 'c', 'd').show(HOSTILE);
      assert.equal(made.text, PLAIN);
    });
  });

  it('is plain in a row of a tree', () => {
    const { label, description, tooltip } = treeItem({
      label: HOSTILE,
      description: HOSTILE,
      tooltip: [HOSTILE],
      icon: 'info',
    });
    assert.deepEqual([label, description], [PLAIN, PLAIN]);
    const { value } = tooltip as vscode.MarkdownString;
    assert.equal(value, plainTooltip([HOSTILE]).value);
    assert.match(value, /^[\p{L}\p{N} &#;]*$/u);
  });

  it('is plain in tests and in what they print', () => {
    const controller = vscode.tests.createTestController('sevscope.plain', 'Plain');
    try {
      const item = testItem(controller, 'a', HOSTILE, undefined);
      assert.equal(item.label, PLAIN);
      labelTest(item, `${HOSTILE}!`);
      assert.equal(item.label, `${PLAIN}!`);
      const printed = '[a](command:b) $(c)\\u001b[2J\\u202ed\\u{e0041}\\u3164';
      const difference = { expected: 'a\nb', actual: HOSTILE };
      const { message, expectedOutput, actualOutput } = testMessage({ text: `${HOSTILE}\nb`, difference });
      assert.deepEqual([message, expectedOutput, actualOutput], [`${printed}\nb`, 'a\nb', printed]);
      const recorded = new RecordedRun();
      testOutput(recorded.run, item, `${HOSTILE}\nb`);
      assert.deepEqual(recorded.output, [`${printed}\r\nb\r\n`]);
    } finally {
      controller.dispose();
    }
  });

  it('is plain in the dialogs for files, and proposes no path', async () => {
    const folder = vscode.Uri.file('/tmp/here');
    const save = { title: HOSTILE, folder, name: `../${HOSTILE}`, end: '.md' };
    const [saved] = await heard('showSaveDialog', undefined, () => chooseSaveFile(save));
    assert.deepEqual(saved, {
      title: PLAIN,
      defaultUri: vscode.Uri.file('/tmp/here/a-command-b-c-u001b-2J-u202ed-u-e0041-u3164.md'),
    });
    const [opened] = await heard('showOpenDialog', [folder], () => chooseFile({ title: HOSTILE }));
    assert.deepEqual(opened, { title: PLAIN });
  });

  it('is plain in a problem and its fix', () => {
    const range = new vscode.Range(0, 0, 0, 1);
    const problem = problemAt(range, HOSTILE, { severity: 'error', rule: 'a-rule' });
    assert.deepEqual([problem.message, problem.code, problem.source], [PLAIN, 'a-rule', 'SevScope']);
    const fix = quickFix(HOSTILE, problem, { command: 'a.b', arguments: [HOSTILE] });
    assert.deepEqual([fix.title, fix.command?.title, fix.command?.arguments], [PLAIN, PLAIN, [HOSTILE]]);
    assert.equal(quickFix(HOSTILE, problem, new vscode.WorkspaceEdit()).title, PLAIN);
  });

  it('is plain in the title of a tab, which is one part of a path', () => {
    const printed = '[a](command:b) $(c)\\u001b[2J\\u202ed\\u{e0041}\\u3164';
    assert.equal(tabPath(`a/../${HOSTILE}`), `/a∕..∕${printed}`);
    assert.ok(tabPath('a'.repeat(5000)).length < 250);
    const target = { uri: 'test:///default', domain: '1', name: HOSTILE };
    const { path, query } = reportUri({ file: vscode.Uri.file('/b.sevlaunch.json'), target });
    assert.equal(path, `/Report: ${printed} (b.sevlaunch.json)`);
    assert.equal((JSON.parse(query) as typeof target).name, HOSTILE);
  });

  it('is plain in a task', async () => {
    const row = {
      definition: { type: 'sevscope' },
      scope: vscode.TaskScope.Workspace,
      name: HOSTILE,
      detail: HOSTILE,
      source: 'sevscope',
      matcher: '$sevscope',
    };
    const task = taskOf({ ...row, work: { refused: usage('a', HOSTILE) } });
    assert.deepEqual([task.name, task.detail], [PLAIN, PLAIN]);
    const { callback } = task.execution as unknown as {
      callback: (definition: vscode.TaskDefinition) => Thenable<vscode.Pseudoterminal>;
    };
    const terminal = await callback(row.definition);
    const written: string[] = [];
    terminal.onDidWrite((text) => written.push(text));
    terminal.open(undefined);
    assert.deepEqual(written, ['ERROR: [a](command:b) $(c)\\u001b[2J\\u202ed\\u{e0041}\\u3164\r\n']);
  });

  it('is typed as no key when it is pasted', async () => {
    await copyText('a\tb\r\nc\u001b[2J\u0003\u{e0041}');
    assert.equal(await vscode.env.clipboard.readText(), 'a\tb\r\nc\\u001b[2J\\u0003\\u{e0041}');
  });

  it('is plain in a page, whose policy lets nothing but its own files in', async () => {
    const panel = vscode.window.createWebviewPanel('sevscope.plain', 'Plain', vscode.ViewColumn.One);
    try {
      const posted: unknown[] = [];
      let receive: (message: unknown) => void = () => undefined;
      // The real one, but for what is sent, which has no page to go to.
      const webview = {
        cspSource: panel.webview.cspSource,
        asWebviewUri: (uri: vscode.Uri) => panel.webview.asWebviewUri(uri),
        postMessage: (message: unknown) => posted.push(message),
        onDidReceiveMessage: (listen: (message: unknown) => void) => (receive = listen),
        set html(html: string) {
          panel.webview.html = html;
        },
      };
      const { extensionUri } = vscode.extensions.getExtension('sevscope.sevscope')!;
      const shownIn = { webview, onDidDispose: panel.onDidDispose } as unknown as vscode.WebviewPanel;
      const page = new Page(extensionUri, shownIn, 'images', { place: () => undefined });
      page.show({ kind: 'notice', title: HOSTILE, text: `${HOSTILE}\n`, actions: [] });
      receive({ type: 'ready' });
      await until('the page has what it shows', () => posted.length > 0);
      const printed = '[a](command:b) $(c)\\u001b[2J\\u202ed\\u{e0041}\\u3164';
      const view = { kind: 'notice', title: printed, text: `${printed}\n`, actions: [] };
      assert.deepEqual(posted, [{ type: 'show', view }]);

      const policy = /Content-Security-Policy" content="([^"]*)"/.exec(panel.webview.html)![1]!;
      const rules = policy.split('; ').map((rule) => rule.split(' '));
      const { cspSource } = panel.webview;
      assert.deepEqual(
        rules.map(([name, ...values]) => [
          name,
          ...values.map((value) => value.replace(/^'nonce-.*'$/, 'nonce')),
        ]),
        [
          ['default-src', "'none'"],
          ['style-src', ...cspSource.split(' '), 'nonce'],
          ['font-src', ...cspSource.split(' ')],
          ['script-src', 'nonce'],
          ['base-uri', "'none'"],
          ['form-action', "'none'"],
        ],
      );
      assert.ok(!/unsafe|\*;|data:|https?:\/\/\*/.test(policy.replaceAll(cspSource, '')), policy);
    } finally {
      panel.dispose();
    }
  });
});
