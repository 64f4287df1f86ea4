// An OVMF image in the workbench beyond its tables: volumes and what is compressed in them, origin and digests, and two
// images side by side.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sampleFirmware } from '../../src/app/sampleFirmware';
import { buildOvmf } from '../../src/core/ovmf/build';
import { largeImage } from '../helpers/largeImage';
import { row, rowIds, selectedId } from '../helpers/page';
import { useSharedSample } from '../helpers/sample';
import { openWorkbench } from '../helpers/workbench';

/** A real image, of Debian's package ovmf. */
const REAL = '/usr/share/OVMF/OVMF_CODE_4M.fd';
/** Another build of the same release and size. */
const SECURE_BOOT = '/usr/share/OVMF/OVMF_CODE_4M.secboot.fd';

/** The sample of all tests, which share a window. */
let sample: string;
useSharedSample((made) => (sample = made));

describe('A real image', () => {
  it('shows its volumes with the files inside compressed ones, its releases and its digests', async () => {
    assert.ok(existsSync(REAL), 'the package ovmf is installed');
    copyFileSync(REAL, join(sample, 'real.fd'));
    const workbench = await openWorkbench({
      folder: sample,
      shared: true,
      size: { width: 1440, height: 900 },
    });
    await workbench.openFromExplorer('real.fd');
    const frame = await workbench.webviewFrame();
    await row(frame, 'volumes').click();
    // More files than stand uncompressed in the file: the extension host has sent what is inside.
    await row(frame, 'volumes')
      .getByText(/[1-9][0-9]{2} files/)
      .waitFor();
    await workbench.page.keyboard.press('Control+f');
    await frame.getByRole('search', { name: 'Find' }).locator('input').fill('_FVH');
    await frame
      .locator('.find-status')
      .getByText(/^1 of /)
      .waitFor();
    await frame.getByRole('button', { name: 'Reasons and Digests' }).click();
    const sha256 = execFileSync('sha256sum', [REAL], { encoding: 'utf8' }).split(' ')[0]!;
    await frame.getByLabel('Digests').getByText(sha256).first().waitFor();
    await workbench.screenshot('ovmf-real');
    workbench.assertNoErrors();
  });
  it('is all there again after another file was in front, and beside its new build', async () => {
    copyFileSync(REAL, join(sample, 'real.fd'));
    const workbench = await openWorkbench({
      folder: sample,
      shared: true,
      size: { width: 1440, height: 900 },
    });
    const isWhole = async () => {
      const frame = await workbench.webviewFrame();
      await row(frame, 'volumes')
        .getByText(/[1-9][0-9]{2} files/)
        .waitFor();
      return frame;
    };
    await workbench.openFromExplorer('real.fd');
    await isWhole();
    await workbench.openFromExplorer('vcpu0.vmsa');
    await row(await workbench.webviewFrame(), 'rip').waitFor();
    await workbench.openFromExplorer('real.fd');
    const frame = await isWhole();
    await workbench.page.waitForTimeout(3200);
    copyFileSync(SECURE_BOOT, join(sample, 'real.fd'));
    await frame.getByText(/^Rebuilt since/).waitFor();
    // Found inside what is compressed in both.
    await frame.getByRole('list', { name: 'Changes' }).getByText('PiSmmCore').first().waitFor();
    await workbench.inEveryTheme((theme) => workbench.screenshot(`ovmf-real-rebuilt-${theme}`));
    workbench.assertNoErrors();
  });
});

describe('An image of 64 MiB', () => {
  it('is drawn before its bytes are there, and keeps what is selected while it fills', async function () {
    this.timeout(180_000);
    writeFileSync(join(sample, 'large.fd'), largeImage(readFileSync(REAL), 64 * 2 ** 20));
    const workbench = await openWorkbench({ folder: sample, shared: true });
    await workbench.openFromExplorer('large.fd');
    const frame = await workbench.webviewFrame();
    const id = '/GUIDed table/SEV-ES reset block/reset_addr';
    await row(frame, id).click();
    await workbench.page.keyboard.press('ArrowDown');
    const next = '/GUIDed table/SEV-ES reset block/length';
    assert.equal(await selectedId(frame), next);
    // The volumes are known, and what is compressed in them.
    await row(frame, 'volumes')
      .getByText(/[1-9][0-9]{2} files$/)
      .waitFor({ timeout: 60_000 });
    assert.equal(await selectedId(frame), next);
    assert.equal(await frame.evaluate(() => document.activeElement?.getAttribute('data-id')), next);
    await workbench.page.keyboard.press('Control+f');
    await frame.getByRole('search', { name: 'Find' }).locator('input').fill('_FVH');
    await frame
      .locator('.find-status')
      .getByText(/^\d+ of \d+$/)
      .waitFor();
    await workbench.page.keyboard.press('Escape');
    await frame.locator('.hex').focus();
    await workbench.page.keyboard.press('Control+Home');
    const first = frame.locator('.hex-bytes [data-at="40"]');
    assert.equal(await first.innerText(), '5f', 'all bytes have arrived');
    workbench.assertNoErrors();
  });
});

describe('Two images selected in the Explorer', () => {
  it('are compared: whose measurement changes, and what differs', async () => {
    const image = readFileSync(join(sample, 'OVMF.sample.fd'));
    const other = sampleFirmware({ resetAddress: 0x808004 });
    writeFileSync(join(sample, 'other.fd'), other);
    const workbench = await openWorkbench({
      folder: sample,
      shared: true,
      size: { width: 1440, height: 900 },
    });
    await workbench.selectTwo('OVMF.sample.fd', 'other.fd');
    await workbench.chooseInMenu('OVMF.sample.fd', /Compare OVMF Images/);
    await workbench.activeTab('↔').waitFor();
    const frame = await workbench.webviewFrame();
    const effects = frame.getByRole('list', { name: 'Effects on measurements' });
    assert.match(await effects.innerText(), /SEV-ES[\s\S]*more than one vCPU[\s\S]*0x0080/);
    await frame.locator('[role=row][aria-selected=true]').first().waitFor();
    const ids = await rowIds(frame);
    assert.ok(ids.some((id) => id?.endsWith('reset_addr')));
    assert.match((await selectedId(frame)) ?? '', /reset_addr/, 'the first change is selected');
    assert.equal(image.length, other.length);
    await workbench.screenshot('ovmf-comparison');
    workbench.assertNoErrors();
  });
});

describe('The bytes of two images of different sizes', () => {
  it('stand opposite each other where the selected change does, and only those that differ are coloured', async () => {
    const image = buildOvmf();
    writeFileSync(join(sample, 'one.fd'), image);
    // Without the block of the secret, what is below it in the table moves up.
    const other = Buffer.from(
      buildOvmf({ size: 0x180000, secretArea: false, hashArea: { base: 0x820c10, size: 0x400 } }),
    );
    writeFileSync(join(sample, 'other.fd'), other);
    const workbench = await openWorkbench({
      folder: sample,
      shared: true,
      size: { width: 1440, height: 900 },
    });
    await workbench.selectTwo('one.fd', 'other.fd');
    await workbench.chooseInMenu('one.fd', /Compare OVMF Images/);
    await workbench.activeTab('↔').waitFor();
    const frame = await workbench.webviewFrame();
    // The extension host compares them.
    await frame.locator('[role=row][data-id]').first().waitFor();
    const ids = (await rowIds(frame)).filter((id) => id !== null);
    const base = ids.find((id) => id.includes('hash') && id.endsWith('/base'))!;
    await row(frame, base).click();
    const offsets = (await row(frame, base).locator('.cell-offset').innerText()).split(' → ').map(Number);
    const ahead = offsets[1]! - offsets[0]!;
    assert.notEqual(ahead, other.length - image.length, 'they are not aligned at their ends');
    // The metadata moved by another distance, and is equal.
    const moved = ids.find((id) => id.startsWith('0 moved'))!;
    const places = (await row(frame, moved).locator('.cell-offset').innerText()).split(' → ').map(Number);
    const isMoved = (pane: number, at: number) => at >= places[pane]! && at < places[pane]! + 100;
    /** The bytes drawn in a pane, by offset: the height that they are at, and whether they are coloured. */
    const drawn = async (pane: number) =>
      new Map(
        await frame
          .locator('.hex')
          .nth(pane)
          .evaluate((hex) =>
            [...hex.querySelectorAll<HTMLElement>('.hex-bytes [data-at]')].map(
              (byte) =>
                [
                  Number(byte.dataset['at']),
                  { top: byte.getBoundingClientRect().top, coloured: byte.matches('.byte-differs') },
                ] as const,
            ),
          ),
      );
    const look = async () => {
      const panes = [await drawn(0), await drawn(1)] as const;
      for (const [at, { coloured }] of panes[0])
        assert.equal(coloured, !isMoved(0, at) && image[at] !== other[at + ahead]);
      for (const [at, { coloured }] of panes[1])
        assert.equal(coloured, !isMoved(1, at) && other[at] !== image[at - ahead]);
      const [left, right] = [panes[0].get(offsets[0]!), panes[1].get(offsets[1]!)];
      if (left && right)
        assert.ok(Math.abs(left.top - right.top) < 2, `side by side: ${left.top} ${right.top}`);
      return panes[0];
    };
    const bytes = await look();
    const field = [0, 1, 2, 3].map((i) => bytes.get(offsets[0]! + i)!.coloured);
    assert.deepEqual(field, [true, false, true, false], '0x00810c00 and 0x00820c10');
    assert.equal(bytes.get(offsets[0]! + 10)!.coloured, false, 'the GUID behind it is the same');
    // Scrolling one scrolls the other; a byte of the second leads to the one opposite.
    await frame.locator('.hex').nth(1).hover();
    await workbench.page.mouse.wheel(0, -60);
    await workbench.page.waitForTimeout(200);
    await look();
    await frame.locator(`.hex >> nth=1 >> .hex-bytes [data-at="${offsets[1]! + 10}"]`).click();
    assert.equal(
      await frame.locator('.hex').first().locator('.byte-cursor').first().getAttribute('data-at'),
      String(offsets[0]! + 10),
    );
    await look();
    await workbench.screenshot('ovmf-comparison-moved');
    workbench.assertNoErrors();
  });
});

describe('The bytes of an image', () => {
  it('have bands, and are selected by hand and by what they are a part of', async () => {
    const workbench = await openWorkbench({
      folder: sample,
      shared: true,
      size: { width: 1600, height: 900 },
    });
    await workbench.openFromExplorer('OVMF.sample.fd');
    const frame = await workbench.webviewFrame();
    const { keyboard } = workbench.page;
    const place = async () => (await frame.locator('.details-place').innerText()).replace(/ \(.*/, '');
    await row(frame, '/GUIDed table/SEV-ES reset block/reset_addr').click();
    const field = await place();
    assert.match(field, /4 bytes/);
    const names = frame.locator('.hex-band').filter({ hasText: 'SEV-ES reset block' });
    assert.equal(await names.count(), 1, 'the name of a band stands in the row where it starts');
    await keyboard.press('Enter');
    await keyboard.press('Shift+ArrowRight');
    await keyboard.press('Shift+ArrowRight');
    await frame.locator('.details h2').getByText('Selected bytes').waitFor();
    assert.match(await place(), /3 bytes/);
    await keyboard.press('Shift+Alt+ArrowRight');
    assert.equal(await place(), field, 'the field holds the three bytes');
    await keyboard.press('Shift+Alt+ArrowRight');
    assert.match(await place(), /22 bytes/, 'the entry holds the field');
    await workbench.screenshot('ovmf-bands');
    await keyboard.press('Shift+Alt+ArrowLeft');
    assert.equal(await place(), field);
    await workbench.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await keyboard.press('Control+c');
    workbench.assertNoErrors();
  });
});

describe('An image that is built again', () => {
  it('keeps the selection and says what changed, until that is forgotten', async () => {
    copyFileSync(join(sample, 'OVMF.sample.fd'), join(sample, 'build.fd'));
    const workbench = await openWorkbench({
      folder: sample,
      shared: true,
      size: { width: 1440, height: 900 },
    });
    await workbench.openFromExplorer('build.fd');
    const frame = await workbench.webviewFrame();
    const id = '/GUIDed table/SEV-ES reset block/reset_addr';
    await row(frame, id).click();
    await workbench.page.waitForTimeout(3200);
    writeFileSync(join(sample, 'build.fd'), sampleFirmware({ resetAddress: 0x808004 }));
    await frame.getByText(/^Rebuilt since/).waitFor();
    assert.equal(await selectedId(frame), id);
    const changes = frame.getByRole('list', { name: 'Changes' });
    assert.match(await changes.innerText(), /reset_addr[\s\S]*0x0080b004[\s\S]*→ 0x00808004/);
    await workbench.screenshot('ovmf-rebuilt');
    await frame.getByRole('button', { name: 'Dismiss' }).click();
    await frame.getByText(/^Rebuilt since/).waitFor({ state: 'detached' });
    workbench.assertNoErrors();
  });
});
