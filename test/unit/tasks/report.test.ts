// What the thread of the editor of attestation reports answers: a report with its parts at their bytes, the verdict, and a picture of the
// chain that says which signature is wrong.

import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import type { FilePart } from '../../../src/core/report/filePart';
import { readReport } from '../../../src/tasks/report';
import type { ReadReport, ReportFacts, ShownVerification } from '../../../src/protocol/snpReport';
import { rsaKey } from '../../helpers/amdChain';
import { ARK_KEY, ASK_KEY, AT, makeEvidence, OTHER_KEY, type EvidenceBytes } from '../../helpers/evidence';
import { io } from '../../helpers/io';
import { makeReport } from '../core/report/reports';

const read = async (file: Uint8Array, beside: { name: string; bytes: Uint8Array }[] = [], at = AT) => {
  const answers: ReadReport[] = [];
  await readReport({ file, beside, at }, io, (answer) => {
    answers.push(answer);
    return Promise.resolve();
  });
  return answers;
};
async function whole(
  ...args: Parameters<typeof read>
): Promise<{ facts: ReportFacts; verification: ShownVerification }> {
  const last = (await read(...args)).at(-1)!;
  assert.ok('facts' in last && last.verification);
  return { facts: last.facts, verification: last.verification };
}
const outcomes = ({ picture }: ShownVerification) => [
  picture.root,
  ...picture.arrows.map(({ outcome }) => outcome),
];

const GUIDS = {
  vcek: '63da758de6644564adc5f4b93be8accd',
  ask: '4ab7b379bbac4fe4a02f05aef327c782',
  ark: 'c0b406a4a803495297433fb6014cd0ae',
};

/** A report with a table of its certificates. */
function extended({ report, ark, ask, leaf }: EvidenceBytes): Uint8Array {
  const rows = [
    [GUIDS.vcek, leaf],
    [GUIDS.ask, ask],
    [GUIDS.ark, ark],
  ] as const;
  const directory = Buffer.alloc(24 * (rows.length + 1));
  let at = directory.length;
  rows.forEach(([guid, der], i) => {
    directory.write(guid, 24 * i, 'hex');
    directory.writeUInt32LE(at, 24 * i + 16);
    directory.writeUInt32LE(der.length, 24 * i + 20);
    at += der.length;
  });
  return Uint8Array.from(Buffer.concat([report, directory, ...rows.map(([, der]) => der)]));
}

const beside = ({ ark, ask, leaf }: EvidenceBytes) => [
  { name: 'ark.der', bytes: ark },
  { name: 'ask.der', bytes: ask },
  { name: 'vcek.der', bytes: leaf },
];
const all = (parts: readonly FilePart[]): FilePart[] => parts.flatMap((one) => [one, ...all(one.children)]);

describe('What the editor of reports is told', () => {
  before(function () {
    // Keys of 4096 bits.
    this.timeout(240_000);
    for (const index of [ARK_KEY, ASK_KEY, OTHER_KEY]) rsaKey(index);
  });

  it('is what the report says, and then whether it is true', async () => {
    const answers = await read(makeReport('Genoa'));
    assert.equal(answers.length, 2);
    assert.ok('facts' in answers[0]! && !answers[0].verification);
    assert.ok('facts' in answers[1]! && answers[1].facts === answers[0].facts);
  });
  it('is why there is none', async () => {
    const [answer, ...more] = await read(Uint8Array.of(1, 2, 3));
    assert.deepEqual(more, []);
    assert.match((answer as { reason: string }).reason, /It has 3 bytes/);
  });
  it('is the address of the missing VCEK, and a chain that is not there', async () => {
    const { verification } = await whole(makeReport('Genoa'));
    assert.equal(verification.verified, false);
    assert.deepEqual(verification.urls, [
      `https://kdsintf.amd.com/vcek/v1/Genoa/${'5a'.repeat(64)}?blSPL=04&teeSPL=00&snpSPL=24&ucodeSPL=217`,
    ]);
    assert.deepEqual(outcomes(verification), ['not-checked', 'not-checked', 'not-checked', 'not-checked']);
    assert.deepEqual(
      verification.picture.boxes.map(({ role, isMissing }) => [role, isMissing]),
      [
        ['ARK', true],
        ['ASK', true],
        ['VCEK', true],
        ['report', false],
      ],
    );
    assert.ok(verification.steps.every(({ reason }) => reason !== 'Nothing was asked for.'));
  });
  it('is a table with each certificate decoded, at its bytes', async () => {
    const evidence = makeEvidence();
    const file = extended(evidence);
    const { facts, verification } = await whole(file);
    assert.deepEqual(verification.urls, []);
    // Every signature is right; the root is ours, not AMD's.
    assert.deepEqual(outcomes(verification), ['failed', 'passed', 'passed', 'passed']);
    const parts = all(facts.parts);
    const named = (name: string) => parts.filter((one) => one.name === name);
    const bytesOf = ({ range }: FilePart) => file.subarray(range!.offset, range!.offset + range!.size);
    assert.deepEqual(named('certificate').map(bytesOf), [evidence.leaf, evidence.ask, evidence.ark]);
    const [hwid] = named('hwID');
    assert.equal(hwid!.isPrivate, true);
    assert.equal(Buffer.from(bytesOf(hwid!)).toString('hex').endsWith('5a'.repeat(64)), true);
    for (const [name, value] of Object.entries({ blSPL: 4, snpSPL: 24, ucodeSPL: 217 })) {
      const [one] = named(name);
      assert.equal(one!.meaning, `${value}`);
      assert.equal(bytesOf(one!).at(-1), value);
    }
    assert.deepEqual(
      named('subject').map(({ meaning }) => meaning),
      ['SEV-VCEK', 'SEV-Genoa', 'ARK-Genoa'],
    );
    for (const { range } of parts) assert.ok(range === undefined || range.offset + range.size <= file.length);
  });
  it('is the certificates beside the file, and that the root is not AMD’s', async () => {
    const evidence = makeEvidence();
    const { facts, verification } = await whole(evidence.report, beside(evidence));
    assert.deepEqual(outcomes(verification), ['failed', 'passed', 'passed', 'passed']);
    assert.equal(facts.parts.at(-1)!.name, 'Certificates beside the file');
    assert.ok(all(facts.parts).every(({ range }) => range === undefined));
  });

  const wrong: [string, (evidence: EvidenceBytes) => EvidenceBytes, string[]][] = [
    [
      'the report',
      (e) => ({ ...e, report: e.report.with(0x90, 1) }),
      ['failed', 'passed', 'passed', 'failed'],
    ],
    [
      'the VCEK',
      (e) => ({ ...e, leaf: e.leaf.with(-1, e.leaf.at(-1)! ^ 1) }),
      ['failed', 'passed', 'failed', 'passed'],
    ],
    [
      'the ASK',
      (e) => ({ ...e, ask: e.ask.with(-1, e.ask.at(-1)! ^ 1) }),
      ['failed', 'failed', 'passed', 'passed'],
    ],
  ];
  for (const [what, change, expected] of wrong)
    it(`has the cross where one bit is wrong: ${what}`, async () => {
      const evidence = change(makeEvidence());
      const { verification } = await whole(evidence.report, beside(evidence));
      assert.equal(verification.verified, false);
      assert.deepEqual(outcomes(verification), expected);
    });
  it('says of a certificate that it has expired', async () => {
    const evidence = makeEvidence();
    const { verification } = await whole(evidence.report, beside(evidence), Date.parse('2050-01-01'));
    assert.equal(verification.picture.boxes[2]!.problem, 'has expired');
  });
});
