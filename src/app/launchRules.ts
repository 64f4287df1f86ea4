// What can be wrong with a launch file: one table of rules with their severity and the text of their documentation, from which
// VS Code's problems, `sevscope launch lint` and the reference come.

import type { Finding } from '../core/binary/region';
import { ruleTable } from '../core/binary/ruleTable';
import type { Member, TextEdit } from './launchText';

const table = ruleTable({
  'not-json': ['error', 'The text is not JSON: neither comments nor trailing commas are.'],
  'not-a-launch-file': [
    'error',
    'A member is missing or unknown, or has not the type or range that the schema says. VS Code shows these as problems of JSON.',
  ],
  'nothing-to-check': ['error', 'There is neither a recorded "launch" nor a "domain" to ask.'],
  'unreadable-file': [
    'error',
    'A file that is named does not exist, is a folder or no regular file, or may not be read.',
  ],
  'no-firmware': [
    'error',
    'The firmware is a variable store (VARS), erased flash, or too small or too large to be an image.',
  ],
  'no-reset-address': [
    'error',
    'The VMSAs of additional vCPUs are to be generated, and the firmware does not say where they start.',
  ],
  'no-hash-area': [
    'warning',
    'A kernel is given, and the firmware has no room for kernel hashes: nothing of it can be measured.',
  ],
  'kernel-needed': ['error', 'An initrd or a command line is given without the kernel that it belongs to.'],
  'cmdline-line-end': [
    'warning',
    'The command line ends with a line end, as /proc/cmdline does: QEMU was hardly given one, and it is measured.',
  ],
  'cpu-and-pages': ['error', 'VMSAs are to be read from files and to be generated for a CPU, too.'],
  'page-size': ['error', 'A VMSA file is not one page of 4096 bytes.'],
  'ap-page-needed': ['error', 'There are several vCPUs, and a VMSA file for the first one only.'],
  'vcpus-needed': ['error', 'The policy asks for SEV-ES, and the number of vCPUs is not given.'],
  'pages-needed': ['error', 'The policy asks for SEV-ES, and neither a CPU nor VMSA files are given.'],
  'unused-input': [
    'info',
    'An input plays no part: vCPUs, CPU or VMSAs under a policy of plain SEV, or a profile beside VMSA files.',
  ],
  'bad-measurement': ['error', 'The recorded measurement is not base64 of 48 bytes.'],
  'policy-debugging': ['info', 'The policy lets the host read and change the memory of the guest.'],
  'policy-doubtful': [
    'warning',
    'The policy has bits that mean nothing, or asks for a later firmware than the one that is recorded.',
  ],
  'connection-refused': ['error', 'The connection of the domain is none of the forms that are opened.'],
  'key-size': ['error', 'A key file has not 16 bytes, or with both keys 32.'],
  'inlined-key': [
    'error',
    'A key stands where the path of its file belongs. It is to be taken out of the file, and not used any more.',
  ],
  'key-open-to-others': ['warning', 'A key file can be read or written by its group or by everybody.'],
  'key-in-work-tree': [
    'warning',
    'A key file lies in a Git work tree and is not ignored there: it can be committed by mistake.',
  ],
});

/** The name of a rule about launch files. */
export type LaunchRule = keyof typeof table.rules;

/** All rules by name, in the order of the documentation. */
export const LAUNCH_RULES = table.rules;

/** A finding under a rule of the table; its offset counts UTF-16 units of the text. */
export const finding = table.finding;

/** How a problem can be mended at a word: by a change of the text, or by taking a key file from everybody but its owner. */
export type LaunchFix = { readonly title: string } & (
  { readonly edits: readonly TextEdit[] } | { readonly protect: string }
);

/** A finding in the text of a launch file. */
export interface LaunchProblem extends Finding {
  readonly rule: LaunchRule;
  /** With dots between the names, such as `keys.tik`; empty for the whole file. */
  readonly member: string;
  readonly fix?: LaunchFix;
}

/** Takes note of a problem. `at` is a member's value, unless it is `name`. */
export type Report = (
  rule: LaunchRule,
  member: Member,
  message: string,
  more?: { readonly at?: 'name'; readonly fix?: LaunchFix },
) => void;
