// ID blocks in VS Code: the command signs in a process of its own and writes both files, and the editor verifies what it wrote; a key that
// does not sign leaves no file.

import { strict as assert } from 'node:assert';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { readIdBlockFiles } from '../../src/app/idBlock';
import { decode } from '../../src/core/binary/struct';
import { ID_BLOCK } from '../../src/core/tech/snp/idBlock';
import { IdBlockEditor } from '../../src/host/idBlock/idBlockEditor';
import { signIdBlock } from '../../src/host/launch/signIdBlock';
import { writeKey } from '../helpers/idBlocks';
import { TestPanel } from '../helpers/panel';
import { closeEditors } from './closeEditors';
import { io } from './machine';
import { until } from './until';

const DIGEST = '0123456789abcdef'.repeat(6);

describe('An ID block in VS Code', () => {
  closeEditors();
  let folder: string;
  const at = (name: string) => join(folder, name);
  const { extensionUri } = vscode.extensions.getExtension('sevscope.sevscope')!;
  const order = () => ({
    ...{ digest: { launchDigest: DIGEST }, policy: '0x130000', guestSvn: '7', familyId: 'ab'.repeat(16) },
    ...{ idKey: at('id.pem'), authorKey: at('author.pem') },
    ...{ blockFile: at('guest.idblock'), authFile: at('guest.idauth') },
  });
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'sevscope-id-block-'));
    for (const name of ['id', 'author']) writeKey(at(`${name}.pem`));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('is signed by the command, and verified by its editor', async function () {
    this.timeout(60_000);
    await vscode.commands.executeCommand('sevscope.createIdBlock', order());
    const { block, auth } = await readIdBlockFiles(io, [at('guest.idblock'), at('guest.idauth')]);
    const { guest_svn: svn, policy, family_id: family } = decode(ID_BLOCK, block!);
    assert.deepEqual([svn, policy, family[0]], [7, 0x130000n, 0xab]);
    writeFileSync(at('both.idblock'), Buffer.concat([block!, auth!]));
    const panel = new TestPanel();
    const uri = vscode.Uri.file(at('both.idblock'));
    const editor = new IdBlockEditor(io, extensionUri);
    await editor.resolveCustomEditor({ uri, dispose: () => undefined }, panel.panel);
    await until('it is shown', () => panel.viewOf('idBlock') !== undefined);
    assert.deepEqual(
      panel.viewOf('idBlock')!.facts.steps.map(({ outcome }) => outcome),
      ['passed', 'passed', 'passed', 'passed'],
    );
    panel.dispose();
    await vscode.commands.executeCommand('vscode.open', uri);
    await until('its editor is open', () => {
      const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      return input instanceof vscode.TabInputCustom && input.viewType === 'sevscope.idBlock';
    });
  });

  it('is not written where a key does not sign, and nothing of that key is said', async function () {
    this.timeout(60_000);
    writeFileSync(at('secret.txt'), 'SECRET-WORDS');
    const files = { blockFile: at('x.idblock'), authFile: at('x.idauth') };
    await assert.rejects(
      signIdBlock(io, { ...order(), ...files, idKey: at('secret.txt') }),
      ({ message }: Error) =>
        message.includes('is no private key in PEM or DER') && !message.includes('SECRET'),
    );
    assert.ok(!existsSync(at('x.idblock')));
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('x.')),
      [],
    );
  });
});
