// Drives the workbench with the keyboard alone: no mouse.

import type { Workbench } from './workbench';

/** Presses keys in sequence, wherever the focus is. */
export async function press(workbench: Workbench, ...keys: string[]): Promise<void> {
  for (const key of keys) await workbench.page.keyboard.press(key);
}

/** Types into the open quick pick, waits for the row to appear, and accepts it with Enter. */
export async function choose(workbench: Workbench, text: string, label = text): Promise<void> {
  await workbench.input.waitFor();
  await workbench.input.fill(text);
  await workbench.row(label).waitFor();
  // Another command may match all these words, and come first.
  const focused = workbench.page.locator('.quick-input-list .monaco-list-row.focused');
  for (let i = 0; i < 5 && !(await focused.innerText()).includes(label); i++)
    await press(workbench, 'ArrowDown');
  await press(workbench, 'Enter');
}

/** Opens a file by name. */
export async function openByName(workbench: Workbench, name: string): Promise<void> {
  await press(workbench, 'Control+p');
  await choose(workbench, name);
  await workbench.activeTab(name).waitFor();
}

/** Runs a command from the palette. */
export async function runByName(workbench: Workbench, title: string): Promise<void> {
  await workbench.findCommand(title);
  await choose(workbench, `>${title}`, title);
}
