// The check of a running domain as a person does it in the workbench, against a real libvirtd of the test bed on another host: a
// match, a mismatch, a rule that is not kept, a host that is gone, a secret that is handed over, and what a reload shows without
// asking anybody.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useBed } from '../helpers/bed';
import { settingsFor, writeGuestLaunch } from '../helpers/guests';
import { keyForms } from '../helpers/keyForms';
import { useOneSample } from '../helpers/sample';
import { assertStill, resize, WINDOWS } from '../helpers/stillness';
import { placesOf, tracesOf } from '../helpers/traces';
import { openWorkbench, type Workbench } from '../helpers/workbench';

const VALIDATE = 'SEV: Validate Launch Measurement…';
const SIZE = { width: 1440, height: 900 };

describe('A running domain', () => {
  const bed = useBed();
  let folder: string;
  useOneSample((made) => (folder = made));

  const settings = () => settingsFor(bed());
  async function validate(workbench: Workbench, file: string) {
    await workbench.openFromExplorer(file);
    await workbench.runCommand(VALIDATE);
    await workbench.activeTab('Report').waitFor();
    return workbench.webviewFrame();
  }

  it('is checked with the inputs of a launch file; its report is there after a reload, with no host to ask', async function () {
    this.timeout(180_000);
    const domain = await bed().defineDomain({ host: 'b', name: 'guest', policy: 5, vcpus: 2 });
    writeGuestLaunch(folder, bed(), domain);
    const workbench = await openWorkbench({ folder, shared: true, size: SIZE, settings: settings() });
    let frame = await validate(workbench, 'guest.sevlaunch.json');
    await frame.getByRole('heading', { name: 'Matches' }).waitFor();
    await frame.getByText('All applicable rules passed.').waitFor();
    await frame.getByRole('button', { name: /passed, [0-9]+ skipped/ }).click();
    const rules = await frame.getByRole('list', { name: 'Outcomes' }).innerText();
    assert.match(rules, /This machine is not /);
    assert.match(rules, /paused[\s\S]*passed/);
    await workbench.screenshot('report-domain');
    await workbench.runCommand('View: Toggle Primary Side Bar Visibility');
    for (const [what, size] of Object.entries(WINDOWS)) {
      await resize(workbench, frame, size);
      await assertStill(workbench, frame, `the report of a domain in a window ${what}`);
    }
    await workbench.page.setViewportSize(SIZE);
    await workbench.runCommand('View: Toggle Primary Side Bar Visibility');
    await workbench.waitUntilStored('editorResource');
    await bed().killDaemon('b');
    try {
      await workbench.page.reload();
      await workbench.activeTab('Report').waitFor({ timeout: 60_000 });
      frame = await workbench.webviewFrame();
      await frame.getByRole('heading', { name: 'Matches' }).waitFor();
      await frame.getByText(/, asked /).waitFor();
      await frame.getByRole('button', { name: 'Check Again' }).click();
      await frame.getByRole('heading', { name: 'Could not be checked' }).waitFor();
    } finally {
      await bed().startDaemon('b');
    }
    workbench.assertNoErrors();
  });

  it('that has another CPU is explained without asking the host again, also after a reload', async function () {
    this.timeout(180_000);
    const rome = await bed().defineDomain({ host: 'b', name: 'rome', policy: 5, vcpus: 2, cpu: [23, 49, 0] });
    writeGuestLaunch(folder, bed(), rome);
    const workbench = await openWorkbench({ folder, shared: true, size: SIZE, settings: settings() });
    let frame = await validate(workbench, 'rome.sevlaunch.json');
    await frame.getByRole('heading', { name: 'Does not match' }).waitFor();
    await bed().killDaemon('b');
    try {
      await frame.getByRole('button', { name: 'Why?' }).click();
      const first = frame.getByRole('region', { name: 'Why it does not match' }).getByRole('article').first();
      await first.waitFor();
      const words = await first.innerText();
      assert.match(words, /^It matches with CPU .*23\/49\/0/);
      await workbench.screenshot('explain-domain');
      await workbench.waitUntilStored('It matches with CPU');
      await workbench.waitUntilStored('editorResource');
      await workbench.page.reload();
      await workbench.activeTab('Report').waitFor({ timeout: 60_000 });
      frame = await workbench.webviewFrame();
      await frame.getByText('This report is from then: nothing has been asked since.').waitFor();
      await frame.getByRole('heading', { level: 3, name: words.split('\n')[0]! }).waitFor();
      await frame.getByRole('button', { name: 'Change Launch File' }).first().click();
      await frame.getByText('The launch file is changed and not saved.').first().waitFor();
    } finally {
      await bed().startDaemon('b');
    }
    workbench.assertNoErrors();
  });

  it('that has another CPU does not match, and one that runs already cannot be trusted', async function () {
    this.timeout(180_000);
    const other = await bed().defineDomain({
      host: 'b',
      name: 'other-cpu',
      policy: 5,
      vcpus: 2,
      cpu: [23, 49, 0],
    });
    const running = await bed().defineDomain({ host: 'b', name: 'runs-already', policy: 5, vcpus: 2 });
    await bed().virsh('b', 'resume runs-already');
    writeGuestLaunch(folder, bed(), other);
    writeGuestLaunch(folder, bed(), running);
    const workbench = await openWorkbench({
      folder,
      shared: true,
      theme: 'dark',
      size: SIZE,
      settings: settings(),
    });
    let frame = await validate(workbench, 'other-cpu.sevlaunch.json');
    await frame.getByRole('heading', { name: 'Does not match' }).waitFor();
    frame = await validate(workbench, 'runs-already.sevlaunch.json');
    await frame.getByRole('heading', { name: 'Cannot be trusted' }).waitFor();
    assert.match(
      await frame.getByRole('list', { name: 'Outcomes' }).innerText(),
      /it runs before anybody has checked what was launched/,
    );
    await workbench.screenshot('report-domain-refused');
    workbench.assertNoErrors();
  });

  it('gets a secret after a match, once a person has confirmed it, and it is nowhere else', async function () {
    this.timeout(180_000);
    // Debian's image has no area for secrets; the sample's has.
    const firmware = join(folder, 'OVMF.sample.fd');
    const domain = await bed().defineDomain({ host: 'b', name: 'sealed', policy: 5, vcpus: 2, firmware });
    writeGuestLaunch(folder, bed(), domain, { firmware: 'OVMF.sample.fd' });
    const secret = Buffer.from('canary-secret-5b0e97');
    writeFileSync(join(folder, 'disk.key'), secret);
    const workbench = await openWorkbench({ folder, shared: true, size: SIZE, settings: settings() });
    const frame = await validate(workbench, 'sealed.sevlaunch.json');
    await frame.getByRole('heading', { name: 'Matches' }).waitFor();
    const dialog = workbench.page.getByRole('dialog').filter({ hasText: 'Give disk.key to the guest' });
    const choose = async (answer: string) => {
      await frame.getByRole('button', { name: 'Inject Secret…' }).click();
      await workbench.answer('luks-key');
      await workbench.answerPath(join(folder, 'disk.key'));
      assert.match(await dialog.innerText(), /luks-key is sealed for this guest, sent to qemu\+tcp/);
      await workbench.screenshot('inject-secret');
      await dialog.getByRole('button', { name: answer }).click();
      await dialog.waitFor({ state: 'detached' });
    };
    await choose('Cancel');
    assert.equal(bed().injected(domain), undefined, 'nothing is sent unless it is confirmed');
    await choose('Inject Secret');
    await frame.getByText('1 secret injected; the guest runs.').waitFor();
    assert.equal(await frame.getByRole('button', { name: 'Inject Secret…' }).count(), 0);
    assert.deepEqual([...bed().injected(domain)!.values()], [secret]);
    assert.match(await bed().virsh('b', 'domstate sealed'), /running/);
    await workbench.waitUntilStored('sevscope.reports');
    const left = await tracesOf(workbench);
    assert.notDeepEqual(placesOf('sealed.sevlaunch.json', left), []);
    for (const canary of keyForms(secret)) assert.deepEqual(placesOf(canary, left), []);
    workbench.assertNoErrors();
  });

  it('of a connection that is in no setting is asked about first', async function () {
    this.timeout(120_000);
    const domain = await bed().defineDomain({ host: 'b', name: 'unasked', policy: 5, vcpus: 2 });
    writeGuestLaunch(folder, bed(), domain);
    const workbench = await openWorkbench({
      folder,
      size: SIZE,
      settings: { ...settings(), 'sevscope.connections': [] },
    });
    await workbench.openFromExplorer('unasked.sevlaunch.json');
    await workbench.runCommand(VALIDATE);
    const dialog = workbench.page.getByRole('dialog');
    assert.match(await dialog.innerText(), /Connect to qemu\+tcp:\/\//);
    await dialog.getByRole('button', { name: 'Connect' }).click();
    await workbench.activeTab('Report').waitFor();
    const frame = await workbench.webviewFrame();
    await frame.getByRole('heading', { name: 'Matches' }).waitFor();
    workbench.assertNoErrors();
  });
});
