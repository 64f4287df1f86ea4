// The sample as a newcomer first sees it: each file opens from the Explorer in its editor, in every theme, and nothing goes
// wrong in the page; commands are found in the palette.

import { makeSample, removeSample } from '../helpers/sample';
import { type Theme, openWorkbench } from '../helpers/workbench';

/** `root` is the class that VS Code gives its root element in this theme. */
const cases: { file: string; text: string; theme: Theme; root: string; picture: string }[] = [
  { file: 'OVMF.sample.fd', text: 'GUIDed table', theme: 'light', root: 'vs', picture: 'ovmf-light' },
  { file: 'vcpu0.vmsa', text: 'es_selector', theme: 'dark', root: 'vs-dark', picture: 'vmsa-dark' },
  {
    file: 'vcpu0.vmsa',
    text: 'es_selector',
    theme: 'highContrast',
    root: 'hc-black',
    picture: 'vmsa-high-contrast',
  },
  {
    file: 'OVMF.sample.fd',
    text: 'GUIDed table',
    theme: 'highContrastLight',
    root: 'hc-light',
    picture: 'ovmf-high-contrast-light',
  },
];

describe('the sample in the workbench', () => {
  let folder: string;

  before(() => {
    folder = makeSample();
  });
  after(() => {
    removeSample(folder);
  });

  for (const { file, text, theme, root, picture } of cases) {
    it(`opens ${file} in the theme ${theme}`, async () => {
      const workbench = await openWorkbench({ folder, theme });
      await workbench.page.locator(`.monaco-workbench.${root}`).waitFor();
      await workbench.openFromExplorer(file);
      const frame = await workbench.webviewFrame();
      await frame.getByRole('gridcell').getByText(text).first().waitFor();
      await workbench.screenshot(picture);
      workbench.assertNoErrors();
    });
  }

  it('closes an editor by a command from the palette', async () => {
    const workbench = await openWorkbench({ folder });
    await workbench.openFromExplorer('vcpu0.vmsa');
    await workbench.webviewFrame();
    await workbench.runCommand('View: Close Editor');
    await workbench.activeTab('vcpu0.vmsa').waitFor({ state: 'detached' });
    workbench.assertNoErrors();
  });
});
