// The SEV-SNP launch digest is a hash chain over pages: each added page replaces the digest by the SHA-384 of
// a PAGE_INFO that contains the previous digest (SEV-SNP Firmware ABI, SNP_LAUNCH_UPDATE).

import { encode, leaves, row, struct } from '../../binary/struct';
import type { Hashes } from '../../launch/hasher';
import { PAGE_SIZE, type Load, type LoadType } from '../../launch/loads';

/** Page types of SNP_LAUNCH_UPDATE. Only the first two have their contents hashed. */
export const PAGE_TYPES: Readonly<Record<LoadType, number>> = {
  normal: 1,
  vmsa: 2,
  zero: 3,
  unmeasured: 4,
  secrets: 5,
  cpuid: 6,
};

/** What is hashed for one page. */
export const PAGE_INFO = struct('PAGE_INFO', 0x70, [
  row(0x00, 'digest_cur', 48, 'the launch digest so far'),
  row(0x30, 'contents', 48, 'SHA-384 of a normal or VMSA page; zero for the other types'),
  row(0x60, 'length', 'u16', 'bytes of this structure'),
  row(0x62, 'page_type', 'u8', 'type of the page', {
    bits: [
      {
        name: 'type',
        lsb: 0,
        width: 8,
        doc: 'Page type.',
        values: Object.fromEntries(
          Object.entries(PAGE_TYPES).map(([name, type]) => [type, name.toUpperCase()]),
        ),
      },
    ],
  }),
  row(0x63, 'imi_page', 'u8', 'bit 0: part of the initial migration image; 0 in all known launches'),
  row(0x64, 'vmpl3_perms', 'u8', 'permissions of VMPL 3'),
  row(0x65, 'vmpl2_perms', 'u8', 'permissions of VMPL 2'),
  row(0x66, 'vmpl1_perms', 'u8', 'permissions of VMPL 1'),
  row(0x67, 'reserved', 'u8', 'zero'),
  row(0x68, 'gpa', 'u64', 'guest-physical address of the page'),
]);

const AT = Object.fromEntries(leaves(PAGE_INFO).map(({ path, offset }) => [path, offset]));
/** Offsets in it. */
export const [DIGEST_AT, CONTENTS_AT, GPA_AT] = [AT['digest_cur']!, AT['contents']!, AT['gpa']!] as const;
/** Bytes of a launch digest. */
export const DIGEST_SIZE = 48;

/** An SNP launch so far. */
export interface SnpState {
  readonly hashes: Hashes;
  /** The launch digest so far, 48 bytes. */
  readonly digest: Uint8Array;
}

/** The state before the first page, or after pages whose digest is known. @param digest 48 bytes */
export const snpState = (hashes: Hashes, digest: Uint8Array = new Uint8Array(DIGEST_SIZE)): SnpState => ({
  hashes,
  digest,
});

/** The contents that are measured, if any. @throws RangeError when they are missing, or no whole pages */
function contentsOf({ label, type, size, bytes, sha384 }: Load): Pick<Load, 'bytes' | 'sha384'> {
  if (type !== 'normal' && type !== 'vmsa') return {};
  if (bytes && (bytes.length !== size || size % PAGE_SIZE !== 0))
    throw new RangeError(`${label}: ${bytes.length} bytes are no whole pages of ${PAGE_SIZE} bytes`);
  if (!bytes && !(sha384 && size === PAGE_SIZE)) throw new RangeError(`${label} has no contents`);
  return { bytes, sha384 };
}

/**
 * The state after the pages of one more load. A launch of 4 MiB has a thousand of them, so that the loop makes nothing but views of its pages.
 * @throws RangeError for a load without an address, and for contents that are missing or no whole pages
 */
export function foldSnp({ hashes, digest }: SnpState, load: Load): SnpState {
  const { label, type, gpa, size } = load;
  if (gpa === undefined) throw new RangeError(`${label} has no address`);
  const { bytes, sha384 } = contentsOf(load);
  const info = encode(PAGE_INFO, {
    digest_cur: digest,
    ...(sha384 && !bytes && { contents: sha384 }),
    length: PAGE_INFO.size,
    page_type: PAGE_TYPES[type],
    gpa,
  });
  const view = new DataView(info.buffer);
  // The address as two numbers, because a bigint would be made anew for each page.
  let [low, high] = [Number(gpa & 0xffff_ffffn), Number(gpa >> 32n)];
  let before: Uint8Array | undefined;
  for (let at = 0; at < size; at += PAGE_SIZE) {
    if (bytes) {
      const page = bytes.subarray(at, at + PAGE_SIZE);
      // More than half of an image is padding: pages like the one before.
      if (!before || !hashes.isSame(before, page)) hashes.sha384Into(page, info, CONTENTS_AT);
      before = page;
    }
    view.setUint32(GPA_AT, low, true);
    view.setUint32(GPA_AT + 4, high, true);
    hashes.sha384Into(info, info, DIGEST_AT);
    low += PAGE_SIZE;
    if (low < 2 ** 32) continue;
    low -= 2 ** 32;
    high += 1;
  }
  return snpState(hashes, info.slice(DIGEST_AT, DIGEST_AT + DIGEST_SIZE));
}
