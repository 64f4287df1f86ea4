// Lines of a host's log as people paste them: each row of the table by a real line, statuses of the firmware by the command that failed, and
// nothing for lines that mean nothing here.

import assert from 'node:assert/strict';
import { FIRMWARE_STATUS, TERMINATIONS } from '../../../../src/core/explain/hostCodes';
import { explainHostLine, explainHostLines, HOST_LINE_IDS } from '../../../../src/core/explain/hostLines';

type Case = readonly [line: string, id: string, title: RegExp, meaning: RegExp, inputs: string];

const MEASURED = 'firmware kernel initrd cmdline vcpus cpu profile features';
const FINISH = 'qemu-system-x86_64: sev_snp_launch_finish: SNP_LAUNCH_FINISH ret=-5';
const START = 'qemu-system-x86_64: sev_launch_start: LAUNCH_START ret=1';

const CASES: readonly Case[] = [
  [
    `${FINISH} fw_error=11 'Bad measurement'`,
    'firmware-status',
    /11.*BAD_MEASUREMENT/,
    /digest in the ID block/,
    MEASURED,
  ],
  [`${START} fw_error=11 'Bad measurement'`, 'firmware-status', /11/, /MAC in the session/, 'policy keys'],
  [
    "fw_error=11 'Bad measurement'",
    'firmware-status',
    /11/,
    /^When an SNP launch is finished: .*When an SEV or SEV-ES/,
    `${MEASURED} keys measurement policy`,
  ],
  [
    "sev_inject_launch_secret: LAUNCH_SECRET ret=-5 fw_error=11 'Bad measurement'",
    'firmware-status',
    /11/,
    /another TIK/,
    'keys measurement',
  ],
  [
    `${FINISH} fw_error=7 'Policy failure'`,
    'firmware-status',
    /7.*POLICY_FAILURE/,
    /policy in the ID block/,
    'policy',
  ],
  [
    `${START} fw_error=7 'Policy is not allowed'`,
    'firmware-status',
    /7/,
    /does not fulfil the policy/,
    'policy apiMajor apiMinor',
  ],
  [
    `${FINISH} fw_error=10 'Bad signature'`,
    'firmware-status',
    /10.*BAD_SIGNATURE/,
    /signature of the ID block/,
    '',
  ],
  [
    `${START} fw_error=21 'Feature not supported'`,
    'firmware-status',
    /21.*UNSUPPORTED/,
    /CVE-2025-48514/,
    'policy',
  ],
  [`${FINISH} fw_error=22 'Invalid parameter'`, 'firmware-status', /22.*INVALID_PARAM/, /must be zero/, ''],
  ['sev_snp_launch_start: SNP_LAUNCH_START ret=-5 fw_error=22', 'firmware-status', /22/, /bit 17/, 'policy'],
  [
    'SEV: cmd 0x30 failed, fw_error 0x16',
    'firmware-status',
    /22 \(0x16\)/,
    /When a launch starts/,
    'policy firmware',
  ],
  [
    "sev_common_kvm_init: failed to initialize ret=-25 fw_error=1 'Platform state is invalid'",
    'firmware-status',
    /1 \(0x01\), INVALID_PLATFORM_STATE/,
    /set-up of the host/,
    '',
  ],
  ['error: Bad measurement', 'firmware-words', /11/, /When a secret/, `${MEASURED} keys measurement policy`],
  [
    '[ 12.3] kvm_amd: SEV-ES guest requested termination: 0x0:0x2',
    'guest-terminated',
    /0x0:0x2/,
    /features of SEV-SNP/,
    'firmware kernel cpu features',
  ],
  [
    'SEV-ES guest requested termination: 0x1:0x2',
    'guest-terminated',
    /0x1:0x2/,
    /PVALIDATE/,
    'firmware kernel cpu features',
  ],
  [
    'SEV-ES guest requested termination: 0x7:0x99',
    'guest-terminated',
    /0x7:0x99/,
    /nothing here knows/,
    'firmware kernel cpu features',
  ],
  [
    'qemu-system-x86_64: SEV: kernel specified but guest firmware has no hashes table GUID',
    'no-hashes-table',
    /no area/,
    /refuses to start/,
    'firmware kernel',
  ],
  [
    'SEV: guest firmware hashes table area is invalid (base=0x0 size=0x0)',
    'invalid-hashes-table',
    /unusable/,
    /no address/,
    'firmware kernel',
  ],
  [
    "qemu: sev_snp_launch_finish: Assertion `sev_snp->kernel_hashes_data' failed.",
    'no-kernel-for-hashes',
    /no Linux kernel/,
    /-kernel/,
    'kernel',
  ],
  [
    'sev_snp_launch_finish: Failed to locate SEV metadata header',
    'no-sev-metadata',
    /no SEV metadata/,
    /which pages/,
    'firmware',
  ],
  [
    'qemu: SEV information block/Firmware GUID Table block not found in pflash rom',
    'no-reset-block',
    /additional vCPUs/,
    /reset block/,
    'firmware',
  ],
  [
    'qemu: pflash with kvm requires KVM readonly memory support',
    'pflash-for-snp',
    /no flash/,
    /read-only/,
    'firmware',
  ],
  [
    'SEV-SNP: CPUID validation failed for function 0x80000021, index: 0x0.',
    'cpuid-refused',
    /0x80000021/,
    /not measured/,
    'cpu',
  ],
  [
    'VerifyBlob: Hash comparison failed for "kernel"',
    'blob-refused',
    /kernel/,
    /QEMU 7\.2/,
    'kernel initrd cmdline',
  ],
  [
    "qemu: Property 'sev-guest.kernel-hashes' not found",
    'no-kernel-hashes-property',
    /no kernel hashes/,
    /6\.2/,
    'kernel',
  ],
];

describe("A line of a host's log", () => {
  for (const [line, id, title, meaning, inputs] of CASES)
    it(`is explained: ${line}`, () => {
      const found = explainHostLine(line);
      assert.ok(found);
      assert.equal(found.id, id);
      assert.match(found.title, title);
      assert.match(found.meaning, meaning);
      assert.equal(found.inputs.join(' '), inputs);
      for (const text of [found.meaning, found.advice]) assert.match(text, /^[A-Z].*\.$/);
    });
  it('has a case for every row of the table', () => {
    const missing = HOST_LINE_IDS.filter((row) => !CASES.some(([, id]) => id === row));
    assert.deepEqual(missing, []);
  });
  it('has a title for every status of the firmware but success, and none for others', () => {
    FIRMWARE_STATUS.forEach(({ name, words }, code) => {
      const found = explainHostLine(`LAUNCH_UPDATE ret=-5 fw_error=${code} '${words}'`);
      if (code > 0) assert.ok(found?.title.includes(name), `${code}`);
      else assert.equal(found, undefined);
    });
    assert.equal(explainHostLine('LAUNCH_UPDATE ret=-5 fw_error=77'), undefined);
  });
  for (const code of [7, 10, 11, 22])
    it(`of SNP is never one of a session or a secret: status ${code}`, () => {
      for (const line of [`SEV-SNP: fw_error=${code}`, `sev_snp_launch_finish: fw_error=${code}`]) {
        const { meaning } = explainHostLine(line)!;
        assert.doesNotMatch(meaning, /MAC|secret|certificate/);
        if (code === 11 || code === 10) assert.match(meaning, /ID block/);
      }
    });
  it('names every known reason of a termination', () => {
    TERMINATIONS.forEach((codes, set) =>
      codes.forEach((reason, code) => {
        const line = `guest requested termination: 0x${set.toString(16)}:0x${code.toString(16)}`;
        assert.ok(explainHostLine(line)?.meaning.startsWith(reason), line);
      }),
    );
  });
  it('is none when it means nothing here', () => {
    for (const line of ['', 'Bad weather', 'fw_error=', 'fw_error=0', `${'x'.repeat(3000)} fw_error=11`])
      assert.equal(explainHostLine(line), undefined, line.slice(0, 40));
  });
  it('is found in a log, each meaning once', () => {
    const log = [
      'boot',
      `${FINISH} fw_error=11`,
      'more\r',
      `${FINISH} fw_error=11 'Bad measurement'`,
      'fw_error=21',
    ];
    assert.deepEqual(
      explainHostLines(log.join('\n')).map(({ line, repeated }) => [line, repeated]),
      [
        [2, 1],
        [5, 0],
      ],
    );
  });
});
