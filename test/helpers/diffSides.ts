// The two pages of a diff editor.

import type { Frame } from 'playwright-core';
import type { Workbench } from './workbench';

/** Both pages of a diff, the original first. */
export async function sidesOf(workbench: Workbench): Promise<[Frame, Frame]> {
  for (let i = 0; i < 100; i++) {
    const found: { frame: Frame; x: number }[] = [];
    for (const frame of workbench.page.frames().filter((f) => f.url().includes('fake.html'))) {
      const element = await frame.frameElement().catch(() => undefined);
      if (!element || (await element.getAttribute('id')) !== 'active-frame') continue;
      const box = (await element.isVisible()) ? await element.boundingBox() : null;
      if (box && (await frame.getByRole('treegrid').count()) > 0) found.push({ frame, x: box.x });
    }
    found.sort((a, b) => a.x - b.x);
    if (found.length === 2) return [found[0]!.frame, found[1]!.frame];
    await workbench.page.waitForTimeout(100);
  }
  throw new Error('The diff showed no two pages');
}
