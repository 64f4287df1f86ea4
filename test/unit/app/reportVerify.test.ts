// Verification of attestation reports by chains of our own: what verifies, which step each planted fault fails, and that no changed bit of a
// report or of its certificate ever does.

import assert from 'node:assert/strict';
import { readCertificate } from '../../../src/app/reportCertificates';
import { fromHex } from '../../../src/core/binary/hex';
import type { GivenCertificate } from '../../../src/core/report/forms/pem';
import { STEPS, type StepId } from '../../../src/core/report/steps';
import type { Verification } from '../../../src/core/report/verify';
import type { Wishes } from '../../../src/core/report/wishes';
import { ecKey, extension, makeRevocationList, rsaKey, signReport } from '../../helpers/amdChain';
import {
  ARK_KEY,
  ASK_KEY,
  givenOf,
  makeEvidence,
  OTHER_KEY,
  remembering,
  verifyEvidence,
  type EvidenceBytes,
  type EvidenceParts,
  type VerifyParts,
} from '../../helpers/evidence';
import { IS_QUICK } from '../../helpers/hostile';
import { io } from '../../helpers/io';
import { filled, padded } from '../core/report/reports';

const failures = ({ steps }: Verification): StepId[] =>
  steps.filter(({ outcome }) => outcome === 'failed').map(({ step }) => step);
const outcomeOf = ({ steps }: Verification, id: StepId) => steps.find(({ step }) => step === id)?.outcome;
const without = (evidence: EvidenceBytes, ...names: string[]): GivenCertificate[] =>
  givenOf(evidence).filter(({ source }) => !names.includes(source));

describe('A report and its chain', () => {
  before(function () {
    // Keys of 4096 bits.
    this.timeout(240_000);
    for (const index of [ARK_KEY, ASK_KEY, OTHER_KEY]) rsaKey(index);
  });

  const right: [string, EvidenceParts][] = [
    ['a VCEK of a Milan', { processor: 'Milan' }],
    ['a VCEK of a Genoa', {}],
    ['a VCEK of a Bergamo', { processor: 'Bergamo' }],
    ['a VCEK of a Turin', { processor: 'Turin' }],
    ['a VLEK', { kind: 'VLEK' }],
    ['a VLEK of a Turin', { kind: 'VLEK', processor: 'Turin' }],
    ['version 2', { processor: 'Milan', report: { version: 2 } }],
    ['version 2 of a Genoa', { report: { version: 2 } }],
    ['version 5', { report: { version: 5, current_mit_vector: 7n } }],
    [
      'an author key',
      { report: { key_info: 1, author_key_digest: filled(48, 1), id_key_digest: filled(48, 2) } },
    ],
    ['provisional firmware', { report: { current_tcb: padded('04000000000018dc', 8) } }],
    ['an HWID that looks like DER', { report: { chip_id: padded(`0440${'11'.repeat(62)}`, 64) } }],
  ];
  for (const [title, parts] of right)
    it(`verify: ${title}`, async () => {
      const found = await verifyEvidence(makeEvidence(parts));
      assert.deepEqual(failures(found), [], JSON.stringify(found.steps));
      assert.equal(found.verified, true);
      assert.equal(found.chain.length, 3);
      assert.deepEqual([...new Set(found.steps.map(({ step }) => step))].length, found.steps.length);
    });

  it('verify with a masked CHIP_ID, and say that the chip was not compared', async () => {
    const found = await verifyEvidence(
      makeEvidence({ report: { chip_id: filled(64, 0), key_info: 2 }, leaf: { hwid: filled(64, 7) } }),
    );
    assert.equal(outcomeOf(found, 'hwid'), 'not-checked');
    assert.equal(found.verified, true);
  });

  it('remark on what the verdict does not depend on', async () => {
    const milan = await verifyEvidence(
      makeEvidence({ processor: 'Milan', report: { vmpl: 1, policy: 0xb0000n, current_build: 30 } }),
    );
    assert.equal(milan.verified, true);
    for (const said of [/arXiv 2605\.12990/, /provisional/, /debug/, /VMPL 1/])
      assert.ok(
        milan.remarks.some((remark) => said.test(remark)),
        String(said),
      );
    assert.deepEqual((await verifyEvidence(makeEvidence())).remarks, []);
  });

  const otherLeaf = ecKey();
  const faults: [
    string,
    StepId,
    EvidenceParts,
    VerifyParts?,
    ((evidence: EvidenceBytes) => Partial<EvidenceBytes>)?,
  ][] = [
    ['reserved bytes that are set', 'format', { report: { reserved_0x4c: padded('01', 4) } }],
    ['an unknown version', 'format', { report: { version: 1 } }],
    ['no bit 17 in the policy', 'format', { report: { policy: 0x10000n } }],
    ['a policy with bits that mean nothing', 'format', { report: { policy: 0x8030000n } }],
    ['a VMPL above 3', 'format', { report: { vmpl: 5 } }],
    ['another algorithm', 'format', { report: { signature_algo: 2 } }],
    ['reserved bits of the key information', 'format', { report: { key_info: 0x40 } }],
    ['a root that is not trusted', 'root', {}, { trusted: false }],
    [
      'an ASK that another key signed',
      'chain',
      { ask: {} },
      {},
      () => ({ ask: makeEvidence({ ask: { by: rsaKey(OTHER_KEY).privateKey } }).ask }),
    ],
    [
      'a leaf that another key signed',
      'chain',
      {},
      {},
      () => ({ leaf: makeEvidence({ leafCertificate: { by: rsaKey(OTHER_KEY).privateKey } }).leaf }),
    ],
    [
      'a salt of another length',
      'chain',
      {},
      {},
      () => ({ leaf: makeEvidence({ leafCertificate: { salt: 32 } }).leaf }),
    ],
    [
      'an ASK that is no authority',
      'chain',
      {},
      {},
      () => ({ ask: makeEvidence({ ask: { isCa: false } }).ask }),
    ],
    [
      'a leaf of a curve that is not P-384',
      'chain',
      {},
      {},
      () => ({ leaf: makeEvidence({ leafCertificate: { key: ecKey('P-256').publicKey } }).leaf }),
    ],
    [
      'a leaf with a critical extension that is not known',
      'chain',
      {},
      {},
      () => ({
        leaf: makeEvidence({
          leafCertificate: { extensions: [extension('1.2.3.4', Uint8Array.of(5, 0), true)] },
        }).leaf,
      }),
    ],
    ['something behind the leaf', 'chain', {}, {}, ({ leaf }) => ({ leaf: Uint8Array.from([...leaf, 0]) })],
    ['a leaf below an authority of VLEKs', 'chain', { leafCertificate: { issuer: 'SEV-VLEK-Genoa' } }],
    [
      'a certificate of someone else',
      'chain',
      {},
      {},
      () => ({ ask: makeEvidence({ ask: { subject: 'Example CA' } }).ask }),
    ],
    ['a leaf that is not valid yet', 'dates', { leafCertificate: { from: '2030-01-01T00:00:00Z' } }],
    ['a leaf that has expired', 'dates', { leafCertificate: { to: '2025-01-01T00:00:00Z' } }],
    ['an ASK that has expired', 'dates', { ask: { to: '2025-01-01T00:00:00Z' } }],
    ['a time before everything', 'dates', {}, { at: Date.parse('2020-01-01T00:00:00Z') }],
    ['a VCEK where a VLEK signed', 'key-kind', { report: { key_info: 1 << 2 } }],
    ['no key that signed', 'key-kind', { report: { key_info: 7 << 2 } }],
    ['a certificate of another product', 'product', { leaf: { product: 'Milan-B0' } }],
    ['a report of another processor', 'product', { report: { cpuid_mod_id: 1 } }],
    ['a report of an unknown processor', 'product', { report: { cpuid_mod_id: 0x70 } }],
    [
      'a report that another key signed',
      'signature',
      {},
      {},
      ({ report }) => ({ report: signReport(report, otherLeaf.privateKey) }),
    ],
    ['another boot loader', 'tcb', { leaf: { spl: { 1: 5, 2: 0, 3: 0x18, 8: 0xd9 } } }],
    ['another microcode', 'tcb', { leaf: { spl: { 1: 4, 2: 0, 3: 0x18, 8: 0xd8 } } }],
    ['no SNP version', 'tcb', { leaf: { spl: { 1: 4, 2: 0, 8: 0xd9 } } }],
    ['a reserved version that is set', 'tcb', { leaf: { spl: { 1: 4, 2: 0, 5: 1, 3: 0x18, 8: 0xd9 } } }],
    ['another FMC', 'tcb', { processor: 'Turin', leaf: { spl: { 9: 2, 1: 1, 2: 1, 3: 4, 8: 0x51 } } }],
    ['no FMC', 'tcb', { processor: 'Turin', leaf: { spl: { 1: 1, 2: 1, 3: 4, 8: 0x51 } } }],
    ['a certificate of another chip', 'hwid', { leaf: { hwid: filled(64, 0x5b) } }],
    ['a certificate of another Turin', 'hwid', { processor: 'Turin', leaf: { hwid: filled(8, 9) } }],
    ['an HWID of another length', 'hwid', { leaf: { hwid: filled(8, 0x5a) } }],
    [
      'a CHIP_ID of zeros that nothing masks',
      'hwid',
      { report: { chip_id: filled(64, 0) }, leaf: { hwid: filled(64, 7) } },
    ],
    [
      'a CHIP_ID of zeros, as a certificate has them',
      'hwid',
      { report: { chip_id: filled(64, 0) }, leaf: { hwid: filled(64, 0) } },
    ],
    [
      'a CHIP_ID of zeros of a Turin that nothing masks',
      'hwid',
      { processor: 'Turin', report: { chip_id: filled(64, 0) }, leaf: { hwid: filled(8, 7) } },
    ],
    [
      'a reported TCB above the committed one',
      'tcb-relations',
      { report: { committed_tcb: padded('03000000000018d9', 8) } },
    ],
    [
      'a TCB at launch above the current one',
      'tcb-relations',
      { report: { launch_tcb: padded('04000000000018da', 8) } },
    ],
    ['AUTHOR_KEY_EN without a digest', 'author-key', { report: { key_info: 1 } }],
    [
      'a digest without AUTHOR_KEY_EN',
      'author-key',
      { report: { author_key_digest: filled(48, 1), id_key_digest: filled(48, 1) } },
    ],
    [
      'an author key without an ID key',
      'author-key',
      { report: { author_key_digest: filled(48, 1), key_info: 1 } },
    ],
  ];
  for (const [title, step, parts, asked = {}, change] of faults)
    it(`fail ${step} for ${title}`, async () => {
      const evidence = makeEvidence(parts);
      const found = await verifyEvidence({ ...evidence, ...change?.(evidence) }, asked);
      assert.equal(found.verified, false);
      const failed = failures(found);
      assert.ok(failed.includes(step), `failed: ${failed.join(' ')}`);
      for (const { reason } of found.steps) assert.match(reason, /\.$|https:\S+$/);
    });

  it('plant a fault for each step that a report can fail without wishes', () => {
    const planted = new Set(faults.map(([, step]) => step));
    const isWish = (id: string) => Object.keys(STEPS).indexOf(id) > Object.keys(STEPS).indexOf('author-key');
    assert.deepEqual(
      Object.keys(STEPS).filter((id) => !isWish(id) && !planted.has(id as StepId)),
      ['revocation'],
    );
  });

  it('need no authorities that are given to be the ones that are known', async () => {
    // Our authorities have AMD's names, and other keys.
    const evidence = makeEvidence();
    const found = await verifyEvidence(evidence, {
      given: without(evidence, 'ark.pem', 'ask.pem'),
      trusted: false,
    });
    assert.deepEqual(failures(found).includes('chain'), true);
    assert.equal(found.verified, false);
  });

  it('are not checked without a leaf, and say where it is', async () => {
    const evidence = makeEvidence();
    const found = await verifyEvidence(evidence, { given: without(evidence, 'vcek.pem') });
    assert.equal(found.verified, false);
    assert.deepEqual(failures(found), []);
    assert.match(
      found.steps.find(({ step }) => step === 'chain')!.reason,
      /https:\/\/kdsintf\.amd\.com\/vcek\/v1\/Genoa\/(5a){64}\?blSPL=04&teeSPL=00&snpSPL=24&ucodeSPL=217$/,
    );
    const none = await verifyEvidence(makeEvidence({ kind: 'VLEK' }), { given: [] });
    assert.match(none.steps.find(({ step }) => step === 'chain')!.reason, /cloud provider/);
  });

  it('take the leaf that the report asks for, where a folder has both', async () => {
    const evidence = makeEvidence();
    const vlek: GivenCertificate = {
      source: 'vlek.pem',
      said: 'VLEK',
      kind: 'certificate',
      der: makeEvidence({ kind: 'VLEK' }).leaf,
    };
    assert.equal((await verifyEvidence(evidence, { given: [vlek, ...givenOf(evidence)] })).verified, true);
  });

  it('take the leaf of the chip and TCB, wherever it stands among others', async () => {
    const evidence = makeEvidence();
    const other = (name: string, leaf: EvidenceParts['leaf']): GivenCertificate => ({
      ...{ source: name, said: 'VCEK', kind: 'certificate', der: makeEvidence({ leaf: leaf! }).leaf },
    });
    const earlier = other('earlier.der', { spl: { 1: 4, 2: 0, 3: 0x17, 8: 0xd9 } });
    const chip = other('chip.der', { hwid: filled(64, 0x5b) });
    const given = givenOf(evidence);
    for (const all of [
      [earlier, chip, ...given],
      [...given, chip, earlier],
    ])
      assert.equal((await verifyEvidence(evidence, { given: all })).verified, true);
    const none = await verifyEvidence(evidence, { given: [earlier, chip, ...without(evidence, 'vcek.pem')] });
    assert.deepEqual(failures(none), ['tcb']);
  });

  describe('with a list of revoked certificates', () => {
    const list = (
      serials: readonly number[],
      parts: { by?: number; issuer?: string; until?: string } = {},
    ): GivenCertificate => ({
      source: 'crl.der',
      said: 'CRL',
      kind: 'crl',
      der: makeRevocationList({
        issuer: parts.issuer ?? 'ARK-Genoa',
        by: rsaKey(parts.by ?? ARK_KEY).privateKey,
        serials,
        ...(parts.until !== undefined && { until: parts.until }),
      }),
    });
    const cases: [string, () => GivenCertificate, 'passed' | 'failed'][] = [
      ['that is empty', () => list([]), 'passed'],
      ['of others', () => list([0x20002, 0x30001]), 'passed'],
      ['with the ASK', () => list([0x20002, 0x10001]), 'failed'],
      ['with the ARK', () => list([0x10000]), 'failed'],
      ['with a serial of 0, which every leaf has', () => list([0]), 'passed'],
      ['that another key signed', () => list([], { by: OTHER_KEY }), 'failed'],
      ['of another root', () => list([], { issuer: 'ARK-Milan' }), 'failed'],
      ['that is out of date', () => list([], { until: '2026-01-01T00:00:00Z' }), 'failed'],
      ['that is broken', () => ({ ...list([]), der: list([]).der.slice(0, -1) }), 'failed'],
    ];
    for (const [title, make, outcome] of cases)
      it(`${outcome === 'passed' ? 'verify' : 'fail'}: one ${title}`, async () => {
        const evidence = makeEvidence();
        const found = await verifyEvidence(evidence, { given: [...givenOf(evidence), make()] });
        assert.equal(outcomeOf(found, 'revocation'), outcome);
        assert.equal(found.verified, outcome === 'passed');
      });
  });

  describe('with wishes', () => {
    const REPORT = {
      guest_svn: 3,
      policy: 0x130000n | 0x0137n,
      vmpl: 1,
      family_id: filled(16, 6),
      image_id: filled(16, 7),
      id_key_digest: filled(48, 8),
      author_key_digest: filled(48, 9),
      key_info: 1,
      version: 5,
      current_mit_vector: 0x3fn,
      launch_mit_vector: 0x3fn,
    };
    const cases: [StepId, Wishes, Wishes][] = [
      ['measurement', { measurement: [filled(48, 0), filled(48, 0x22)] }, { measurement: [filled(48, 0)] }],
      ['report-data', { reportData: [filled(64, 0x11)] }, { reportData: [filled(64, 0x10)] }],
      ['host-data', { hostData: [filled(32, 0x33)] }, { hostData: [filled(32, 0)] }],
      ['id-key-digest', { idKeyDigest: [filled(48, 8)] }, { idKeyDigest: [filled(48, 0)] }],
      ['author-key-digest', { authorKeyDigest: [filled(48, 9)] }, { authorKeyDigest: [filled(48, 8)] }],
      ['family-id', { familyId: [filled(16, 6)] }, { familyId: [filled(16, 0)] }],
      ['image-id', { imageId: [filled(16, 7)] }, { imageId: [filled(16, 6)] }],
      ['report-id', { reportId: [filled(32, 0x44)] }, { reportId: [filled(32, 0)] }],
      ['report-id-ma', { reportIdMa: [filled(32, 0xff)] }, { reportIdMa: [filled(32, 0)] }],
      ['chip-id', { chipId: [filled(64, 0x5a)] }, { chipId: [filled(64, 0x5b)] }],
      ['guest-svn', { guestSvn: 3n }, { guestSvn: 4n }],
      ['vmpl', { vmpl: 1n }, { vmpl: 0n }],
      ['policy', { policy: 0x130000n }, { policy: 0x1130000n }],
      ['policy', { policy: 0x30137n }, { policy: 0x120000n }],
      ['policy', { policy: 0x30000n | 0x0137n }, { policy: 0x30138n }],
      ['platform-info', { platformInfo: 0x25n }, { platformInfo: 0x24n }],
      ['platform-info', { platformInfo: 0x21n }, { platformInfo: 0x35n }],
      // SEV-TIO may be on, and need not be.
      ['platform-info', { platformInfo: 0xa1n }, { platformInfo: 0xb1n }],
      ['minimum-tcb', { minimumTcb: { snp: 0x18 } }, { minimumTcb: { snp: 0x19 } }],
      ['minimum-tcb', { minimumTcb: { boot_loader: 1, microcode: 0xd9 } }, { minimumTcb: { fmc: 1 } }],
      ['minimum-launch-tcb', { minimumLaunchTcb: { tee: 0 } }, { minimumLaunchTcb: { tee: 1 } }],
      ['minimum-version', { minimumVersion: '1.55' }, { minimumVersion: '1.56' }],
      ['minimum-version', { minimumVersion: '1.54.200' }, { minimumVersion: '1.55.30' }],
      ['minimum-version', { minimumVersion: '0.99' }, { minimumVersion: '2.0' }],
      ['minimum-build', { minimumBuild: 29n }, { minimumBuild: 30n }],
      ['mitigations', { mitigations: 0x21n }, { mitigations: 0x41n }],
    ];
    for (const [step, fulfilled, unfulfilled] of cases)
      it(`pass and fail ${step}: ${Object.keys(fulfilled)[0]!}`, async () => {
        const evidence = makeEvidence({ report: REPORT });
        const yes = await verifyEvidence(evidence, { wishes: fulfilled });
        assert.equal(outcomeOf(yes, step), 'passed', yes.steps.find((one) => one.step === step)?.reason);
        assert.equal(yes.verified, true);
        const no = await verifyEvidence(evidence, { wishes: unfulfilled });
        assert.deepEqual(failures(no), [step]);
        assert.equal(no.verified, false);
      });

    it('say whether firmware is committed', async () => {
      const provisional = makeEvidence({ report: { current_build: 30 } });
      assert.deepEqual(failures(await verifyEvidence(provisional, { wishes: { committed: true } })), [
        'committed',
      ]);
      assert.equal((await verifyEvidence(makeEvidence(), { wishes: { committed: true } })).verified, true);
    });

    it('fail for mitigations of a report that has none', async () => {
      assert.deepEqual(failures(await verifyEvidence(makeEvidence(), { wishes: { mitigations: 0n } })), [
        'mitigations',
      ]);
    });
  });
});

describe('One changed bit', () => {
  /** In a quick run one bit in 61, an odd number, so that each of the eight bits of a byte has its turn. */
  const STEP = IS_QUICK ? 61 : 1;
  const flipped = (bytes: Uint8Array, bit: number): Uint8Array => {
    const changed = bytes.slice();
    changed[bit >> 3]! ^= 1 << (bit & 7);
    return changed;
  };

  it('anywhere in a report: it is never verified', async function () {
    this.timeout(600_000);
    const verifier = remembering(io.verifier);
    const evidence = makeEvidence();
    assert.equal((await verifyEvidence(evidence, { verifier })).verified, true);
    for (let bit = 0; bit < 8 * evidence.report.length; bit += STEP) {
      const { verified } = await verifyEvidence(
        { ...evidence, report: flipped(evidence.report, bit) },
        { verifier },
      ).catch((error: unknown) => {
        // A version that no report has.
        assert.ok(error instanceof Error && bit < 32, String(error));
        return { verified: false };
      });
      assert.equal(verified, false, `bit ${bit}`);
    }
  });

  for (const name of ['leaf', 'ask', 'ark'] as const)
    it(`anywhere in the ${name}: it is never verified`, async function () {
      this.timeout(600_000);
      const verifier = remembering(io.verifier);
      const evidence = makeEvidence();
      // All of the leaf; of the others, which are read alike, one bit in eleven.
      for (let bit = 0; bit < 8 * evidence[name].length; bit += (name === 'leaf' ? 1 : 11) * STEP) {
        const changed = flipped(evidence[name], bit);
        const given = givenOf({ ...evidence, [name]: changed });
        const { verified } = await verifyEvidence(evidence, { given, verifier });
        assert.equal(verified, false, `bit ${bit}`);
      }
    });
});

describe('A certificate', () => {
  it('is read in DER only, whole', () => {
    const { leaf } = makeEvidence();
    assert.ok('value' in readCertificate(leaf));
    for (const size of [0, 1, 100, leaf.length - 1])
      assert.ok('problem' in readCertificate(leaf.slice(0, size)));
    // An indefinite length, as BER has.
    assert.ok('problem' in readCertificate(Uint8Array.from([0x30, 0x80, ...leaf.subarray(4), 0, 0])));
    assert.ok('problem' in readCertificate(fromHex('30')!));
  });
});
