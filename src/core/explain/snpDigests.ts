// How the search computes digests of SEV-SNP. Every page is hashed alone, so that the SHA-384 of a vCPU's page is kept, whatever was
// loaded before it and however many there are.

import type { SnpState } from '../tech/snp/digest';
import { VmsaChain } from '../tech/snp/vmsaChain';
import { vmsaLeaf } from '../vmsa/layout/layout';
import type { Digest, NewVcpuDigests, PageForCpus } from './vcpuDigests';

const RDX = vmsaLeaf('rdx');

/** The SHA-384 of one page by the signature in it. */
class PageContents {
  private readonly page: Uint8Array;
  private readonly view: DataView;
  private readonly hasCpu: boolean;
  private readonly known = new Map<number, Uint8Array>();

  constructor(
    private readonly chain: VmsaChain,
    { bytes, hasCpu }: PageForCpus,
  ) {
    this.page = bytes.slice();
    this.view = new DataView(this.page.buffer);
    this.hasCpu = hasCpu;
  }

  of(signature: number): Uint8Array {
    const key = this.hasCpu ? signature : 0;
    const known = this.known.get(key);
    if (known) return known;
    // No state is kept of what is before the signature: to copy one takes Node longer than to hash those 768 bytes again.
    if (this.hasCpu) this.view.setUint32(RDX.offset, key, true);
    const contents = this.chain.contentsOf(this.page);
    this.known.set(key, contents);
    return contents;
  }
}

/** Digests of SNP launches. */
export const newSnpDigests: NewVcpuDigests<SnpState> = (hashes) => {
  const chain = new VmsaChain(hashes);
  // As long as the search keeps the page.
  const kept = new WeakMap<PageForCpus, PageContents>();
  const contentsOf = (page: PageForCpus): PageContents => {
    let found = kept.get(page);
    if (!found) kept.set(page, (found = new PageContents(chain, page)));
    return found;
  };
  return (state, pages, vcpus, loaded) => {
    const bsp = contentsOf(pages.bsp);
    const ap = pages.ap && contentsOf(pages.ap);
    return {
      digest(signature) {
        chain.start(state);
        if (loaded === 0) chain.add(bsp.of(signature));
        const others = vcpus - Math.max(1, loaded);
        if (others > 0) chain.add(ap!.of(signature), others);
        return chain.digest;
      },
      *digests(signature, least, most): Generator<readonly [number, Digest], undefined> {
        chain.start(state);
        if (loaded === 0) chain.add(bsp.of(signature));
        for (let count = Math.max(1, loaded); ; count++) {
          if (count >= least) yield [count, chain.digest];
          if (!ap || count >= most) return;
          chain.add(ap.of(signature));
        }
      },
    };
  };
};
