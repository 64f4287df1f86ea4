// What the pages say can be read in every state and theme: bytes and rows that are selected, hovered, focused, different
// or zero, and findings.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertBytesReadable, assertReadable } from '../helpers/contrast';
import { PAGES } from '../helpers/pages';
import { useSharedSample } from '../helpers/sample';
import { openWorkbench } from '../helpers/workbench';

const SIZE = { width: 1440, height: 900 };

/** The sample of all tests, which share a window. */
let folder: string;
useSharedSample((made) => (folder = made));

describe('In every theme', () => {
  for (const { name, open } of PAGES)
    it(`all text of a page can be read: ${name}`, async function () {
      this.timeout(240_000);
      const workbench = await openWorkbench({ folder, shared: true, size: SIZE });
      const frame = await open(workbench, folder);
      await workbench.inEveryTheme(async (theme) => {
        const lines = theme.startsWith('highContrast');
        await assertReadable(frame, `${name} in ${theme}`);
        const rows = frame.locator('.row[data-id]');
        if ((await rows.count()) > 0) {
          // With the focus in the tree and outside it, on the selected row and on others.
          const selected = frame.locator('.row[aria-selected=true]');
          for (const hovered of [selected.first(), rows.nth(2)]) {
            if ((await hovered.count()) === 0) continue;
            await hovered.hover({ force: true });
            await assertReadable(frame, `${name} in ${theme}, a row hovered`);
            await frame.locator('[role=row][tabindex="0"]').first().focus();
            await assertReadable(frame, `${name} in ${theme}, a row hovered and focused`);
            await frame.locator('.hex').first().focus();
          }
          await assertBytesReadable(frame, `${name} in ${theme}, with the focus`, lines);
          await frame.locator('[role=row][tabindex="0"]').first().focus();
          await assertBytesReadable(frame, `${name} in ${theme}`, lines);
        }
        for (const button of await frame.locator('.quiet-button:visible').all()) {
          await button.hover({ force: true });
          await assertReadable(frame, `${name} in ${theme}, a button hovered`);
        }
      });
      workbench.assertNoErrors();
    });

  it('findings and the row of a difference can be read', async function () {
    this.timeout(180_000);
    writeFileSync(join(folder, 'broken.fd'), Buffer.alloc(8192, 0xff));
    const workbench = await openWorkbench({ folder, shared: true, size: SIZE });
    await workbench.openFromExplorer('broken.fd');
    const frame = await workbench.webviewFrame();
    const finding = frame.locator('.finding').first();
    await finding.click();
    await workbench.inEveryTheme(async (theme) => {
      await finding.hover();
      await assertReadable(frame, `a finding in ${theme}`);
    });
    workbench.assertNoErrors();
  });
});
