// That a text from elsewhere is plain when it comes to VS Code, on each of the ways that the extension has to it.

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { choose, typeLine } from '../../src/host/shell/ask';
import {
  plainTooltip,
  testItem,
  labelTest,
  testMessage,
  testOutput,
  treeItem,
} from '../../src/host/shell/labels';
import { confirm, flash, notify, statusItem, withProgress } from '../../src/host/shell/notify';
import { present } from '../../src/host/shell/present';
import { RecordedRun } from '../helpers/testRun';

const HOSTILE = '[a](command:b) $(c)\u001b[2J\u202ed';
const PLAIN = '[a] (command:b) $ (c)\\u001b[2J\\u202ed';

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
      const printed = '[a](command:b) $(c)\\u001b[2J\\u202ed';
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
});
