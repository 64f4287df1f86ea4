// The extension in a browser's extension host: what it shows and compares there is what it shows elsewhere, and launches, which
// need a machine, are offered by no menu.

import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { row } from '../helpers/page';
import { useSharedSample } from '../helpers/sample';
import { openWorkbench, type Workbench } from '../helpers/workbench';

/** A real image, of Debian's package ovmf. */
const REAL = '/usr/share/OVMF/OVMF_CODE_4M.fd';

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
  it('offers no checks of launches', async () => {
    const workbench = await openWorkbench({ folder: sample, withoutMachine: true });
    assert.equal(await isOffered(workbench, 'SEV: Compare OVMF Images…'), true);
    for (const command of ['SEV: Create Sample Workspace', 'SEV: Validate Launch Measurement…'])
      assert.equal(await isOffered(workbench, command), false, command);
    await workbench.explorerItem('matches.sevlaunch.json').click({ button: 'right' });
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
