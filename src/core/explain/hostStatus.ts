// What a status of the SEV firmware means in answer to each command (QEMU prints fw_error=, KVM's callers the same number), and which inputs of
// a launch decide it.

import { hex } from '../binary/hex';
import type { Dimension } from './cause';
import { FIRMWARE_STATUS } from './hostCodes';

/** What a line means. */
export interface HostMeaning {
  /** The name of the row. */
  readonly id: string;
  readonly title: string;
  /** One or more sentences. */
  readonly meaning: string;
  /** The inputs of a launch that decide it. */
  readonly inputs: readonly Dimension[];
  /** What to do, a sentence. */
  readonly advice: string;
}

const MEASURED: readonly Dimension[] = [
  'firmware',
  'kernel',
  'initrd',
  'cmdline',
  'vcpus',
  'cpu',
  'profile',
  'features',
];

/** What a status of the firmware means in answer to one command. */
interface StatusRow extends Omit<HostMeaning, 'id' | 'title'> {
  readonly code: number;
  /** The command, as the start of a sentence for lines that name none. */
  readonly when: string;
  /** What a line has of that command; absent for all others. */
  readonly command?: RegExp;
  /** Whether SNP has no such case. */
  readonly notOfSnp?: true;
}

const ID_BLOCK = /SNP_LAUNCH_FINISH|id[-_ ]block/i;

const STATUS: readonly StatusRow[] = [
  {
    code: 11,
    when: 'When an SNP launch is finished',
    command: ID_BLOCK,
    meaning:
      'The launch digest in the ID block is not the one that the firmware of the processor measured: the host loaded something else than the digest was computed for, or with other VMSAs. Hosts that turn DebugSwap on are the commonest cause.',
    inputs: MEASURED,
    advice:
      'Have the digest of the ID block explained with the inputs of the host, and sign one for the guest that is meant.',
  },
  {
    code: 11,
    when: 'When a secret is injected',
    command: /LAUNCH_SECRET|inject/i,
    notOfSnp: true,
    meaning:
      'The header of the secret was not made for this launch: its MAC is under another TIK, or over another measurement.',
    inputs: ['keys', 'measurement'],
    advice: 'Seal the secret again, with the keys of this session and the measurement of this launch.',
  },
  {
    code: 11,
    when: 'When an SEV or SEV-ES launch starts',
    notOfSnp: true,
    meaning:
      'The MAC in the session is not that of these values: the guest is started with another policy than the session was made for, or session and certificate are of another platform or of two runs.',
    inputs: ['policy', 'keys'],
    advice:
      'Make the session anew with the policy of the domain and the certificate of this platform (sevctl session), and give both files of that run.',
  },
  {
    code: 7,
    when: 'When an SNP launch is finished',
    command: ID_BLOCK,
    meaning: 'The policy in the ID block is not the policy that the guest was started with.',
    inputs: ['policy'],
    advice: 'Start the guest with the policy that the ID block was signed for, or sign one for this policy.',
  },
  {
    code: 7,
    when: 'When an SEV or SEV-ES launch starts',
    meaning:
      'The platform does not fulfil the policy of the guest: the policy asks for a newer API of the firmware, for SEV-ES, or with SNP forbids SMT or asks for a single socket, where the host has not that.',
    inputs: ['policy', 'apiMajor', 'apiMinor'],
    advice: 'Compare the policy with the version of the firmware and with SMT of the host.',
  },
  {
    code: 10,
    when: 'When an SNP launch is finished',
    command: /SNP|id[-_ ]block/i,
    meaning:
      'A signature of the ID block is wrong: it is by another key than the ID authentication information holds, the ID block was changed after it was signed, or the author key did not sign this ID key.',
    inputs: [],
    advice: 'Make ID block and ID authentication information anew, in one run.',
  },
  {
    code: 10,
    when: 'When an SEV or SEV-ES launch starts',
    notOfSnp: true,
    meaning:
      'A signature of a certificate is wrong: the certificate of the guest owner is damaged or of another platform.',
    inputs: ['keys'],
    advice: 'Make session and certificate anew with the certificate of this platform.',
  },
  {
    code: 21,
    when: 'When a launch starts',
    command: /LAUNCH_START/i,
    meaning:
      'The firmware of the processor does not launch such a guest. Firmware that mends CVE-2025-48514 (AMD-SB-3023) refuses SEV-ES guests while SEV-SNP is initialised; plain SEV and SNP guests go on.',
    inputs: ['policy'],
    advice: 'Launch the guest with SEV-SNP, or turn SNP off in the host.',
  },
  {
    code: 21,
    when: 'Otherwise',
    meaning:
      'The firmware of the processor has no such feature: it is too old for what was asked of it, or the feature is off.',
    inputs: ['policy', 'features'],
    advice: 'Update the firmware of the processor, or leave out what it does not have.',
  },
  {
    code: 22,
    when: 'When a launch starts',
    command: /LAUNCH_START/i,
    meaning:
      'A field of the command has a value that it cannot have: with SNP a policy without bit 17, which is always set, or with a reserved bit.',
    inputs: ['policy'],
    advice: 'Use 0x30000 as the least policy of SNP.',
  },
  {
    code: 22,
    when: 'When an SNP launch is finished',
    command: ID_BLOCK,
    meaning:
      'A field of the ID block or of the ID authentication information that must be zero is not, an algorithm is unknown, or this firmware wants an author key and there is none.',
    inputs: [],
    advice: 'Make both anew, with an author key where the firmware is an early one.',
  },
  {
    code: 22,
    when: 'Otherwise',
    meaning:
      'A field of the command has a value that it cannot have. For pages of SNP these are an address or a length that is no whole page, or a section of no length in the metadata of the firmware.',
    inputs: ['firmware'],
    advice: 'See whether the sections of the firmware are whole pages.',
  },
];

const NAMES_COMMAND = /LAUNCH|SNP_|inject|id[-_ ]block/i;
const NAMES_SNP = /(?<![a-z])SNP(?![a-z])/i;

/** What a status means in a line; undefined for success, and for one that is not known. */
export function explainStatus(code: number, line: string): Omit<HostMeaning, 'id'> | undefined {
  const known = FIRMWARE_STATUS[code];
  if (!known || code === 0) return undefined;
  const title = `SEV firmware status ${code} (${hex(code, 2)}), ${known.name}: ${known.words}`;
  const isSnp = NAMES_SNP.test(line);
  const rows = STATUS.filter((one) => one.code === code && !(isSnp && one.notOfSnp));
  const row = rows.length === 1 ? rows[0] : rows.find(({ command }) => !command || command.test(line));
  if (rows.length > 1 && !NAMES_COMMAND.test(line))
    return {
      title,
      meaning: rows.map(({ when, meaning }) => `${when}: ${meaning}`).join(' '),
      inputs: [...new Set(rows.flatMap(({ inputs }) => inputs))],
      advice: rows.map(({ when, advice }) => `${when}: ${advice}`).join(' '),
    };
  if (row) return { title, meaning: row.meaning, inputs: row.inputs, advice: row.advice };
  return {
    title,
    meaning:
      'The firmware of the processor refused a command for a reason that no measured input decides: the state or the set-up of the host.',
    inputs: [],
    advice: "Look at the host's kernel log (ccp, kvm_amd) of that moment.",
  };
}
