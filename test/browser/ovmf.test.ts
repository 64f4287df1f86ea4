// An OVMF image in the workbench beyond its tables: volumes and what is compressed in them, origin and digests, and two
// images side by side.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildOvmf } from '../../src/core/ovmf/build';
import { row, rowIds, selectedId } from '../helpers/page';
import { makeSample, removeSample } from '../helpers/sample';
import { openWorkbench } from '../helpers/workbench';

/** A real image, of Debian's package ovmf. */
const REAL = '/usr/share/OVMF/OVMF_CODE_4M.fd';

let folder: string;
beforeEach(() => {
  folder = makeSample();
});
afterEach(() => {
  removeSample(folder);
});

describe('A real image', () => {
  it('shows its volumes with the files inside compressed ones, its releases and its digests', async () => {
    assert.ok(existsSync(REAL), 'the package ovmf is installed');
    copyFileSync(REAL, join(folder, 'real.fd'));
    const workbench = await openWorkbench({ folder, size: { width: 1440, height: 900 } });
    await workbench.openFromExplorer('real.fd');
    const frame = await workbench.webviewFrame();
    await row(frame, 'volumes').click();
    // More files than stand uncompressed in the file: the extension host has sent what is inside.
    await row(frame, 'volumes')
      .getByText(/[1-9][0-9]{2} files/)
      .waitFor();
    await workbench.page.keyboard.press('Control+f');
    await frame.getByRole('search', { name: 'Find' }).locator('input').fill('_FVH');
    assert.match(await frame.locator('.find-status').innerText(), /1 of /);
    await frame.getByRole('button', { name: 'Reasons and Digests' }).click();
    const sha256 = execFileSync('sha256sum', [REAL], { encoding: 'utf8' }).split(' ')[0]!;
    await frame.getByLabel('Digests').getByText(sha256).first().waitFor();
    await workbench.screenshot('ovmf-real');
    workbench.assertNoErrors();
  });
});

describe('Two images selected in the Explorer', () => {
  it('are compared: whose measurement changes, and what differs', async () => {
    const image = readFileSync(join(folder, 'OVMF.sample.fd'));
    const other = buildOvmf({ resetAddress: 0x808004 });
    writeFileSync(join(folder, 'other.fd'), other);
    const workbench = await openWorkbench({ folder, size: { width: 1440, height: 900 } });
    await workbench.explorerItem('OVMF.sample.fd').click();
    await workbench.explorerItem('other.fd').click({ modifiers: ['Control'] });
    await workbench.explorerItem('OVMF.sample.fd').click({ button: 'right' });
    await workbench.page.getByRole('menuitem', { name: /Compare OVMF Images/ }).click();
    await workbench.activeTab('↔').waitFor();
    const frame = await workbench.webviewFrame();
    const effects = frame.getByRole('list', { name: 'Effects on measurements' });
    assert.match(await effects.innerText(), /SEV-ES[\s\S]*more than one vCPU[\s\S]*0x0080/);
    const ids = await rowIds(frame);
    assert.ok(ids.some((id) => id?.endsWith('reset_addr')));
    assert.match((await selectedId(frame)) ?? '', /reset_addr/, 'the first change is selected');
    assert.equal(image.length, other.length);
    await workbench.screenshot('ovmf-comparison');
    workbench.assertNoErrors();
  });
});
