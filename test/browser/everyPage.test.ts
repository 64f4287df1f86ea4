// What all pages have in common: nothing scrolls their document, and the focus survives every button.

import assert from 'node:assert/strict';
import type { Frame } from 'playwright-core';
import { press } from '../helpers/keyboard';
import { PAGES } from '../helpers/pages';
import { useSharedSample } from '../helpers/sample';
import { assertStill, resize, WINDOWS } from '../helpers/stillness';
import { openWorkbench, type Workbench } from '../helpers/workbench';

const SIZE = { width: 1440, height: 900 };
const BUTTONS = 'button:not([disabled]), vscode-button:not([disabled]), vscode-checkbox';

/** The sample of all tests, which share a window. */
let folder: string;
useSharedSample((made) => (folder = made));

describe('The document of every page', () => {
  for (const { name, open } of PAGES)
    it(`stays where it is: ${name}`, async function () {
      this.timeout(180_000);
      const workbench = await openWorkbench({ folder, shared: true, size: SIZE });
      const frame = await open(workbench, folder);
      await workbench.runCommand('View: Toggle Primary Side Bar Visibility');
      for (const [what, size] of Object.entries(WINDOWS)) {
        await resize(workbench, frame, size);
        await assertStill(workbench, frame, `${name} in a window ${what}`);
      }
      await workbench.page.setViewportSize(SIZE);
      await workbench.runCommand('View: Toggle Primary Side Bar Visibility');
      workbench.assertNoErrors();
    });
});

/** What has the focus on a page, in a few words; empty when nothing has. */
const focused = (frame: Frame) =>
  frame.evaluate(() => {
    const { activeElement: now } = document;
    if (!now || now === document.body) return '';
    if (now.id === 'root') return 'the page';
    return `${now.tagName} ${now.getAttribute('aria-label') ?? now.textContent.trim().slice(0, 40)}`;
  });
/** Whether a page has the focus; one behind another editor is gone. */
const hasFocus = (frame: Frame) => frame.evaluate(() => document.hasFocus()).catch(() => false);
const activeTab = async (workbench: Workbench) =>
  (await workbench.page.locator('.editor-group-container.active .tab.active').innerText()).trim();

/** Closes what a button has opened in the workbench, until the page has the focus again. */
async function comeBack(workbench: Workbench, tab: string): Promise<Frame> {
  for (let i = 0; i < 20; i++) {
    if ((await activeTab(workbench)) !== tab) {
      await workbench.runCommand('View: Revert and Close Editor');
      await workbench.page.waitForTimeout(500);
    } else {
      // Another editor may be on its way in front of it.
      const frame = await workbench.webviewFrame().catch(() => undefined);
      if (frame && (await hasFocus(frame))) return frame;
      // Lists and dialogs.
      await press(workbench, 'Escape');
      await workbench.page.waitForTimeout(200);
    }
  }
  throw new Error(`${tab} does not get the focus again`);
}

describe('The focus of every page', () => {
  // The page of a check that runs is replaced at its end, and a search takes as long as it takes.
  for (const { name, open } of PAGES.filter((page) => page.name !== 'running'))
    it(`survives every button: ${name}`, async function () {
      this.timeout(240_000);
      const workbench = await openWorkbench({ folder, shared: true, size: SIZE });
      let frame = await open(workbench, folder);
      const tab = await activeTab(workbench);
      const count = await frame.locator(BUTTONS).count();
      for (let i = 0; i < count; i++) {
        const button = frame.locator(BUTTONS).nth(i);
        // Pressing one can remove others.
        if ((await button.count()) === 0) break;
        const label = `${(await button.getAttribute('aria-label')) ?? (await button.innerText())} on ${name}`;
        await button.focus();
        await press(workbench, 'Enter');
        await workbench.page.waitForTimeout(400);
        const before = frame;
        frame = await comeBack(workbench, tab);
        await frame.locator(BUTTONS).first().waitFor();
        const now = await focused(frame);
        assert.notEqual(now, '', `something has the focus after ${label}`);
        // A page that is drawn anew and has no tree has it as a whole, and keys scroll it.
        if (frame === before) assert.notEqual(now, 'the page', `one thing has the focus after ${label}`);
      }
      workbench.assertNoErrors();
    });
});
