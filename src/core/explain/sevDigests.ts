// How the search computes digests of SEV and SEV-ES: SHA-256 over all bytes. The state is kept up to the first block of the BSP's page
// that depends on the CPU, so that another CPU costs only what follows.

import { sevDigestAfter, sevDigestsAfter, type SevState } from '../tech/sev/digest';
import { sevEs } from '../tech/sev/loads';
import { vmsaLoad } from '../launch/loads';
import { VMSA_SIZE, vmsaLeaf } from '../vmsa/layout/layout';
import type { LaunchPages, NewVcpuDigests, VcpuDigests } from './vcpuDigests';

const RDX = vmsaLeaf('rdx');
const BLOCK = 64;
/** Bytes of a page before the block with the CPU signature: the same for every CPU. */
const HEAD = RDX.offset - (RDX.offset % BLOCK);
/** Pages that are hashed in one call; a larger buffer would only be copied more. */
const MOST_AT_ONCE = 16;

/** Offsets of signatures in the bytes that are hashed at once. */
const signatureOffsets = ({ bsp, ap }: LaunchPages, count: number): number[] =>
  Array.from({ length: count }, (_, i) => i).flatMap((i) =>
    (i === 0 ? bsp : ap)?.hasCpu ? [i * VMSA_SIZE + RDX.offset - HEAD] : [],
  );

function sevVcpuDigests(prefix: SevState, pages: LaunchPages, vcpus: number): VcpuDigests {
  const { bsp, ap } = pages;
  // At least two, because the second is also hashed alone.
  const count = Math.min(MOST_AT_ONCE, Math.max(2, vcpus));
  const bytes = new Uint8Array(count * VMSA_SIZE - HEAD);
  bytes.set(bsp.bytes.subarray(HEAD));
  if (ap) for (let i = 1; i < count; i++) bytes.set(ap.bytes, i * VMSA_SIZE - HEAD);
  const until = (end: number) => bytes.subarray(0, end * VMSA_SIZE - HEAD);
  // Its loads are parts of pages: SEV hashes bytes, wherever they end.
  const state = sevEs.fold(prefix, vmsaLoad(0, bsp.bytes.subarray(0, HEAD)));
  const rest = vmsaLoad(0, until(1));
  const atOnce = vmsaLoad(0, until(Math.min(MOST_AT_ONCE, vcpus)));
  // All are parts of the same memory, so that a signature written there is in every page.
  const again = ap && vmsaLoad(1, until(2).subarray(VMSA_SIZE - HEAD));
  const signatures = signatureOffsets(pages, count);
  const memory = new DataView(bytes.buffer);
  const write = (signature: number) => {
    for (const at of signatures) memory.setUint32(at, signature, true);
  };
  return {
    digest(signature) {
      write(signature);
      return sevDigestAfter(state, atOnce, again, vcpus - MOST_AT_ONCE);
    },
    digests(signature, least, most) {
      write(signature);
      return sevDigestsAfter(state, rest, again, [least, most]);
    },
  };
}

/** Digests of SEV-ES launches. */
export const newSevDigests: NewVcpuDigests<SevState> = () => sevVcpuDigests;
