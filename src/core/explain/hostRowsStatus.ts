// Lines that have a status of the SEV firmware, by number or in words: of QEMU, of Linux's ccp driver, and of programs that use VirTEE's sev.

import type { Dimension } from './cause';
import { FIRMWARE_STATUS, NO_CALL } from './hostCodes';
import type { HostLineRow } from './hostRow';
import { explainNumbered, explainStatus } from './hostStatus';
import { STATUS_ROWS } from './hostStatusRows';

/** What a refusal by KVM itself means, by the command. */
const REFUSED: readonly {
  readonly command: RegExp;
  readonly meaning: string;
  readonly inputs: readonly Dimension[];
  readonly advice: string;
  readonly source: string;
}[] = [
  {
    command: /SNP_LAUNCH_START/i,
    meaning:
      'KVM did not ask the firmware: the policy lacks bit 17, which is always 1, or has bits that this kernel does not know; early kernels refuse a single socket (bit 20), too.',
    inputs: ['policy'],
    advice: 'Use 0x30000, and other bits where they are needed and the kernel of the host knows them.',
    source: 'snp_launch_start',
  },
  {
    command: /SNP_LAUNCH_UPDATE/i,
    meaning:
      'KVM did not ask the firmware: a section is no whole pages, is not in private memory of the guest, or was added before, as where sections overlap.',
    inputs: ['firmware'],
    advice: 'See whether sections of the firmware are whole pages that do not overlap.',
    source: 'snp_launch_update, sev_gmem_post_populate',
  },
  {
    command: /./,
    meaning:
      'The firmware was not asked: KVM refused the command, because it does not know it, has no memory or ASID left, or is not in the state for it.',
    inputs: [],
    advice: "Look at the host's kernel log (ccp, kvm_amd) of that moment, and at the limits of its cgroups.",
    source: 'sev_mem_enc_ioctl',
  },
];

/** Lines with a number of a status. */
export const STATUS_LINES: readonly HostLineRow[] = [
  {
    id: 'kvm-refused',
    pattern: /\bret=(-?[1-9]\d{0,3}) fw_err(?:or)?=0\b/i,
    lines: [
      "sev_snp_launch_start: SNP_LAUNCH_START ret=-22 fw_error=0 ''",
      "SNP_LAUNCH_UPDATE ret=-5 fw_error=0 ''",
      "sev_common_kvm_init: failed to initialize ret=-25 fw_error=0 ''",
    ],
    explain([, ret = ''], line) {
      const { meaning, inputs, advice, source } = REFUSED.find(({ command }) => command.test(line))!;
      const title = `KVM refused the command before the SEV firmware was asked: ret=${ret}`;
      return { title, meaning, inputs, advice, source: `Linux, arch/x86/kvm/svm/sev.c, ${source}` };
    },
  },
  {
    id: 'firmware-status',
    pattern: /\bfw_err(?:or)?(?:='?|: ?| )(-1\b|0x[0-9a-f]{1,8}\b|\d{1,10}\b)/i,
    lines: [
      ...STATUS_ROWS.map(({ line }) => line),
      ...FIRMWARE_STATUS.filter(({ code }) => code > 0 && !STATUS_ROWS.some((one) => one.code === code)).map(
        ({ code, words }) => `fw_error=${code === NO_CALL ? -1 : code} '${words}'`,
      ),
    ],
    explain: ([, code = ''], line) => explainStatus(Number(code), line),
  },
  {
    id: 'command-failed',
    pattern: /\bsev command (0x[0-9a-f]{1,4}) failed \((0x[0-9a-f]{1,8})\)/i,
    lines: ['ccp 0000:22:00.1: sev command 0xa2 failed (0x0000000b)'],
    explain([, command = '', code = '']) {
      const found = explainNumbered(Number(command), Number(code));
      return found && { ...found, source: `${found.source}; Linux, drivers/crypto/ccp/sev-dev.c` };
    },
  },
  {
    id: 'not-initialised',
    pattern: /\bSEV(?:-SNP)?: failed to INIT\b.*?(?:error|rc) (0x[0-9a-f]{1,8}|-?\d{1,10})/i,
    lines: ['ccp 0000:22:00.1: SEV-SNP: failed to INIT rc -5, error 0x3'],
    explain(_, line) {
      const [, code = ''] = /error (0x[0-9a-f]{1,8}|-?\d{1,10})/i.exec(line) ?? [];
      const found = explainStatus(Number(code), 'INIT', true);
      return {
        title: `The SEV firmware of the host was not initialised${found ? `: ${found.title}` : ''}`,
        meaning: 'No guest of this technology starts on this host until that is mended.',
        inputs: [],
        advice:
          "Look at the BIOS (SEV, SEV-SNP, RMP table, ASIDs), and at the lines of ccp before this one in the host's kernel log.",
        source: 'Linux, drivers/crypto/ccp/sev-dev.c, __sev_snp_init_locked, __sev_platform_init_locked',
      };
    },
  },
  {
    id: 'status-code',
    pattern: /\bStatus Code: (0x[0-9a-f]{1,8})\b/i,
    lines: ['Status Code: 0xb: Provided measurement is invalid.'],
    explain([, code = ''], line) {
      const found = explainStatus(Number(code), line);
      return found && { ...found, source: `${found.source}; VirTEE sev, src/error.rs` };
    },
  },
];

/** Lines with the words of a status alone. */
export const STATUS_WORDS: HostLineRow = {
  id: 'firmware-words',
  pattern:
    /\b(Bad measurement|Bad signature|Policy is not allowed|Policy failure|Feature not supported|(?:Platform|Guest) state is invalid)\b/i,
  lines: ['Bad measurement'],
  explain([, words = ''], line) {
    const named = /^policy failure$/i.test(words) ? 'Policy is not allowed' : words;
    const found = FIRMWARE_STATUS.find((one) => one.words.toLowerCase() === named.toLowerCase());
    return found && explainStatus(found.code, line);
  },
};
