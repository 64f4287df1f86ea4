// The page of an ID block: its steps and fields, in every theme and by keys.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkIdBlockPair, readIdBlockFiles } from '../../src/app/idBlock';
import { readLaunchFile } from '../../src/app/launchFile';
import { SAMPLE } from '../../src/app/sampleNames';
import { signatureVerifier } from '../../src/app/verifier';
import { decode } from '../../src/core/binary/struct';
import { ID_BLOCK } from '../../src/core/tech/snp/idBlock';
import { makeIdBlock, writeKey } from '../helpers/idBlocks';
import { io } from '../helpers/io';
import { openByName, runByName } from '../helpers/keyboard';
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

describe('Create ID Block', () => {
  it('asks for everything with the keyboard, from a launch file to signed files', async function () {
    this.timeout(240_000);
    const at = (name: string) => join(folder, name);
    for (const name of ['id.pem', 'author.pem']) writeKey(at(name));
    const workbench = await openWorkbench({ folder, shared: true });
    const { keyboard } = workbench.page;
    await openByName(workbench, SAMPLE.snpMatches);
    await runByName(workbench, 'SEV: Create ID Block…');
    // The launch file of the active editor is the first row.
    await workbench.row('Launch digest…').waitFor();
    await keyboard.press('Enter');
    const asked = (text: string) => workbench.page.locator('.quick-input-widget').getByText(text).waitFor();
    await asked('Family ID');
    await workbench.answer('ab'.repeat(16));
    await asked('Image ID');
    await keyboard.press('Enter');
    await asked('Guest SVN');
    await workbench.answer('7');
    // The policy: a bit by its name, and the minimum ABI, which is typed.
    const abi = workbench.row('Minimum ABI 1.55');
    await workbench.row('SINGLE_SOCKET').waitFor();
    await workbench.input.fill('SINGLE');
    await keyboard.press('ArrowDown');
    await keyboard.press('Space');
    await workbench.input.fill('1.55');
    await abi.waitFor();
    assert.equal(await abi.getByRole('checkbox').isChecked(), true);
    await keyboard.press('Enter');
    await workbench.answerPath(at('id.pem'));
    await workbench.row('Author key…').waitFor();
    await keyboard.press('ArrowDown');
    await keyboard.press('Enter');
    await workbench.answerPath(at('author.pem'));
    await workbench.suggested('.idblock');
    await workbench.input.fill(at('keyed.idblock'));
    await keyboard.press('Enter');
    await workbench.row('Open the ID block').waitFor();
    await workbench.input.fill('Open');
    await keyboard.press('Enter');
    const frame = await workbench.webviewFrame();
    await frame.locator('[data-step="id-block"]').waitFor();

    const pair = await readIdBlockFiles(io, [at('keyed.idblock'), at('keyed.idauth')]);
    const { launchDigest } = await readLaunchFile(io, at(SAMPLE.snpMatches));
    const steps = await checkIdBlockPair(io, pair, { launchDigest, authorKey: true }, signatureVerifier(io));
    assert.deepEqual(
      steps.filter(({ step }) => step !== 'policy').map(({ outcome }) => outcome),
      ['passed', 'passed', 'passed', 'passed', 'passed'],
    );
    const { policy, guest_svn: svn, family_id: family, image_id: image } = decode(ID_BLOCK, pair.block!);
    assert.deepEqual([policy, svn, family[15], image[15]], [0x130137n, 7, 0xab, 0]);
    workbench.assertNoErrors();
  });
});
