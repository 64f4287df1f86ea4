// Logging in to a libvirtd that wants a name and a password, as a person does it in the workbench; and that neither her password nor
// her keys are anywhere afterwards: in no file of VS Code, no page, no state, no clipboard, no process.

import assert from 'node:assert/strict';
import { useBed } from '../helpers/bed';
import type { Domain } from '../helpers/bedDomain';
import { settingsFor, writeGuestLaunch } from '../helpers/guests';
import { keyForms } from '../helpers/keyForms';
import { useOneSample } from '../helpers/sample';
import { libvirtProcesses, placesOf, tracesOf, type Trace } from '../helpers/traces';
import { openWorkbench } from '../helpers/workbench';

const [NAME, PASSWORD] = ['owner', 'canary-Password-8d1f0c'];
const VALIDATE = 'SEV: Validate Launch Measurement…';

describe('A libvirtd that wants a login', () => {
  const bed = useBed({ login: [NAME, PASSWORD] });
  let folder: string;
  let domain: Domain;
  useOneSample(async (made) => {
    folder = made;
    domain = await bed().defineDomain({ host: 'b', name: 'guarded', policy: 5, vcpus: 2 });
    writeGuestLaunch(folder, bed(), domain);
  });

  it('is asked about in input boxes, hides the password, and leaves no trace of it or of the keys', async function () {
    this.timeout(240_000);
    const workbench = await openWorkbench({ folder, theme: 'dark', settings: settingsFor(bed()) });
    const { page, input } = workbench;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const processes: Trace[] = [];
    const question = (text: string) => page.locator('.quick-input-widget').getByText(text);
    async function logIn(password: string | undefined): Promise<void> {
      await question('Please enter your authentication name').waitFor();
      assert.equal(await input.getAttribute('type'), 'text');
      await workbench.answer(NAME);
      await question('Please enter your password').waitFor();
      assert.equal(await input.getAttribute('type'), 'password');
      processes.push(...libvirtProcesses());
      if (password === undefined) await page.keyboard.press('Escape');
      else await workbench.answer(password);
    }
    await workbench.openFromExplorer('guarded.sevlaunch.json');
    await workbench.runCommand(VALIDATE);

    await logIn(undefined);
    let frame = await workbench.webviewFrame();
    await frame.getByText('The login was cancelled').waitFor();
    await frame.getByRole('button', { name: 'Check Again' }).click();
    await logIn(`${PASSWORD}x`);
    frame = await workbench.webviewFrame();
    await frame.getByText('libvirt did not accept the login').waitFor();
    await workbench.screenshot('domain-login-refused');
    await frame.getByRole('heading', { name: 'Could not be checked' }).waitFor();
    await frame.getByRole('button', { name: 'Check Again' }).click();
    await logIn(PASSWORD);
    frame = await workbench.webviewFrame();
    await frame.getByRole('heading', { name: 'Matches' }).waitFor();

    const copied: string[] = [];
    for (const name of ['Copy as Markdown', 'Copy as JSON']) {
      await frame.getByRole('button', { name }).click();
      copied.push(await page.evaluate(() => navigator.clipboard.readText()));
    }
    await workbench.waitUntilStored('sevscope.reports');
    const left = await tracesOf(workbench);
    assert.ok(processes.length >= 3, `${processes.length} processes`);
    const searched: Trace[] = [...left, ...processes, ['the clipboard', Buffer.from(copied.join('\n'))]];
    const { tik, tek } = domain.session!;
    const canaries = [Buffer.from(PASSWORD), ...keyForms(tik), ...keyForms(tek)];
    // What is searched has what a check leaves.
    for (const trace of [bed().uris.b.tcp, 'libvirtWorker', 'guarded.sevlaunch.json', 'launch digest'])
      assert.notDeepEqual(placesOf(trace, searched), [], `${trace} is not even in it`);
    for (const canary of canaries)
      assert.deepEqual(placesOf(canary, searched), [], canary.toString('latin1'));
    workbench.assertNoErrors();
  });
});
