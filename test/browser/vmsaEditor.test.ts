// The VMSA editor as a person uses it: find out which launch a page is from, learn why it differs, change it, take changes
// back, save; and what it says when the file is no plain page or is written by somebody else.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { cells, differing, row, rowIds, selectedId } from '../helpers/page';
import { sevscope, useSharedSample } from '../helpers/sample';
import { openWorkbench, type Workbench, type WorkbenchOptions } from '../helpers/workbench';

/** The sample of all tests, which share a window. */
let sample: string;
useSharedSample((made) => (sample = made));
const lookAtSample = (options: Partial<WorkbenchOptions> = {}) =>
  openWorkbench({ folder: sample, shared: true, ...options });

const pageOf = (name: string) => readFileSync(join(sample, name));

async function openPage(workbench: Workbench, name: string): Promise<Frame> {
  await workbench.openFromExplorer(name);
  const frame = await workbench.webviewFrame();
  await frame.getByRole('treegrid').waitFor();
  return frame;
}

const dirtyTab = (workbench: Workbench) => workbench.page.locator('.tab.active.dirty');
const bit = (frame: Frame, index: number) => frame.locator(`.bit-diagram [data-bit="${index}"]`).first();
const valueField = (frame: Frame) => frame.locator('.details [data-mark="value"] input');

describe('A page with three planted differences', () => {
  it('is compared, understood by cause, fixed in the editor, saved, and equal', async () => {
    // DebugSwap of Linux 6.6, the CS attributes that KVM leaves, the FPU state of KVM_SEV_INIT2.
    sevscope(
      sample,
      'vmsa',
      'update',
      'vcpu0.vmsa',
      ...['--set', 'sev_features=0x20', '--set', 'cs_attrib=0x9a', '--set', 'mxcsr=0x1f80'],
    );
    const workbench = await lookAtSample({ size: { width: 1440, height: 900 } });
    let step = 0;
    const picture = () => workbench.screenshot(`recording-${String(++step).padStart(2, '0')}`);

    await openPage(workbench, 'vcpu0.vmsa');
    await picture();
    await workbench.runAndPick('SEV: Compare VMSA with Generated…', 'EPYC-Milan');
    await workbench.activeTab('↔ generated').waitFor();
    let comparison = await workbench.webviewFrame();
    // Whatever the guess was: the launch is a default QEMU's.
    await comparison.getByRole('combobox', { name: 'Profile' }).click();
    await comparison.getByRole('option', { name: 'SEV-ES, QEMU and KVM', exact: true }).click();
    await comparison.getByText(differing(3)).waitFor();
    await picture();
    const causes = (await rowIds(comparison)).filter((id) => id?.startsWith('cause:'));
    assert.equal(causes.length, 3, 'three differences, three causes');
    for (const [field, words] of [
      ['sev_features', /DebugSwap/],
      ['cs_attrib', /KVM/],
      ['mxcsr', /KVM_SEV_INIT2/],
    ] as const) {
      await row(comparison, field).click();
      assert.match(await comparison.getByRole('region', { name: 'Why' }).innerText(), words);
      await picture();
    }

    await workbench.page
      .locator('.tab')
      .filter({ hasText: /^vcpu0\.vmsa$/ })
      .click();
    const frame = await workbench.webviewFrame();
    await row(frame, 'sev_features').click();
    await bit(frame, 5).click();
    await row(frame, 'sev_features').getByText('0x0000000000000000').waitFor();
    await dirtyTab(workbench).waitFor();
    await picture();
    await row(frame, 'cs_attrib').click();
    await row(frame, 'cs_attrib').press('F2');
    await valueField(frame).fill('0x9b');
    await valueField(frame).press('Enter');
    await row(frame, 'cs_attrib').getByText('0x009b').waitFor();
    await row(frame, 'mxcsr').click();
    await row(frame, 'mxcsr').press('F2');
    await valueField(frame).fill('0');
    await picture();
    await valueField(frame).press('Enter');
    await row(frame, 'mxcsr').getByText('0x00000000').waitFor();
    await frame.getByText(/Matches SEV-ES, QEMU and KVM · boot processor · EPYC-Milan/).waitFor();
    await workbench.page.keyboard.press('Control+s');
    await dirtyTab(workbench).waitFor({ state: 'detached' });
    await picture();

    await workbench.page.locator('.tab').filter({ hasText: '↔ generated' }).click();
    comparison = await workbench.webviewFrame();
    await comparison.getByText('The pages are equal').waitFor();
    await picture();
    sevscope(sample, 'vmsa', 'diff', 'vcpu0.vmsa', '--cpu-model', 'EPYC-Milan');
    workbench.assertNoErrors();
  });
});

describe('SEV features of the expected page', () => {
  it('are those of the profile, until one is switched with the keyboard or a set is typed', async () => {
    sevscope(sample, ...['vmsa', 'build', 'vcpu0.vmsa', '--cpu-model', 'EPYC-Milan']);
    sevscope(
      sample,
      ...['vmsa', 'build', 'tsc.vmsa', '--cpu-model', 'EPYC-Milan', '--profile', 'snp'],
      ...['--guest-features', 'SNPActive,SecureTSC'],
    );
    const workbench = await lookAtSample({ size: { width: 600, height: 900 } });
    await openPage(workbench, 'tsc.vmsa');
    await workbench.runAndPick('SEV: Compare VMSA with Generated…', 'EPYC-Milan');
    await workbench.activeTab('↔ generated').waitFor();
    const frame = await workbench.webviewFrame();
    await frame.getByText(differing(1)).waitFor();
    await row(frame, 'sev_features').click();
    assert.match(
      await frame.getByRole('region', { name: 'Why' }).innerText(),
      /only 0x201 has SecureTSC \(0x200\)/,
    );
    await frame.getByRole('button', { name: 'SEV features: SNPActive', exact: true }).press('Enter');
    await workbench.inEveryTheme((theme) => workbench.screenshot(`sev-features-${theme}`));
    await frame.getByRole('checkbox', { name: 'SecureTSC' }).press('Space');
    await frame.getByText('The pages are equal').waitFor();
    await frame.getByRole('button', { name: 'SEV features: SNPActive, SecureTSC' }).waitFor();
    const typed = frame.getByRole('textbox', { name: 'sev_features' });
    assert.equal(await typed.inputValue(), '0x201');
    await typed.fill('SNPActive,SecureTSC,0x40000');
    await frame.getByText('No vCPU can run with these: 0x40000 is reserved.').waitFor();
    await frame.getByText(differing(1)).waitFor();
    await typed.fill('Turbo');
    await frame.getByRole('alert').filter({ hasText: '"Turbo" is no set of SEV features' }).waitFor();
    await workbench.screenshot('sev-features-wrong');
    await workbench.page.setViewportSize({ width: 2560, height: 1000 });
    await typed.fill('0x9');
    await frame.getByRole('button', { name: 'SEV features: SNPActive, RestrictedInjection' }).waitFor();
    await workbench.screenshot('sev-features-wide');
    workbench.assertNoErrors();
  });
});

describe('Editing', () => {
  it('refuses a wrong value in place, flips bits with the keyboard, undoes and redoes', async () => {
    const workbench = await lookAtSample();
    const before = pageOf('vcpu0.vmsa');
    const frame = await openPage(workbench, 'vcpu0.vmsa');
    await row(frame, 'efer').click();
    await row(frame, 'efer').press('F2');
    await valueField(frame).fill('0x1ffffffffffffffff');
    await frame.getByRole('alert').filter({ hasText: 'efer has 64 bits' }).waitFor();
    await valueField(frame).press('Enter');
    assert.equal(await dirtyTab(workbench).count(), 0, 'a refused value changes nothing');
    await valueField(frame).press('Escape');
    await frame.getByText('Type a value, or flip a bit below.').waitFor();
    assert.equal(await valueField(frame).inputValue(), '0x0000000000001000');

    // Bit 8, LME, by the arrow keys from bit 0.
    await bit(frame, 0).focus();
    for (let i = 0; i < 8; i++) await workbench.page.keyboard.press('ArrowLeft');
    await workbench.page.keyboard.press('Space');
    await row(frame, 'efer').getByText('0x0000000000001100').waitFor();
    assert.equal(await bit(frame, 8).getAttribute('aria-checked'), 'true');
    assert.match((await bit(frame, 8).getAttribute('aria-label'))!, /bit 8, LME: set \(Expected: clear\)/);
    await dirtyTab(workbench).waitFor();
    await row(frame, 'efer').click();
    await workbench.page.keyboard.press('Control+z');
    await row(frame, 'efer').getByText('0x0000000000001000').waitFor();
    await dirtyTab(workbench).waitFor({ state: 'detached' });
    await workbench.page.keyboard.press('Control+y');
    await row(frame, 'efer').getByText('0x0000000000001100').waitFor();
    await frame.getByText('Use this value').click();
    await row(frame, 'efer').getByText('0x0000000000001000').waitFor();
    assert.deepEqual(pageOf('vcpu0.vmsa'), before, 'nothing was saved');
    workbench.assertNoErrors();
  });

  it('chooses a descriptor type from words', async () => {
    const workbench = await lookAtSample();
    const frame = await openPage(workbench, 'vcpu0.vmsa');
    await row(frame, 'es_attrib').click();
    await frame
      .locator('.bit-select[aria-label="TYPE"]')
      .selectOption({ label: '0x7 data, read/write, expand down, accessed' });
    await row(frame, 'es_attrib').getByText('0x0097').waitFor();
    workbench.assertNoErrors();
  });
});

describe('Finding', () => {
  it('goes to names, other names, values and bytes with Ctrl+F, and to offsets with Ctrl+G', async () => {
    const workbench = await lookAtSample();
    const frame = await openPage(workbench, 'vcpu0.vmsa');
    const press = (key: string) => workbench.page.keyboard.press(key);
    await row(frame, 'group:Segments').click();
    await press('Control+f');
    const find = frame.getByRole('search', { name: 'Find' });
    await find.locator('input').fill('valid_bitmap');
    assert.equal(await selectedId(frame), 'reserved_0x3f0');
    await find.getByText('1 of 1').waitFor();
    await find.locator('input').fill('11 0f a0');
    assert.deepEqual(await frame.locator('[role=gridcell].byte-selected').allInnerTexts(), [
      '11',
      '0f',
      'a0',
    ]);
    await find.locator('input').fill('nothing like this');
    await find.getByText('Nothing found').waitFor();
    await press('Escape');
    await press('Control+g');
    await frame.getByRole('search', { name: 'Go to offset' }).locator('input').fill('0x3b4');
    await press('Enter');
    assert.equal(await selectedId(frame), 'sev_features');
    assert.equal(await frame.locator('.byte-cursor').first().getAttribute('data-at'), String(0x3b4));
    await workbench.page.locator('.statusbar-item').filter({ hasText: 'sev_features 0x3b4' }).waitFor();
    workbench.assertNoErrors();
  });
  it('shows a card with meaning, expected value and source when the pointer rests on a row', async () => {
    const workbench = await lookAtSample();
    const frame = await openPage(workbench, 'vcpu0.vmsa');
    await row(frame, 'cs_attrib').hover();
    await workbench.page.mouse.move(0, 0);
    await row(frame, 'cs_attrib').hover();
    const card = frame.getByRole('tooltip');
    await card.waitFor();
    assert.match(
      await card.innerText(),
      /cs_attrib[\s\S]*Expected\s+the same[\s\S]*QEMU, at CPU reset[\s\S]*x86_cpu_reset_hold/,
    );
    await workbench.page.keyboard.press('Escape');
    await card.waitFor({ state: 'detached' });
    workbench.assertNoErrors();
  });
});

describe('What matches', () => {
  it('is named in one line, listed on demand, and compared from there', async () => {
    const workbench = await lookAtSample();
    const frame = await openPage(workbench, 'vcpu0-wrong.vmsa');
    await frame.getByText(/Matches SEV-ES.*DebugSwap.*EPYC-Genoa/).waitFor();
    await frame.getByRole('button', { name: 'Identify' }).click();
    await frame.getByRole('button', { name: /Compare with SEV-ES.*DebugSwap/ }).click();
    await workbench.activeTab('↔ generated').waitFor();
    await (await workbench.webviewFrame()).getByText('The pages are equal').waitFor();
    workbench.assertNoErrors();
  });
});

describe('A file written by another program', () => {
  it('is shown anew with what changed, or asked about when there are changes', async () => {
    const workbench = await lookAtSample();
    const frame = await openPage(workbench, 'vcpu0.vmsa');
    await row(frame, 'rdx').click();
    sevscope(sample, 'vmsa', 'update', 'vcpu0.vmsa', '--cpu-model', 'EPYC-Rome');
    await frame.getByText('Reloaded, because the file was written: rdx changed.').waitFor();
    assert.equal(await selectedId(frame), 'rdx', 'the selection stays');
    assert.match((await cells(frame, 'rdx')).join(' '), /EPYC-Rome/);

    await row(frame, 'rax').click();
    await row(frame, 'rax').press('F2');
    await valueField(frame).fill('7');
    await valueField(frame).press('Enter');
    await dirtyTab(workbench).waitFor();
    sevscope(sample, 'vmsa', 'update', 'vcpu0.vmsa', '--cpu-model', 'EPYC-Milan');
    await frame.getByText(/your changes are not saved/).waitFor();
    await row(frame, 'rax').getByText('0x0000000000000007').waitFor();
    await frame.getByRole('button', { name: 'Reload and Lose My Changes' }).click();
    await row(frame, 'rax').getByText('0x0000000000000000').waitFor();
    await row(frame, 'rdx').getByText('EPYC-Milan').first().waitFor();
    await dirtyTab(workbench).waitFor({ state: 'detached' });
    workbench.assertNoErrors();
  });
});

describe('Other ways in', () => {
  it('are a kernel log, of which each page can be chosen, and several pages in one file', async () => {
    const dump = (page: Buffer) =>
      Array.from({ length: 103 }, (_, i) => {
        const line = page
          .subarray(16 * i, 16 * i + 16)
          .toString('hex')
          .replaceAll(/(..)(?=.)/g, '$1 ');
        return `[   12.${100 + i}] ${line}`;
      }).join('\n');
    const header = '[   12.000] Virtual Machine Save Area (VMSA):';
    const pages = [pageOf('vcpu0.vmsa'), pageOf('vcpu0-wrong.vmsa')];
    writeFileSync(
      join(sample, 'dmesg.log'),
      `[ 1.0] hello\n${pages.map((p) => `${header}\n${dump(p)}`).join('\n')}\n`,
    );
    writeFileSync(join(sample, 'both.vmsa'), Buffer.concat(pages));
    const workbench = await lookAtSample();
    await workbench.openFromExplorer('dmesg.log');
    await workbench.runCommand('SEV: Open as VMSA');
    let frame = await workbench.webviewFrame();
    await frame.getByText(/Read from .*kernel log/).waitFor();
    await frame
      .getByText(/EPYC-Milan/)
      .first()
      .waitFor();
    await frame.getByRole('combobox', { name: /2 pages/ }).click();
    // Each is of a boot processor, and a launch begins with one.
    await frame.getByRole('option', { name: 'launch 2, vCPU 0' }).click();
    await frame
      .getByText(/EPYC-Genoa/)
      .first()
      .waitFor();
    assert.equal(await frame.locator('[data-mark="value"]').count(), 0, 'a log cannot be changed');

    frame = await openPage(workbench, 'both.vmsa');
    await frame.getByRole('combobox', { name: /2 pages/ }).click();
    await frame.getByRole('option', { name: 'vCPU 1' }).click();
    await row(frame, 'rdx').getByText('EPYC-Genoa').first().waitFor();
    workbench.assertNoErrors();
  });
});
