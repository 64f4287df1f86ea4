// Two pages beside each other: two files chosen in the Explorer, and the two versions of a file in a Git diff.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sampleFirmware } from '../../src/app/sampleFirmware';
import { sidesOf } from '../helpers/diffSides';
import { differing, row, rowIds, selectedId } from '../helpers/page';
import { sevscope, useOneSample, useSharedSample } from '../helpers/sample';
import { openWorkbench } from '../helpers/workbench';

describe('Two pages selected in the Explorer', () => {
  let folder: string;
  useSharedSample((made) => (folder = made));
  it('are compared in one view, which swaps, filters and copies', async () => {
    const workbench = await openWorkbench({ folder, shared: true, size: { width: 1440, height: 900 } });
    await workbench.selectTwo('vcpu0.vmsa', 'vcpu0-wrong.vmsa');
    await workbench.chooseInMenu('vcpu0-wrong.vmsa', /Compare Selected VMSA Pages/);
    await workbench.activeTab('↔').waitFor();
    const frame = await workbench.webviewFrame();
    await frame.getByText(differing(2)).waitFor();
    const heads = () => frame.getByRole('columnheader').allInnerTexts();
    const before = (await heads()).slice(0, 4);
    assert.deepEqual(before.slice(0, 2), ['Field', 'Offset']);
    await frame.getByRole('button', { name: 'Swap the sides' }).click();
    assert.deepEqual((await heads()).slice(2, 4), [before[3], before[2]]);
    await row(frame, 'sev_features').click();
    await workbench.screenshot('comparison-files');
    await frame.getByRole('checkbox', { name: 'Only differences' }).click();
    assert.ok((await rowIds(frame)).every((id) => /^(group:Diff|cause:|rdx$|sev_features$)/.test(id ?? '')));
    await workbench.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await frame.getByRole('button', { name: 'Copy as Markdown' }).click();
    workbench.assertNoErrors();
  });
});

describe('A Git diff', () => {
  let folder: string;
  useOneSample((made) => {
    folder = made;
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd: folder });
    git('init', '-q');
    git('add', '.');
    git('commit', '-qm', 'Sample');
  });
  it('shows both versions in the editor, marks what differs, and opens as one comparison', async () => {
    sevscope(folder, 'vmsa', 'update', 'vcpu0.vmsa', '--set', 'sev_features=0x20');
    const workbench = await openWorkbench({ folder, shared: true, size: { width: 1600, height: 900 } });
    await workbench.page.keyboard.press('Control+Shift+g');
    await workbench.page
      .locator('.scm-view')
      .getByRole('treeitem', { name: /vcpu0\.vmsa/ })
      .click();
    const [original, modified] = await sidesOf(workbench);
    await original.getByText(differing(1)).waitFor();
    await modified.getByText(differing(1)).waitFor();
    await workbench.screenshot('git-diff');
    await row(modified, 'sev_features').click();
    for (let i = 0; i < 50 && (await selectedId(original)) !== 'sev_features'; i++)
      await workbench.page.waitForTimeout(100);
    assert.equal(await selectedId(original), 'sev_features', 'the other half follows');
    await modified.getByRole('button', { name: 'Compare in One View' }).click();
    await workbench.activeTab('↔').waitFor();
    const frame = await workbench.webviewFrame();
    await frame.getByText(differing(1)).waitFor();
    workbench.assertNoErrors();
  });
  it('of an image shows what the new build changed in both versions, and opens as one comparison', async () => {
    writeFileSync(join(folder, 'OVMF.sample.fd'), sampleFirmware({ resetAddress: 0x808004 }));
    const workbench = await openWorkbench({ folder, shared: true, size: { width: 1600, height: 900 } });
    await workbench.page.keyboard.press('Control+Shift+g');
    await workbench.page
      .locator('.scm-view')
      .getByRole('treeitem', { name: /OVMF\.sample\.fd/ })
      .click();
    const [original, modified] = await sidesOf(workbench);
    await original.getByText('Compared with the modified image').waitFor();
    await modified.getByText('Compared with the original').waitFor();
    await modified.getByRole('button', { name: /[0-9]+ Change/ }).click();
    await modified
      .getByRole('list', { name: 'Changes' })
      .getByRole('button', { name: /reset_addr/ })
      .click();
    const reset = await selectedId(modified);
    assert.match(reset ?? '', /reset_addr$/);
    for (let i = 0; i < 50 && (await selectedId(original)) !== reset; i++)
      await workbench.page.waitForTimeout(100);
    assert.equal(await selectedId(original), reset, 'the other half follows');
    await workbench.screenshot('git-diff-image');
    await modified.getByRole('button', { name: 'Compare in One View' }).click();
    await workbench.activeTab('↔').waitFor();
    const frame = await workbench.webviewFrame();
    await frame.getByRole('list', { name: 'Effects on measurements' }).waitFor();
    workbench.assertNoErrors();
  });
});
