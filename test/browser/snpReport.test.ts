// The page of an attestation report: its verdict, its chain and its fields, in every theme, by keys alone, and in windows of all sizes.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertAccessible, row, selectedId } from '../helpers/page';
import { makeEvidence } from '../helpers/evidence';
import { useSharedSample } from '../helpers/sample';
import { resize } from '../helpers/stillness';
import { openWorkbench } from '../helpers/workbench';

let folder: string;
useSharedSample((made) => (folder = made));

describe('The page of an attestation report', () => {
  before(function () {
    // Keys of 4096 bits.
    this.timeout(240_000);
    const { report, ark, ask, leaf } = makeEvidence();
    const files = { 'guest.snpreport': report, 'ark.der': ark, 'ask.der': ask, 'vcek.der': leaf };
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  });

  it('says which step failed, has names and contrast in every theme, and is read with the keys', async function () {
    this.timeout(240_000);
    const workbench = await openWorkbench({ folder, shared: true, size: { width: 1440, height: 900 } });
    await workbench.openFromExplorer('guest.snpreport');
    const frame = await workbench.webviewFrame();
    await frame.locator('.report-verdict[data-verified="false"]').waitFor();
    assert.equal(await frame.locator('[data-step="signature"]').getAttribute('data-outcome'), 'passed');
    assert.equal(await frame.locator('[data-step="root"]').getAttribute('data-outcome'), 'failed');
    assert.match(
      (await frame.locator('.chain svg').getAttribute('aria-label'))!,
      /SEV-VCEK to Report: right/,
    );
    await row(frame, 'policy').click();
    await workbench.page.keyboard.press('ArrowUp');
    await workbench.page.keyboard.press('ArrowDown');
    assert.equal(await selectedId(frame), 'policy');
    assert.ok(await frame.getByRole('group', { name: 'Bits of policy' }).isVisible());
    await workbench.inEveryTheme(async (theme) => {
      await assertAccessible(frame);
      await workbench.screenshot(`snp-report-${theme}`);
    });
    await workbench.runCommand('View: Toggle Primary Side Bar Visibility');
    for (const width of [600, 2560]) {
      await resize(workbench, frame, { width, height: 1000 });
      const wide = await frame.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      await workbench.screenshot(`snp-report-${width}`);
      assert.ok(wide <= 0, `it is ${wide} pixels wider than a window of ${width}`);
    }
    workbench.assertNoErrors();
  });
});
