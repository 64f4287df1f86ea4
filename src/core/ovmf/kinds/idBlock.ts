// How an ID block of SEV-SNP and its ID authentication are told from other files (SEV-SNP Firmware ABI, SNP_LAUNCH_FINISH). An ID
// authentication has the size of a VMSA page.

import { u32At } from './fileKind';
import { isGuestPolicy } from './snpReport';

const BLOCK = { size: 96, version: 0x50, policy: 0x58 } as const;
const AUTH = { size: 4096, author: 4, reserved: [8, 0x40], curve: 0x240 } as const;

/** Whether a file is an ID block: version 1, and a policy that a guest can have. */
export const isIdBlock = (head: Uint8Array, fileSize: number): boolean =>
  fileSize === BLOCK.size && u32At(head, BLOCK.version) === 1 && isGuestPolicy(head, BLOCK.policy);

/** Whether a file is an ID authentication: a key of ECDSA P-384, and zeros where a VMSA has segments. */
export const isIdAuth = (head: Uint8Array, fileSize: number): boolean =>
  fileSize === AUTH.size &&
  u32At(head, 0) === 1 &&
  (u32At(head, AUTH.author) ?? 2) <= 1 &&
  head.subarray(...AUTH.reserved).every((byte) => byte === 0) &&
  u32At(head, AUTH.curve) === 2;
