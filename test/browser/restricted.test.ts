// Restricted Mode, which a folder is in until a person trusts it: files are shown and compared, and nothing runs, writes or reads what
// a file names. One window for all of it.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SAMPLE } from '../../src/app/sampleNames';
import { row } from '../helpers/page';
import { useSharedSample } from '../helpers/sample';
import { openWorkbench, type Workbench } from '../helpers/workbench';

let folder: string;
useSharedSample((made) => (folder = made));

const openRestricted = () => openWorkbench({ folder, restricted: true, shared: true });

/** Opens the command palette with our commands. */
async function findOurs({ page, input }: Workbench): Promise<void> {
  await page.keyboard.press('F1');
  await input.fill('>SEV: ');
}

describe('In Restricted Mode', () => {
  it('files are shown and compared, and nothing is offered that runs or writes', async () => {
    const workbench = await openRestricted();
    await workbench.openFromExplorer('vcpu0.vmsa');
    await row(await workbench.webviewFrame(), 'rdx').waitFor();
    await findOurs(workbench);
    const list = workbench.page.locator('.quick-input-list');
    await list.getByText('Compare VMSA with Generated…').first().waitFor();
    assert.equal(await list.getByText('Validate Launch Measurement…').count(), 0);
    workbench.assertNoErrors();
  });

  it('nothing is explained', async () => {
    const workbench = await openRestricted();
    await findOurs(workbench);
    await workbench.row('SEV: Compare OVMF Images…').waitFor();
    assert.equal(await workbench.row('SEV: Explain Measurement Mismatch…').count(), 0);
  });

  it('no reference values are computed', async () => {
    const workbench = await openRestricted();
    await findOurs(workbench);
    await workbench.row('SEV: Compare OVMF Images…').waitFor();
    assert.equal(await workbench.row('SEV: Reference Values…').count(), 0);
    await workbench.page.keyboard.press('Escape');
    await workbench.explorerItem('OVMF.sample.fd').click({ button: 'right' });
    const item = workbench.page.getByRole('menuitem', { name: /Reference Values…/ });
    assert.equal(await item.getAttribute('aria-disabled'), 'true');
    await workbench.page.keyboard.press('Escape');
  });

  it('a page is shown, identified and compared, but not changed', async () => {
    const workbench = await openRestricted();
    await workbench.openFromExplorer('vcpu0.vmsa');
    const frame = await workbench.webviewFrame();
    await frame.getByRole('treegrid').waitFor();
    await frame.getByText(/Restricted Mode/).waitFor();
    await row(frame, 'rdx').click();
    assert.equal(await frame.locator('[data-mark="value"]').count(), 0);
    assert.equal(await frame.locator('.bit-diagram [data-bit="0"]').first().getAttribute('role'), 'img');
    workbench.assertNoErrors();
  });

  it('a launch file is judged without a look at other files, and not run', async () => {
    const file = JSON.parse(readFileSync(join(folder, SAMPLE.sevEsMatches), 'utf8')) as object;
    const wrong = { ...file, initrd: 'initrd.none', vcpus: undefined };
    writeFileSync(join(folder, 'wrong.sevlaunch.json'), JSON.stringify(wrong, null, 2));
    const workbench = await openRestricted();
    await workbench.openFromExplorer('wrong.sevlaunch.json');
    await workbench.runCommand('View: Focus Problems');
    const problems = workbench.page.locator('.markers-panel');
    await problems.getByText('Give the number of vCPUs').waitFor();
    assert.equal(await problems.getByText('cannot be read').count(), 0);
    const lens = workbench.page.locator('.codelens-decoration a', { hasText: 'Validate' });
    assert.equal(await lens.count(), 0);
  });

  it('the Test Explorer is empty, as nothing is checked', async () => {
    const workbench = await openRestricted();
    // Our editor shows that the extension runs.
    await workbench.openFromExplorer('vcpu0.vmsa');
    await (await workbench.webviewFrame()).getByText('rip').first().waitFor();
    assert.equal(await workbench.page.getByRole('tab', { name: /^Testing/ }).count(), 0);
  });

  it('the view of domains is not there', async () => {
    const workbench = await openRestricted();
    await workbench.explorerItem('vcpu0.vmsa').waitFor();
    const tabs = workbench.page.locator('.activitybar').getByRole('tab');
    await tabs.first().waitFor();
    assert.equal(
      await workbench.page.locator('.activitybar').getByRole('tab', { name: 'SevScope' }).count(),
      0,
    );
  });
});
