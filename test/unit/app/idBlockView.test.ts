// What the page of an ID block shows, and who takes a file for one: an ID authentication has the size of a VMSA page.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { viewIdBlock } from '../../../src/app/idBlockView';
import { toBase64, utf8 } from '../../../src/core/binary/hex';
import { idBlockFields } from '../../../src/core/tech/snp/idBlockFields';
import { findIdBlocks } from '../../../src/core/tech/snp/idBlockText';
import { findPages } from '../../../src/core/vmsa/forms/findPages';
import { generateVmsa } from '../../../src/core/vmsa/launch/generate';
import { runHere } from '../../helpers/cli';
import { useFolder } from '../../helpers/folder';
import { makeIdBlock } from '../../helpers/idBlocks';
import { io } from '../../helpers/io';
import { reportTree } from '../../../webview/report/reportTree';
import type { TreeNode } from '../../../webview/parts/rows';

const VMSA = generateVmsa({ profile: 'snp', role: 'bsp', cpu: { family: 25, model: 1, stepping: 1 } }).bytes;
const joined = (...parts: readonly Uint8Array[]) => Uint8Array.from(Buffer.concat(parts));

describe('The page of an ID block', () => {
  let pair: { block: Uint8Array; auth: Uint8Array };
  before(async () => {
    pair = await makeIdBlock({ policy: 0xb0000n });
  });
  const shown = async (bytes: Uint8Array) => {
    const view = await viewIdBlock(io, bytes);
    assert.ok(!('found' in view), JSON.stringify(view));
    return view;
  };

  it('verifies a pair in bytes and in text', async () => {
    const { block, auth } = pair;
    for (const file of [joined(block, auth), utf8(`id-block=${toBase64(block)},id-auth=${toBase64(auth)}`)]) {
      const { bytes, facts } = await shown(file);
      assert.deepEqual(bytes, joined(block, auth));
      assert.deepEqual(
        facts.steps.map(({ outcome }) => outcome),
        ['passed', 'passed', 'passed', 'passed'],
      );
      assert.deepEqual(
        facts.findings.map(({ rule, offset }) => `${rule} ${offset}`),
        ['id-block-policy-debug 88', 'id-block-policy-lenient 88'],
      );
      assert.match(facts.digests.id_key!, /^[0-9a-f]{96}$/);
    }
  });
  it('names a bit that was flipped, at its bytes', async () => {
    const auth = pair.auth.slice();
    auth[0x644] = 1;
    auth[0x50]! ^= 1;
    const { facts } = await shown(joined(pair.block, auth));
    assert.deepEqual(
      facts.steps.filter(({ outcome }) => outcome === 'failed').map(({ id }) => id),
      ['id-auth', 'id-signature'],
    );
    assert.deepEqual(facts.findings.at(-1)?.offset, 96 + 0x644);
  });
  it('shows one of both, and says what cannot be verified', async () => {
    for (const part of [pair.block, pair.auth]) {
      const { facts } = await shown(part);
      assert.equal(facts.steps.find(({ id }) => id === 'id-signature')?.outcome, 'not checked');
      assert.ok(facts.steps.every(({ outcome }) => outcome !== 'failed'));
    }
    assert.deepEqual(await viewIdBlock(io, utf8('words')), { found: 'another text' });
  });
  it('has every byte in one row, with the parts of keys below them', () => {
    const groups = idBlockFields(pair, {});
    const bytesIn = (nodes: readonly TreeNode[]): number[] =>
      nodes.flatMap(({ range, children }) =>
        range && children.length === 0
          ? Array.from({ length: range.size }, (_, i) => range.offset + i)
          : bytesIn(children),
      );
    const bytes = bytesIn(reportTree(groups, [], 0).nodes).sort((a, b) => a - b);
    assert.deepEqual(
      bytes,
      Array.from({ length: 4192 }, (_, i) => i),
    );
  });
});

describe('4096 bytes', () => {
  let folder: string;
  useFolder((made) => (folder = made));
  const show = async (content: Uint8Array | string, ...command: string[]) => {
    writeFileSync(join(folder, 'file'), content);
    return runHere([...command, join(folder, 'file')], folder);
  };

  it('are a VMSA page or an ID authentication by what is in them', async () => {
    const { block, auth } = await makeIdBlock();
    for (const [content, words] of [
      [auth, /^ID authentication, 4096 bytes/],
      [toBase64(auth), /^ID authentication, 4096 bytes/],
      [block, /^ID block, 96 bytes/],
      [
        `<launchSecurity><idBlock>${toBase64(block)}</idBlock><idAuth>${toBase64(auth)}</idAuth>`,
        /^ID block/,
      ],
      [VMSA, /VMSA/],
      [toBase64(VMSA), /VMSA, boot processor/],
    ] as const) {
      const { status, stdout, stderr } = await show(content, 'show');
      assert.equal(status, 0, stderr);
      assert.match(stdout, words);
    }
    assert.equal(findIdBlocks(VMSA), undefined);
    assert.equal(findIdBlocks(new Uint8Array(4096)), undefined);
    assert.equal(findIdBlocks(new Uint8Array(96)), undefined);
  });
  it('are called an ID authentication where a page is wanted, also in base64', async () => {
    const { auth } = await makeIdBlock();
    for (const file of [auth, utf8(toBase64(auth))]) {
      const read = findPages(file);
      assert.ok('reason' in read);
      assert.match(read.reason, /is an ID authentication of SEV-SNP, which has an editor of its own/);
    }
    const { status, stderr } = await show(auth, 'ovmf', 'show');
    assert.ok(status !== 6, stderr);
  });
});
