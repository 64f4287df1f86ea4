// The ways of a page into the editor and out of it: the clipboard, other forms, and other files to compare with.

import { strict as assert } from 'node:assert';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { EXPORTS } from '../../src/core/vmsa/forms/exportPage';
import { generateVmsa, type VmsaRequest } from '../../src/core/vmsa/launch/generate';
import { findPages } from '../../src/core/vmsa/forms/findPages';
import { toBase64, utf8 } from '../../src/core/binary/hex';
import { qemuLines } from '../helpers/registerDumps';
import { closeEditors } from './closeEditors';
import { until } from './until';

const REQUEST: VmsaRequest = {
  profile: 'sev-es',
  role: 'bsp',
  cpu: { family: 25, model: 1, stepping: 1 },
};
const PAGE = generateVmsa(REQUEST).bytes;
const run = (command: string, ...args: unknown[]) => vscode.commands.executeCommand(command, ...args);

let folder: string;
const file = (name: string, content?: Uint8Array | string) => {
  const uri = vscode.Uri.file(join(folder, name));
  if (content !== undefined) writeFileSync(uri.fsPath, content);
  return uri;
};

/** Waits for the active editor to be one of ours. */
async function active(viewType: string): Promise<vscode.Uri> {
  const input = () => vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const is = (found: unknown): found is vscode.TabInputCustom =>
    found instanceof vscode.TabInputCustom && found.viewType === viewType;
  await until(`a ${viewType} is active`, () => is(input()));
  return (input() as vscode.TabInputCustom).uri;
}

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'sevscope-ways-'));
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A page as Linux logs it before it is encrypted, with what a log has around it. */
function kernelLog(page: Uint8Array): string {
  const lines = ['kvm_amd: something else', 'SEV: Virtual Machine Save Area (VMSA):'];
  for (let at = 0; at < 0x670; at += 16) {
    lines.push(Array.from(page.subarray(at, at + 16), (b) => b.toString(16).padStart(2, '0')).join(' '));
  }
  return [...lines, 'kvm_amd: something else'].map((line) => `[   12.345678] ${line}\n`).join('');
}

describe('What is in the clipboard', () => {
  closeEditors();
  const texts: [string, () => string][] = [
    ['a kernel log', () => kernelLog(PAGE)],
    ['base64', () => toBase64(PAGE)],
    ['an xxd dump', () => String(EXPORTS.find(({ id }) => id === 'hex')!.write(PAGE, 'x'))],
  ];
  for (const [name, text] of texts) {
    it(`opens as a page: ${name}`, async () => {
      await vscode.env.clipboard.writeText(text());
      await run('sevscope.openPasted');
      const uri = await active('sevscope.vmsa');
      assert.equal(uri.scheme, 'sevscope-pasted');
      const target = file('pasted.bin');
      await run('sevscope.exportVmsa', uri, 'bin', target);
      assert.deepEqual(new Uint8Array(readFileSync(target.fsPath)), PAGE);
    });
  }
  it('opens nothing when it is no page', async () => {
    await vscode.env.clipboard.writeText('nothing of ours');
    await run('sevscope.openPasted');
    assert.equal(vscode.window.tabGroups.activeTabGroup.activeTab, undefined);
  });
});

describe('A dump of registers', () => {
  closeEditors();
  it('opens in the editor, and gives no page to anything else', async () => {
    const registers = file('registers.txt', qemuLines(PAGE, 'legacy').join('\n'));
    await run('vscode.openWith', registers, 'sevscope.vmsa');
    await active('sevscope.vmsa');
    const target = file('never.bin');
    for (const form of ['bin', 'json', 'hex'])
      await run('sevscope.exportVmsa', registers, form, target).then(undefined, () => undefined);
    assert.throws(() => readFileSync(target.fsPath), /ENOENT/);
  });
});

describe('A page is exported to the clipboard and to a file as', () => {
  closeEditors();
  for (const { id, write } of EXPORTS) {
    it(id, async () => {
      const page = file('page.vmsa', PAGE);
      const written = write(PAGE, 'page.vmsa');
      await run('sevscope.exportVmsa', page, id);
      const wanted = typeof written === 'string' ? written : toBase64(written);
      assert.equal(await vscode.env.clipboard.readText(), wanted);
      const target = file(`exported.${id}`);
      await run('sevscope.exportVmsa', page, id, target);
      const bytes = typeof written === 'string' ? utf8(written) : written;
      assert.deepEqual(new Uint8Array(readFileSync(target.fsPath)), new Uint8Array(bytes));
    });
  }
  it('several of which can be read again', () => {
    for (const id of ['bin', 'json', 'hex', 'base64']) {
      const written = EXPORTS.find((e) => e.id === id)!.write(PAGE, 'x');
      const read = findPages(typeof written === 'string' ? utf8(written) : written);
      assert.ok('pages' in read && Buffer.compare(read.pages[0]!.bytes, PAGE) === 0, id);
    }
  });
});

describe('Two pages are compared', () => {
  closeEditors();
  it('when they are selected in the Explorer', async () => {
    const [a, b] = [file('a.vmsa', PAGE), file('b.vmsa', PAGE)];
    await run('sevscope.compareSelected', a, [a, b]);
    const uri = await active('sevscope.comparison');
    const { file: left, otherFile } = JSON.parse(uri.query) as Record<string, string>;
    assert.deepEqual([left, otherFile], [a.toString(), b.toString()]);
    assert.equal(uri.path, '/a.vmsa ↔ b.vmsa');
  });
  it('when one is given and the other chosen', async () => {
    const [a, b] = [file('a.vmsa', PAGE), file('b.vmsa', PAGE)];
    await run('sevscope.compareWithFile', a, b);
    const uri = await active('sevscope.comparison');
    assert.equal((JSON.parse(uri.query) as Record<string, string>)['otherFile'], b.toString());
  });
});

describe('What matches a page', () => {
  closeEditors();
  it('is offered, the first opens the comparison with it', async () => {
    const page = file('which.vmsa', PAGE);
    void run('sevscope.identifyVmsa', page);
    let uri: vscode.Uri | undefined;
    await until('the comparison is open', async () => {
      await run('workbench.action.acceptSelectedQuickOpenItem');
      const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      uri = input instanceof vscode.TabInputCustom ? input.uri : undefined;
      return uri?.scheme === 'sevscope-compare';
    });
    const { request } = JSON.parse(uri!.query) as { request: VmsaRequest };
    assert.deepEqual(generateVmsa(request).bytes, PAGE);
  });
});
