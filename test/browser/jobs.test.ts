// The three jobs as a person does them in the workbench: look into an image and a page, compare the page with the
// one that it should be, check a launch that matches and one that does not. Pictures go to test-results/.

import assert from 'node:assert/strict';
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { SAMPLE } from '../../src/app/sampleNames';
import { firmware } from '../helpers/firmware';
import { variables } from '../helpers/otherFiles';
import { cells, differing, row, rowIds } from '../helpers/page';
import { sevscope, useSharedSample } from '../helpers/sample';
import { openWorkbench, type Workbench, type WorkbenchOptions } from '../helpers/workbench';

const COMPARE = 'SEV: Compare VMSA with Generated…';
const VALIDATE = 'SEV: Validate Launch Measurement…';

/** The sample of all tests, most of which share a window. */
let sample: string;
useSharedSample((made) => (sample = made));
const lookAtSample = (options: Partial<WorkbenchOptions> = {}) =>
  openWorkbench({ folder: sample, shared: true, ...options });

describe('An OVMF image opened from the Explorer', () => {
  it('shows its table, reset address and metadata, and the bytes of what is selected', async () => {
    const workbench = await lookAtSample({ size: { width: 1440, height: 900 } });
    await workbench.openFromExplorer('OVMF.sample.fd');
    const frame = await workbench.webviewFrame();
    await frame.getByRole('treegrid', { name: 'Firmware regions' }).waitFor();
    const supports = frame.getByRole('list', { name: 'Supports' });
    await supports.getByText('SEV-ES: not excluded; APs start at 0x0080b004').waitFor();
    await supports.getByText('SNP: not excluded; SEV metadata with 7 ranges').waitFor();
    const reset = '/GUIDed table/SEV-ES reset block/reset_addr';
    await row(frame, '/GUIDed table').press('ArrowRight');
    await row(frame, '/GUIDed table/SEV-ES reset block').click();
    await row(frame, '/GUIDed table/SEV-ES reset block').press('ArrowRight');
    await row(frame, reset).click();
    assert.match((await cells(frame, reset)).join(' '), /0x0080b004/);
    const selected = await frame.locator('[role=gridcell].byte-selected').allInnerTexts();
    assert.deepEqual(selected, ['04', 'b0', '80', '00']);
    await workbench.screenshot('ovmf');
    workbench.assertNoErrors();
  });
  it('warns of kernel hashes that nothing verifies, and promises nothing', async () => {
    writeFileSync(join(sample, 'unverified.fd'), firmware());
    const workbench = await lookAtSample();
    await workbench.openFromExplorer('unverified.fd');
    const frame = await workbench.webviewFrame();
    const supports = frame.getByRole('list', { name: 'Supports' });
    const hashes = supports.getByRole('listitem').filter({ hasText: 'kernel hashes' });
    await hashes.getByText('measured but not enforced').waitFor();
    assert.equal(await hashes.locator('.codicon-warning.severity-warning').count(), 1);
    const es = supports.getByRole('listitem').filter({ hasText: 'SEV-ES' });
    assert.match(await es.innerText(), /^SEV-ES\s*: not excluded; APs start at 0x0080b004$/);
    assert.equal(await supports.locator('.codicon-check, .codicon-pass, .severity-ok').count(), 0);
    workbench.assertNoErrors();
  });
  it('that is broken says what is wrong instead of failing', async () => {
    writeFileSync(join(sample, 'broken.fd'), Buffer.alloc(8192, 0xff));
    const workbench = await lookAtSample();
    await workbench.openFromExplorer('broken.fd');
    const frame = await workbench.webviewFrame();
    assert.match(await frame.getByRole('list', { name: 'Findings' }).innerText(), /erased/);
    workbench.assertNoErrors();
  });
});

describe('A file of another kind opened as an OVMF image', () => {
  it('has a page that says what it is and what to do', async () => {
    writeFileSync(join(sample, 'disk.fd'), Buffer.from('QFI\xfb\0\0\0\x03', 'latin1'));
    const workbench = await lookAtSample();
    await workbench.openFromExplorer('disk.fd');
    const frame = await workbench.webviewFrame();
    await frame.getByRole('heading', { level: 1, name: 'disk.fd is not a firmware image' }).waitFor();
    assert.match(await frame.locator('.notice p').innerText(), /It is a qcow2 disk image\. Convert it/);
    await frame.getByRole('button', { name: 'Open With…' }).waitFor();
    workbench.assertNoErrors();
  });
  it('such as variables for Arm is shown without an address or what SEV needs', async () => {
    writeFileSync(join(sample, 'arm.fd'), variables(0x40000, 2 ** 20));
    const workbench = await lookAtSample();
    await workbench.openFromExplorer('arm.fd');
    const frame = await workbench.webviewFrame();
    await frame.getByRole('treegrid', { name: 'Firmware regions' }).waitFor();
    const text = await frame.locator('body').innerText();
    assert.match(text, /This is a variable store \(VARS\) of an Arm guest/);
    assert.doesNotMatch(text, /[Mm]apped at|0xffff|no SEV-ES/);
    workbench.assertNoErrors();
  });
});

describe('A VMSA opened from the Explorer', () => {
  it('shows decoded values; grid and bytes select each other', async () => {
    const workbench = await lookAtSample({ theme: 'dark', size: { width: 1440, height: 900 } });
    await workbench.openFromExplorer('vcpu0.vmsa');
    const frame = await workbench.webviewFrame();
    await row(frame, 'rdx').click();
    assert.match((await cells(frame, 'rdx')).join(' '), /0x310.*0x0000000000a00f11.*EPYC-Milan.*family 25/s);
    assert.deepEqual(await frame.locator('[role=gridcell].byte-selected').allInnerTexts(), [
      '11',
      '0f',
      'a0',
      '00',
      '00',
      '00',
      '00',
      '00',
    ]);
    await workbench.screenshot('vmsa');
    await frame.locator('[role=gridcell][data-at="792"]').click();
    assert.equal(await row(frame, 'rbx').getAttribute('aria-selected'), 'true');
    workbench.assertNoErrors();
  });
  it('of another size is explained', async () => {
    writeFileSync(join(sample, 'two.vmsa'), Buffer.alloc(8192));
    writeFileSync(join(sample, 'empty.vmsa'), '');
    const workbench = await lookAtSample();
    await workbench.openFromExplorer('two.vmsa');
    await (await workbench.webviewFrame()).getByText(/It has 8192 bytes.*this is none of them/).waitFor();
    await workbench.openFromExplorer('empty.vmsa');
    await (await workbench.webviewFrame()).getByText('The file is empty').waitFor();
    workbench.assertNoErrors();
  });
  it('is shown again when it is written anew', async () => {
    copyFileSync(join(sample, 'vcpu0.vmsa'), join(sample, 'again.vmsa'));
    const workbench = await lookAtSample();
    await workbench.openFromExplorer('again.vmsa');
    const frame = await workbench.webviewFrame();
    await row(frame, 'rdx').getByText('EPYC-Milan').first().waitFor();
    sevscope(sample, 'vmsa', 'update', 'again.vmsa', '--cpu-model', 'EPYC-Rome');
    await row(frame, 'rdx').getByText('EPYC-Rome').first().waitFor();
    workbench.assertNoErrors();
  });
});

async function compare(workbench: Workbench): Promise<Frame> {
  await workbench.openFromExplorer('vcpu0-wrong.vmsa');
  await (await workbench.webviewFrame()).getByRole('treegrid').waitFor();
  await workbench.runAndPick(COMPARE, 'EPYC-Milan');
  await workbench.activeTab('↔ generated').waitFor();
  return workbench.webviewFrame();
}

describe('A comparison with the generated page', () => {
  it('shows differing fields first with the layer that sets the value, follows its controls, and survives a reload', async () => {
    // What a person has set there is not for the next test.
    const workbench = await lookAtSample({ shared: false, size: { width: 1440, height: 900 } });
    let frame = await compare(workbench);
    const verdict = () => frame.locator('.verdict-line').innerText();
    await frame.getByText(differing(2)).waitFor();
    const ids = (await rowIds(frame)).slice(0, 5);
    assert.deepEqual(
      ids.map((id) => (id?.startsWith('cause:') ? 'cause' : id)),
      ['group:Differences', 'cause', 'sev_features', 'cause', 'rdx'],
    );
    assert.match(
      (await cells(frame, 'rdx')).join(' '),
      /EPYC-Genoa[\s\S]*EPYC-Milan[\s\S]*CPU model of the guest/,
    );
    await row(frame, 'sev_features').click();
    await workbench.screenshot('comparison');

    await frame.getByRole('combobox', { name: 'CPU' }).click();
    await frame.getByRole('option', { name: 'EPYC-Genoa' }).first().click();
    await frame.getByText(differing(1)).waitFor();
    // What a person has set, among it the model of EPYC-Genoa.
    await workbench.waitUntilStored('"model":"17"');
    await workbench.page.reload();
    await workbench.activeTab('↔ generated').waitFor();
    frame = await workbench.webviewFrame();
    await frame.getByText(differing(1)).waitFor();
    assert.match(await verdict(), /1 of 227 fields/);
    workbench.assertNoErrors();
  });
});

describe('The comparison is also reached', () => {
  it('from the button in the title bar', async () => {
    const workbench = await lookAtSample();
    await workbench.openFromExplorer('vcpu0-wrong.vmsa');
    // The page takes the focus when it is there, which would close a quick pick.
    await (await workbench.webviewFrame()).getByRole('treegrid').waitFor();
    await workbench.pressInTitle(/Compare VMSA with Generated/);
    await workbench.pick('EPYC-Milan');
    await workbench.activeTab('↔ generated').waitFor();
    await (await workbench.webviewFrame()).getByText(differing(2)).waitFor();
  });
  it('from the menu of a file in the Explorer', async () => {
    const workbench = await lookAtSample();
    await workbench.chooseInMenu('vcpu0.vmsa', /Compare VMSA with Generated/);
    await workbench.pick('EPYC-Milan');
    await workbench.activeTab('↔ generated').waitFor();
    await (await workbench.webviewFrame()).getByText('The pages are equal').waitFor();
  });
});

describe('Commands that ask', () => {
  it('generate the page of an additional vCPU with the reset address of an image in the workspace', async () => {
    const workbench = await lookAtSample();
    await workbench.runCommand('SEV: Generate VMSA…');
    await workbench.pick('SEV-ES, QEMU and KVM with KVM_SEV_INIT2');
    await workbench.pick('Additional processor');
    await workbench.pick('EPYC-Genoa');
    await workbench.pick('OVMF.sample.fd');
    // The SEV features of the profile stay as they are.
    await workbench.input.press('Enter');
    await workbench.suggested('vcpu1.vmsa');
    await workbench.input.press('Enter');
    await workbench.activeTab('vcpu1.vmsa').waitFor();
    const frame = await workbench.webviewFrame();
    await frame.getByText('additional processor (AP), reset address 0x0080b004').waitFor();
    sevscope(
      sample,
      'vmsa',
      'diff',
      'vcpu1.vmsa',
      '--cpu',
      '1',
      '--cpu-model',
      'EPYC-Genoa',
      '--profile',
      'sev-es-init2',
      '--firmware',
      'OVMF.sample.fd',
    );
    workbench.assertNoErrors();
  });
});

describe('The sample', () => {
  it('is created in a folder that is chosen', async () => {
    const workbench = await lookAtSample();
    await workbench.runCommand('SEV: Create Sample Workspace');
    await workbench.answerPath(`${sample}/`);
    await workbench.notification('The sample is in').waitFor();
    for (const name of [SAMPLE.snpMatches, SAMPLE.sevEsMatches])
      sevscope(join(sample, 'sevscope-sample'), 'validate', '--launch', name);
  });
});

describe('A launch file checked from the command palette', () => {
  const launches: [string, string, RegExp][] = [
    [SAMPLE.snpMatches, 'Matches', /give the expected launch digest/],
    [SAMPLE.snpMismatch, 'Does not match', /give another launch digest/],
    [SAMPLE.sevEsMatches, 'Matches', /launched with exactly these/],
    [SAMPLE.sevEsMismatch, 'Does not match', /launched with something else/],
  ];
  for (const [name, verdict, summary] of launches) {
    it(`${name}: ${verdict}`, async () => {
      const workbench = await lookAtSample({ size: { width: 1440, height: 900 } });
      await workbench.runCommand(VALIDATE);
      await workbench.pick(name);
      await workbench.activeTab('Report').waitFor();
      const frame = await workbench.webviewFrame();
      await frame.getByRole('heading', { level: 1, name: verdict }).waitFor();
      assert.match(await frame.locator('body').innerText(), summary);
      assert.equal(await frame.locator('[data-step="launch-digest"]').count(), 1);
      await workbench.screenshot(`report-${name.replace('.sevlaunch.json', '')}`);
      workbench.assertNoErrors();
    });
  }
});

describe('A launch file with an input that is missing', () => {
  it('says what is wrong, and recovers', async () => {
    rmSync(join(sample, 'vmlinuz.sample'));
    const workbench = await lookAtSample();
    await workbench.runCommand(VALIDATE);
    await workbench.pick(SAMPLE.sevEsMatches);
    await workbench.activeTab('Report').waitFor();
    const frame = await workbench.webviewFrame();
    await frame.getByRole('heading', { level: 1, name: 'Could not be checked' }).waitFor();
    await frame.getByText(/vmlinuz\.sample cannot be read: there is no such file/).waitFor();
    sevscope(sample, 'sample', '.');
    await frame.getByRole('button', { name: 'Check Again' }).click();
    await frame.getByRole('heading', { level: 1, name: 'Matches' }).waitFor();
    workbench.assertNoErrors();
  });
});
