// The page of an ID block: its steps and fields, in every theme and by keys.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeIdBlock } from '../helpers/idBlocks';
import { assertAccessible, row, selectedId } from '../helpers/page';
import { useSharedSample } from '../helpers/sample';
import { openWorkbench } from '../helpers/workbench';

let folder: string;
useSharedSample((made) => (folder = made));

describe('The page of an ID block', () => {
  it('verifies both structures, has names and contrast in every theme, and is read with the keys', async function () {
    this.timeout(120_000);
    const { block, auth } = await makeIdBlock({ policy: 0xb0000n });
    writeFileSync(join(folder, 'guest.idblock'), Buffer.concat([block, auth]));
    const workbench = await openWorkbench({ folder, shared: true, size: { width: 1440, height: 900 } });
    await workbench.openFromExplorer('guest.idblock');
    const frame = await workbench.webviewFrame();
    assert.equal(await frame.locator('[data-step="id-signature"]').getAttribute('data-outcome'), 'passed');
    await row(frame, 'policy').click();
    await workbench.page.keyboard.press('ArrowUp');
    await workbench.page.keyboard.press('ArrowDown');
    assert.equal(await selectedId(frame), 'policy');
    assert.ok(await frame.getByRole('group', { name: 'Bits of policy' }).isVisible());
    assert.match(await frame.locator('.findings').innerText(), /DEBUG, bit 19, is set/);
    await workbench.inEveryTheme(async (theme) => {
      await assertAccessible(frame);
      await workbench.screenshot(`id-block-${theme}`);
    });
    workbench.assertNoErrors();
  });
});
