// Reference values as a person computes them in the workbench: from the menus of an image and of a launch file and from a command line of QEMU in
// the clipboard; with the keyboard alone; in every theme and width; how far they are, and that Cancel ends them.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { openByName, press, runByName } from '../helpers/keyboard';
import { assertAccessible } from '../helpers/page';
import { useSharedSample } from '../helpers/sample';
import { SAMPLE } from '../../src/app/sampleNames';
import { resize } from '../helpers/stillness';
import { ROOT } from '../helpers/vscodeServer';
import { openWorkbench, type Workbench } from '../helpers/workbench';
import { shellWords } from '../../src/core/domain/shellWords';

const SIZE = { width: 1440, height: 900 };
const IMAGE = 'OVMF.sample.fd';
const COMMAND = 'SEV: Reference Values…';

/** The sample of all tests, which share a window. */
let folder: string;
useSharedSample((made) => (folder = made));

const field = (frame: Frame, name: string) => frame.getByRole('textbox', { name, exact: true });
const words = (frame: Frame) => frame.locator('.reference-words');
const rows = (frame: Frame) =>
  frame.getByRole('table', { name: 'Launch digests' }).locator('.drawn-rows .row');
const command = (frame: Frame) => frame.locator('.reference-command code').innerText();

async function page(workbench: Workbench, of: string): Promise<Frame> {
  await workbench.activeTab(`${of}: Reference Values`).waitFor();
  const frame = await workbench.webviewFrame();
  await frame.getByRole('heading', { level: 1, name: `Reference values of ${of}` }).waitFor();
  return frame;
}

async function openImage(workbench: Workbench): Promise<Frame> {
  // At first VS Code does not know yet whether the folder is trusted.
  await workbench.findCommand(COMMAND);
  await press(workbench, 'Escape');
  await workbench.chooseInMenu(IMAGE, /Reference Values…/);
  return page(workbench, IMAGE);
}

describe('Reference values', () => {
  it('are computed from the menu of an image, change with the question, and are saved as the command that is shown writes them', async () => {
    const workbench = await openWorkbench({ folder, shared: true, size: SIZE });
    const frame = await openImage(workbench);
    await words(frame).getByText('8 launches').waitFor();
    assert.equal(await rows(frame).count(), 8);
    await field(frame, 'vCPUs').fill('1-3,64');
    await field(frame, 'CPUs').fill('EPYC-v4,EPYC-Milan');
    await words(frame).getByText('8 launches').waitFor();
    await frame.getByRole('combobox', { name: 'Format' }).click();
    await frame.getByRole('option', { name: /^rvps:/ }).click();
    await words(frame)
      .getByText(/^8 launches$/)
      .waitFor();
    await frame.getByRole('button', { name: 'Save As…' }).and(frame.locator(':not([disabled])')).click();
    await workbench.answerPath(join(folder, 'saved.json'));
    await words(frame).getByText('saved to').waitFor();
    const [, ...args] = shellWords(await command(frame)).words;
    execFileSync(process.execPath, [join(ROOT, 'dist/sevscope.js'), ...args], { cwd: folder });
    assert.equal(
      readFileSync(join(folder, 'saved.json'), 'utf8'),
      readFileSync(join(folder, 'reference-values.json'), 'utf8'),
    );
    workbench.assertNoErrors();
  });

  it('say how far they are, and end when they are cancelled', async () => {
    const workbench = await openWorkbench({ folder, shared: true, size: SIZE });
    const frame = await openImage(workbench);
    await words(frame).getByText('8 launches').waitFor();
    // Each number of vCPUs has a command line of its own, so that no launch goes on from another: this takes days.
    await field(frame, 'Kernel').fill(join(folder, SAMPLE.snpMatches));
    await field(frame, 'Command line').fill('nr_cpus={vcpus}');
    await field(frame, 'CPUs').fill('all');
    await field(frame, 'vCPUs').fill('1-4096');
    const counted = async () =>
      Number(/^([\d,]+) of/.exec(await words(frame).innerText())?.[1]?.replaceAll(',', ''));
    while (!((await counted()) > 0)) await workbench.page.waitForTimeout(50);
    const first = await counted();
    while (!((await counted()) > first)) await workbench.page.waitForTimeout(50);
    const bar = frame.getByRole('progressbar', { name: 'Launch digests computed' });
    assert.ok(Number(await bar.getAttribute('value')) > 0);
    await workbench.screenshot('references-running');
    await frame.getByRole('button', { name: 'Cancel' }).click();
    await words(frame)
      .getByText(/^Stopped after [\d,]+ launch digests$/)
      .waitFor();
    const stopped = await words(frame).innerText();
    assert.equal(await bar.count(), 0);
    assert.equal(await frame.locator('vscode-button[disabled]').filter({ hasText: 'Save As…' }).count(), 1);
    await field(frame, 'vCPUs').fill('2');
    await words(frame)
      .getByText(/^\d+ launches/)
      .waitFor();
    assert.notEqual(await words(frame).innerText(), stopped);
    workbench.assertNoErrors();
  });

  it('of a hundred thousand launches are counted while the page answers', async function () {
    this.timeout(120_000);
    const workbench = await openWorkbench({ folder, shared: true, size: SIZE });
    const frame = await openImage(workbench);
    await words(frame).getByText('8 launches').waitFor();
    await frame.getByRole('combobox', { name: 'VMM and kernel' }).click();
    await frame.getByRole('option', { name: 'All of these' }).click();
    await field(frame, 'CPUs').fill('all');
    await field(frame, 'vCPUs').fill('1-512');
    await words(frame)
      .getByText(/launches/)
      .waitFor({ timeout: 90_000 });
    assert.ok((await rows(frame).count()) < 100, 'only what is in view is drawn');
    const table = frame.getByRole('table', { name: 'Launch digests' });
    await table.focus();
    await press(workbench, 'End');
    await rows(frame)
      .last()
      .getByText(/[0-9a-f]{96}/)
      .waitFor();
    await frame.getByText('These are the first 1000; the file has all.').waitFor();
    workbench.assertNoErrors();
  });

  it('of a launch file and of a command line in the clipboard have their inputs, and say what is wrong', async () => {
    const workbench = await openWorkbench({ folder, shared: true, size: SIZE });
    writeFileSync(
      join(folder, 'snp.sevlaunch.json'),
      JSON.stringify({ technology: 'snp', firmware: IMAGE, vcpus: 4, cpu: 'EPYC-Genoa', launchDigest: '' }),
    );
    await workbench.explorerItem('snp.sevlaunch.json').waitFor();
    await workbench.chooseInMenu('snp.sevlaunch.json', /Reference Values…/);
    const frame = await page(workbench, 'snp.sevlaunch.json');
    await words(frame).getByText('1 launch').waitFor();
    assert.equal(await field(frame, 'CPUs').inputValue(), 'EPYC-Genoa');
    await workbench.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const line = `qemu-system-x86_64 -machine q35,confidential-guest-support=s -object sev-snp-guest,id=s,policy=0x30000 -bios ${IMAGE} -smp 3 -cpu host`;
    await workbench.page.evaluate((text) => navigator.clipboard.writeText(text), line);
    await frame.getByRole('button', { name: 'From QEMU or libvirt…' }).click();
    await workbench.pick('Command line of QEMU or XML of a domain in the clipboard');
    await frame.getByText(/vcpus is 3, by -smp/).waitFor();
    assert.equal(await field(frame, 'vCPUs').inputValue(), '3');
    await frame.getByRole('alert').getByText('A VMSA holds the signature of its CPU.').waitFor();
    await workbench.screenshot('references-refused');
    await frame.getByRole('textbox', { name: /^CPUs/ }).fill('EPYC-v4');
    await words(frame).getByText('1 launch').waitFor();
    workbench.assertNoErrors();
  });

  it('have nothing serious against them in any theme, and fit 600 and 2560 pixels', async function () {
    this.timeout(240_000);
    const workbench = await openWorkbench({ folder, shared: true, size: SIZE });
    const frame = await openImage(workbench);
    await field(frame, 'Kernel').fill(join(folder, SAMPLE.snpMatches));
    await field(frame, 'Command line').fill('console=hvc0 nr_cpus={vcpus} quiet');
    await field(frame, 'vCPUs').fill('1-64');
    await words(frame).getByText('64 launches').waitFor();
    await workbench.inEveryTheme(async (theme) => {
      await assertAccessible(frame);
      await workbench.screenshot(`references-${theme}`);
    });
    await workbench.runCommand('View: Toggle Primary Side Bar Visibility');
    for (const width of [600, 2560]) {
      await resize(workbench, frame, { width, height: width === 600 ? 800 : 1300 });
      await workbench.screenshot(`references-${width}`);
    }
    await workbench.page.setViewportSize(SIZE);
    await workbench.runCommand('View: Toggle Primary Side Bar Visibility');
    workbench.assertNoErrors();
  });

  it('are asked for, changed and copied with the keyboard alone', async () => {
    const workbench = await openWorkbench({ folder, shared: true, size: SIZE });
    await workbench.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await openByName(workbench, IMAGE);
    await workbench.webviewFrame();
    await runByName(workbench, COMMAND);
    const frame = await page(workbench, IMAGE);
    await words(frame).getByText('8 launches').waitFor();
    const focused = () =>
      frame.evaluate(
        () =>
          document.activeElement?.getAttribute('aria-label') ??
          document.activeElement?.textContent.trim() ??
          '',
      );
    const tabTo = async (name: string, key = 'Tab') => {
      for (let i = 0; i < 40 && (await focused()) !== name; i++) await press(workbench, key);
      assert.equal(await focused(), name);
    };
    await press(workbench, 'F6');
    await tabTo('vCPUs');
    await press(workbench, 'Control+a');
    await workbench.page.keyboard.type('2,4');
    await words(frame).getByText('2 launches').waitFor();
    await tabTo('Format');
    await press(workbench, 'Home');
    await words(frame).getByText('2 launches').waitFor();
    await command(frame).then((text) => assert.match(text, /--format hex/));
    await frame.locator('vscode-button:not([disabled])').filter({ hasText: 'Copy' }).waitFor();
    await tabTo('Copy', 'Shift+Tab');
    await press(workbench, 'Enter');
    await workbench.page.getByText('The reference values are in the clipboard').waitFor();
    const copied = await workbench.page.evaluate(() => navigator.clipboard.readText());
    assert.match(copied, /^[0-9a-f]{96}\n[0-9a-f]{96}\n$/);
    workbench.assertNoErrors();
  });
});
