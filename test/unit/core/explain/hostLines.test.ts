// Lines of a host's log as people paste them: each row of the table by a real line, statuses of the firmware by the command that failed, and
// nothing for lines that mean nothing here.

import assert from 'node:assert/strict';
import { FIRMWARE_STATUS, NO_CALL, TERMINATIONS } from '../../../../src/core/explain/hostCodes';
import { explainHostLine, explainHostLines, HOST_LINE_ROWS } from '../../../../src/core/explain/hostLines';
import { STATUS_ROWS } from '../../../../src/core/explain/hostStatusRows';

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
    /newer API of the firmware than this host/,
    'policy apiMajor apiMinor',
  ],
  [
    "sev_snp_launch_start: SNP_LAUNCH_START ret=-5 fw_error=7 'Policy is not allowed'",
    'firmware-status',
    /7/,
    /SMT .* lacks bit 17/,
    'policy apiMajor apiMinor',
  ],
  [`${START} fw_error=4 'Buffer too small'`, 'firmware-status', /4.*INVALID_LEN/, /length/, 'keys'],
  [`${START} fw_error=6 'Certificate is invalid'`, 'firmware-status', /6/, /Diffie-Hellman/, 'keys'],
  [
    'SEV: failed to query the attestation report length ret=-5 fw_err=4 (Buffer too small)',
    'firmware-status',
    /4/,
    /^When an SEV or SEV-ES launch starts: /,
    'keys',
  ],
  [`LAUNCH_MEASURE ret=-5 fw_error=4 'Success'`, 'firmware-status', /4/, /no measured input/, ''],
  [`${START} fw_error=10 'Bad signature'`, 'firmware-status', /10/, /no measured input/, ''],
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
  ['sev_snp_launch_start: SNP_LAUNCH_START ret=-5 fw_error=22', 'firmware-status', /22/, /zero/, 'policy'],
  ["SNP_LAUNCH_UPDATE ret=-5 fw_error=22 'Invalid parameter'", 'firmware-status', /22/, /CPUID page/, 'cpu'],
  [
    "SNP_LAUNCH_UPDATE ret=-5 fw_error=26 'unknown error'",
    'firmware-status',
    /PAGE_STATE/,
    /overlap/,
    'firmware',
  ],
  ["SNP_LAUNCH_UPDATE ret=-5 fw_error=39 'unknown error'", 'firmware-status', /39 .*KEY: key/, /host/, ''],
  ["LAUNCH_START ret=1 fw_error=-1 'unknown error'", 'firmware-status', /status -1, NO_FW_CALL/, /host/, ''],
  [
    "failed to get platform status ret=-5 fw_error='1: Platform state is invalid'",
    'firmware-status',
    /1/,
    /host/,
    '',
  ],
  ['snp_launch_finish: fw_error 0xb', 'firmware-status', /11 \(0x0b\)/, /digest in the ID block/, MEASURED],
  ["SNP_LAUNCH_START ret=-22 fw_error=0 ''", 'kvm-refused', /ret=-22/, /bit 17/, 'policy'],
  ["SNP_LAUNCH_UPDATE ret=-5 fw_error=0 ''", 'kvm-refused', /KVM refused/, /sections overlap/, 'firmware'],
  ["sev_common_kvm_init: failed to initialize ret=-25 fw_error=0 ''", 'kvm-refused', /-25/, /not asked/, ''],
  ['ccp 0000:22:00.1: sev command 0xa2 failed (0x0000000b)', 'command-failed', /11/, /ID block/, MEASURED],
  ['ccp 0000:22:00.1: sev command 0x30 failed (0x00000015)', 'command-failed', /21/, /SEV-ES/, 'policy'],
  ['ccp 0000:22:00.1: sev command 0x4 failed (0x0000000b)', 'command-failed', /11/, /no measured input/, ''],
  ['ccp: SEV-SNP: failed to INIT rc -5, error 0x3', 'not-initialised', /INVALID_CONFIG/, /No guest/, ''],
  ['ccp: SEV: failed to INIT error 0x1, rc -5', 'not-initialised', /INVALID_PLATFORM_STATE/, /No guest/, ''],
  [
    'Status Code: 0x16: Given parameter is invalid.',
    'status-code',
    /22/,
    /^When an SNP launch is/,
    'cpu policy',
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
    'features kernel',
  ],
  ['SEV-ES guest requested termination: 0x1:0x2', 'guest-terminated', /0x1:0x2/, /PVALIDATE/, 'firmware'],
  ['SEV-ES guest requested termination: 0x7:0x99', 'guest-terminated', /0x7:0x99/, /nothing here knows/, ''],
  ['SEV-ES guest requested termination: 0x1:0xd', 'guest-terminated', /0x1:0xd/, /nothing here knows/, ''],
  [
    'SEV-ES guest requested termination: reason 0x20 info 0x880',
    'guest-terminated-features',
    /0x0:0x2/,
    /no code for them: DebugVirtualization, SecureTSC\./,
    'features kernel',
  ],
  [
    'SEV-ES guest requested termination: reason 0x21 info 0x0',
    'guest-terminated-features',
    /0x1:0x2/,
    /PVAL/,
    'firmware',
  ],
  ['kvm_amd: vmgexit: exit code 0x80000018 is not valid', 'ghcb-refused', /KVM refused/, /SVSM/, 'kernel'],
  [
    'sev-guest: Detected error from ASP request. rc: -5, exitinfo2: 0x200000000',
    'guest-request-failed',
    /no attestation report/,
    /the host was busy/,
    '',
  ],
  [
    'Detected error from ASP request. rc: -5, fw_err: 39',
    'guest-request-failed',
    /report/,
    /INVALID_KEY/,
    '',
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
  // Made by QEMU 7.2.
  [
    "qemu-system-x86_64: -object sev-snp-guest,id=s: Parameter 'qom-type' does not accept value 'sev-snp-guest'",
    'no-snp-in-qemu',
    /no SNP guests/,
    /9\.1/,
    '',
  ],
  [
    "qemu-system-x86_64: ../../softmmu/vl.c:2590: qemu_machine_creation_done: Assertion `machine->cgs->ready' failed.",
    'not-kvm',
    /KVM/,
    /without it/,
    '',
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
    });
  for (const { id, lines } of HOST_LINE_ROWS)
    it(`is explained as the table has it, with a source: ${id}`, () => {
      assert.ok(lines.length > 0);
      for (const line of lines) {
        const found = explainHostLine(line);
        assert.ok(found, line);
        assert.equal(found.id, id, line);
        for (const text of [found.meaning, found.advice]) assert.match(text, /^[A-Z].*\.$/);
        assert.match(found.source, /^(?:QEMU|Linux|AMD-ASPFW|edk2|COCONUT-SVSM|libvirt|VirTEE)\b/);
      }
    });
  it('of a status means in the table what its row means', () => {
    for (const { line, meaning, inputs } of STATUS_ROWS) {
      const found = explainHostLine(line)!;
      assert.ok(found.meaning.includes(meaning), line);
      for (const input of inputs) assert.ok(found.inputs.includes(input), line);
    }
  });
  it('has a title for every status of the firmware but success, and none for others', () => {
    for (const { code, name, words } of FIRMWARE_STATUS) {
      const found = explainHostLine(`LAUNCH_UPDATE_DATA: fw_error=${code} '${words}'`);
      if (code > 0) assert.ok(found?.title.includes(name), `${code}`);
      else assert.equal(found, undefined);
    }
    for (const code of [30, 40, 77, 65535]) assert.equal(explainHostLine(`fw_error=${code}`), undefined);
    for (const code of ['-1', NO_CALL, '0xffffffff'])
      assert.match(explainHostLine(`fw_error=${code}`)!.title, /NO_FW_CALL/);
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
    for (const { set, code, reason, inputs } of TERMINATIONS) {
      const line = `guest requested termination: 0x${set.toString(16)}:0x${code.toString(16)}`;
      const found = explainHostLine(line)!;
      assert.ok(found.meaning.startsWith(reason), line);
      assert.deepEqual(found.inputs, inputs);
    }
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
