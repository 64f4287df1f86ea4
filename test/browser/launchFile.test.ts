// A launch file as a person edits it in the workbench: lenses above it, problems in it, a quick fix by the keyboard.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SAMPLE } from '../../src/app/sampleNames';
import { useSharedSample } from '../helpers/sample';
import { openWorkbench, type Workbench } from '../helpers/workbench';

/** The line of the policy, where the problem of the missing vCPUs stands. */
const POLICY_LINE = 18;
const SIZE = { width: 1280, height: 900 };

describe('A launch file in the workbench', () => {
  let folder: string;
  useSharedSample((made) => (folder = made));
  beforeEach(() => {
    const file = JSON.parse(readFileSync(join(folder, SAMPLE.sevEsMatches), 'utf8')) as object;
    const odd = { ...file, initrd: 'initrd.none', vcpus: undefined };
    writeFileSync(join(folder, 'odd.sevlaunch.json'), JSON.stringify(odd, null, 2));
  });

  const lens = ({ page }: Workbench, text: string) =>
    page.locator('.codelens-decoration a', { hasText: text });
  const problemsView = ({ page }: Workbench) => page.locator('.markers-panel');

  it('runs and shows its report by the lenses above it', async () => {
    const workbench = await openWorkbench({ folder, shared: true, size: SIZE });
    await workbench.openFromExplorer(SAMPLE.sevEsMismatch);
    await lens(workbench, 'Validate').click();
    await workbench.activeTab('Report').waitFor();
    const frame = await workbench.webviewFrame();
    await frame.getByRole('heading', { name: 'Does not match' }).waitFor();
    await workbench.openFromExplorer(SAMPLE.sevEsMismatch);
    await lens(workbench, 'Open Report').click();
    await workbench.activeTab('Report').waitFor();
    workbench.assertNoErrors();
  });

  it('of SNP is checked against the digest that it names, with a digest after each part', async () => {
    const workbench = await openWorkbench({ folder, shared: true, size: { ...SIZE, height: 2000 } });
    const open = async (name: string, verdict: string) => {
      await workbench.openFromExplorer(name);
      await lens(workbench, 'Validate').click();
      await workbench.activeTab('Report').waitFor();
      const frame = await workbench.webviewFrame();
      await frame.getByRole('heading', { name: verdict, exact: true }).waitFor();
      return frame;
    };
    const frame = await open(SAMPLE.snpMatches, 'Matches');
    await frame.locator('.verdict-summary', { hasText: 'No processor vouched for it' }).waitFor();
    await frame.getByRole('heading', { name: 'How the launch digest is made' }).waitFor();
    const cards = frame.locator('.pipeline > li:first-child > .stage-cards > .card > .card-head h3');
    const titles = await cards.allInnerTexts();
    assert.match(titles[0]!, /Firmware/);
    assert.ok(titles.some((title) => title.includes('SNP_SECRETS')));
    assert.ok(titles.some((title) => title.includes('Kernel hashes')));
    assert.match(titles.at(-2)!, /VMSAs of 2 vCPUs/);
    await workbench.inEveryTheme((theme) => workbench.screenshot(`report-snp-${theme}`));
    const odd = await open(SAMPLE.snpMismatch, 'Does not match');
    await odd.getByRole('heading', { name: 'Computed and named' }).waitFor();
    await odd.getByRole('button', { name: 'Why?' }).click();
    await odd.getByRole('button', { name: 'Change Launch File' }).first().waitFor();
    await workbench.screenshot('report-snp-why');
    workbench.assertNoErrors();
  });

  it('shows its problems, and mends one by the keyboard, in every theme', async () => {
    const workbench = await openWorkbench({ folder, shared: true, size: SIZE });
    const { page } = workbench;
    await workbench.openFromExplorer('odd.sevlaunch.json');
    await lens(workbench, 'Validate').waitFor();
    await workbench.runCommand('View: Focus Problems');
    await problemsView(workbench).getByText('initrd.none cannot be read').waitFor();
    await problemsView(workbench).getByText('Give the number of vCPUs').waitFor();
    await workbench.inEveryTheme((theme) => workbench.screenshot(`launch-file-${theme}`));
    await workbench.runCommand('View: Focus Active Editor Group');
    await page.keyboard.press('Control+G');
    await workbench.answer(`:${POLICY_LINE}:15`);
    const fix = page.locator('.action-widget').getByText('Add "vcpus": 1');
    // Asked before it knows of any fix, VS Code says so for a moment, and no more.
    for (let i = 0; i < 5 && !(await fix.isVisible()); i++) {
      await page.keyboard.press('Control+.');
      await fix.waitFor({ timeout: 3000 }).catch(() => undefined);
    }
    await fix.waitFor();
    await workbench.screenshot('launch-file-fix');
    await page.keyboard.press('Enter');
    await problemsView(workbench).getByText('Give the number of vCPUs').waitFor({ state: 'detached' });
    workbench.assertNoErrors();
  });
});
