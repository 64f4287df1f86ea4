// The check of a domain of SEV-SNP as a person does it in the workbench, against a real libvirtd that knows such domains: what its report
// must show, which is never green.

import assert from 'node:assert/strict';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useOneSample } from '../helpers/sample';
import { ROM, useSnpHost } from '../helpers/snpHost';
import { openWorkbench } from '../helpers/workbench';

describe('A domain of SEV-SNP', () => {
  const host = useSnpHost();
  let folder: string;
  useOneSample((made) => (folder = made));

  it('shows the digest that the report of its guest must show, and that there is none', async function () {
    this.timeout(180_000);
    const uuid = await host().define({ name: 'snp', vcpus: 2 });
    const { measurement } = host().report(uuid);
    copyFileSync(ROM, join(folder, 'OVMF.rom.fd'));
    writeFileSync(join(folder, 'snp.tk'), new Uint8Array(32), { mode: 0o600 });
    const launch = {
      ...{ firmware: 'OVMF.rom.fd', vcpus: 2, cpu: 'EPYC-Milan', keys: { tk: 'snp.tk' } },
      domain: { connection: host().uri, name: 'snp' },
    };
    writeFileSync(join(folder, 'snp.sevlaunch.json'), JSON.stringify(launch));
    const settings = { 'sevscope.connections': [host().uri], 'sevscope.allowTcp': true };
    const workbench = await openWorkbench({
      folder,
      shared: true,
      size: { width: 1440, height: 900 },
      settings,
    });
    await workbench.openFromExplorer('snp.sevlaunch.json');
    await workbench.runCommand('SEV: Validate Launch Measurement…');
    await workbench.activeTab('Report').waitFor();
    const frame = await workbench.webviewFrame();
    await frame.getByRole('heading', { name: 'Not verified' }).waitFor();
    await frame.getByText(`must show this measurement at 0x90: ${measurement}.`).first().waitFor();
    const steps = frame.getByRole('list', { name: 'Steps of the measurement' });
    assert.deepEqual(await steps.getByRole('heading').allInnerTexts(), [
      'Firmware',
      'VMSAs of 2 vCPUs',
      'Launch digest',
    ]);
    assert.equal(await frame.locator('.verdict-match').count(), 0);
    assert.equal(await frame.getByText('authenticated with the TIK').count(), 0);
    await workbench.screenshot('report-snp-domain');
    workbench.assertNoErrors();
  });
});
