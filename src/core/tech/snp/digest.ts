// The SEV-SNP launch digest is a hash chain over pages: each added page replaces the digest by the SHA-384 of
// a PAGE_INFO that contains the previous digest (SEV-SNP Firmware ABI, SNP_LAUNCH_UPDATE).

import { sha384 } from '@noble/hashes/sha2.js';
import { encode, row, struct } from '../../binary/struct';

/** Page types of SNP_LAUNCH_UPDATE. Only the first two have their contents hashed. */
const SNP_PAGE_TYPES = { normal: 1, vmsa: 2, zero: 3, unmeasured: 4, secrets: 5, cpuid: 6 } as const;

/** What is hashed for one page. */
const PAGE_INFO = struct('PAGE_INFO', 0x70, [
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
          Object.entries(SNP_PAGE_TYPES).map(([name, type]) => [type, name.toUpperCase()]),
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

/** A page of an SNP launch; `contents` has 4096 bytes. */
export type SnpPage =
  | { readonly type: 'normal' | 'vmsa'; readonly gpa: bigint; readonly contents: Uint8Array }
  | { readonly type: 'zero' | 'unmeasured' | 'secrets' | 'cpuid'; readonly gpa: bigint };

/** Bytes of a page. */
export const SNP_PAGE_SIZE = 4096;

/** The digest before the first page. */
export const newSnpDigest = (): Uint8Array => new Uint8Array(48);

/**
 * The launch digest after one more page, 48 bytes.
 * @throws RangeError when the contents are not a whole page
 */
export function extendPage(digest: Uint8Array, page: SnpPage): Uint8Array {
  const contents = 'contents' in page ? page.contents : undefined;
  if (contents && contents.length !== SNP_PAGE_SIZE) {
    throw new RangeError(`a page has ${SNP_PAGE_SIZE} bytes, not ${contents.length}`);
  }
  return sha384(
    encode(PAGE_INFO, {
      digest_cur: digest,
      ...(contents && { contents: sha384(contents) }),
      length: PAGE_INFO.size,
      page_type: SNP_PAGE_TYPES[page.type],
      gpa: page.gpa,
    }),
  );
}
