// How the search computes digests of SEV-SNP. Every page is hashed alone, so that the SHA-384 of a vCPU's page is kept, whatever was
// loaded before it and however many there are.

import type { Hasher, Hashes } from '../launch/hasher';
import type { SnpState } from '../tech/snp/digest';
import { VmsaChain } from '../tech/snp/vmsaChain';
import { vmsaLeaf } from '../vmsa/layout/layout';
import type { Digest, NewVcpuDigests, PageForCpus } from './vcpuDigests';

const RDX = vmsaLeaf('rdx');
const BLOCK = 128;
/** Bytes of a page before the block with the CPU signature: the same for every CPU. */
const HEAD = RDX.offset - (RDX.offset % BLOCK);

/** The SHA-384 of one page by the signature in it. */
class PageContents {
  private readonly head: Hasher;
  private readonly rest: Uint8Array;
  private readonly view: DataView;
  private readonly known = new Map<number, Uint8Array>();

  constructor(
    { newSha384 }: Hashes,
    private readonly page: PageForCpus,
  ) {
    this.head = newSha384();
    this.head.update(page.bytes.subarray(0, HEAD));
    this.rest = page.bytes.slice(HEAD);
    this.view = new DataView(this.rest.buffer);
  }

  of(signature: number): Uint8Array {
    const key = this.page.hasCpu ? signature : 0;
    let found = this.known.get(key);
    if (!found) {
      if (this.page.hasCpu) this.view.setUint32(RDX.offset - HEAD, key, true);
      const hasher = this.head.copy();
      hasher.update(this.rest);
      this.known.set(key, (found = hasher.digest()));
    }
    return found;
  }
}

/** Digests of SNP launches. */
export const newSnpDigests: NewVcpuDigests<SnpState> = (hashes) => {
  const chain = new VmsaChain(hashes);
  const kept = new Map<PageForCpus, PageContents>();
  const contentsOf = (page: PageForCpus): PageContents => {
    let found = kept.get(page);
    if (!found) kept.set(page, (found = new PageContents(hashes, page)));
    return found;
  };
  return (state, pages, vcpus) => {
    const bsp = contentsOf(pages.bsp);
    const ap = pages.ap && contentsOf(pages.ap);
    return {
      digest(signature) {
        chain.start(state);
        chain.add(bsp.of(signature));
        if (vcpus > 1) chain.add(ap!.of(signature), vcpus - 1);
        return chain.digest;
      },
      *digests(signature, least, most): Generator<readonly [number, Digest], undefined> {
        chain.start(state);
        chain.add(bsp.of(signature));
        for (let count = 1; ; count++) {
          if (count >= least) yield [count, chain.digest];
          if (!ap || count >= most) return;
          chain.add(ap.of(signature));
        }
      },
    };
  };
};
