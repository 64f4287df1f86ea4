// An error message explained in the workbench, on a machine and in a browser without one: typed, selected, and read in a document.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useSharedSample } from '../helpers/sample';
import { openWorkbench } from '../helpers/workbench';

const EXPLAIN = 'SEV: Explain Error Message…';
const TYPED = 'Type a Line…';
const LINE = "SNP_LAUNCH_FINISH ret=-5 fw_error=11 'Bad measurement'";
const LOG = `boot\nSEV-ES guest requested termination: 0x0:0x2\n${LINE}\n`;
const SIZE = { width: 1440, height: 900 };

let folder: string;
useSharedSample((made) => (folder = made));

describe('An error message', () => {
  for (const withoutMachine of [false, true])
    it(`is explained as it is typed${withoutMachine ? ', in a browser without a machine' : ''}`, async function () {
      this.timeout(120_000);
      const workbench = await openWorkbench({ folder, withoutMachine, size: SIZE });
      await workbench.runAndPick(EXPLAIN, TYPED);
      await workbench.answer(LINE);
      await workbench.activeTab('Error Messages').waitFor();
      // VS Code as it is served here has nothing that renders Markdown without a machine, and shows the document as it is.
      const frame = withoutMachine ? undefined : await workbench.webviewFrame();
      const lines = workbench.page.locator('.monaco-editor .view-line');
      // An editor has another kind of space.
      for (const text of [
        /status\s11\s.*BAD/,
        /SNP_LAUNCH_FINISH\s.*fw_error=11/,
        /Inputs\sthat\sdecide\sit:/,
      ])
        await (frame ? frame.getByText(text) : lines.filter({ hasText: text })).first().waitFor();
      const check = workbench.page.getByRole('button', { name: 'Explain Measurement Mismatch…' });
      if (withoutMachine) assert.equal(await check.count(), 0);
      else await check.waitFor();
      await workbench.screenshot(`message${withoutMachine ? '-web' : ''}`);
      workbench.assertNoErrors();
    });
  it('is explained where it is selected, and what is not known is said', async function () {
    this.timeout(120_000);
    writeFileSync(join(folder, 'qemu.log'), LOG);
    const workbench = await openWorkbench({ folder, size: SIZE });
    await workbench.openFromExplorer('qemu.log');
    await workbench.page.locator('.monaco-editor .view-line').first().click();
    await workbench.page.keyboard.press('Control+a');
    await workbench.runCommand(EXPLAIN);
    await workbench.activeTab('Error Messages').waitFor();
    const frame = await workbench.webviewFrame();
    await frame.getByRole('heading', { level: 2, name: /reason 0x0:0x2/ }).waitFor();
    assert.equal(await frame.getByRole('heading', { level: 2 }).count(), 2);
    for (const theme of ['light', 'dark'] as const) {
      await workbench.showIn(theme);
      await workbench.screenshot(`messages-${theme}`);
    }
    await workbench.runAndPick(EXPLAIN, TYPED);
    await workbench.answer('all is well');
    await workbench.page
      .getByText('No line of this text is an error message that is known here')
      .first()
      .waitFor();
  });
});
