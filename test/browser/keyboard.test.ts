// The jobs with the keyboard alone: no click, no pointer. Files are opened by name, panes are walked with F6, rows
// and bytes with the arrow keys, and commands come from the palette.

import assert from 'node:assert/strict';
import type { Frame } from 'playwright-core';
import { SAMPLE } from '../../src/app/sampleNames';
import { choose, openByName, press, runByName } from '../helpers/keyboard';
import { differing } from '../helpers/page';
import { useSharedSample } from '../helpers/sample';
import { openWorkbench } from '../helpers/workbench';

let folder: string;
useSharedSample((made) => (folder = made));

const focusedRow = (frame: Frame) => frame.locator('[role=row]:focus').getAttribute('data-id');

describe('With the keyboard alone', () => {
  it('a page is walked field by field and byte by byte', async () => {
    const workbench = await openWorkbench({ folder, shared: true });
    await openByName(workbench, 'vcpu0.vmsa');
    const frame = await workbench.webviewFrame();
    await frame.locator('[role=row]:focus').waitFor();
    await press(workbench, 'Home');
    assert.equal(await focusedRow(frame), 'group:Segments');
    await press(workbench, 'ArrowLeft', 'ArrowDown');
    assert.equal(await focusedRow(frame), 'group:Control registers', 'a closed group is one row');
    await press(workbench, 'ArrowDown', 'ArrowDown');
    assert.equal(await focusedRow(frame), 'efer');
    await press(workbench, 'Enter');
    const cursor = () => frame.locator('.byte-cursor').first().getAttribute('data-at');
    assert.equal(await cursor(), String(0xd0));
    await press(workbench, 'ArrowDown');
    assert.equal(await cursor(), String(0xe0));
    assert.match(await frame.locator('[data-live]').first().innerText(), /0xe0 reserved_0xd8/);
    await press(workbench, 'Escape');
    assert.equal(await focusedRow(frame), 'reserved_0xd8');
    workbench.assertNoErrors();
  });

  it('a page is compared, and differences are found with F7', async () => {
    const workbench = await openWorkbench({ folder, shared: true });
    await openByName(workbench, 'vcpu0-wrong.vmsa');
    await (await workbench.webviewFrame()).getByRole('treegrid').waitFor();
    await runByName(workbench, 'SEV: Compare VMSA with Generated…');
    await choose(workbench, 'EPYC-Milan');
    await workbench.activeTab('↔ generated').waitFor();
    const frame = await workbench.webviewFrame();
    await frame.getByText(differing(2)).waitFor();
    await press(workbench, 'F6', 'F7');
    const selected = () => frame.locator('[role=row][aria-selected=true]').first().getAttribute('data-id');
    const first = await selected();
    await press(workbench, 'F7');
    const second = await selected();
    assert.deepEqual(new Set([first, second]), new Set(['rdx', 'sev_features']));
    await press(workbench, 'Shift+F7');
    assert.equal(await selected(), first);
    workbench.assertNoErrors();
  });

  it('a launch is checked and its verdict read', async () => {
    const workbench = await openWorkbench({ folder, shared: true });
    await openByName(workbench, SAMPLE.sevEsMismatch);
    await runByName(workbench, 'SEV: Validate Launch Measurement…');
    await workbench.activeTab('Report').waitFor();
    const frame = await workbench.webviewFrame();
    await frame.getByRole('heading', { level: 1, name: 'Does not match' }).waitFor();
    await press(workbench, 'Tab');
    assert.equal(await frame.evaluate(() => document.activeElement?.textContent.trim()), 'Why?');
    workbench.assertNoErrors();
  });

  it('a value is edited, and the expected one taken over, without losing the focus', async () => {
    const workbench = await openWorkbench({ folder });
    await openByName(workbench, 'vcpu0.vmsa');
    const frame = await workbench.webviewFrame();
    await frame.locator('[role=row]:focus').waitFor();
    const field = frame.locator('vscode-text-field[data-mark="value"]');
    for (let i = 0; i < 10 && (await field.count()) === 0; i++) await press(workbench, 'ArrowDown');
    await press(workbench, 'F2', 'Control+a');
    // VS Code sends Ctrl+A through the extension host: what is typed before it is back would be replaced, too.
    await frame.waitForFunction(() => {
      const input = document.activeElement?.shadowRoot?.activeElement;
      if (!(input instanceof HTMLInputElement) || input.value === '') return false;
      return input.selectionStart === 0 && input.selectionEnd === input.value.length;
    });
    await workbench.page.keyboard.type('0x1234');
    await press(workbench, 'Enter');
    const take = frame.getByRole('button', { name: 'Use this value' });
    await take.waitFor();
    const mark = () => frame.evaluate(() => document.activeElement?.getAttribute('data-mark'));
    assert.equal(await mark(), 'value');
    for (let i = 0; i < 10 && !(await take.evaluate((button) => button.matches(':focus'))); i++)
      await press(workbench, 'Tab');
    await press(workbench, 'Enter');
    await take.waitFor({ state: 'detached' });
    assert.equal(await mark(), 'value', 'what was set can be set again');
    workbench.assertNoErrors();
  });

  it('all of a pane is selected, and nothing beside it', async () => {
    const workbench = await openWorkbench({ folder, shared: true });
    await openByName(workbench, 'vcpu0.vmsa');
    const frame = await workbench.webviewFrame();
    await frame.locator('[role=row]:focus').waitFor();
    /** The panes that the selected text reaches into, by their style names. */
    const panes = () =>
      frame.evaluate(() => {
        const selection = getSelection()!;
        return selection.isCollapsed
          ? []
          : [...document.querySelectorAll('[data-pane]')]
              .filter((pane) => pane.textContent.trim() !== '' && selection.containsNode(pane, true))
              .map((pane) => pane.classList[0]);
      });
    const unselected = () => frame.locator('.hex-bytes [data-at]:not(.byte-selected)').count();
    await press(workbench, 'Control+a');
    assert.deepEqual(await panes(), ['grid']);
    await press(workbench, 'ArrowDown', 'ArrowDown', 'Enter', 'Control+a');
    await frame.locator('.byte-cursor[data-at="0"]').first().waitFor();
    assert.equal(await unselected(), 0, 'every byte of the pane');
    await press(workbench, 'ArrowDown');
    assert.notEqual(await unselected(), 0);
    await press(workbench, 'F6', 'Control+a');
    assert.deepEqual(await panes(), ['details']);
    // The menu and the palette ask for the same.
    await press(workbench, 'Shift+F6');
    await runByName(workbench, 'Select All');
    await frame.locator('.hex:focus').waitFor();
    for (let i = 0; i < 50 && (await unselected()) > 0; i++) await workbench.page.waitForTimeout(100);
    assert.equal(await unselected(), 0, 'by command');
    workbench.assertNoErrors();
  });
});
