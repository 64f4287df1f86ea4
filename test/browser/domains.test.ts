// The view of domains as a newcomer sees it: what it is for, a host that she adds, and a domain with the reason why it
// cannot be checked.

import { mkdtempSync, rmSync } from 'node:fs';
import { strict as assert } from 'node:assert';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWorkbench, type Workbench } from '../helpers/workbench';

/** The tab of the view in the activity bar. */
const tab = ({ page }: Workbench) => page.locator('.activitybar').getByRole('tab', { name: 'SevScope' });
const row = ({ page }: Workbench, name: string | RegExp) =>
  page.locator('.tree-explorer-viewlet-tree-view').getByRole('treeitem', { name });

describe('the view of domains in the workbench', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'sevscope-domains-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('says what it is for, takes a host, and lists its domains with why they cannot be checked', async () => {
    const workbench = await openWorkbench({ folder });
    const { page } = workbench;
    await tab(workbench).click();
    await page.getByText('Nothing is connected to before you choose a host.').waitFor();
    await workbench.screenshot('domains-welcome');

    await page.getByRole('button', { name: 'Add Connection…' }).last().click();
    await workbench.pick('Type a URI…');
    await workbench.input.fill('qemu+ext:///system?command=/bin/sh');
    await page.getByText('The transport "ext" is refused: it runs a program of this machine.').waitFor();
    await workbench.answer('TEST:///default');
    await workbench.pick('Connect to test:///default');

    const domain = row(workbench, /^test running, no SEV, 2 vCPUs\. The domain has no launch security/);
    await domain.waitFor();
    await row(workbench, /^test:\/\/\/default \S+, libvirt \d/).waitFor();
    await domain.hover();
    const hover = page.locator('.monaco-hover').filter({ hasText: 'It cannot be checked.' });
    await hover.waitFor();
    assert.equal(await hover.locator('a').count(), 0);
    await workbench.screenshot('domains');
    workbench.assertNoErrors();
  });
});
