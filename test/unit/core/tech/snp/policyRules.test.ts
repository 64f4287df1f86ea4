// What is said of a policy of SEV-SNP: each bit with its weight, and everywhere in the same words.

import assert from 'node:assert/strict';
import { lintLaunch } from '../../../../../src/app/launchProblems';
import { foundInWords } from '../../../../../src/app/launchFound';
import { launchOfQemu } from '../../../../../src/core/domain/launchFound';
import { decodeReport } from '../../../../../src/core/report/report';
import { reportFindings } from '../../../../../src/core/report/findings';
import { encodeIdBlock } from '../../../../../src/core/tech/snp/idBlock';
import { idBlockFindings } from '../../../../../src/core/tech/snp/idBlockRules';
import { LEEWAYS, policyFindings } from '../../../../../src/core/tech/snp/policyRules';
import { io } from '../../../../helpers/io';
import { filled, makeReport } from '../../report/reports';

/** Nothing is left to the host. */
const STRICT = 0x3d20133n;
/** Every bit that allows something, none that protects, no floor. */
const LAX = 0x2f0000n;

describe('A policy of SEV-SNP', () => {
  const cases: [what: string, policy: bigint, found: string[]][] = [
    ['leaves nothing', STRICT, []],
    ['lets the host debug', STRICT | (1n << 19n), ['warning debug']],
    ['allows a migration agent', STRICT | (1n << 18n), ['warning migration']],
    ['allows CXL devices', STRICT | (1n << 21n), ['warning cxl']],
    ['is the usual one', 0x30000n, ['info lenient']],
    ['is the laxest', LAX, ['warning debug', 'warning migration', 'warning cxl', 'info lenient']],
    ['is of no guest', 0n, ['error bit-17']],
    ['has a reserved bit', STRICT | (1n << 26n), ['error reserved']],
    ['has the last bit', STRICT | (1n << 63n), ['error reserved']],
    ['has everything wrong', 0x84080000n, ['error bit-17', 'error reserved', 'warning debug']],
    ['has a floor of ABI 0.1', 0x3d20001n, []],
  ];
  for (const [what, policy, expected] of cases)
    it(`that ${what} is given its weight`, () => {
      const found = policyFindings(policy);
      assert.deepEqual(
        found.map(({ id, severity }) => `${severity} ${id}`),
        expected,
      );
      for (const { message } of found)
        assert.match(message, /^(?:No firmware|The policy 0x[0-9a-f]+ lets).*\.$/);
    });

  it('names each bit that is left to the host', () => {
    const said = policyFindings(LAX)
      .map(({ message }) => message)
      .join('\n');
    for (const { place, lets } of LEEWAYS) assert.ok(said.includes(`${lets} (${place})`), place);
  });

  it('is called the same wherever it is read', async () => {
    for (const policy of [LAX, 0x30000n, 0x4080000n, STRICT]) {
      const text = `0x${policy.toString(16)}`;
      const expected = policyFindings(policy).map(({ severity, message }) => `${severity} ${message}`);
      const launch = { technology: 'snp', firmware: 'OVMF.fd', vcpus: 1, cpu: 'EPYC-v4', policy: text };
      const file = JSON.stringify({ ...launch, launchDigest: 'a5'.repeat(48) });
      const { problems } = await lintLaunch(io, file, '/nowhere/a.sevlaunch.json', { files: false });
      const qemu = launchOfQemu(`qemu -object sev-snp-guest,id=a,policy=${text}`);
      const places = {
        // A failure has its advice in its message.
        problems: problems.map(({ message, ...one }) => ({
          ...one,
          message: message.replace(/ Use 0x30000.*/, ''),
        })),
        block: idBlockFindings(encodeIdBlock({ launch_digest: filled(48, 1), policy })),
        report: reportFindings(decodeReport(makeReport('Genoa', { policy }))),
        qemu: foundInWords(qemu, 'it'),
      };
      for (const [place, findings] of Object.entries(places))
        assert.deepEqual(
          findings
            .filter(({ rule }) => rule.includes('-policy-'))
            .map(({ severity, message }) => `${severity} ${message}`),
          place === 'qemu' ? expected.filter((line) => !line.startsWith('info')) : expected,
          `${place} of ${text}`,
        );
    }
  });
});
