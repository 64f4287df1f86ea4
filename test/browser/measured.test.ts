// What an SNP launch measures, as a person looks into it: on the map of an image, and in the report of a check down to each page.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { runHere } from '../helpers/cli';
import { assertAccessible, row, selectedId } from '../helpers/page';
import { useSharedSample } from '../helpers/sample';
import { SAMPLE } from '../../src/app/sampleNames';
import { writeSnpLaunches, writeSvsmLaunches } from '../helpers/snpLaunches';
import { assertStill, resize, WINDOWS } from '../helpers/stillness';
import { openWorkbench, type Workbench } from '../helpers/workbench';

const SIZE = { width: 1440, height: 900 };

/** The sample of all tests, which share a window. */
let folder: string;
useSharedSample((made) => (folder = made));

describe('The map of an image', () => {
  it('has what an SNP launch measures in its order, and each part selects its bytes', async function () {
    this.timeout(240_000);
    const workbench = await openWorkbench({ folder, shared: true, size: SIZE });
    const { keyboard } = workbench.page;
    await workbench.openFromExplorer('OVMF.sample.fd');
    const frame = await workbench.webviewFrame();
    const facts = frame.getByLabel('In an SNP launch');
    const box = (name: RegExp) => frame.getByRole('button', { name });
    await box(/^SNP_SECRETS.*SNP launch, 4 of 9: 1 secrets page/).click();
    assert.match((await selectedId(frame))!, /SNP_SECRETS/);
    assert.match(await facts.innerText(), /4 of 9: 1 secrets page at 0x0080d000[\s\S]*type and address only/);
    await box(/^SNP_KERNEL_HASHES/).focus();
    await keyboard.press('Enter');
    assert.match(await facts.innerText(), /With a kernel and kernel hashes on, it is a normal page/);
    await box(/^this image.*SNP launch, 1 of 9/).focus();
    await keyboard.press('Enter');
    assert.match(await facts.innerText(), /1 of 9: \d+ normal pages[\s\S]*contents, type and address/);
    // The vCPUs are in no file: they have details, and a byte of the file takes their place.
    await keyboard.press('End');
    await keyboard.press('Enter');
    const details = frame.getByRole('region', { name: 'Details' });
    await details.getByText('The initial state of the vCPUs').waitFor();
    assert.match(await facts.innerText(), /9 of 9: a vmsa page for each vCPU at 0xfffffffff000/);
    assert.equal(await box(/^VMSAs/).getAttribute('aria-pressed'), 'true');
    await workbench.inEveryTheme(async (theme) => {
      await assertAccessible(frame);
      await workbench.screenshot(`map-measured-${theme}`);
    });
    await frame.locator('[role=row][data-id]').first().click();
    await details.getByText('The initial state of the vCPUs').waitFor({ state: 'detached' });
    assert.equal(await box(/^VMSAs/).getAttribute('aria-pressed'), 'false');
    const numbers = await frame.locator('.map-order').allTextContents();
    assert.deepEqual(
      numbers.map(Number).toSorted((a, b) => a - b),
      [1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
    await workbench.runCommand('View: Toggle Primary Side Bar Visibility');
    for (const [what, size] of Object.entries(WINDOWS)) {
      await resize(workbench, frame, size);
      await workbench.screenshot(`map-measured-${size.width}`);
      await assertStill(workbench, frame, `the map in a window ${what}`);
    }
    await workbench.page.setViewportSize(SIZE);
    await workbench.runCommand('View: Toggle Primary Side Bar Visibility');
    workbench.assertNoErrors();
  });
});

/** What the command line computes of the launch that `writeSnpLaunches` writes. */
const DIGEST = [
  ...['digest', '--mode', 'snp', '-f', 'OVMF.sample.fd', '--kernel', 'vmlinuz.sample', '--append', 'quiet'],
  ...['--vcpus', '2', '--vcpu-type', 'EPYC-Milan', '--trace', '--json'],
];

/** Milliseconds that the start of the extension and a check may take on a busy machine. */
const SLOW = 60_000;

async function openReport(workbench: Workbench, name: string, verdict?: string): Promise<Frame> {
  await workbench.openFromExplorer(name);
  const lens = workbench.page.locator('.codelens-decoration a', { hasText: 'Validate' });
  // The first of them waits for the extension to start.
  await lens.click({ timeout: SLOW });
  return reportAgain(workbench, verdict);
}

/** The report's page, when its tab is in front again. */
async function reportAgain(workbench: Workbench, verdict = 'Matches'): Promise<Frame> {
  await workbench.activeTab('Report').waitFor({ timeout: SLOW });
  const frame = await workbench.webviewFrame();
  await frame.getByRole('heading', { name: verdict, exact: true }).waitFor({ timeout: SLOW });
  return frame;
}

describe('The report of an SNP launch', () => {
  interface Row {
    readonly contents: string | null;
    readonly digest: string;
    readonly gpa: string;
  }
  let rows: readonly Row[];
  let trace: string;
  beforeEach(async () => {
    await writeSnpLaunches(folder);
    trace = (await runHere(DIGEST, folder)).stdout;
    ({ rows } = JSON.parse(trace) as { rows: readonly Row[] });
  });

  it('unfolds to every page with its digests, by the keys, in every theme', async function () {
    this.timeout(240_000);
    const workbench = await openWorkbench({ folder, shared: true, size: { ...SIZE, height: 1400 } });
    const { keyboard } = workbench.page;
    const frame = await openReport(workbench, 'snp.sevlaunch.json');
    const firmware = frame.getByRole('article', { name: 'Firmware', exact: true });
    await firmware.getByRole('button', { name: '64 pages' }).focus();
    await keyboard.press('Enter');
    const list = firmware.getByRole('listbox');
    await list.focus();
    const shown = () => firmware.locator('.step-details').innerText();
    const plain = (text: string) => text.replaceAll(/\s/g, '');
    const isShown = async (index: number) => {
      const { contents, digest, gpa } = rows[index]!;
      await firmware.locator('.step-details', { hasText: gpa }).waitFor();
      const text = plain(await shown());
      assert.ok(
        text.includes(`Step${index}:normalat${gpa},firmwareat0x${(index * 4096).toString(16)}`),
        text,
      );
      for (const one of [contents!, digest]) assert.ok(text.includes(one), `${one} in ${text}`);
    };
    await isShown(0);
    await keyboard.press('ArrowDown');
    await isShown(1);
    await keyboard.press('End');
    await isShown(63);
    await keyboard.press('PageUp');
    await isShown(52);
    await workbench.screenshot('report-steps');
    // Only those in view are drawn.
    assert.ok((await list.getByRole('option').count()) < 32);
    const sections = frame.getByRole('article', { name: /^section 0, SNP_SEC_MEM/ });
    await sections.getByRole('button', { name: '9 pages' }).click();
    await sections.getByText('not measured').first().waitFor();
    await frame.getByRole('button', { name: 'Table of 176 bytes' }).click();
    await workbench.inEveryTheme(async (theme) => {
      await assertAccessible(frame);
      await workbench.screenshot(`report-steps-${theme}`);
    });
    await workbench.runCommand('View: Toggle Primary Side Bar Visibility');
    for (const [what, size] of Object.entries(WINDOWS)) {
      await resize(workbench, frame, size);
      await workbench.screenshot(`report-steps-${size.width}`);
      await assertStill(workbench, frame, `the report in a window ${what}`);
    }
    await workbench.page.setViewportSize(SIZE);
    await workbench.runCommand('View: Toggle Primary Side Bar Visibility');
    workbench.assertNoErrors();
  });

  it('opens what each part is: bytes and metadata of the image, pages of vCPUs, with the keys', async function () {
    this.timeout(240_000);
    const workbench = await openWorkbench({ folder, shared: true, size: SIZE });
    const { keyboard } = workbench.page;
    let frame = await openReport(workbench, 'snp.sevlaunch.json');
    const back = async () => {
      await workbench.runCommand('View: Close Editor');
      frame = await reportAgain(workbench);
    };
    const card = (name: RegExp) => frame.getByRole('article', { name });
    // A page of the firmware.
    await card(/^Firmware$/)
      .getByRole('button', { name: '64 pages' })
      .click();
    await frame.getByRole('listbox').focus();
    await keyboard.press('ArrowDown');
    await keyboard.press('ArrowDown');
    await frame.locator('.step-details', { hasText: 'Step 2' }).waitFor();
    await keyboard.press('Enter');
    await workbench.activeTab('OVMF.sample.fd').waitFor();
    let image = await workbench.webviewFrame();
    await image.locator('.details-place', { hasText: /^0x2000, 4096 bytes/ }).waitFor();
    await workbench.screenshot('lens-firmware');
    // Closed, and open: both select.
    await workbench.page.getByRole('tab', { name: /Report/ }).click();
    frame = await reportAgain(workbench);
    await card(/^section 2, SNP_SECRETS/)
      .getByRole('button', { name: 'Open Section in Image' })
      .focus();
    await keyboard.press('Enter');
    await workbench.activeTab('OVMF.sample.fd').waitFor();
    image = await workbench.webviewFrame();
    await row(image, (await selectedId(image)) ?? '').waitFor();
    await image.locator('.details-head', { hasText: 'SNP_SECRETS' }).waitFor();
    assert.equal(
      await image.getByRole('button', { name: /^SNP_SECRETS/ }).getAttribute('aria-pressed'),
      'true',
      'its memory on the map',
    );
    await back();
    // A page of a vCPU is in no file and never asks to be saved.
    await card(/vCPU 1/)
      .getByRole('button', { name: 'Open VMSA of vCPU 1' })
      .focus();
    await keyboard.press('Enter');
    await workbench.activeTab('vCPU 1 of snp.sevlaunch.json.vmsa').waitFor();
    const page = await workbench.webviewFrame();
    await row(page, 'rip').waitFor();
    await page.getByText('it is the page that a check measured, and no file').waitFor();
    await workbench.screenshot('lens-vmsa');
    await back();
    assert.equal(await workbench.page.getByRole('dialog').count(), 0);
    workbench.assertNoErrors();
  });

  it('gives its whole trace as JSON, as the command line prints it', async function () {
    this.timeout(120_000);
    const workbench = await openWorkbench({ folder, shared: true, size: SIZE });
    const frame = await openReport(workbench, 'snp.sevlaunch.json');
    await workbench.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await frame.getByRole('button', { name: 'Copy Trace as JSON' }).click();
    const copied = () => workbench.page.evaluate(() => navigator.clipboard.readText());
    for (let i = 0; i < 50 && !(await copied()).includes('"vmsas"'); i++)
      await workbench.page.waitForTimeout(100);
    assert.deepEqual(JSON.parse(await copied()), JSON.parse(trace));
    await frame.getByRole('button', { name: 'Save Trace…' }).click();
    await workbench.suggested('.trace.json');
    await workbench.answerPath(join(folder, 'b.trace.json'));
    for (let i = 0; i < 50; i++) {
      try {
        if (readFileSync(join(folder, 'b.trace.json'), 'utf8') !== '') break;
      } catch {
        // Not written yet.
      }
      await workbench.page.waitForTimeout(100);
    }
    assert.deepEqual(JSON.parse(readFileSync(join(folder, 'b.trace.json'), 'utf8')), JSON.parse(trace));
    const compared = await runHere([...DIGEST.slice(0, -2), '--compare', 'b.trace.json'], folder);
    assert.match(compared.stdout, /^No difference from the trace/);
    workbench.assertNoErrors();
  });
});

describe('The report of an SNP launch with an SVSM image', () => {
  /** What the command line computes of the launch that `writeSvsmLaunches` writes. */
  const OF_SVSM = [
    ...[
      'digest',
      '--mode',
      'snp:svsm',
      '-f',
      'OVMF.sample.fd',
      '--svsm',
      'svsm.bin',
      '--profile',
      'snp-svsm',
    ],
    ...['--vars-size', '0x84000', '--vcpus', '2', '--vcpu-type', 'EPYC-Milan', '--trace', '--json'],
  ];
  interface Trace {
    readonly launchDigest: string;
    readonly rows: readonly {
      readonly contents: string | null;
      readonly digest: string;
      readonly gpa: string;
    }[];
  }
  let trace: Trace;
  beforeEach(async () => {
    await writeSvsmLaunches(folder);
    trace = JSON.parse((await runHere(OF_SVSM, folder)).stdout) as Trace;
  });

  it('has each part in its order, page by page, and opens what it is', async function () {
    this.timeout(400_000);
    const workbench = await openWorkbench({ folder, shared: true, size: { ...SIZE, height: 1400 } });
    const { keyboard } = workbench.page;
    let frame = await openReport(workbench, 'svsm.sevlaunch.json');
    const card = (name: RegExp) => frame.getByRole('article', { name });
    const steps = frame.getByRole('list', { name: 'Steps of the measurement' });
    const titles = await steps.getByRole('article').locator('h3').allTextContents();
    assert.deepEqual(
      titles.map((title) => title.replace(/ \(row at .*/, '')),
      [
        ...['Firmware', 'SVSM image', 'section 0, SNP_SEC_MEM', 'section 1, SNP_SEC_MEM'],
        ...['section 2, SNP_SECRETS', 'section 3, CPUID', 'section 4, SVSM_CAA', 'section 5, SNP_SEC_MEM'],
        ...['section 6, SNP_KERNEL_HASHES', 'VMSAs of 2 vCPUs', 'Launch digest', 'Named launch digest'],
      ],
    );
    assert.ok((await steps.innerText()).replaceAll(/\s/g, '').includes(trace.launchDigest));
    // The image lies below the firmware and its variables.
    await card(/^SVSM image$/)
      .getByRole('button', { name: '8 pages' })
      .focus();
    await keyboard.press('Enter');
    await frame.getByRole('listbox').focus();
    await keyboard.press('ArrowDown');
    const page = card(/^SVSM image$/).locator('.step-details', { hasText: 'Step 65' });
    await page.waitFor();
    const { contents, digest, gpa } = trace.rows[65]!;
    const text = (await page.innerText()).replaceAll(/\s/g, '');
    for (const part of [contents!, digest, `at${gpa}`, 'SVSMat0x1000']) assert.ok(text.includes(part), part);
    await workbench.inEveryTheme(async (theme) => {
      await assertAccessible(frame);
      await workbench.screenshot(`report-svsm-${theme}`);
    });
    // Its pages and its metadata, not those of the firmware above it.
    await frame.getByRole('listbox').focus();
    await keyboard.press('Enter');
    await workbench.activeTab('svsm.bin').waitFor();
    let image = await workbench.webviewFrame();
    await image.locator('.details-place', { hasText: /^0x1000, 4096 bytes/ }).waitFor();
    await workbench.page.getByRole('tab', { name: /Report/ }).click();
    frame = await reportAgain(workbench);
    await card(/^section 4, SVSM_CAA/)
      .getByRole('button', { name: 'Open Section in Image' })
      .click();
    await workbench.activeTab('svsm.bin').waitFor();
    image = await workbench.webviewFrame();
    await image.locator('.details-head', { hasText: 'SVSM_CAA' }).waitFor();
    await workbench.runCommand('View: Close Editor');
    frame = await reportAgain(workbench);
    // All vCPUs have the same page.
    await card(/^VMSAs of 2 vCPUs$/)
      .getByRole('button', { name: 'Open VMSA of vCPU 0' })
      .click();
    await workbench.activeTab('vCPU 0 of svsm.sevlaunch.json.vmsa').waitFor();
    await row(await workbench.webviewFrame(), 'rip').waitFor();
    await workbench.runCommand('View: Close Editor');
    workbench.assertNoErrors();
  });

  it('says when the named digest is the one that sev-snp-measure prints', async function () {
    this.timeout(120_000);
    const workbench = await openWorkbench({ folder, shared: true, size: SIZE });
    const frame = await openReport(workbench, 'svsm-odd.sevlaunch.json', 'Does not match');
    const warnings = frame.getByRole('list', { name: 'Warnings' });
    assert.match(await warnings.innerText(), /sev-snp-measure leaves the x87 control word/);
    await workbench.screenshot('report-svsm-odd');
    workbench.assertNoErrors();
  });
});

describe('The report of an SEV-ES launch', () => {
  it('opens its image, the pages of its vCPUs, and shows the table of its kernel hashes', async function () {
    this.timeout(240_000);
    const workbench = await openWorkbench({ folder, shared: true, size: SIZE });
    let frame = await openReport(workbench, SAMPLE.sevEsMatches);
    await frame.getByRole('button', { name: 'Open Image' }).click();
    await workbench.activeTab('OVMF.sample.fd').waitFor();
    await workbench.runCommand('View: Close Editor');
    frame = await reportAgain(workbench);
    await frame.getByRole('button', { name: 'Open VMSA of vCPU 1' }).click();
    await workbench.activeTab('vCPU 1').waitFor();
    await row(await workbench.webviewFrame(), 'rip').waitFor();
    await workbench.runCommand('View: Close Editor');
    frame = await reportAgain(workbench);
    await frame.getByRole('button', { name: 'Table of 176 bytes' }).click();
    const table = frame.getByRole('table', { name: 'Kernel hashes in guest memory' });
    assert.match(
      await table.innerText(),
      /0x24[\s\S]*Command line[\s\S]*0x56[\s\S]*Initrd[\s\S]*0x88[\s\S]*Kernel/,
    );
    await workbench.screenshot('report-hash-table');
    assert.equal(await frame.getByRole('button', { name: 'Save Trace…' }).count(), 0);
    workbench.assertNoErrors();
  });
});
