// Names that would be links, icons, escape sequences or nothing at all, of a domain on a real host and of launch files,
// in every place of the workbench that says them: all of it is shown, and none of it runs.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SAMPLE } from '../../src/app/sampleNames';
import { useBed } from '../helpers/bed';
import { settingsFor } from '../helpers/guests';
import { useOneSample } from '../helpers/sample';
import { openWorkbench, type Workbench } from '../helpers/workbench';

/** Runs a command that would leave a tab, hides a word, and turns the order of the next. */
const HOSTILE =
  '[Trust](command:workbench.action.files.newUntitledFile) $(sync~spin)\u{e0041}\u200b\u202ekcirt';
/** As VS Code gets it in lines, and as pages and terminals have it. */
const IN_LINES =
  '[Trust] (command:workbench.action.files.newUntitledFile) $ (sync~spin)\\u{e0041}\\u200b\\u202ekcirt';
const AS_IT_IS =
  '[Trust](command:workbench.action.files.newUntitledFile) $(sync~spin)\\u{e0041}\\u200b\\u202ekcirt';
/** A launch file can have escape sequences in its name, too. */
const FILE = `\u001b[31m[x](command:workbench.action.files.newUntitledFile) $(sync)\u{e0041}.sevlaunch.json`;
const FILE_IN_LINES =
  '\\u001b[31m[x] (command:workbench.action.files.newUntitledFile) $ (sync)\\u{e0041}.sevlaunch.json';

describe('A hostile name in the workbench', () => {
  const bed = useBed();
  let folder: string;
  useOneSample(async (made) => {
    folder = made;
    await bed().defineDomain({ host: 'b', name: HOSTILE, policy: 1, start: false });
    const sample = JSON.parse(readFileSync(join(folder, SAMPLE.sevEsMismatch), 'utf8')) as object;
    const hostile = { ...sample, name: HOSTILE, initrd: HOSTILE };
    writeFileSync(join(folder, FILE), JSON.stringify(hostile, null, 2));
    renameSync(join(folder, SAMPLE.sevEsMismatch), join(folder, 'mismatch.json'));
  });

  const open = () =>
    openWorkbench({
      folder,
      size: { width: 1600, height: 900 },
      settings: { ...settingsFor(bed()), 'sevscope.connections': [bed().uris.b.tcp] },
    });

  /** Nothing in it is a link or an icon, and nothing has run. */
  async function assertNothingRan({ page }: Workbench, where: ReturnType<Workbench['page']['locator']>) {
    assert.equal(await where.locator('a[href*="command:"], [data-href*="command:"]').count(), 0, 'a link');
    assert.equal(await where.locator('.codicon-sync').count(), 0, 'an icon');
    assert.equal(
      await page
        .locator('.tab')
        .filter({ hasText: /^Untitled/ })
        .count(),
      0,
      'a command ran',
    );
  }

  it('of a domain is shown in its row, its tooltip, its tab and its report', async function () {
    this.timeout(120_000);
    const workbench = await open();
    const { page } = workbench;
    await page.locator('.activitybar').getByRole('tab', { name: 'SevScope' }).click();
    const view = page.locator('.tree-explorer-viewlet-tree-view');
    await view.getByRole('treeitem').first().click();
    const row = view.getByRole('treeitem').filter({ hasText: IN_LINES });
    await row.waitFor();
    await assertNothingRan(workbench, row);
    await row.hover();
    const hover = page.locator('.monaco-hover').filter({ hasText: 'UUID' });
    await hover.getByText(AS_IT_IS.slice(0, 20)).waitFor();
    assert.ok((await hover.innerText()).includes(AS_IT_IS), await hover.innerText());
    await assertNothingRan(workbench, hover);
    await workbench.screenshot('hostile-domain');

    await row.click({ button: 'right' });
    await page.getByRole('menuitem', { name: /^Validate Domain Launch/ }).click({ delay: 200 });
    await workbench.pick(SAMPLE.sevEsMatches);
    const tab = workbench.activeTab('Report');
    await tab.waitFor();
    assert.ok((await tab.innerText()).includes(AS_IT_IS.slice(0, 40)), await tab.innerText());
    const frame = await workbench.webviewFrame();
    await frame.getByText(AS_IT_IS).first().waitFor();
    assert.equal(await frame.locator('a[href]').count(), 0);
    await assertNothingRan(workbench, tab);
    await workbench.screenshot('hostile-report');
    workbench.assertNoErrors();
  });

  it('of a launch file is shown in the Test Explorer and in its results', async function () {
    this.timeout(120_000);
    const workbench = await open();
    const { page } = workbench;
    await workbench.runCommand('Testing: Focus on Test Explorer View');
    const test = page.locator('.test-explorer').getByRole('treeitem').filter({ hasText: FILE_IN_LINES });
    await test.waitFor();
    await workbench.runCommand('Test: Run All Tests');
    await page.locator('.test-explorer').getByText('2/4').waitFor();
    assert.ok((await test.innerText()).includes(`${FILE_IN_LINES}: ${IN_LINES}`), await test.innerText());
    await assertNothingRan(workbench, test);
    await workbench.runCommand('Test Results: Focus on Test Results View');
    const results = page.locator('.test-output-peek-tree');
    await results.waitFor();
    await assertNothingRan(workbench, results);
    await workbench.screenshot('hostile-tests');
    assert.ok(existsSync(join(folder, FILE)));
    workbench.assertNoErrors();
  });
});
