// The extension in a browser's extension host: what it shows and compares there is what it shows elsewhere, and launches, which
// need a machine, are offered by no menu.

import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { SAMPLE } from '../../src/app/sampleNames';
import { assertReadable } from '../helpers/contrast';
import { sidesOf } from '../helpers/diffSides';
import { openLocal, readLocal, withLocalFiles } from '../helpers/localFiles';
import { assertAccessible, row, selectedId } from '../helpers/page';
import { useSharedSample } from '../helpers/sample';
import { openWorkbench, type Workbench } from '../helpers/workbench';
import { makeReport } from '../unit/core/report/reports';

/** Real images, of Debian's package ovmf: one, another build of the same release and size, and a smaller one. */
const REAL = '/usr/share/OVMF/OVMF_CODE_4M.fd';
const SECURE_BOOT = '/usr/share/OVMF/OVMF_CODE_4M.secboot.fd';
const SMALL = '/usr/share/OVMF/OVMF_CODE.fd';

const SIZE = { width: 1440, height: 900 };

let sample: string;
useSharedSample((made) => (sample = made));

const isOffered = async (workbench: Workbench, command: string): Promise<boolean> => {
  await workbench.page.keyboard.press('F1');
  await workbench.input.fill(`>${command}`);
  // What is not offered is searched for in texts that are alike, and not found.
  await workbench.page.locator('.quick-input-list .monaco-list-row').first().waitFor();
  await workbench.page.waitForTimeout(500);
  const count = await workbench.row(command).count();
  await workbench.page.keyboard.press('Escape');
  return count > 0;
};

/** Styles hide what is beyond the window. */
const overflowOf = (frame: Frame) => frame.evaluate(() => getComputedStyle(document.body).overflow);

describe('VS Code in a browser, without a machine', () => {
  it('shows a page, finds its launch and compares it', async () => {
    const workbench = await openWorkbench({ folder: sample, withoutMachine: true });
    await workbench.openFromExplorer('vcpu0.vmsa');
    await row(await workbench.webviewFrame(), 'rip').waitFor();
    await workbench.runAndPick('SEV: Identify…', 'SEV-ES, QEMU and KVM');
    await workbench.activeTab('↔ generated').waitFor();
    await (
      await workbench.webviewFrame()
    )
      .getByText(/^No field differs|No differences|equal/i)
      .first()
      .waitFor();
    await workbench.screenshot('web-vmsa');
    workbench.assertNoErrors();
  });
  it('verifies an attestation report', async () => {
    writeFileSync(join(sample, 'web.snpreport'), makeReport('Genoa'));
    const workbench = await openWorkbench({ folder: sample, withoutMachine: true });
    await workbench.openFromExplorer('web.snpreport');
    const frame = await workbench.webviewFrame();
    await frame.locator('.report-verdict[data-verified="false"]').waitFor();
    assert.match(await frame.locator('.report-url').innerText(), /kdsintf\.amd\.com.*ucodeSPL=217/);
    await workbench.screenshot('web-snp-report');
    workbench.assertNoErrors();
  });
  it('shows images, one after the other, with what is compressed in them', async function () {
    this.timeout(180_000);
    copyFileSync(REAL, join(sample, 'real.fd'));
    copyFileSync(SMALL, join(sample, 'small.fd'));
    const workbench = await openWorkbench({ folder: sample, withoutMachine: true, size: SIZE });
    await workbench.openFromExplorer('OVMF.sample.fd');
    const made = await workbench.webviewFrame();
    await row(made, '/GUIDed table/SEV-ES reset block/reset_addr').click();
    await workbench.page.keyboard.press('ArrowDown');
    assert.equal(await selectedId(made), '/GUIDed table/SEV-ES reset block/length');
    assert.match(await made.locator('.details-place').innerText(), /2 bytes/);
    for (const name of ['real.fd', 'small.fd']) {
      await workbench.openFromExplorer(name);
      const frame = await workbench.webviewFrame();
      await row(frame, 'volumes').click();
      // More files than stand uncompressed in it.
      await row(frame, 'volumes')
        .getByText(/[1-9][0-9]{2} files$/)
        .waitFor({ timeout: 40_000 });
      await frame.getByRole('button', { name: 'Reasons and Digests' }).click();
      await frame
        .getByLabel('Digests')
        .getByText(/^[0-9a-f]{64}$/)
        .first()
        .waitFor();
    }
    await workbench.screenshot('web-ovmf-alone');
    workbench.assertNoErrors();
  });
  it('compares images: those selected in the Explorer, and the sides of a diff', async function () {
    this.timeout(180_000);
    copyFileSync(REAL, join(sample, 'real.fd'));
    copyFileSync(SECURE_BOOT, join(sample, 'secureBoot.fd'));
    const workbench = await openWorkbench({ folder: sample, withoutMachine: true, size: SIZE });
    await workbench.selectTwo('real.fd', 'secureBoot.fd');
    await workbench.chooseInMenu('real.fd', /Compare OVMF Images/);
    await workbench.activeTab('↔').waitFor();
    // Found inside what is compressed in both.
    await (await workbench.webviewFrame()).getByText('PiSmmCore').first().waitFor();
    await workbench.screenshot('web-images');
    await workbench.chooseInMenu('real.fd', /^Compare Selected/);
    for (const side of await sidesOf(workbench)) {
      await side.getByRole('button', { name: /^[0-9]+ Changes$/ }).click();
      await side.getByRole('list', { name: 'Changes' }).getByText('PiSmmCore').first().waitFor();
    }
    await workbench.screenshot('web-images-diff');
    workbench.assertNoErrors();
  });
  it('shows local files, which the browser hands out, and saves them', async function () {
    this.timeout(180_000);
    copyFileSync(SMALL, join(sample, 'small.fd'));
    const workbench = await openWorkbench({ folder: sample, withoutMachine: true, size: SIZE });
    await withLocalFiles(workbench);
    await openLocal(workbench, 'small.fd');
    await row(await workbench.webviewFrame(), 'volumes')
      .getByText(/[1-9][0-9]{2} files$/)
      .waitFor({ timeout: 40_000 });
    await openLocal(workbench, 'vcpu0.vmsa');
    const frame = await workbench.webviewFrame();
    await row(frame, 'cs_attrib').click();
    await row(frame, 'cs_attrib').press('F2');
    const value = frame.locator('.details [data-mark="value"] input');
    await value.fill('0x93');
    await value.press('Enter');
    await row(frame, 'cs_attrib').getByText('0x0093').waitFor();
    await workbench.page.keyboard.press('Control+s');
    await workbench.page.locator('.tab.active.dirty').waitFor({ state: 'detached' });
    const before = readFileSync(join(sample, 'vcpu0.vmsa'));
    const changed = (await readLocal(workbench, 'vcpu0.vmsa')).flatMap((byte, at) =>
      byte === before[at] ? [] : [[at, before[at], byte]],
    );
    assert.deepEqual(changed, [[0x12, 0x9b, 0x93]]);
    await workbench.screenshot('web-local');
    workbench.assertNoErrors();
  });
  it('has pages that can be read, in a light and in a dark theme', async function () {
    this.timeout(180_000);
    const workbench = await openWorkbench({ folder: sample, withoutMachine: true, size: SIZE });
    for (const theme of ['light', 'dark'] as const) {
      await workbench.showIn(theme);
      for (const name of ['OVMF.sample.fd', 'vcpu0.vmsa']) {
        await workbench.openFromExplorer(name);
        const frame = await workbench.webviewFrame();
        await frame.getByRole('treegrid').waitFor();
        assert.equal(await overflowOf(frame), 'hidden', 'the styles are there');
        await assertReadable(frame, `${name} in ${theme}`);
        await assertAccessible(frame);
      }
    }
    workbench.assertNoErrors();
  });
  it('is not held up by an image whose page did not get its styles', async () => {
    const workbench = await openWorkbench({ folder: sample, withoutMachine: true });
    await workbench.page.route('**/style.css', (route) => route.abort());
    await workbench.openFromExplorer('OVMF.sample.fd');
    const frame = await workbench.webviewFrame();
    assert.equal(await overflowOf(frame), 'visible', 'the styles are not there');
    const rows = await frame.locator('.hex-row').count();
    assert.ok(rows > 10 && rows < 1000, `${rows} rows are drawn`);
  });
  it('offers no checks of launches', async () => {
    const workbench = await openWorkbench({ folder: sample, withoutMachine: true });
    assert.equal(await isOffered(workbench, 'SEV: Compare OVMF Images…'), true);
    for (const command of ['SEV: Create Sample Workspace', 'SEV: Validate Launch Measurement…'])
      assert.equal(await isOffered(workbench, command), false, command);
    await workbench.explorerItem(SAMPLE.sevEsMatches).click({ button: 'right' });
    await workbench.page.getByRole('menuitem', { name: /Open With/ }).waitFor();
    assert.equal(await workbench.page.getByRole('menuitem', { name: /Validate Launch/ }).count(), 0);
    workbench.assertNoErrors();
  });
});

/** Runs what is installed on the machine in its page. */
const settings = { 'remote.extensionKind': { 'sevscope.sevscope': ['web'] } };

describe('The extension in the page of a machine', () => {
  it('shows an image with what is compressed in it', async () => {
    copyFileSync(REAL, join(sample, 'real.fd'));
    const workbench = await openWorkbench({ folder: sample, settings });
    await workbench.openFromExplorer('real.fd');
    const frame = await workbench.webviewFrame();
    await row(frame, 'volumes').click();
    await row(frame, 'volumes')
      .getByText(/[1-9][0-9]{2} files/)
      .waitFor();
    await workbench.screenshot('web-ovmf');
    workbench.assertNoErrors();
  });
  it('says that launches are checked on a machine', async () => {
    const workbench = await openWorkbench({ folder: sample, settings });
    await workbench.runCommand('SEV: Create Sample Workspace');
    await workbench.notification(/^In a browser, files are shown and compared/).waitFor();
    workbench.assertNoErrors();
  });
});
