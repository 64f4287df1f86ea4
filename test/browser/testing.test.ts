// The Test Explorer as a person has it: the launch files of the folder, all of them run with one click, one that passes and one that
// fails with the difference of its measurements. Pictures go to test-results/.

import assert from 'node:assert/strict';
import { SAMPLE } from '../../src/app/sampleNames';
import { useSharedSample } from '../helpers/sample';
import { openWorkbench } from '../helpers/workbench';

describe('The Test Explorer', () => {
  let folder: string;
  useSharedSample((made) => (folder = made));
  it('runs all launch files and shows a difference', async () => {
    const workbench = await openWorkbench({ folder, shared: true, size: { width: 1440, height: 900 } });
    const { page } = workbench;
    await workbench.runCommand('Testing: Focus on Test Explorer View');
    const test = (name: string, state: string) =>
      page.locator('.test-explorer').getByRole('treeitem', { name: new RegExp(`^${name}.*\\(${state}\\)`) });
    await page.locator('.test-explorer').getByText(SAMPLE.sevEsMismatch).waitFor();
    await workbench.runCommand('Test: Run All Tests');
    await test(SAMPLE.sevEsMatches, 'Passed').waitFor();
    const failed = test(SAMPLE.sevEsMismatch, 'Failed');
    await failed.waitFor();
    await page.locator('.test-explorer').getByText('2/4').waitFor();
    // The steps by keyboard, then the message among the results.
    await failed.click();
    await page.keyboard.press('ArrowRight');
    await test('Firmware: [0-9a-f]{16}…', '.*').waitFor();
    // VS Code shows them by itself, but not always when the run is over in an instant.
    await workbench.runCommand('Test Results: Focus on Test Results View');
    await page.locator('.test-output-peek-tree').getByText('The reported mea').first().click();
    const side = (name: string) => page.locator(`.monaco-diff-editor .editor.${name} .view-lines`);
    await page.locator('.monaco-diff-editor .editor.modified .line-insert').first().waitFor();
    const [expected, reported] = [await side('original').innerText(), await side('modified').innerText()];
    assert.match(`${expected} ${reported}`, /^[0-9a-f]{32}\s[0-9a-f]{32}\s+[0-9a-f]{32}\s[0-9a-f]{32}\s*$/);
    assert.notEqual(expected, reported);
    await workbench.inEveryTheme((theme) => workbench.screenshot(`testing-${theme}`));
    workbench.assertNoErrors();
  });
});
