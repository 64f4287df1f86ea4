// Whether a page fits into its window and stays there: tries everything that could scroll its document, the wheel, the keys, the focus of each
// thing that can have it.

import assert from 'node:assert/strict';
import type { Frame } from 'playwright-core';
import type { Workbench } from './workbench';

/** What can have the focus on our pages. */
const FOCUSABLE =
  '[tabindex], button, select, a[href], vscode-button, vscode-text-field, vscode-dropdown, vscode-checkbox';
/** Further than any page is high or wide. */
const FAR = 1_000_000;

/** Windows by what they are: the width of the page and the height of the window, in CSS pixels. */
export const WINDOWS = {
  'of 600 pixels': { width: 600, height: 800 },
  'of 1280 pixels': { width: 1280, height: 800 },
  'of 2560 pixels': { width: 2560, height: 1300 },
  // Half the room in CSS pixels is what such a window has.
  'of 1280 pixels at 200 %': { width: 640, height: 400 },
} as const;

/** The side that a page does not have when the side bar is hidden: VS Code's activity bar. */
const ACTIVITY_BAR = 48;

/** Gives the page of the active editor its size; the side bar must be hidden. */
export async function resize(
  { page }: Workbench,
  frame: Frame,
  { width, height }: { width: number; height: number },
): Promise<void> {
  // VS Code has a border of a few pixels.
  const isThere = (wanted: number) => Math.abs(document.documentElement.clientWidth - wanted) < 16;
  await page.setViewportSize({ width: width + ACTIVITY_BAR, height });
  await frame.waitForFunction(isThere, width);
}

/** By how many pixels a page is wider than what shows it; it can be scrolled sideways then. */
export const excessWidth = (frame: Frame): Promise<number> =>
  frame.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Fails unless the page of the active editor fits into a narrow and a wide window; hides the side bar. @param name of screenshots */
export async function assertFits(workbench: Workbench, frame: Frame, name: string): Promise<void> {
  await workbench.runCommand('View: Toggle Primary Side Bar Visibility');
  for (const width of [600, 2560]) {
    await resize(workbench, frame, { width, height: 1000 });
    const wide = await excessWidth(frame);
    await workbench.screenshot(`${name}-${width}`);
    assert.ok(wide <= 0, `it is ${wide} pixels wider than a window of ${width}`);
  }
}

/** What has scrolled, or could be, and should not: in words. */
function moved(): string[] {
  const said: string[] = [];
  const name = (element: Element) => `${element.tagName.toLowerCase()}.${element.className || element.id}`;
  const { scrollingElement } = document;
  const root = document.getElementById('root')!;
  for (const element of [scrollingElement!, document.body]) {
    const { scrollWidth, scrollHeight, clientWidth, clientHeight } = element;
    if (scrollWidth > clientWidth) said.push(`${name(element)} is ${scrollWidth} wide in ${clientWidth}`);
    if (scrollHeight > clientHeight) said.push(`${name(element)} is ${scrollHeight} high in ${clientHeight}`);
  }
  if (root.scrollWidth > root.clientWidth)
    said.push(`the page is ${root.scrollWidth} wide in ${root.clientWidth}`);
  // Below the content, there is nothing to scroll to.
  const content = Math.max(...[...root.children].map((child) => child.getBoundingClientRect().bottom));
  const end = root.getBoundingClientRect().top + root.scrollHeight - root.scrollTop;
  if (content < end - 40 && root.scrollHeight > root.clientHeight)
    said.push(`the page scrolls ${end - content} pixels beyond its content`);
  for (const element of document.querySelectorAll('*')) {
    const { overflowX, overflowY } = getComputedStyle(element);
    const hides = (overflow: string) => overflow !== 'auto' && overflow !== 'scroll';
    if (hides(overflowX) && element.scrollLeft !== 0) said.push(`${name(element)} is scrolled sideways`);
    if (hides(overflowY) && element.scrollTop !== 0) said.push(`${name(element)} is scrolled down`);
  }
  return said;
}

/** Focuses each thing on the page in turn. @returns what moved, with what had the focus */
function focusAll(selector: string): string[] {
  const elements = [...document.querySelectorAll<HTMLElement>(selector)];
  const said = new Set<string>();
  for (const element of elements) {
    element.focus();
    const { scrollLeft, scrollTop } = document.scrollingElement!;
    if (scrollLeft !== 0 || scrollTop !== 0 || window.scrollX !== 0 || window.scrollY !== 0)
      said.add(`${element.tagName} ${element.className} scrolls the document`);
  }
  return [...said];
}

/** Throws when anything moves the document of a page, or a part of it that is not for scrolling. */
export async function assertStill({ page }: Workbench, frame: Frame, where: string): Promise<void> {
  const check = async (what: string) => {
    assert.deepEqual(await frame.evaluate(moved), [], `${where}, after ${what}`);
  };
  await check('drawing');
  for (const pane of await frame.locator('[data-pane], #root').all()) {
    const box = await pane.boundingBox();
    if (!box || box.width === 0 || box.height === 0) continue;
    await pane.hover({
      position: { x: Math.min(box.width / 2, 100), y: Math.min(box.height / 2, 20) },
      force: true,
    });
    await page.mouse.wheel(0, FAR);
    await page.mouse.wheel(FAR, 0);
  }
  await page.waitForTimeout(100);
  await check('the wheel');
  const stop = frame.locator('[role=row][tabindex="0"]');
  for (const start of [stop, frame.locator('.hex'), frame.locator('#root')]) {
    if ((await start.count()) === 0) continue;
    await start.first().focus();
    for (const key of ['End', 'ArrowRight', 'ArrowRight', 'ArrowDown', 'PageDown', 'Space', 'Control+End'])
      await page.keyboard.press(key);
    await page.waitForTimeout(50);
    await check('the keys');
  }
  assert.deepEqual(await frame.evaluate(focusAll, FOCUSABLE), [], where);
  await check('the focus of each control');
}
