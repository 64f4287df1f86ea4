// The sample as a newcomer first sees it: each file opens from the Explorer in its editor, and nothing goes wrong in the page;
// commands are found in the palette.

import { useSharedSample } from '../helpers/sample';
import { openWorkbench } from '../helpers/workbench';

const FILES = [
  { file: 'OVMF.sample.fd', text: 'GUIDed table', picture: 'ovmf' },
  { file: 'vcpu0.vmsa', text: 'es_selector', picture: 'vmsa' },
];

describe('the sample in the workbench', () => {
  let folder: string;

  useSharedSample((made) => (folder = made));

  for (const { file, text, picture } of FILES) {
    it(`opens ${file}`, async () => {
      const workbench = await openWorkbench({ folder, shared: true });
      await workbench.openFromExplorer(file);
      const frame = await workbench.webviewFrame();
      await frame.getByRole('gridcell').getByText(text).first().waitFor();
      await workbench.screenshot(`sample-${picture}`);
      workbench.assertNoErrors();
    });
  }

  it('closes an editor by a command from the palette', async () => {
    const workbench = await openWorkbench({ folder, shared: true });
    await workbench.openFromExplorer('vcpu0.vmsa');
    await workbench.webviewFrame();
    await workbench.runCommand('View: Close Editor');
    await workbench.activeTab('vcpu0.vmsa').waitFor({ state: 'detached' });
    workbench.assertNoErrors();
  });
});
