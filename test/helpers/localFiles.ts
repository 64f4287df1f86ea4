// Files of the user's own machine in VS Code without a machine behind it: the browser hands them out one by one, and VS Code gives
// them URIs like those of a disk. These are in the browser's private file system, which asks nobody for permission.

import type { Workbench } from './workbench';

/** Runs in the page: copies the files of the folder in memory. */
async function copyFiles(): Promise<void> {
  const root = await navigator.storage.getDirectory();
  const files = (await (await fetch('/files/files.json')).json()) as Record<string, string>;
  for (const [name, text] of Object.entries(files)) {
    const writable = await (await root.getFileHandle(name, { create: true })).createWritable();
    await writable.write(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)));
    await writable.close();
  }
}

/** Runs in the page: whoever is asked for a file chooses this one. */
function choose(name: string): void {
  const picked = async () => [await (await navigator.storage.getDirectory()).getFileHandle(name)];
  Object.assign(window, { showOpenFilePicker: picked });
}

/** Opens a window without a folder from one that shows a folder in memory, whose files become local ones. */
export async function withLocalFiles({ page }: Workbench): Promise<void> {
  await page.evaluate(copyFiles);
  // Where a folder is open, VS Code asks for one of the same kind.
  await page.goto(new URL('/?ew=true', page.url()).href);
}

/** Opens a local file. */
export async function openLocal(workbench: Workbench, name: string): Promise<void> {
  await workbench.page.evaluate(choose, name);
  await workbench.runCommand('File: Open File...');
  await workbench.activeTab(name).waitFor();
}

/** The bytes of a local file. */
export function readLocal({ page }: Workbench, name: string): Promise<number[]> {
  return page.evaluate(async (file) => {
    const handle = await (await navigator.storage.getDirectory()).getFileHandle(file);
    return [...new Uint8Array(await (await handle.getFile()).arrayBuffer())];
  }, name);
}
