// What a status of the SEV firmware means in answer to each command (QEMU prints fw_error=, the other programs the same number), and which inputs
// of a launch decide it. Rows follow the firmware that AMD has published (amd/AMD-ASPFW, fw/psp_bl_uapps/sev_uapp/src), which answers as the
// SEV and SEV-SNP Firmware ABI specifications say, and what its users reported.

import { hex } from '../binary/hex';
import type { Dimension } from './cause';
import { FIRMWARE_COMMANDS, firmwareStatus, NO_CALL, type FirmwareStatus } from './hostCodes';
import { STATUS_ROWS } from './hostStatusRows';

/** What a line means. */
export interface HostMeaning {
  /** The name of the row. */
  readonly id: string;
  readonly title: string;
  /** One or more sentences. */
  readonly meaning: string;
  /** The inputs of a launch that decide it. */
  readonly inputs: readonly Dimension[];
  /** What to do, one or more sentences. */
  readonly advice: string;
  /** Program, file and function that print the line or fail so, or the specification. */
  readonly source: string;
}

/** The same, before it is known which row has it. */
export type Meaning = Omit<HostMeaning, 'id'>;

const NAMES_COMMAND = /LAUNCH|SNP_|inject|id[-_ ]block|initialize|\bINIT\b|guest_request/i;
const NAMES_SNP = /(?<![a-z])SNP(?![a-z])/i;

const UAPI = 'Linux, include/uapi/linux/psp-sev.h, sev_ret_code';

const titleOf = ({ code, name, words }: FirmwareStatus): string =>
  `SEV firmware status ${code === NO_CALL ? '-1' : `${code} (${hex(code, 2)})`}, ${name}: ${words}`;

/**
 * What a status means in a line; undefined for success, and for a number that is none.
 * @param line says to which command it is the answer
 * @param isNamed whether the command is known, so that no row of another one is meant
 */
export function explainStatus(
  code: number,
  line: string,
  isNamed = NAMES_COMMAND.test(line),
): Meaning | undefined {
  const known = firmwareStatus(code);
  if (!known || known.code === 0) return undefined;
  const title = titleOf(known);
  const isSnp = NAMES_SNP.test(line);
  const all = STATUS_ROWS.filter((one) => one.code === known.code && !(isSnp && one.notOfSnp));
  const named = all.find(({ command }) => !command || command.test(line));
  if (isNamed && named) {
    const { meaning, inputs, advice, source } = named;
    return { title, meaning, inputs, advice, source };
  }
  const rows = isNamed ? [] : all;
  if (rows.length > 0)
    return {
      title,
      meaning: rows.map(({ when, meaning }) => `${when}: ${meaning}`).join(' '),
      inputs: [...new Set(rows.flatMap(({ inputs }) => inputs))],
      advice: rows.map(({ when, advice }) => `${when}: ${advice}`).join(' '),
      source: [...new Set(rows.map(({ source }) => source))].join('; '),
    };
  return {
    title,
    meaning:
      'The firmware of the processor refused a command for a reason that no measured input decides: the state or the set-up of the host.',
    inputs: [],
    advice: "Look at the host's kernel log (ccp, kvm_amd) of that moment.",
    source: UAPI,
  };
}

/** What a status means in answer to a command that a driver names by its number. */
export const explainNumbered = (command: number, code: number): Meaning | undefined =>
  explainStatus(code, FIRMWARE_COMMANDS.get(command) ?? '', true);
