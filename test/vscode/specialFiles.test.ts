// Devices, pipes and sockets that a workspace holds where the editors read files: none hangs, and none is read.

import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { FILE_ROLES } from '../../src/app/fileRoles';
import { launchTextAt } from '../../src/host/launch/checks';
import { readUri } from '../../src/host/shell/files';
import { firmwareAt } from '../../src/host/shell/picks';
import { io } from './machine';

describe('What is no file', () => {
  let folder: string;
  const at = (name: string) => vscode.Uri.file(join(folder, name));
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'sevscope-special-'));
    for (const ending of ['vmsa', 'fd', 'sevlaunch.json']) {
      execFileSync('mkfifo', [at(`pipe.${ending}`).fsPath]);
      symlinkSync('/dev/zero', at(`zero.${ending}`).fsPath);
      mkdirSync(at(`folder.${ending}`).fsPath);
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const [name, says] of [
    ['pipe', 'it is a pipe, and a regular file is wanted'],
    ['zero', 'it is a character device, and a regular file is wanted'],
    ['folder', 'it is a folder, and a regular file is wanted'],
  ] as const)
    it(`is refused by each editor: ${name}`, async () => {
      const refused = { code: 'unreadable-file', message: new RegExp(says) };
      await assert.rejects(readUri(io, at(`${name}.vmsa`)), refused);
      await assert.rejects(readUri(io, at(`${name}.fd`)), refused);
      await assert.rejects(firmwareAt(io, at(`${name}.fd`)), refused);
      const code = name === 'pipe' ? 'launch-file-is-pipe' : 'unreadable-file';
      await assert.rejects(launchTextAt(io, at(`${name}.sevlaunch.json`)), { code });
    });
  it('leaves a page, and what is too large for one is refused before it is read', async () => {
    writeFileSync(at('page.vmsa').fsPath, 'page');
    assert.deepEqual(await readUri(io, at('page.vmsa')), new TextEncoder().encode('page'));
    truncateSync(at('page.vmsa').fsPath, FILE_ROLES.shown.most + 1);
    const tooLarge = { code: 'file-too-large', message: /^page\.vmsa has 67108865 bytes/ };
    await assert.rejects(readUri(io, at('page.vmsa')), tooLarge);
    await assert.rejects(readUri(io, at('none.vmsa')), {
      message: /^none\.vmsa cannot be read: there is no such file/,
    });
  });
});
