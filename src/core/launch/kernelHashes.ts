// The table of hashes for measured direct boot: QEMU's sev_add_kernel_loader_hashes puts it into the area
// that OVMF reserves, and OVMF's blob verifier checks against it. 176 bytes, the last 8 of them padding.

import { guidBytes } from '../binary/guid';
import { encode, row, struct } from '../binary/struct';
import { fromHex } from '../binary/hex';
import { bytesOfText } from '../binary/rawText';
import { HASH_ENTRIES } from '../ovmf/hashEntries';
import type { Hashes } from './hasher';

const entry = (name: string, doc: string) =>
  struct(name, 50, [
    row(0, 'guid', 16, 'which blob'),
    row(16, 'length', 'u16', 'bytes of this entry'),
    row(18, 'sha256', 32, doc),
  ]);

const CMDLINE = entry('command line entry', 'SHA-256 of the command line and one NUL');
const INITRD = entry('initrd entry', 'SHA-256 of the initrd; of nothing when there is none');
const KERNEL = entry('kernel entry', 'SHA-256 of the kernel file');

/** The table as laid out in guest memory. */
export const KERNEL_HASHES = struct('kernel hashes table', 176, [
  row(0, 'guid', 16, 'what it is'),
  row(16, 'length', 'u16', 'bytes without the padding'),
  row(18, 'cmdline', CMDLINE, 'the kernel command line'),
  row(68, 'initrd', INITRD, 'the initrd'),
  row(118, 'kernel', KERNEL, 'the kernel'),
  row(168, 'padding', 8, 'zero, to a multiple of 16'),
]);

/** SHA-256 digests of the three blobs, 32 bytes each. */
export interface KernelDigests {
  readonly kernel: Uint8Array;
  /** Absent when the guest boots without one. */
  readonly initrd?: Uint8Array | undefined;
  /** Undefined counts as the empty command line. */
  readonly cmdline?: string | undefined;
}

/** The bytes of a command line that are hashed: exactly as given, UTF-8 or not, followed by one NUL. */
export function cmdlineBytes(cmdline: string): Uint8Array {
  const text = bytesOfText(cmdline);
  const bytes = new Uint8Array(text.length + 1);
  bytes.set(text);
  return bytes;
}

/** SHA-256 of nothing, which is in the table where there is no initrd. */
export const NO_INITRD = fromHex('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')!;

/** The 176 bytes that are measured for a kernel, its initrd and its command line. */
export function encodeKernelHashes(
  { sha256 }: Pick<Hashes, 'sha256'>,
  { cmdline = '', ...files }: KernelDigests,
): Uint8Array {
  return encodeHashTable({ ...files, cmdline: sha256(cmdlineBytes(cmdline)) });
}

/** What is in the table, 32 bytes each; the command line's digest includes the terminating NUL. */
export type HashTable = Omit<KernelDigests, 'cmdline'> & { readonly cmdline: Uint8Array };

/** The same table from the SHA-256 of all three. */
export function encodeHashTable({ kernel, initrd, cmdline }: HashTable): Uint8Array {
  const hashed = (guid: string, sha256: Uint8Array) => ({ guid: guidBytes(guid), length: 50, sha256 });
  return encode(KERNEL_HASHES, {
    guid: guidBytes('9438d606-4f22-4cc9-b479-a793d411fd21'),
    length: 168,
    cmdline: hashed(HASH_ENTRIES['command line'], cmdline),
    initrd: hashed(HASH_ENTRIES.initrd, initrd ?? NO_INITRD),
    kernel: hashed(HASH_ENTRIES.kernel, kernel),
  });
}
