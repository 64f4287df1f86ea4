// The page of an attestation report: its verdict, its chain and its fields, in every theme, by keys alone, and in windows of all sizes.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SAMPLE } from '../../src/app/sampleNames';
import { assertAccessible, row, selectedId } from '../helpers/page';
import { makeEvidence } from '../helpers/evidence';
import { choose, openByName, press, runByName } from '../helpers/keyboard';
import { filled, makeReport, padded } from '../unit/core/report/reports';
import { useSharedSample } from '../helpers/sample';
import { assertFits } from '../helpers/stillness';
import { openWorkbench } from '../helpers/workbench';

let folder: string;
useSharedSample((made) => (folder = made));

describe('The page of an attestation report', () => {
  let files: Readonly<Record<string, Uint8Array>>;
  before(function () {
    // Keys of 4096 bits.
    this.timeout(240_000);
    const { report, ark, ask, leaf } = makeEvidence();
    const newer = makeReport('Genoa', {
      ...{ guest_svn: 2, policy: 0x1b0000n, measurement: filled(48, 0x23) },
      reported_tcb: padded('04000000000017d9', 8),
    });
    files = {
      ...{ 'guest.snpreport': report, 'newer.snpreport': newer },
      ...{ 'ark.der': ark, 'ask.der': ask, 'vcek.der': leaf },
    };
  });
  // Each test has a sample of its own.
  beforeEach(() => {
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  });

  it('says which step failed, has names and contrast in every theme, and is read with the keys', async function () {
    this.timeout(240_000);
    const workbench = await openWorkbench({ folder, shared: true, size: { width: 1440, height: 900 } });
    await workbench.openFromExplorer('guest.snpreport');
    const frame = await workbench.webviewFrame();
    await frame.locator('.report-verdict[data-verified="false"]').waitFor();
    assert.equal(await frame.locator('[data-step="signature"]').getAttribute('data-outcome'), 'passed');
    assert.equal(await frame.locator('[data-step="root"]').getAttribute('data-outcome'), 'failed');
    assert.match(
      (await frame.locator('.chain svg').getAttribute('aria-label'))!,
      /SEV-VCEK to Report: right/,
    );
    await row(frame, 'policy').click();
    await workbench.page.keyboard.press('ArrowUp');
    await workbench.page.keyboard.press('ArrowDown');
    assert.equal(await selectedId(frame), 'policy');
    assert.ok(await frame.getByRole('group', { name: 'Bits of policy' }).isVisible());
    await workbench.inEveryTheme(async (theme) => {
      await assertAccessible(frame);
      await workbench.screenshot(`snp-report-${theme}`);
    });
    await assertFits(workbench, frame, 'snp-report');
    workbench.assertNoErrors();
  });

  it('is walked and compared with the keyboard alone, and the comparison fits into every window', async function () {
    this.timeout(240_000);
    const workbench = await openWorkbench({ folder, shared: true, size: { width: 1440, height: 900 } });
    await openByName(workbench, 'guest.snpreport');
    const frame = await workbench.webviewFrame();
    await frame.locator('[role=row]:focus').waitFor();
    await press(workbench, 'Home', 'ArrowDown', 'Enter');
    assert.equal(await frame.locator('.byte-cursor').first().getAttribute('data-at'), '0');
    await press(workbench, 'ArrowRight', 'Escape');
    assert.equal(await selectedId(frame), 'version');
    // What is above the rows is reached, too: the steps are closed and opened again.
    const steps = frame.getByRole('button', { name: /passed, .* failed/ });
    const isReached = () => steps.evaluate((one) => one === document.activeElement);
    for (let i = 0; i < 12 && !(await isReached()); i++) await press(workbench, 'Shift+Tab');
    assert.ok(await isReached(), 'the steps are reached');
    await press(workbench, 'Enter');
    await frame.locator('.report-steps').waitFor({ state: 'hidden' });
    await press(workbench, 'Enter');
    await frame.locator('.report-steps').waitFor();

    await runByName(workbench, 'SEV: Compare SNP Reports…');
    await choose(workbench, 'newer.snpreport');
    await workbench.activeTab('↔').waitFor();
    const pair = await workbench.webviewFrame();
    await pair.locator('[data-verified="false"]').nth(1).waitFor();
    await press(workbench, 'F6');
    // What matters most is selected at first.
    const seen = [await selectedId(pair)];
    for (let i = 1; i < 4; i++) {
      await press(workbench, 'F7');
      seen.push(await selectedId(pair));
    }
    assert.deepEqual(seen, ['reported_tcb.snp', 'policy', 'measurement', 'guest_svn']);
    await row(pair, 'policy').click();
    await workbench.inEveryTheme(async (theme) => {
      await assertAccessible(pair);
      await workbench.screenshot(`snp-reports-${theme}`);
    });
    await assertFits(workbench, pair, 'snp-reports');
    workbench.assertNoErrors();
  });

  it('masks what names a machine or a guest in everything that is copied, also from the page of a check', async function () {
    this.timeout(240_000);
    const NAMES = /(5a){8}|(44){8}/i;
    const launch = {
      firmware: SAMPLE.firmware,
      vcpus: 2,
      cpu: 'EPYC-Milan',
      report: 'lonely/guest.snpreport',
    };
    mkdirSync(join(folder, 'lonely'));
    writeFileSync(join(folder, 'lonely/guest.snpreport'), files['guest.snpreport']!);
    writeFileSync(join(folder, '0-lonely.sevlaunch.json'), JSON.stringify({ technology: 'snp', ...launch }));
    const workbench = await openWorkbench({ folder, shared: true, size: { width: 1440, height: 900 } });
    const { page } = workbench;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    /** What is in the clipboard after something else was. */
    const copiedBy = async (copy: () => Promise<void>) => {
      await page.evaluate(() => navigator.clipboard.writeText('nothing'));
      await copy();
      const read = () => page.evaluate(() => navigator.clipboard.readText());
      for (let i = 0; i < 50 && (await read()) === 'nothing'; i++) await page.waitForTimeout(100);
      return read();
    };
    const BOX = 'Mask CHIP_ID and report ids in copies';

    await workbench.openFromExplorer('guest.snpreport');
    const frame = await workbench.webviewFrame();
    const buttons = (name: RegExp) => frame.getByRole('button', { name });
    const json = () => copiedBy(() => buttons(/^Copy report as JSON/).click());
    const rowText = async (name: string) => {
      await row(frame, name).click();
      return copiedBy(() => page.keyboard.press('Control+C'));
    };
    assert.match(await json(), NAMES);
    assert.match(await rowText('chip_id'), NAMES);
    await frame.getByRole('checkbox', { name: BOX }).click();
    assert.doesNotMatch(await json(), NAMES);
    assert.equal(await buttons(/^Copy report in/).count(), 0);
    for (const name of ['chip_id', 'report_id', 'report_id_ma']) {
      assert.match(await rowText(name), /redacted/);
      const copies = frame.locator('.details').getByRole('button', { name: /^Copy/ });
      for (let i = 0; i < (await copies.count()); i++)
        assert.doesNotMatch(await copiedBy(() => copies.nth(i).click()), NAMES);
    }
    // Bytes of the hex view: all of them, and those of one field.
    await row(frame, 'chip_id').click();
    await page.keyboard.press('Enter');
    assert.match(await copiedBy(() => page.keyboard.press('Control+C')), /^(xx)+$/);
    await page.keyboard.press('Control+A');
    const all = await copiedBy(() => page.keyboard.press('Control+C'));
    assert.doesNotMatch(all, NAMES);
    assert.match(all, /(22){48}/);

    await workbench.runAndPick('SEV: Validate Launch Measurement…', '0-lonely.sevlaunch.json');
    await workbench.activeTab('Report').waitFor();
    const check = await workbench.webviewFrame();
    await check.getByRole('heading', { level: 1, name: 'Cannot be trusted' }).waitFor();
    const shown = () => check.locator('body').innerText();
    const exported = async () => [
      await copiedBy(() => check.getByRole('button', { name: 'Copy as Markdown' }).click()),
      await copiedBy(() => check.getByRole('button', { name: 'Copy as JSON' }).click()),
    ];
    for (const text of [await shown(), ...(await exported())]) assert.match(text, NAMES);
    await check.getByRole('checkbox', { name: BOX }).click();
    for (const text of [await shown(), ...(await exported())]) {
      assert.doesNotMatch(text, NAMES);
      assert.match(text, /vcek\/v1\/Genoa\/redacted/);
    }
    workbench.assertNoErrors();
  });
});
