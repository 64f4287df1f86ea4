// The pages of a VMSA in every theme before a checker of accessibility, at 200 % zoom, and with reduced motion.

import assert from 'node:assert/strict';
import { assertAccessible, differing, row, selectedId } from '../helpers/page';
import { useSharedSample } from '../helpers/sample';
import { openWorkbench } from '../helpers/workbench';

let folder: string;
useSharedSample((made) => (folder = made));

describe('The pages of a VMSA', () => {
  it('have nothing serious against them in any theme', async function () {
    this.timeout(240_000);
    const workbench = await openWorkbench({ folder, shared: true, size: { width: 1440, height: 900 } });
    await workbench.openFromExplorer('vcpu0-wrong.vmsa');
    const page = await workbench.webviewFrame();
    await row(page, 'cs_attrib').click();
    await page.getByRole('button', { name: 'Identify' }).click();
    await workbench.page.keyboard.press('Control+f');
    await page.getByRole('search').locator('input').fill('rdx');
    await workbench.inEveryTheme(async (theme) => {
      await assertAccessible(page);
      await workbench.screenshot(`vmsa-editor-${theme}`);
    });
    await workbench.runAndPick('SEV: Compare VMSA with Generated…', 'EPYC-Milan');
    await workbench.activeTab('↔ generated').waitFor();
    const comparison = await workbench.webviewFrame();
    await comparison.getByText(differing(2)).waitFor();
    await row(comparison, 'sev_features').click();
    await workbench.inEveryTheme(async (theme) => {
      await assertAccessible(comparison);
      await workbench.screenshot(`vmsa-comparison-${theme}`);
    });
    workbench.assertNoErrors();
  });

  it('and that of an image have names and contrast in every theme, and its map is walked with the keys', async function () {
    this.timeout(240_000);
    const workbench = await openWorkbench({ folder, shared: true, size: { width: 1440, height: 900 } });
    await workbench.openFromExplorer('OVMF.sample.fd');
    const frame = await workbench.webviewFrame();
    await frame.getByRole('treegrid', { name: 'Firmware regions' }).waitFor();
    await frame.getByRole('button', { name: /^this image/ }).focus();
    await workbench.page.keyboard.press('Home');
    const focused = () => frame.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
    for (let i = 0; i < 60 && !(await focused()).startsWith('SNP_SECRETS'); i++)
      await workbench.page.keyboard.press('ArrowRight');
    await workbench.page.keyboard.press('Enter');
    assert.match((await selectedId(frame))!, /SNP_SECRETS/);
    assert.match(
      await frame.locator('.map table').innerText(),
      /SNP_SECRETS\s+0x0080d000\s+0x0080dfff/,
      'what the picture shows stands in a table',
    );
    await workbench.page.keyboard.press('Control+g');
    await frame.getByRole('search', { name: 'Go to offset' }).locator('input').fill('0xfffffff0');
    await workbench.page.keyboard.press('Enter');
    assert.match((await selectedId(frame))!, /reset vector/i);
    await workbench.inEveryTheme(async (theme) => {
      await assertAccessible(frame);
      await workbench.screenshot(`ovmf-image-${theme}`);
    });
    workbench.assertNoErrors();
  });

  it('do not move for those who asked for reduced motion', async () => {
    const workbench = await openWorkbench({ folder, shared: true });
    await workbench.page.emulateMedia({ reducedMotion: 'reduce' });
    await workbench.openFromExplorer('vcpu0.vmsa');
    const frame = await workbench.webviewFrame();
    await row(frame, 'rdx').click();
    const moving = await frame.evaluate(
      () =>
        [...document.querySelectorAll('*')].filter((e) => {
          const { transitionDuration, animationName } = getComputedStyle(e);
          return (transitionDuration !== '0s' && transitionDuration !== '') || animationName !== 'none';
        }).length,
    );
    assert.equal(moving, 0);
  });

  it('lose nothing at 200 % zoom: what is beside goes below, and the page scrolls', async () => {
    // Half the room in CSS pixels is what a window of 1440 pixels has at 200 %.
    const workbench = await openWorkbench({ folder, shared: true, size: { width: 720, height: 450 } });
    await workbench.openFromExplorer('vcpu0-wrong.vmsa');
    await workbench.runCommand('View: Toggle Primary Side Bar Visibility');
    const frame = await workbench.webviewFrame();
    await row(frame, 'cs_attrib').click();
    await workbench.screenshot('vmsa-zoomed');
    const { wide, inside } = await frame.evaluate(() => ({
      wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      inside: [...document.querySelectorAll<HTMLElement>('[data-pane]')].map((pane) => pane.clientHeight),
    }));
    assert.ok(wide <= 0, `the page is ${wide} pixels wider than its window`);
    assert.ok(
      inside.every((height) => height > 20),
      `every pane can be seen: ${inside.join(', ')}`,
    );
    workbench.assertNoErrors();
  });
});
