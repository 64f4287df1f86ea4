// Lines that people paste from logs of a host: what each means, and which inputs of a launch decide it. QEMU's are of target/i386/sev.c,
// sev-guest's of KVM, and the verifier's of OVMF.

import type { Dimension } from './cause';
import { FIRMWARE_STATUS, TERMINATIONS } from './hostCodes';
import { explainStatus, type HostMeaning } from './hostStatus';

/** A line with a meaning, and where it is. */
export interface ExplainedLine extends HostMeaning {
  /** From 1 on. */
  readonly line: number;
  /** As it was given, without white space at its ends. */
  readonly text: string;
  /** How many later lines mean the same. */
  readonly repeated: number;
}

interface HostLineRow {
  readonly id: string;
  readonly pattern: RegExp;
  readonly explain: (match: RegExpExecArray, line: string) => Omit<HostMeaning, 'id'> | undefined;
}

const NO_HASHES: readonly Dimension[] = ['firmware', 'kernel'];

/** What is said in the same words whatever the match. */
const always = (meaning: Omit<HostMeaning, 'id'>) => () => meaning;

const ROWS: readonly HostLineRow[] = [
  {
    id: 'firmware-status',
    pattern: /\bfw_error(?:=|: ?| )(0x[0-9a-f]{1,8}|\d{1,9})\b/i,
    explain: ([, code = ''], line) => explainStatus(Number(code), line),
  },
  {
    id: 'guest-terminated',
    pattern: /guest requested termination:? *(0x[0-9a-f]{1,4}):(0x[0-9a-f]{1,4})/i,
    explain([, set = '', code = '']) {
      const reason = TERMINATIONS[Number(set)]?.[Number(code)];
      return {
        title: `The guest ended itself: reason ${set}:${code}`,
        meaning: `${reason ?? 'The reason is one that nothing here knows.'} ${
          Number(set) === 0
            ? 'Reason set 0 is that of the GHCB specification, which firmware uses, too.'
            : Number(set) === 1
              ? 'Reason set 1 is that of Linux, so that the firmware had started the kernel.'
              : 'Such a set is of the makers of the guest.'
        }`,
        inputs: ['firmware', 'kernel', 'cpu', 'features'],
        advice:
          'It is no mismatch of a measurement: look at the console of the guest, and whether firmware and kernel know this technology and its features.',
      };
    },
  },
  {
    id: 'no-hashes-table',
    pattern: /guest firmware has no hashes table GUID/i,
    explain: always({
      title: 'The firmware has no area for kernel hashes',
      meaning:
        'A kernel is given with kernel-hashes=on, and the firmware is a build without an entry for the hashes of kernel, initrd and command line, so that QEMU refuses to start.',
      inputs: NO_HASHES,
      advice: "Use firmware that has one: OVMF's AmdSev build, or edk2-stable202511 and later.",
    }),
  },
  {
    id: 'invalid-hashes-table',
    pattern: /hashes table area is invalid/i,
    explain: always({
      title: "The firmware's area for kernel hashes is unusable",
      meaning:
        'The table of the firmware has an entry for the hashes, but with no address or with too little room.',
      inputs: NO_HASHES,
      advice: "Use OVMF's AmdSev build, or edk2-stable202511 and later.",
    }),
  },
  {
    id: 'no-kernel-for-hashes',
    pattern: /kernel_hashes_data/,
    explain: always({
      title: 'Kernel hashes are on, and there is no Linux kernel',
      meaning: 'QEMU was started with kernel-hashes=on and without a -kernel that is a Linux kernel.',
      inputs: ['kernel'],
      advice: 'Give a kernel, or turn kernel-hashes off.',
    }),
  },
  {
    id: 'no-sev-metadata',
    pattern: /Failed to locate SEV metadata header|SEV: Failed to (?:find|parse) (?:the )?metadata/i,
    explain: always({
      title: 'The firmware has no SEV metadata',
      meaning:
        'An SNP guest was to be started with firmware that does not say which pages to launch it with.',
      inputs: ['firmware'],
      advice: 'Use an X64 build of edk2-stable202202 or later, not a VARS file and no build with SMM.',
    }),
  },
  {
    id: 'no-reset-block',
    pattern: /(?:SEV information block|Firmware GUID Table block) not found/i,
    explain: always({
      title: 'The firmware does not say where additional vCPUs start',
      meaning:
        'QEMU found neither a table with the SEV-ES reset block nor its old form: the file is no OVMF of 2020 or later, or it is a VARS file.',
      inputs: ['firmware'],
      advice: 'Give the image of the firmware, CODE or combined.',
    }),
  },
  {
    id: 'pflash-for-snp',
    pattern: /pflash with kvm requires KVM readonly memory support/i,
    explain: always({
      title: 'SNP guests have no flash',
      meaning: 'KVM gives SNP guests no read-only memory, so that firmware cannot be in pflash.',
      inputs: ['firmware'],
      advice: 'Load it as ROM: -bios, or <loader type="rom"> with stateless="yes".',
    }),
  },
  {
    id: 'cpuid-refused',
    pattern: /CPUID validation failed for function (0x[0-9a-f]{1,8})/i,
    explain: ([, leaf = '']) => ({
      title: `The firmware of the processor refused CPUID leaf ${leaf}`,
      meaning:
        'QEMU gives the guest CPU features or values in its CPUID page that the firmware of this processor does not allow. The contents of that page are not measured.',
      inputs: ['cpu'],
      advice: 'Choose a CPU model of this processor or an older one, or turn the feature off.',
    }),
  },
  {
    id: 'blob-refused',
    pattern: /VerifyBlob: Hash comparison failed for "?(\w+)/i,
    explain: ([, blob = '']) => ({
      title: `The firmware refused the ${blob}: it is not the one that was measured`,
      meaning:
        'The hash that was measured is not that of what QEMU then passed. QEMU 7.2 appends a random seed to the kernel; other programs between QEMU and the file may change it, too.',
      inputs: ['kernel', 'initrd', 'cmdline'],
      advice: 'Use a machine type of pc-q35-7.1 or QEMU 8.0 and later, and the file as it was given.',
    }),
  },
  {
    id: 'no-kernel-hashes-property',
    pattern: /(?:Property|Parameter) '[\w.-]*kernel-hashes' (?:not found|is unexpected)/i,
    explain: always({
      title: 'This QEMU knows no kernel hashes',
      meaning: 'QEMU before 6.2 measures no kernel of SEV guests, and before 9.1 it has no SNP guests.',
      inputs: ['kernel'],
      advice: 'Update QEMU.',
    }),
  },
  {
    id: 'firmware-words',
    pattern:
      /\b(Bad measurement|Bad signature|Policy is not allowed|Policy failure|Feature not supported)\b/i,
    explain([, words = ''], line) {
      const named = /^policy failure$/i.test(words) ? 'Policy is not allowed' : words;
      const code = FIRMWARE_STATUS.findIndex((one) => one.words.toLowerCase() === named.toLowerCase());
      return explainStatus(code, line);
    },
  },
];

/** The names of all rows. */
export const HOST_LINE_IDS: readonly string[] = ROWS.map(({ id }) => id);

/** A longer line is no message of a host. */
const MOST_CHARACTERS = 2000;

/** What one line means; undefined when no row knows it. */
export function explainHostLine(line: string): HostMeaning | undefined {
  if (line.length > MOST_CHARACTERS) return undefined;
  for (const { id, pattern, explain } of ROWS) {
    const match = pattern.exec(line);
    const found = match && explain(match, line);
    if (found) return { id, ...found };
  }
  return undefined;
}

/** The lines of a log that mean something, in their order, each meaning once. */
export function explainHostLines(text: string): ExplainedLine[] {
  const found = new Map<string, ExplainedLine>();
  text.split(/\r\n|\r|\n/).forEach((line, i) => {
    const meaning = explainHostLine(line);
    if (!meaning) return;
    const key = `${meaning.title}\n${meaning.meaning}`;
    const before = found.get(key);
    found.set(
      key,
      before
        ? { ...before, repeated: before.repeated + 1 }
        : { ...meaning, line: i + 1, text: line.trim(), repeated: 0 },
    );
  });
  return [...found.values()];
}
