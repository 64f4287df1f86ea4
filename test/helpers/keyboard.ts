// The workbench with the keyboard alone: no click, no pointer.

import type { Workbench } from './workbench';

/** Presses keys, one after the other, wherever the focus is. */
export async function press(workbench: Workbench, ...keys: string[]): Promise<void> {
  for (const key of keys) await workbench.page.keyboard.press(key);
}

/** Types into the open quick pick, waits until the row is there, and takes it with Enter. */
export async function choose(workbench: Workbench, text: string, label = text): Promise<void> {
  await workbench.input.waitFor();
  await workbench.input.fill(text);
  await workbench.row(label).waitFor();
  // Another command may have all these words, and come first.
  const focused = workbench.page.locator('.quick-input-list .monaco-list-row.focused');
  for (let i = 0; i < 5 && !(await focused.innerText()).includes(label); i++)
    await press(workbench, 'ArrowDown');
  await press(workbench, 'Enter');
}

/** Opens a file by its name. */
export async function openByName(workbench: Workbench, name: string): Promise<void> {
  await press(workbench, 'Control+p');
  await choose(workbench, name);
  await workbench.activeTab(name).waitFor();
}

/** Runs a command of the palette. */
export async function runByName(workbench: Workbench, title: string): Promise<void> {
  await workbench.findCommand(title);
  await choose(workbench, `>${title}`, title);
}
