// Explain Error Message… in a real extension host: what is given, selected or copied is explained in a document that is rendered, and nothing of it may
// be a key.

import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { closeEditors } from './closeEditors';
import { until } from './until';

const LINE =
  "qemu-system-x86_64: sev_snp_launch_finish: SNP_LAUNCH_FINISH ret=-5 fw_error=11 'Bad measurement'";
const KEY = '00112233445566778899aabbccddeeff';
const LOG = `boot\n${LINE}\nSEV-ES guest requested termination: 0x0:0x2\n${LINE}\n`;

const explain = (...args: unknown[]) =>
  vscode.commands.executeCommand<vscode.Uri | undefined>('sevscope.explainMessage', ...args);
const textAt = async (uri: vscode.Uri) => (await vscode.workspace.openTextDocument(uri)).getText();

/** Whether a rendered document is the active editor. */
const isRendered = () => {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputWebview && input.viewType.includes('markdown.preview');
};

/** Opens a text and selects some of its lines. */
async function select(content: string, first: number, last: number): Promise<vscode.Uri> {
  const document = await vscode.workspace.openTextDocument({ language: 'plaintext', content });
  const editor = await vscode.window.showTextDocument(document);
  editor.selection = new vscode.Selection(first, 0, last, 0);
  return document.uri;
}

describe('Explain Error Message', () => {
  closeEditors();
  it('renders what each message of a log means', async () => {
    const uri = (await explain(LOG))!;
    await until('the document is rendered', isRendered);
    const text = await textAt(uri);
    assert.match(text, /^# Error messages explained\n/);
    assert.match(text, /## SEV firmware status 11 .*BAD/);
    assert.match(text, /## The guest ended itself: reason 0x0:0x2/);
    assert.equal(text.match(/^## /gm)?.length, 2);
  });
  it('explains the selection of an editor, from its menu and from the palette', async () => {
    const source = await select(LOG, 2, 3);
    for (const args of [[source], []]) {
      await vscode.window.showTextDocument(source);
      const text = await textAt((await explain(...args))!);
      assert.match(text, /0x0:0x2/);
      assert.doesNotMatch(text, /BAD/);
    }
  });
  it('opens nothing for a text in which nothing is known', async () => {
    for (const given of ['all is well', '', await select('all is well\n', 0, 1)])
      assert.equal(await explain(given), undefined);
    assert.ok(!isRendered());
  });
  it('keeps what may be a key out of the document and its address', async () => {
    const uri = (await explain(`tik=${KEY} ${LINE}`))!;
    for (const text of [uri.toString(true), await textAt(uri)]) assert.ok(!text.includes(KEY.slice(8)), text);
  });
  it('takes a long log, of which the end counts', async function () {
    this.timeout(30_000);
    const text = await textAt((await explain(`${'x'.repeat(99)}\n`.repeat(100_000) + LINE))!);
    assert.match(text, /status 11/);
  });
  it('refuses an address that was made by hand', async () => {
    for (const query of ['', '{"lines":"a"}', '{"lines":[1]}'])
      await assert.rejects(textAt(vscode.Uri.from({ scheme: 'sevscope-messages', path: '/a.md', query })));
  });
});
