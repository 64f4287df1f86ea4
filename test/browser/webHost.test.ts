// The extension in a browser's extension host, without Node: what it shows there, and what it says of the rest.

import { row } from '../helpers/page';
import { useSharedSample } from '../helpers/sample';
import { openWorkbench } from '../helpers/workbench';

let sample: string;
useSharedSample((made) => (sample = made));

/** Runs what is installed on the server in the page. */
const IN_BROWSER = { 'remote.extensionKind': { 'sevscope.sevscope': ['web'] } };

describe('The extension in a browser', () => {
  it('decodes a page, and says that launches are checked on a machine', async () => {
    const workbench = await openWorkbench({ folder: sample, settings: IN_BROWSER });
    await workbench.openFromExplorer('vcpu0.vmsa');
    await row(await workbench.webviewFrame(), 'rip').waitFor();
    await workbench.runCommand('SEV: Create Sample Workspace');
    await workbench.notification(/^In a browser, files are shown and compared/).waitFor();
    await workbench.screenshot('web-vmsa');
    workbench.assertNoErrors();
  });
  it('shows the tables of an image', async () => {
    const workbench = await openWorkbench({ folder: sample, settings: IN_BROWSER });
    await workbench.openFromExplorer('OVMF.sample.fd');
    const frame = await workbench.webviewFrame();
    await row(frame, '/GUIDed table/SEV-ES reset block').waitFor();
    await workbench.screenshot('web-ovmf');
    workbench.assertNoErrors();
  });
});
