// What an SNP launch measures, as a person looks into it: on the map of an image, and in the report of a check down to each page.

import assert from 'node:assert/strict';
import { assertAccessible, selectedId } from '../helpers/page';
import { useSharedSample } from '../helpers/sample';
import { assertStill, resize, WINDOWS } from '../helpers/stillness';
import { openWorkbench } from '../helpers/workbench';

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
    assert.deepEqual(numbers.map(Number).toSorted((a, b) => a - b), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
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
