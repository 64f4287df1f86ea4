// Launch files with an attestation report, by chains of our own: a match only of the right measurement in a report that is verified up to a
// trusted root with every wish fulfilled. Nothing else is one: not what was changed anywhere, not what lacks anything.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CheckError } from '../../../src/core/errors';
import { bytesToHex, fromHex } from '../../../src/core/binary/hex';
import { statusOf } from '../../../src/core/domain/report';
import type { Report } from '../../../src/core/launch/report';
import { encodeIdAuth, encodeIdBlock, keyDigestIn } from '../../../src/core/tech/snp/idBlock';
import { checkMany } from '../../../src/app/checkMany';
import { checkedInputs, isByReport, type ReportInputs } from '../../../src/app/launch';
import { parseLaunchFile } from '../../../src/app/launchFile';
import { lintLaunch } from '../../../src/app/launchProblems';
import { evidenceReader } from '../../../src/app/reportEvidence';
import { digestOfReport } from '../../../src/app/reportCheck';
import { runCheck } from '../../../src/app/runCheck';
import { writeSample } from '../../../src/app/sample';
import { explainLaunch } from '../../../src/tasks/explain';
import { rsaKey } from '../../helpers/amdChain';
import {
  ARK_KEY,
  ASK_KEY,
  AT,
  makeEvidence,
  OTHER_KEY,
  remembering,
  type EvidenceBytes,
  type EvidenceParts,
} from '../../helpers/evidence';
import { useFolder } from '../../helpers/folder';
import { IS_QUICK } from '../../helpers/hostile';
import { io } from '../../helpers/io';
import { hclOf, makeTable } from '../../helpers/reportForms';
import { TWO_VCPUS } from '../../helpers/sampleDigests';
import { filled, padded } from '../core/report/reports';

let folder: string;
const at = (name: string) => join(folder, name);
const write = (name: string, bytes: Uint8Array | string) => {
  writeFileSync(at(name), bytes);
};

const MEASUREMENT = padded(TWO_VCPUS, 48);
const LAUNCH = { firmware: 'OVMF.sample.fd', vcpus: 2, cpu: 'EPYC-Milan' };
const GIVEN = { report: 'report.bin', certificates: 'certs' };

/** Evidence of the sample's launch, in files. */
function place(
  parts: EvidenceParts = {},
  change: (evidence: EvidenceBytes) => Partial<EvidenceBytes> = () => ({}),
) {
  const made = makeEvidence({ ...parts, report: { measurement: MEASUREMENT, ...parts.report } });
  const evidence = { ...made, ...change(made) };
  mkdirSync(at('certs'), { recursive: true });
  write('report.bin', evidence.report);
  write('ark.der', made.ark);
  write('certs/ark.der', evidence.ark);
  write('certs/ask.der', evidence.ask);
  write('certs/vcek.der', evidence.leaf);
  return evidence;
}

// The same answers to the same questions: every row asks nearly the same.
const verifier = remembering(io.verifier);
const machine = { ...io, verifier };
const verifyEvidence = evidenceReader(machine);

const inputsOf = (json: object, more: Partial<ReportInputs> = {}) => {
  const inputs = checkedInputs(parseLaunchFile(io, JSON.stringify(json), at('a.json')), 'a');
  assert.ok(isByReport(inputs));
  return { ...inputs, roots: [at('ark.der')], at: AT, ...more };
};
const check = (json: object, more: Partial<ReportInputs> = {}): Promise<Report> =>
  runCheck(machine, inputsOf(json, more), { verifyEvidence });

/** What a check says: its status, and of a report the steps that did not pass. */
const failures = ({ evidence }: Report): string[] =>
  evidence!.steps.filter(({ outcome }) => outcome === 'failed').map(({ step }) => step);

describe('A launch file with a report', () => {
  before(function () {
    // Keys of 4096 bits.
    this.timeout(240_000);
    for (const index of [ARK_KEY, ASK_KEY, OTHER_KEY]) rsaKey(index);
  });
  useFolder(async (made) => {
    folder = made;
    await writeSample(io, folder);
    place();
  });

  it('matches when its inputs give the measurement of a verified report', async () => {
    const report = await check({ ...LAUNCH, ...GIVEN });
    assert.equal(report.verdict, 'matches', report.summary);
    assert.equal(statusOf(report), 0);
    assert.equal(report.evidence!.verified, true);
    assert.equal(report.mode, 'SEV-SNP');
    assert.equal('expected' in report, false);
    const { digest, source } = report.steps.at(-1)!;
    assert.deepEqual([digest, source], [TWO_VCPUS, 'processor']);
    assert.equal(report.evidence!.chain.length, 3);
  });

  it('does not match with other inputs, whatever the report', async () => {
    for (const other of [
      { vcpus: 3 },
      { cpu: 'EPYC-Genoa' },
      { kernel: 'vmlinuz.sample' },
      { guestFeatures: 9 },
    ]) {
      const report = await check({ ...LAUNCH, ...GIVEN, ...other });
      assert.deepEqual([report.verdict, statusOf(report)], ['does not match', 1], JSON.stringify(other));
      assert.equal(report.evidence!.verified, true);
    }
  });

  describe('that says what the report must show', () => {
    const ofKeys = (key: number): Uint8Array => {
      const idKey = { x: filled(48, key), y: filled(48, 2) };
      const idBlockSignature = { r: filled(48, 3), s: filled(48, 4) };
      return encodeIdAuth({
        idKey,
        idBlockSignature,
        author: { key: idKey, idKeySignature: idBlockSignature },
      });
    };
    const KEY_DIGEST = keyDigestIn(ofKeys(1), 'id_key', io.hashes);
    const FACTS = {
      ...{ policy: 0x30000n, host_data: filled(32, 0x33), guest_svn: 7 },
      ...{ family_id: filled(16, 5), image_id: filled(16, 6) },
      ...{ id_key_digest: KEY_DIGEST, author_key_digest: KEY_DIGEST, key_info: 1 },
    };
    const block = (fields: object = {}, key = 1) => ({
      idBlock: bytesToHex(
        encodeIdBlock({
          ...{ launch_digest: fromHex(TWO_VCPUS)!, guest_svn: 7 },
          ...{ family_id: filled(16, 5), image_id: filled(16, 6), ...fields },
        }),
      ),
      idAuth: bytesToHex(ofKeys(key)),
      authorKey: true,
    });
    const rows: [string, object, RegExp | undefined][] = [
      ['its policy', { policy: '0x30000' }, undefined],
      ['another policy', { policy: '0x20000' }, /the policy 0x30000, not 0x20000/],
      ['its host data', { hostData: '33'.repeat(32) }, undefined],
      ['other host data', { hostData: '34'.repeat(32) }, /the host data 3333.*, not 3434/],
      ['its launch digest', { launchDigest: TWO_VCPUS }, undefined],
      ['its ID block', block(), undefined],
      ['an ID block of another SVN', block({ guest_svn: 8 }), /the guest SVN 7, not 8/],
      ['an ID block of another family', block({ family_id: filled(16, 6) }), /the family ID 0505/],
      ['an ID block of another image', block({ image_id: filled(16, 5) }), /the image ID 0606/],
      ['an ID block of another policy', block({ policy: 0x20000n }), /the policy 0x30000, not 0x20000/],
      ['other keys of the ID block', block({}, 9), /the ID key digest .*the author key digest/],
      ['its ID authentication alone', { idAuth: block().idAuth }, undefined],
      ['the keys of another one alone', { idAuth: block({}, 9).idAuth }, /the ID key digest/],
      [
        'an ID block of another launch digest',
        block({ launch_digest: filled(48, 1) }),
        /the measurement .*, not the launch digest that the ID block is for/,
      ],
      ['that there is an author key', { authorKey: true }, undefined],
      ['that there is none', { authorKey: false }, /shows an author key \(its digest is .*\), and none was/],
      ['that no VCEK may sign', { vcek: false }, /A VCEK signed the report/],
      ['another launch digest', { launchDigest: '0'.repeat(96) }, /not the launch digest that was named/],
    ];
    for (const [title, json, wrong] of rows)
      it(`${wrong ? 'does not match' : 'matches'}: ${title}`, async () => {
        place({ report: FACTS });
        const report = await check({ ...LAUNCH, ...GIVEN, ...json });
        assert.deepEqual([report.verdict, statusOf(report)], wrong ? ['does not match', 1] : ['matches', 0]);
        if (wrong) assert.match(report.summary, wrong);
      });
  });

  it('does not match without the author key that is to be there', async () => {
    place();
    const report = await check({ ...LAUNCH, ...GIVEN, authorKey: true });
    assert.deepEqual([report.verdict, statusOf(report)], ['does not match', 1]);
    assert.match(report.summary, /shows no author key, and one was to vouch/);
    const none = await check({ ...LAUNCH, ...GIVEN, authorKey: false });
    assert.equal(none.verdict, 'matches', none.summary);
  });

  describe('with wishes', () => {
    const rows: [string, object, object][] = [
      ['measurement', { measurement: TWO_VCPUS }, { measurement: 'ff'.repeat(48) }],
      ['report-data', { reportData: '11'.repeat(64) }, { reportData: '12'.repeat(64) }],
      ['host-data', { hostData: ['00'.repeat(32), '33'.repeat(32)] }, { hostData: '00'.repeat(32) }],
      ['id-key-digest', { idKeyDigest: '00'.repeat(48) }, { idKeyDigest: '01'.repeat(48) }],
      ['author-key-digest', { authorKeyDigest: '00'.repeat(48) }, { authorKeyDigest: '01'.repeat(48) }],
      ['family-id', { familyId: '00'.repeat(16) }, { familyId: '01'.repeat(16) }],
      ['image-id', { imageId: '00'.repeat(16) }, { imageId: '01'.repeat(16) }],
      ['report-id', { reportId: '44'.repeat(32) }, { reportId: '45'.repeat(32) }],
      ['report-id-ma', { reportIdMa: 'ff'.repeat(32) }, { reportIdMa: '45'.repeat(32) }],
      ['chip-id', { chipId: '5a'.repeat(64) }, { chipId: '5b'.repeat(64) }],
      ['guest-svn', { guestSvn: 0 }, { guestSvn: 1 }],
      ['vmpl', { vmpl: 0 }, { vmpl: '1' }],
      ['policy', { policy: 0x30000 }, { policy: '0x20000' }],
      ['platform-info', { platformInfo: '0x25' }, { platformInfo: '0x2' }],
      ['minimum-tcb', { minimumTcb: { snp: 24 } }, { minimumTcb: 'snp=25' }],
      [
        'minimum-launch-tcb',
        { minimumLaunchTcb: { microcode: 217 } },
        { minimumLaunchTcb: { microcode: 218 } },
      ],
      ['minimum-version', { minimumVersion: '1.55' }, { minimumVersion: '1.56' }],
      ['minimum-build', { minimumBuild: 29 }, { minimumBuild: 30 }],
      ['committed', { committed: true }, { committed: true }],
      ['mitigations', { mitigations: '0x3f' }, { mitigations: '0x40' }],
    ];
    for (const [step, right, wrong] of rows)
      it(`trusts the report only where it has them: ${step}`, async () => {
        const isNew = step === 'mitigations';
        const report = { version: isNew ? 5 : 3 };
        place({ report });
        const given = { ...GIVEN, launchDigest: TWO_VCPUS };
        const good = await check({ ...given, require: right });
        assert.deepEqual([good.verdict, statusOf(good)], ['matches', 0], good.summary);
        if (step === 'committed') place({ report: { ...report, current_build: 30 } });
        const bad = await check({ ...given, require: wrong });
        assert.deepEqual([bad.verdict, statusOf(bad)], ['cannot be trusted', 3]);
        assert.deepEqual(failures(bad), [step]);
        assert.match(bad.summary, /^The attestation report does not show what is wanted/);
      });
  });

  describe('is not trusted with', () => {
    const rows: [string, () => unknown, object?, Partial<ReportInputs>?][] = [
      ['no certificates', () => place(), { certificates: undefined }],
      ['a root that nobody trusts', () => place(), {}, { roots: [] }],
      ['an expired certificate', () => place({ leafCertificate: { to: '2025-01-01T00:00:00Z' } })],
      ['a certificate of another chip', () => place({ leaf: { hwid: filled(64, 1) } })],
      ['a certificate of another TCB', () => place({ leaf: { spl: { 1: 4, 2: 0, 3: 0x17, 8: 0xd9 } } })],
      [
        'an ASK that another key signed',
        () => place({}, () => ({ ask: makeEvidence({ ask: { by: rsaKey(OTHER_KEY).privateKey } }).ask })),
      ],
      ['a report that is not signed', () => place({}, ({ report }) => ({ report: unsigned(report) }))],
      ['a file in place of certificates', () => write('odd.pem', 'nothing'), { certificates: 'odd.pem' }],
    ];
    const unsigned = (report: Uint8Array) => {
      const bytes = report.slice();
      bytes.fill(0, 0x2a0);
      return bytes;
    };
    for (const [title, prepare, json = {}, more = {}] of rows)
      it(title, async () => {
        prepare();
        for (const other of [{}, { vcpus: 3 }, { firmware: undefined, launchDigest: TWO_VCPUS }]) {
          const report = await check({ ...LAUNCH, ...GIVEN, ...json, ...other }, more);
          assert.deepEqual([report.verdict, statusOf(report)], ['cannot be trusted', 3], report.summary);
          assert.equal(report.evidence!.verified, false);
          assert.equal(report.steps.at(-1)!.source, 'host');
        }
      });

    it('any changed bit of the report', async function () {
      this.timeout(120_000);
      const { report } = place();
      const every = IS_QUICK ? 197 : 41;
      for (let bit = 0; bit < 8 * 0x4a0; bit += every) {
        const changed = report.slice();
        changed[bit >> 3]! ^= 1 << (bit & 7);
        write('report.bin', changed);
        const found = await check({ ...GIVEN, launchDigest: TWO_VCPUS }).catch((error: unknown) => error);
        if (found instanceof CheckError) continue;
        assert.deepEqual(
          [statusOf(found as Report), (found as Report).verdict],
          [3, 'cannot be trusted'],
          `bit ${bit}`,
        );
      }
    });

    for (const [name, file] of [
      ['ark', 'certs/ark.der'],
      ['ask', 'certs/ask.der'],
      ['leaf', 'certs/vcek.der'],
    ] as const)
      it(`any changed bit of the ${name}`, async function () {
        this.timeout(120_000);
        const evidence = place();
        const bits = 8 * evidence[name].length;
        const every = Math.ceil(bits / (IS_QUICK ? 30 : 150));
        for (let bit = 3; bit < bits; bit += every) {
          const changed = evidence[name].slice();
          changed[bit >> 3]! ^= 1 << (bit & 7);
          write(file, changed);
          const report = await check({ ...GIVEN, launchDigest: TWO_VCPUS });
          assert.deepEqual([statusOf(report), report.verdict], [3, 'cannot be trusted'], `bit ${bit}`);
        }
      });
  });

  describe('without firmware', () => {
    const rows: [string, object, Report['verdict'], number][] = [
      ['alone', {}, 'cannot be trusted', 3],
      ['and its launch digest', { launchDigest: TWO_VCPUS }, 'matches', 0],
      ['and another launch digest', { launchDigest: '0'.repeat(96) }, 'does not match', 1],
      ['and its measurement as a wish', { require: { measurement: TWO_VCPUS } }, 'matches', 0],
      [
        'and another measurement as a wish',
        { require: { measurement: '00'.repeat(48) } },
        'cannot be trusted',
        3,
      ],
      ['and a wish of another kind', { require: { vmpl: 0 } }, 'cannot be trusted', 3],
      ['and another policy', { launchDigest: TWO_VCPUS, policy: '0x20000' }, 'does not match', 1],
    ];
    for (const [title, json, verdict, status] of rows)
      it(title, async () => {
        const report = await check({ ...GIVEN, ...json });
        assert.deepEqual([report.verdict, statusOf(report)], [verdict, status], report.summary);
        if (verdict === 'matches') assert.match(report.summary, /No measurement was computed/);
        assert.deepEqual(
          report.steps.filter(({ source }) => source === 'derived'),
          [],
        );
      });
  });

  describe('takes the report as', () => {
    const forms: [string, () => object][] = [
      ['hexadecimal', () => (write('a.hex', bytesToHex(place().report)), { report: 'a.hex' })],
      ['base64', () => (write('a.b64', Buffer.from(place().report).toString('base64')), { report: 'a.b64' })],
      [
        'a report with a table of certificates',
        () => {
          const { report, leaf, ask, ark } = place();
          const table = makeTable([
            ['VCEK', leaf],
            ['ASK', ask],
            ['ARK', ark],
          ]);
          write('extended.bin', Buffer.concat([report, table]));
          return { report: 'extended.bin', certificates: undefined };
        },
      ],
      [
        'a folder of configfs-tsm, with its auxblob',
        () => {
          const { report, leaf, ask, ark } = place();
          mkdirSync(at('tsm'));
          write('tsm/outblob', report);
          write('tsm/provider', 'sev_guest\n');
          write(
            'tsm/auxblob',
            makeTable([
              ['VCEK', leaf],
              ['ASK', ask],
              ['ARK', ark],
            ]),
          );
          return { report: 'tsm', certificates: undefined };
        },
      ],
      [
        "a blob of Azure's",
        () => {
          const json = '{"keys":[]}';
          const digest = io.hashes.sha256(Buffer.from(json));
          write(
            'hcl.bin',
            hclOf(place({ report: { report_data: padded(bytesToHex(digest), 64) } }).report, json),
          );
          return { report: 'hcl.bin' };
        },
      ],
      [
        'certificates in several files',
        () => (place(), { certificates: ['certs/vcek.der', 'certs/ask.der', 'certs/ark.der'] }),
      ],
    ];
    for (const [title, prepare] of forms)
      it(title, async () => {
        const json = prepare();
        const report = await check({ ...LAUNCH, ...GIVEN, ...json });
        assert.equal(report.verdict, 'matches', report.summary);
      });
  });

  describe('is refused', () => {
    const LAUNCHED = { measurement: 'A'.repeat(64), apiMajor: 1, apiMinor: 55, buildId: 24, policy: 5 };
    const rows: [string, object, string][] = [
      [
        'with certificates alone',
        { ...LAUNCH, launchDigest: TWO_VCPUS, certificates: 'certs' },
        'report-needed',
      ],
      ['with wishes alone', { ...LAUNCH, launchDigest: TWO_VCPUS, require: {} }, 'report-needed'],
      [
        'beside a launch of SEV',
        { ...LAUNCH, ...GIVEN, launch: LAUNCHED, keys: { tik: 'k' } },
        'several-to-check',
      ],
      ['without firmware or report', { launchDigest: TWO_VCPUS }, 'firmware-needed'],
      ['with another technology', { ...LAUNCH, ...GIVEN, technology: 'sev-es' }, 'report-of-snp'],
      ['with a digest of another size', { ...GIVEN, launchDigest: '00'.repeat(32) }, 'digest-size'],
      ['with a wish that there is not', { ...GIVEN, require: { measurment: '00' } }, 'not-a-launch-file'],
      ['with a wish of another size', { ...GIVEN, require: { measurement: '00' } }, 'not-a-launch-file'],
      ['with a wish that is rounded', { ...GIVEN, require: { policy: 2 ** 60 } }, 'not-a-launch-file'],
      ['with an empty list of certificates', { ...GIVEN, certificates: [] }, 'not-a-launch-file'],
      ['with a report that is not there', { ...GIVEN, report: 'missing' }, 'unreadable-file'],
      ['with a report that is none', { ...GIVEN, report: 'OVMF.sample.fd' }, 'no-report'],
      ['with a folder that has no certificates', { ...GIVEN, certificates: 'empty' }, 'no-certificates'],
    ];
    for (const [title, json, code] of rows)
      it(`${title} (${code})`, async () => {
        const text = JSON.stringify(json);
        mkdirSync(at('empty'));
        await assert.rejects(
          async () => check(json),
          (error: unknown) => error instanceof CheckError && error.code === code,
        );
        const { problems } = await lintLaunch(io, text, at('a.json'), { files: true });
        assert.ok(
          problems.some(({ severity }) => severity === 'error'),
          JSON.stringify(problems),
        );
      });
    it('by lint only: no member plays a part in vain without a word', async () => {
      const { problems } = await lintLaunch(io, JSON.stringify({ ...GIVEN, vcpus: 2 }), at('a.json'), {
        files: true,
      });
      assert.deepEqual(
        problems.map(({ rule, member }) => [rule, member]),
        [['unused-input', 'vcpus']],
      );
    });
  });

  it('is checked among others, and has the greatest status of none that match', async () => {
    place();
    const jobs = [{}, { vcpus: 3 }, { require: { vmpl: 1 } }].map((json, i) => ({
      path: at(`${i}.json`),
      prepare: () => Promise.resolve({ recorded: inputsOf({ ...LAUNCH, ...GIVEN, ...json }) }),
    }));
    const results = await checkMany(machine, jobs, { libvirt: undefined as never, verifyEvidence });
    assert.deepEqual(
      results.map(({ status }) => status),
      [0, 1, 3],
    );
  });

  it('is explained by the measurement of its report', async function () {
    this.timeout(60_000);
    place();
    const inputs = inputsOf({ ...LAUNCH, ...GIVEN, vcpus: 3 });
    const digested = digestOfReport(inputs, await verifyEvidence(inputs))!;
    const { outcome, explanations } = await explainLaunch(io, digested, { maxVcpus: 4 });
    assert.equal(outcome, 'explained');
    assert.deepEqual(
      explanations[0]!.edits.map(({ member }) => member.join('.')),
      ['vcpus'],
    );
  });
});
