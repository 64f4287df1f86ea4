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
    const launch = {
      ...{ technology: 'snp', firmware: 'OVMF.rom.fd', vcpus: 2, cpu: 'EPYC-Milan', profile: 'snp' },
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
    const headings = await steps.getByRole('heading').allInnerTexts();
    assert.deepEqual(
      headings.filter((heading) => !heading.startsWith('section')),
      ['Firmware', 'VMSAs of 2 vCPUs', 'VMSA of vCPU 1', 'Launch digest'],
    );
    assert.equal(headings.length, 9);
    assert.equal(await frame.locator('.verdict-match').count(), 0);
    assert.equal(await frame.getByText('authenticated with the TIK').count(), 0);
    await workbench.screenshot('report-snp-domain');
    const shown = frame.getByRole('region', { name: 'Expected measurement' });
    assert.equal(
      (await shown.innerText()).replace(/\s/g, ''),
      `Thereportoftheguestmustshowat0x90${measurement}`,
    );
    await frame.getByRole('button', { name: 'New Launch File of This' }).click();
    await workbench.activeTab('snp-expected').waitFor();
    await workbench.screenshot('report-snp-launch-file');
    workbench.assertNoErrors();
  });
});
