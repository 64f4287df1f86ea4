// ID blocks and ID authentications, as bytes and in texts.

import assert from 'node:assert/strict';
import { hashesOf } from '../../../src/node/hashes';
import { bytesToHex, toBase64 } from '../../../src/core/binary/hex';
import {
  bytesIn,
  encodeIdAuth,
  encodeIdBlock,
  encodePublicKey,
  idAuthIn,
  idBlockIn,
  keyBytesIn,
  keyDigestIn,
  pointIn,
  signatureIn,
} from '../../../src/core/tech/snp/idBlock';
import { checkIdBlock, signaturesOf } from '../../../src/core/tech/snp/idBlockCheck';
import { idBlockForm } from '../../../src/core/tech/snp/idBlockForms';
import { idAuthJson, idBlockJson } from '../../../src/core/tech/snp/idBlockJson';
import { idAuthFindings, idBlockFindings } from '../../../src/core/tech/snp/idBlockRules';
import { compareWithReport } from '../../../src/core/tech/snp/idBlockReport';
import { idBlockFields, keyDigestsIn } from '../../../src/core/tech/snp/idBlockFields';
import { policyFindings } from '../../../src/core/tech/snp/policyRules';
import { statedByIdBlock } from '../../../src/core/check/statedIds';
import { readStated } from '../../../src/core/tech/snp/idBlockStated';
import { findIdBlocks, readIdBlocks, readIdBlockText } from '../../../src/core/tech/snp/idBlockText';
import { viewIdBlock } from '../../../src/app/idBlockView';
import { launchForIdBlock, readIdBlockFiles } from '../../../src/app/idBlock';
import { readSigningKeyFile } from '../../../src/app/keys';
import { memoryIo } from '../../helpers/memoryIo';
import { assertSentence, awaitOrCode, type Target } from '../target';

const HASHES = hashesOf(undefined);
const number = (value: number) => new Uint8Array(48).fill(value);
const BLOCK = encodeIdBlock({ launch_digest: number(1) });
const AUTH = encodeIdAuth({
  idKey: { x: number(2), y: number(3) },
  idBlockSignature: { r: number(4), s: number(5) },
  author: { key: { x: number(6), y: number(7) }, idKeySignature: { r: number(8), s: number(9) } },
});

const REPORTED = {
  ...{ measurement: number(1), policy: 0x30000n, family_id: number(0), image_id: number(0), guest_svn: 0 },
  ...{ id_key_digest: number(9), author_key_digest: number(0) },
};

const text = (value: string) => Buffer.from(value);

const idBlocks: Target = {
  name: 'id-blocks',
  form: 'bytes',
  seeds: () => [
    BLOCK,
    AUTH,
    Buffer.concat([BLOCK, AUTH]),
    text(idBlockForm('qemu', { block: BLOCK, auth: AUTH })),
    text(idBlockForm('libvirt', { block: BLOCK, auth: AUTH })),
    text("<launchSecurity authorKey='yes'><policy>30000</policy></launchSecurity> id-block=,policy=0x30000"),
    text(idBlockForm('kata', { block: BLOCK, auth: AUTH })),
    text(bytesToHex(BLOCK)),
    text(`sev-snp-guest,policy=0x30000,${idBlockForm('qemu', { block: BLOCK, auth: AUTH })}`),
  ],
  async run(input) {
    const io = memoryIo();
    io.files.set('/in', { bytes: input, mode: 0o600 });
    const { code = '' } = await awaitOrCode(() => readIdBlockFiles(io, ['/in']));
    await awaitOrCode(() => readSigningKeyFile(io, '/in'));
    const launch = {
      technology: 'snp',
      firmware: '/in',
      cpu: { family: 25, model: 1, stepping: 1 },
    } as const;
    await awaitOrCode(() => launchForIdBlock(io, launch, '/a.sevlaunch.json'));
    const read = readIdBlocks(input);
    const said = Buffer.from(input).toString('latin1');
    const asText = readIdBlockText(said);
    const beside = readStated(said);
    assert.ok(beside.ok ? (beside.stated.policy?.text.length ?? 0) <= 40 : beside.found !== '');
    if (!read.ok) return { feature: `${code} ${asText.ok}`, result: read.found };
    const { block, auth } = read.pair;
    const found = findIdBlocks(input);
    if (found) assert.ok(found.block ?? found.auth);
    const view = await viewIdBlock(io, input);
    assert.ok('facts' in view);
    const digests = keyDigestsIn(read.pair, HASHES);
    assert.equal(idBlockFields(read.pair, digests).length, Number(!!block) + Number(!!auth));
    const rules: string[] = [];
    if (block) {
      assert.deepEqual(idBlockIn(toBase64(block)).version, idBlockJson(block).version);
      rules.push(...idBlockFindings(block).map(({ rule }) => rule));
    }
    if (auth) {
      assert.equal(bytesIn(toBase64(auth)).length, 4096);
      assert.equal(idAuthIn(toBase64(auth)).id_key_algorithm, idAuthJson(auth, HASHES).id_key_algorithm);
      for (const key of ['id_key', 'author_key'] as const) {
        assert.equal(keyDigestIn(auth, key, HASHES).length, 48);
        const point = pointIn(auth, key);
        if (point) assert.equal(encodePublicKey(point).length, keyBytesIn(auth, key).length);
      }
      signatureIn(auth, 'id_block_signature');
      for (const { rule, message, offset, size } of idAuthFindings(auth)) {
        assertSentence(message);
        assert.ok(offset + size <= 4096);
        rules.push(rule);
      }
    }
    if (block) {
      const stated = statedByIdBlock({ idBlock: block, idAuth: auth, authorKey: true }, HASHES);
      assert.equal(stated.policy, idBlockIn(toBase64(block)).policy);
      assert.equal(stated.authorKeyDigest?.length, auth && 48);
    }
    const { id } = signaturesOf(read.pair, {});
    const fields = { ...REPORTED, ...(block && idBlockIn(toBase64(block))) };
    for (const { message } of policyFindings(fields.policy)) assertSentence(message);
    for (const { reason } of compareWithReport(read.pair, fields, {}, HASHES)) assertSentence(reason);
    for (const { reason } of checkIdBlock(read.pair, {}, { id: id && false })) assertSentence(reason);
    return { feature: rules.join(' '), result: rules };
  },
};

export const ID_BLOCK_TARGETS: readonly Target[] = [idBlocks];
