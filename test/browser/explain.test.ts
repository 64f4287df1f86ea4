// Why a launch does not match, as a person finds out in the workbench: the button, the search, the explanation, the launch file
// that is changed, and the check that only then gives another verdict.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { SAMPLE } from '../../src/app/sampleNames';
import { assertAccessible } from '../helpers/page';
import { useSharedSample } from '../helpers/sample';
import { excessWidth } from '../helpers/stillness';
import { openWorkbench, type Workbench } from '../helpers/workbench';

const EXPLAIN = 'SEV: Explain Measurement Mismatch…';
const VALIDATE = 'SEV: Validate Launch Measurement…';
const MISMATCH = SAMPLE.snpMismatch;
const NOTHING = 'nothing.sevlaunch.json';
const SIZE = { width: 1440, height: 900 };

/** The sample of all tests, which share a window. */
let folder: string;
useSharedSample((made) => (folder = made));

/** Opens the report of a launch file by a command that asks for the file. */
async function openReport(workbench: Workbench, command: string, file: string): Promise<Frame> {
  await workbench.runCommand(command);
  await workbench.pick(file);
  await workbench.activeTab('Report').waitFor();
  return workbench.webviewFrame();
}

/** Writes an SEV-ES launch of the sample with a measurement that nothing gives. */
function writeUnexplained(): void {
  const launch = JSON.parse(readFileSync(join(folder, SAMPLE.sevEsMismatch), 'utf8')) as { launch: object };
  const measurement = Buffer.alloc(48, 0x5a).toString('base64');
  const text = JSON.stringify({ ...launch, launch: { ...launch.launch, measurement } });
  writeFileSync(join(folder, NOTHING), text);
}

const verdict = (frame: Frame, name: string) => frame.getByRole('heading', { level: 1, name });
const explanation = (frame: Frame) => frame.getByRole('region', { name: 'Why it does not match' });
const button = (frame: Frame, name: string) => frame.getByRole('button', { name });
/** The tab of the launch file, not that of its report. */
const launchTab = (workbench: Workbench, more = '') =>
  workbench.page.locator(`.tab.active[data-resource-name="${MISMATCH}"]${more}`);
const launchText = () => readFileSync(join(folder, MISMATCH), 'utf8');

describe('A launch that does not match', () => {
  it('is explained, its launch file changed, and only another check gives another verdict', async () => {
    const workbench = await openWorkbench({ folder, shared: true, size: SIZE });
    const frame = await openReport(workbench, VALIDATE, MISMATCH);
    const before = launchText();
    await button(frame, 'Why?').click();
    const first = explanation(frame).getByRole('article').first();
    await first.waitFor();
    assert.match(await first.innerText(), /It matches with .*EPYC-Milan/);
    await verdict(frame, 'Does not match').waitFor();
    await button(frame, 'Change Launch File').first().click();
    await launchTab(workbench, '.dirty').waitFor();
    assert.equal(launchText(), before, 'it is not saved');
    await frame.getByText('The launch file is changed and not saved.').first().waitFor();
    await verdict(frame, 'Does not match').waitFor();
    await workbench.screenshot('explain-changed');
    await workbench.page.keyboard.press('Control+z');
    await launchTab(workbench, ':not(.dirty)').waitFor();
    await workbench.page.keyboard.press('Control+Shift+z');
    await launchTab(workbench, '.dirty').waitFor();
    await button(frame, 'Check Again').first().click();
    await verdict(frame, 'Matches').waitFor();
    assert.equal(await explanation(frame).count(), 0);
    assert.equal(await button(frame, 'Why?').count(), 0);
    workbench.assertNoErrors();
  });

  it('that nothing explains says what was tried and what that leaves, and offers to try more', async () => {
    writeUnexplained();
    const workbench = await openWorkbench({ folder, shared: true, size: SIZE });
    const frame = await openReport(workbench, EXPLAIN, NOTHING);
    const table = frame.getByRole('table', { name: 'What was tried' });
    await table.waitFor({ timeout: 60_000 });
    assert.match(
      await explanation(frame).innerText(),
      /None of [0-9,]+ hypotheses gives the reported measurement/,
    );
    assert.ok((await table.getByRole('row').count()) > 3);
    assert.ok((await explanation(frame).getByRole('listitem').count()) > 0, 'what that leaves');
    await workbench.screenshot('explain-nothing');
    await button(frame, 'Also Try Other Images of the Folder').click();
    await button(frame, 'Stop').waitFor();
    await table.waitFor({ timeout: 60_000 });
    assert.equal(await button(frame, 'Also Try Other Images of the Folder').count(), 0);
    await verdict(frame, 'Does not match').waitFor();
    workbench.assertNoErrors();
  });

  it('is searched for as long as a person wants', async () => {
    writeUnexplained();
    const workbench = await openWorkbench({ folder, shared: true, size: SIZE });
    const frame = await openReport(workbench, EXPLAIN, NOTHING);
    await frame.getByRole('progressbar', { name: 'Hypotheses tried' }).waitFor();
    await button(frame, 'Stop').click();
    await frame
      .getByText(/The search was cancelled/)
      .first()
      .waitFor();
    await button(frame, 'Why?').click();
    await frame.getByRole('table', { name: 'What was tried' }).waitFor({ timeout: 60_000 });
    workbench.assertNoErrors();
  });

  it('is explained in pages that have nothing serious against them in any theme', async function () {
    this.timeout(240_000);
    writeUnexplained();
    const workbench = await openWorkbench({ folder, shared: true, size: SIZE });
    const lookAt = (frame: Frame, name: string) =>
      workbench.inEveryTheme(async (theme) => {
        await assertAccessible(frame);
        await workbench.screenshot(`${name}-${theme}`);
      });
    const explained = await openReport(workbench, EXPLAIN, MISMATCH);
    await explanation(explained).getByRole('article').first().waitFor();
    await lookAt(explained, 'explain');
    await workbench.openFromExplorer(NOTHING);
    await workbench.runCommand(EXPLAIN);
    await workbench.activeTab('Report').waitFor();
    const searching = await workbench.webviewFrame();
    await searching.getByRole('progressbar').waitFor();
    await assertAccessible(searching);
    await workbench.screenshot('explain-searching');
    await searching.getByRole('table', { name: 'What was tried' }).waitFor({ timeout: 60_000 });
    await lookAt(searching, 'explain-nothing');
    workbench.assertNoErrors();
  });

  it('is explained without being wider than its window at 200 % zoom', async () => {
    const workbench = await openWorkbench({ folder, shared: true, size: { width: 720, height: 450 } });
    const frame = await openReport(workbench, EXPLAIN, MISMATCH);
    await explanation(frame).getByRole('article').first().waitFor();
    await workbench.runCommand('View: Toggle Primary Side Bar Visibility');
    await explanation(frame).scrollIntoViewIfNeeded();
    const wide = await excessWidth(frame);
    assert.ok(wide <= 0, `${wide} pixels wider`);
    await workbench.screenshot('explain-zoomed');
  });
});

describe('The command that explains', () => {
  it('says of a launch that matches that it does, and nothing else', async () => {
    const workbench = await openWorkbench({ folder, shared: true });
    const frame = await openReport(workbench, EXPLAIN, SAMPLE.sevEsMatches);
    await verdict(frame, 'Matches').waitFor();
    await workbench.page.waitForTimeout(500);
    assert.equal(await explanation(frame).count(), 0);
    workbench.assertNoErrors();
  });
  it('explains the report that is in front', async () => {
    const workbench = await openWorkbench({ folder, shared: true });
    const frame = await openReport(workbench, VALIDATE, MISMATCH);
    await verdict(frame, 'Does not match').waitFor();
    await workbench.runCommand(EXPLAIN);
    await explanation(frame).getByRole('article').first().waitFor();
    workbench.assertNoErrors();
  });
  it('is reached from the title bar and the menu of a launch file', async () => {
    const workbench = await openWorkbench({ folder, shared: true });
    await workbench.openFromExplorer(MISMATCH);
    await workbench.pressInTitle(/Explain Measurement Mismatch/);
    await workbench.activeTab('Report').waitFor();
    await explanation(await workbench.webviewFrame())
      .getByRole('article')
      .first()
      .waitFor();
    await workbench.chooseInMenu(MISMATCH, /Explain Measurement Mismatch/);
    await explanation(await workbench.webviewFrame())
      .getByRole('article')
      .first()
      .waitFor();
    workbench.assertNoErrors();
  });
});

describe('With the keyboard alone', () => {
  it('a mismatch is explained, the launch file changed, and the launch checked again', async () => {
    const workbench = await openWorkbench({ folder, shared: true, size: SIZE });
    const { keyboard } = workbench.page;
    const frame = await openReport(workbench, VALIDATE, MISMATCH);
    await verdict(frame, 'Does not match').waitFor();
    const focused = () => frame.evaluate(() => document.activeElement?.textContent.trim());
    /** Presses Tab until the focus is on a button with this name. */
    const tabTo = async (name: string) => {
      for (let i = 0; i < 20 && (await focused()) !== name; i++) await keyboard.press('Tab');
      assert.equal(await focused(), name);
    };
    await keyboard.press('Tab');
    assert.equal(await focused(), 'Why?');
    await keyboard.press('Enter');
    await explanation(frame).getByRole('article').first().waitFor();
    assert.equal(
      await focused(),
      'Why it does not match',
      'the focus goes to what took the place of the button',
    );
    await tabTo('Change Launch File');
    await keyboard.press('Enter');
    await launchTab(workbench, '.dirty').waitFor();
    // The editor of the file takes the focus some time after it is there, from whatever has it by then.
    const hasFocus = () =>
      frame
        .waitForFunction(() => document.hasFocus(), undefined, { timeout: 5000 })
        .then(() => true)
        .catch(() => false);
    for (let i = 0; i === 0 || !(await hasFocus()); i++) {
      assert.ok(i < 8, 'the focus does not reach the page');
      await keyboard.press('Control+1');
      await workbench.activeTab('Report').waitFor();
    }
    await tabTo('Check Again');
    await keyboard.press('Enter');
    await verdict(frame, 'Matches').waitFor();
    workbench.assertNoErrors();
  });
});
