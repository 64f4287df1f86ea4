// What files are read for, and how large each may be: what its field can hold, with a margin. A larger file is
// another file, and is refused before it is read; a pipe, whose size nobody knows, as soon as more has arrived.

import { MAX_FILE, MOST_REPORT_FILE } from '../core/binary/limits';
import { MAX_SECRETS } from '../core/tech/sev/secret';
import { MOST_ID_BLOCK_TEXT } from '../core/tech/snp/idBlockText';
import { MOST_CHARACTERS } from './launchText';

interface RoleRow {
  /** The file, after an article. */
  readonly words: string;
  /** In bytes. */
  readonly most: number;
}

/** QEMU hands over kernel and initrd with sizes of 32 bits (FW_CFG_KERNEL_SIZE, FW_CFG_INITRD_SIZE). */
const MOST_TO_BOOT = 2 * 2 ** 32;

/** Each role with its limit. */
export const FILE_ROLES = {
  firmware: { words: 'a firmware image', most: MAX_FILE },
  kernel: { words: 'a kernel', most: MOST_TO_BOOT },
  initrd: { words: 'an initrd', most: MOST_TO_BOOT },
  // A page in any form: a kernel log is as long as the machine ran.
  page: { words: 'a file with a VMSA page', most: MAX_FILE },
  // Both keys as text, with white space.
  key: { words: 'a key file', most: 128 },
  // Of any kind, since a sentence says what is wrong with another.
  signingKey: { words: 'a private key', most: 2 ** 16 },
  idBlock: { words: 'a file with an ID block', most: MOST_ID_BLOCK_TEXT },
  secret: { words: 'a file with a secret', most: MAX_SECRETS },
  // A character has at most four bytes in UTF-8.
  launch: { words: 'a launch file', most: 4 * MOST_CHARACTERS },
  ignore: { words: "a file of Git's ignore patterns", most: 2 ** 20 },
  // A log of a host, or a few lines of one.
  log: { words: 'a log', most: MAX_FILE },
  report: { words: 'a file with an attestation report', most: MOST_REPORT_FILE },
  certificate: { words: 'a file of certificates', most: 2 ** 20 },
  wishes: { words: 'a file of wishes', most: 2 ** 20 },
  // An image or pages in any form.
  shown: { words: 'a firmware image or a file of VMSA pages', most: MAX_FILE },
} as const satisfies Readonly<Record<string, RoleRow>>;

/** What a file is read for. */
export type FileRole = keyof typeof FILE_ROLES;

/** Firmware that QEMU maps below 4 GiB (pc_sysfw.c, max-fw-size); a larger image is measured all the same. */
export const USUAL_FIRMWARE = 16 * 2 ** 20;
