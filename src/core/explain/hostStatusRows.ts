// The table of statuses of the SEV firmware by command. Sources are functions of the firmware that AMD has published (amd/AMD-ASPFW, in
// fw/psp_bl_uapps/sev_uapp/src), and threads in which users met the status; what neither shows is not in the table.

import type { Dimension } from './cause';

/** What a status of the firmware means in answer to one command. */
export interface StatusRow {
  readonly code: number;
  /** The command, as the start of a sentence for lines that name none. */
  readonly when: string;
  /** The line as QEMU prints it, for the documentation. */
  readonly line: string;
  /** What a line has of that command; absent for all others. */
  readonly command?: RegExp;
  /** Whether SNP has no such case. */
  readonly notOfSnp?: true;
  readonly meaning: string;
  readonly inputs: readonly Dimension[];
  readonly advice: string;
  readonly source: string;
}

const MEASURED: readonly Dimension[] = [
  ...(['firmware', 'kernel', 'initrd', 'cmdline', 'vcpus', 'cpu', 'profile', 'features'] as const),
];

const FINISH = {
  when: 'When an SNP launch is finished',
  command: /SNP_LAUNCH_FINISH|id[-_ ]block/i,
  source: 'AMD-ASPFW, sev_mcmd.c, snp_mcmd_launch_finish',
} as const;
const SNP_START = {
  when: 'When an SNP launch starts',
  command: /SNP_LAUNCH_START/i,
  source: 'AMD-ASPFW, sev_mcmd.c, snp_mcmd_launch_start',
} as const;
const SNP_UPDATE = {
  when: 'When a page is added to an SNP launch',
  command: /SNP_LAUNCH_UPDATE/i,
  source: 'AMD-ASPFW, sev_mcmd.c, snp_mcmd_launch_update',
} as const;
const START = {
  when: 'When an SEV or SEV-ES launch starts',
  command: /(?<!SNP_)LAUNCH_START/i,
  notOfSnp: true,
  source: 'AMD-ASPFW, sev_mcmd.c, sev_mcmd_launch_start',
} as const;
const SECRET = {
  when: 'When a secret is injected',
  command: /LAUNCH_(?:UPDATE_)?SECRET|inject/i,
  notOfSnp: true,
  source: 'AMD-ASPFW, sev_channel.c, sev_channel_extract_secret',
} as const;
const OTHERWISE = { when: 'Otherwise' } as const;

const finish = (error: string) => `SNP_LAUNCH_FINISH ret=-5 ${error}`;
const snpStart = (error: string) => `sev_snp_launch_start: SNP_LAUNCH_START ret=-5 ${error}`;
const start = (error: string) => `sev_launch_start: LAUNCH_START ret=1 ${error}`;

export const STATUS_ROWS: readonly StatusRow[] = [
  {
    ...FINISH,
    code: 11,
    line: finish("fw_error=11 'Bad measurement'"),
    meaning:
      'The launch digest in the ID block is not the one that the firmware of the processor measured: the host loaded something else than the digest was computed for, or with other VMSAs. Hosts that turn DebugSwap on are the commonest cause.',
    inputs: MEASURED,
    advice:
      'Have the digest of the ID block explained with the inputs of the host, and sign one for the guest that is meant.',
    source: `${FINISH.source}; AMDESE/AMDSEV#195`,
  },
  {
    ...SECRET,
    code: 11,
    line: "SEV: failed to inject secret ret=-5 fw_error=11 'Bad measurement'",
    meaning:
      'The header of the secret was not made for this launch: its MAC is under another TIK, or over another measurement.',
    inputs: ['keys', 'measurement'],
    advice: 'Seal the secret again, with the keys of this session and the measurement of this launch.',
  },
  {
    ...START,
    code: 11,
    line: start("fw_error=11 'Bad measurement'"),
    meaning:
      'A MAC in the session is wrong: the guest is started with another policy than the session was made for, or session and certificate are of another platform or of two runs.',
    inputs: ['policy', 'keys'],
    advice:
      'Make the session anew with the policy of the domain and the certificate of this platform (sevctl session), and give both files of that run.',
    source: 'AMD-ASPFW, sev_channel.c, establish_channel; sev_guest.c, sev_guest_verify_policy',
  },
  {
    ...FINISH,
    code: 7,
    line: finish("fw_error=7 'Policy is not allowed'"),
    meaning: 'The policy in the ID block is not the policy that the guest was started with.',
    inputs: ['policy'],
    advice: 'Start the guest with the policy that the ID block was signed for, or sign one for this policy.',
  },
  {
    ...SNP_START,
    code: 7,
    line: snpStart("fw_error=7 'Policy is not allowed'"),
    meaning:
      'The platform does not fulfil the policy of the guest: it asks for a newer API of the firmware, forbids SMT (bit 16 is 0) where the host has it, asks for a single socket where the host has more, lacks bit 17, or has a bit that this firmware does not know.',
    inputs: ['policy', 'apiMajor', 'apiMinor'],
    advice:
      'Compare the policy with the version of the firmware and with SMT of the host; 0x30000 asks for least.',
    source: `${SNP_START.source} and check of sockets in activation`,
  },
  {
    ...START,
    code: 7,
    line: start("fw_error=7 'Policy is not allowed'"),
    meaning:
      'The policy asks for a newer API of the firmware than this host has, or has a reserved bit; of a guest that shares its key with another one, the policies differ or forbid that.',
    inputs: ['policy', 'apiMajor', 'apiMinor'],
    advice: 'Compare bits 16 to 31 of the policy with the API version of the host.',
    source: `${START.source}; sev_guest.c, sev_guest_verify_policy`,
  },
  {
    ...FINISH,
    code: 10,
    line: finish("fw_error=10 'Bad signature'"),
    meaning:
      'A signature of the ID block is wrong: it is by another key than the ID authentication information holds, the ID block was changed after it was signed, or the author key did not sign this ID key.',
    inputs: [],
    advice: 'Make ID block and ID authentication information anew, in one run.',
  },
  {
    ...START,
    code: 4,
    line: start("fw_error=4 'Buffer too small'"),
    meaning:
      'Session or certificate of the guest owner does not have the length that it must have: a file is cut, is no base64, or is the other one of the two.',
    inputs: ['keys'],
    advice:
      'Give the session as session-file and the certificate as dh-cert-file, as sevctl session wrote them.',
  },
  {
    ...START,
    code: 6,
    line: start("fw_error=6 'Certificate is invalid'"),
    meaning:
      'What was given as certificate of the guest owner is no certificate with a Diffie-Hellman key, such as that of another program or of the platform itself in another version.',
    inputs: ['keys'],
    advice: 'Make session and certificate anew with the certificate of this platform.',
    source: 'AMD-ASPFW, sev_cert.c, sev_cert_sanity_check',
  },
  {
    ...START,
    code: 21,
    line: start("fw_error=21 'Feature not supported'"),
    meaning:
      'The policy asks for SEV-ES, and the firmware of the processor does not launch such a guest: SEV-ES is off, or, in firmware that mends CVE-2025-48514 (AMD-SB-3023), SEV-SNP is initialised; plain SEV and SNP guests go on.',
    inputs: ['policy'],
    advice: 'Launch the guest with SEV-SNP, or turn SNP off in the host.',
    source: `${START.source}; AMDESE/AMDSEV#282`,
  },
  {
    ...OTHERWISE,
    code: 21,
    line: "fw_error=21 'Feature not supported'",
    meaning:
      'The firmware of the processor has no such feature: it is too old for what was asked of it, or the feature is off.',
    inputs: ['policy', 'features'],
    advice: 'Update the firmware of the processor, or leave out what it does not have.',
    source: 'Linux, include/uapi/linux/psp-sev.h, sev_ret_code',
  },
  {
    ...FINISH,
    code: 22,
    line: finish("fw_error=22 'Invalid parameter'"),
    meaning:
      'The ID authentication information names another algorithm than ECDSA P-384 with SHA-384, a field that must be zero is not, or an early firmware got no author key.',
    inputs: [],
    advice: 'Make both anew, with an author key where the firmware is an early one.',
    source: `${FINISH.source}; AMDESE/sev-guest#13, #19`,
  },
  {
    ...SNP_UPDATE,
    code: 22,
    line: "SNP_LAUNCH_UPDATE ret=-5 fw_error=22 'Invalid parameter'",
    meaning:
      'The firmware of the processor refused the CPUID page: QEMU gives the guest CPU features or values that this processor does not have or its firmware does not allow. The next lines say which. The contents of that page are not measured.',
    inputs: ['cpu'],
    advice: 'Choose a CPU model of this processor or an older one, or turn the feature off.',
    source: `${SNP_UPDATE.source}, sanitize_cpuid_list`,
  },
  {
    ...OTHERWISE,
    code: 22,
    line: snpStart("fw_error=22 'Invalid parameter'"),
    meaning: 'A field of the command that must be zero is not, or has a value that it cannot have.',
    inputs: ['policy'],
    advice: 'See whether kernel and QEMU of the host are older than what is asked of them.',
    source: SNP_START.source,
  },
  {
    ...SNP_UPDATE,
    code: 26,
    line: 'SNP_LAUNCH_UPDATE ret=-5 fw_error=26',
    meaning:
      'A page was to be added that the host had not prepared, or had added before, as where sections of the metadata overlap.',
    inputs: ['firmware'],
    advice: 'See whether sections of the firmware overlap; if not, look at the kernel log of the host.',
  },
];
