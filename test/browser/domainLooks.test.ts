// All that a check of a domain shows, in every theme before a checker of accessibility: the view of domains, a check that runs, each
// verdict, and a notice. And the whole check with the keyboard alone.

import assert from 'node:assert/strict';
import { useBed } from '../helpers/bed';
import type { Domain } from '../helpers/bedDomain';
import { settingsFor, writeGuestLaunch } from '../helpers/guests';
import { choose, openByName, press, runByName } from '../helpers/keyboard';
import { assertAccessible } from '../helpers/page';
import { useOneSample } from '../helpers/sample';
import { openWorkbench, type Workbench } from '../helpers/workbench';

const VALIDATE = 'SEV: Validate Launch Measurement…';
const SIZE = { width: 1440, height: 900 };
/** Nobody answers there. */
const UNREACHABLE = 'qemu+tcp://127.0.0.1:1/system';

describe('The check of a domain', () => {
  const bed = useBed();
  let folder: string;
  let slow: Domain;
  useOneSample(async (made) => {
    folder = made;
    const spec = { host: 'b', policy: 5, vcpus: 2 } as const;
    const [good, other, running, late, gone] = await bed().defineDomains([
      { ...spec, name: 'good' },
      { ...spec, name: 'other-cpu', cpu: [23, 49, 0] },
      { ...spec, name: 'running' },
      { ...spec, name: 'slow' },
      { ...spec, name: 'gone' },
      { host: 'b', name: 'plain', start: false },
    ]);
    slow = late!;
    await bed().virsh('b', 'resume running');
    for (const domain of [good, other, running, slow, gone]) writeGuestLaunch(folder, bed(), domain!);
    await bed().destroy(gone!);
    // Long enough to be looked at.
    bed().setFaults(slow, { slow: 40 });
  });

  const connections = () => [bed().uris.b.tcp, UNREACHABLE];
  const open = () =>
    openWorkbench({
      folder,
      shared: true,
      size: SIZE,
      settings: {
        ...settingsFor(bed()),
        'sevscope.connections': connections(),
        'sevscope.libvirtTimeout': 60,
      },
    });

  async function validate(workbench: Workbench, name: string) {
    await workbench.openFromExplorer(`${name}.sevlaunch.json`);
    await workbench.runCommand(VALIDATE);
    await workbench.activeTab('Report').waitFor();
    return workbench.webviewFrame();
  }

  const pages: [name: string, heading: string][] = [
    ['slow', 'Checking…'],
    ['good', 'Matches'],
    ['other-cpu', 'Does not match'],
    ['running', 'Cannot be trusted'],
    ['gone', 'Could not be checked'],
  ];
  it('shows nothing serious against it in any theme', async function () {
    this.timeout(240_000);
    const workbench = await open();
    for (const [name, heading] of pages) {
      const frame = await validate(workbench, name);
      await frame.getByRole('heading', { level: 1, name: heading }).waitFor();
      await workbench.inEveryTheme(async (theme) => {
        await workbench.screenshot(`domain-${name}-${theme}`);
        await assertAccessible(frame);
      });
      const cancel = frame.getByRole('button', { name: 'Cancel' });
      if ((await cancel.count()) > 0) await cancel.click();
    }
    const { page } = workbench;
    await page.locator('.activitybar').getByRole('tab', { name: 'SevScope' }).click();
    const row = (name: RegExp) =>
      page.locator('.tree-explorer-viewlet-tree-view').getByRole('treeitem', { name });
    for (const uri of connections())
      await row(new RegExp(`^${uri.replaceAll(/[.+]/g, '\\$&')}`))
        .locator('.monaco-tl-twistie')
        .click();
    await row(/^good/).waitFor();
    await row(/Connect Again/).waitFor();
    // Wide enough for what is said of each row.
    const { x, width } = (await page.locator('.part.sidebar').boundingBox())!;
    await page.mouse.move(x + width, SIZE.height / 2);
    await page.mouse.down();
    await page.mouse.move(x + 2.2 * width, SIZE.height / 2, { steps: 5 });
    await page.mouse.up();
    // No tooltip of what the mouse was on before.
    await page.mouse.move(x + 3 * width, SIZE.height - 100, { steps: 5 });
    await page.locator('.monaco-hover:visible').waitFor({ state: 'hidden' });
    await workbench.inEveryTheme((theme) => workbench.screenshot(`domains-view-${theme}`));
    workbench.assertNoErrors();
  });

  it('needs no mouse, from the palette to the rules and the copied report', async function () {
    this.timeout(120_000);
    const workbench = await open();
    const { page } = workbench;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await runByName(workbench, 'SEV: Validate Domain Launch Measurement…');
    await choose(workbench, bed().uris.b.tcp);
    await choose(workbench, 'good');
    await workbench.activeTab('Report').waitFor();
    const frame = await workbench.webviewFrame();
    await frame.getByRole('heading', { level: 1, name: 'Matches' }).waitFor();
    const focused = () => frame.evaluate(() => document.activeElement?.textContent.trim() ?? '');
    /** Goes on with Tab to the element with this text. */
    async function tabTo(text: RegExp): Promise<void> {
      for (let i = 0; i < 20 && !text.test(await focused()); i++) await press(workbench, 'Tab');
      assert.match(await focused(), text);
    }
    await tabTo(/^Check Again$/);
    await tabTo(/^Copy as Markdown$/);
    await press(workbench, 'Enter');
    const copied = () => page.evaluate(() => navigator.clipboard.readText());
    for (let i = 0; i < 50 && !(await copied()).includes('Matches'); i++) await page.waitForTimeout(100);
    assert.match(await copied(), /good[\s\S]*[Mm]atches/);
    await tabTo(/passed, [0-9]+ skipped/);
    await press(workbench, 'Enter');
    await frame
      .getByRole('list', { name: 'Outcomes' })
      .getByText(/is paused/)
      .first()
      .waitFor();
    assert.match(await focused(), /passed, [0-9]+ skipped/, 'the focus stays where it was');
    await openByName(workbench, 'good.sevlaunch.json');
    workbench.assertNoErrors();
  });
});
