// The last pages of SNP launches, for those who want the digests of thousands that begin alike: VMSAs whose contents are hashed already, each
// of which is one hash of 112 bytes, without a state of its own.

import { encode } from '../../binary/struct';
import type { Hashes } from '../../launch/hasher';
import { CONTENTS_AT, DIGEST_AT, DIGEST_SIZE, PAGE_INFO, PAGE_TYPES, type SnpState } from './digest';
import { snp } from './loads';

/** The digest of one launch after the other, in the same memory. */
export class VmsaChain {
  /** The digest so far, 48 bytes, which every call changes. */
  readonly digest: Uint8Array;
  private readonly info: Uint8Array;

  constructor(private readonly hashes: Hashes) {
    const { gpa } = snp.vmsaLoad(0, new Uint8Array());
    this.info = encode(PAGE_INFO, { length: PAGE_INFO.size, page_type: PAGE_TYPES.vmsa, gpa: gpa! });
    this.digest = this.info.subarray(DIGEST_AT, DIGEST_AT + DIGEST_SIZE);
  }

  /** The SHA-384 of a page, 48 bytes. In the same memory, because others are slower to write to. */
  contentsOf(page: Uint8Array): Uint8Array {
    this.hashes.sha384Into(page, this.info, CONTENTS_AT);
    return this.info.slice(CONTENTS_AT, CONTENTS_AT + DIGEST_SIZE);
  }

  /** Goes on from a state. */
  start({ digest }: SnpState): void {
    this.digest.set(digest);
  }

  /** Adds the same page so many times. @param contents its SHA-384 */
  add(contents: Uint8Array, times = 1): void {
    const { hashes, info } = this;
    info.set(contents, CONTENTS_AT);
    for (let i = 0; i < times; i++) hashes.sha384Into(info, info, DIGEST_AT);
  }
}
