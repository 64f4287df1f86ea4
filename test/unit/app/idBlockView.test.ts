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
      facts.steps.filter(({ outcome }) => outcome === 'failed').map(({ step }) => step),
      ['id-auth', 'id-signature'],
    );
    assert.deepEqual(facts.findings.at(-1)?.offset, 96 + 0x644);
  });
  it('shows one of both, and says what cannot be verified', async () => {
    for (const part of [pair.block, pair.auth]) {
      const { facts } = await shown(part);
      assert.equal(facts.steps.find(({ step }) => step === 'id-signature')?.outcome, 'not-checked');
      assert.ok(facts.steps.every(({ outcome }) => outcome !== 'failed'));
    }
    assert.deepEqual(await viewIdBlock(io, utf8('words')), { found: 'another text' });
  });
  const KATA = 'io.katacontainers.config.hypervisor';
  const texts = ({ block, auth }: typeof pair) => {
    const [b, a] = [toBase64(block), toBase64(auth)];
    return {
      kata: (policy: string) =>
        `${KATA}.snp_guest_policy: "${policy}"\n${KATA}.snp_id_block: "${b}"\n${KATA}.snp_id_auth: "${a}"`,
      json: (policy: string) =>
        `{"${KATA}.snp_id_block":"${b}", "${KATA}.snp_id_auth":"${a}", "${KATA}.snp_guest_policy": "${policy}"}`,
      qemu: (policy: string) =>
        `-object secret,id=s,policy=7 -object sev-snp-guest,id=s0,policy=${policy},id-block=${b},id-auth=${a},author-key-enabled=on`,
      qapi: (policy: string) =>
        `'{"qom-type":"sev-snp-guest","policy":${policy},"id-block":"${b}","id-auth":"${a}","author-key-enabled":true}'`,
      libvirt: (policy: string) =>
        `<policy>1</policy><launchSecurity type='sev-snp' authorKey='yes'><policy>${policy}</policy><idBlock>${b}</idBlock><idAuth>${a}</idAuth></launchSecurity>`,
    };
  };
  for (const form of ['kata', 'json', 'qemu', 'qapi', 'libvirt'] as const)
    it(`compares the policy that stands beside it: ${form}`, async () => {
      const outcome = async (policy: string) => {
        const { facts } = await shown(utf8(texts(pair)[form](policy)));
        const step = facts.steps.find((one) => one.step === 'stated-policy');
        const rules = facts.findings.filter(({ rule }) => rule === 'id-block-other-policy');
        assert.equal(rules.length, step?.outcome === 'failed' ? 1 : 0);
        return step?.outcome === 'failed' ? step.reason : step?.outcome;
      };
      // libvirt reads every policy as hexadecimal.
      const isHex = form === 'libvirt';
      assert.equal(await outcome(isHex ? 'b0000' : '720896'), 'passed');
      assert.equal(await outcome('0xb0000'), 'passed');
      assert.match(
        (await outcome(isHex ? '30000' : '196608'))!,
        /policy 0xb0000, and beside it stands 0x30000.*fw_error=7/,
      );
      assert.match((await outcome('0x1000000000b0000'.padEnd(20, '0')))!, /is no number of 64 bits/);
      assert.match((await outcome('usual'))!, /"usual", is no number/);
    });
  it('says nothing of a policy that stands nowhere, and takes no two of them', async () => {
    const { facts } = await shown(joined(pair.block, pair.auth));
    assert.ok(facts.steps.every(({ step }) => step !== 'stated-policy'));
    const two = `${texts(pair).kata('1')} ${texts(pair).qemu('2')}`;
    assert.deepEqual(await viewIdBlock(io, utf8(two)), { found: 'several policies that differ' });
    const both = `${texts(pair).qemu('2')} ${texts(pair).qapi('2').replace('true', 'false')}`;
    assert.deepEqual(await viewIdBlock(io, utf8(both)), { found: 'an author key that is on and off' });
  });
  it('lets the author count as the text says', async () => {
    const auth = pair.auth.slice();
    auth[0x680]! ^= 1;
    const text = texts({ block: pair.block, auth }).qemu('0xb0000');
    const author = async (file: string) =>
      (await shown(utf8(file))).facts.steps.find(({ step }) => step === 'author-signature')?.outcome;
    assert.equal(await author(text), 'failed');
    assert.equal(await author(text.replace('enabled=on', 'enabled=off')), 'not-checked');
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
