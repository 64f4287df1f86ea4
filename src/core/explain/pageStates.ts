// Launch digests of an image with different VMSA pages. The hash state is kept after the firmware, after
// the kernel hashes, and up to the first block of the BSP's page that depends on the CPU, so that a
// hypothesis costs only what follows.

import type { Hasher } from '../launch/hasher';
import { encodeHashTable } from '../launch/kernelHashes';
import { writeLeaf } from '../binary/struct';
import { generateVmsa, needsOf, type Role } from '../vmsa/launch/generate';
import { VMSA_SIZE, vmsaLeaf } from '../vmsa/layout/layout';
import { findProfile } from '../vmsa/launch/profiles';
import { encodeSignature, type CpuId } from '../vmsa/launch/signature';
import type { LaunchFacts } from './launchFacts';
import type { Setting } from './setting';

const RDX = vmsaLeaf('rdx');
const SEV_FEATURES = vmsaLeaf('sev_features');

const BLOCK = 64;
/** Bytes of a page before the block with the CPU signature: the same for every CPU. */
const HEAD = RDX.offset - (RDX.offset % BLOCK);
/** Pages that are hashed in one call; a larger buffer would only be copied more. */
const MOST_AT_ONCE = 16;

/** Any CPU will do: its signature is overwritten. */
const NO_CPU: CpuId = { family: 0, model: 0, stepping: 0 };

/** The pages of a setting, and the hash state before they differ. */
interface Pages {
  /** After the firmware, the kernel hashes and the head of the BSP's page. */
  readonly state: Hasher;
  /** The rest of that page, followed by as many others as are hashed at once. */
  readonly bytes: Uint8Array;
  /** The part of `bytes` that the number of vCPUs needs. */
  readonly atOnce: Uint8Array;
  /** Undefined when there can be no second vCPU. */
  readonly ap: Uint8Array | undefined;
  /** Offsets of signatures in `bytes`; empty where the CPU is not in the page. */
  readonly signatures: readonly number[];
  readonly view: DataView;
}

type PrefixPart = 'firmware' | 'hashes' | 'kernel' | 'initrd' | 'cmdline';
type PagesPart = 'pages' | 'profile' | 'features' | 'vcpus';
const PREFIX_PARTS: readonly PrefixPart[] = ['firmware', 'hashes', 'kernel', 'initrd', 'cmdline'];
const PAGES_PARTS: readonly PagesPart[] = ['pages', 'profile', 'features', 'vcpus'];

const isSame = (parts: readonly (keyof Setting)[], a: Setting | undefined, b: Setting): boolean =>
  a !== undefined && parts.every((part) => a[part] === b[part]);

/** Computes launch digests, reusing what each has in common with the previous one. */
export class PageStates {
  private readonly images: (Hasher | undefined)[] = [];
  private prefixOf: Setting | undefined;
  private prefix: Hasher | undefined;
  private pagesOf: Setting | undefined;
  private pages: Pages | undefined;
  private readonly made = new Map<string, Uint8Array | undefined>();

  constructor(
    private readonly facts: LaunchFacts,
    private readonly newHasher: () => Hasher,
  ) {}

  /** The launch digest without VMSA pages, as for plain SEV. */
  plainDigest(setting: Setting): string {
    return this.prefixFor(setting).copy().digest('binary');
  }

  /**
   * The launch digest with the pages of all vCPUs; undefined where there are no such pages.
   * @param cpu replaces the one of the setting
   */
  digest(setting: Setting, cpu = setting.cpu): string | undefined {
    const pages = this.pagesFor(setting, cpu);
    const { vcpus } = setting;
    if (!pages || (vcpus > 1 && !pages.ap)) return undefined;
    const hasher = pages.state.copy();
    hasher.update(pages.atOnce);
    for (let i = MOST_AT_ONCE; i < vcpus; i++) hasher.update(pages.ap!);
    return hasher.digest('binary');
  }

  /** The vCPU count and launch digest for `least` to `most` vCPUs, as far as there are pages. */
  *digests(setting: Setting, least: number, most: number): Generator<readonly [number, string]> {
    const pages = this.pagesFor(setting, setting.cpu);
    if (!pages) return;
    const hasher = pages.state.copy();
    hasher.update(pages.bytes.subarray(0, VMSA_SIZE - HEAD));
    for (let vcpus = 1; vcpus <= most; vcpus++) {
      if (vcpus >= least) yield [vcpus, hasher.copy().digest('binary')];
      if (!pages.ap) return;
      hasher.update(pages.ap);
    }
  }

  /** The state after firmware and kernel hashes; callers must not update it. */
  private prefixFor(setting: Setting): Hasher {
    if (!this.prefix || !isSame(PREFIX_PARTS, this.prefixOf, setting)) {
      const { firmware, hashes, kernel, initrd, cmdline } = setting;
      this.prefix = this.imageState(firmware).copy();
      if (hashes && kernel) this.prefix.update(encodeHashTable({ kernel, initrd, cmdline }));
      this.prefixOf = setting;
    }
    return this.prefix;
  }

  private imageState(firmware: number): Hasher {
    let state = this.images[firmware];
    if (!state) {
      state = this.newHasher();
      for (const part of this.facts.firmwares[firmware]!.parts) state.update(part);
      this.images[firmware] = state;
    }
    return state;
  }

  private pagesFor(setting: Setting, cpu: CpuId | undefined): Pages | undefined {
    if (setting.pages === 'generated' && !cpu) return undefined;
    if (
      this.pagesOf !== setting &&
      !(isSame(PREFIX_PARTS, this.pagesOf, setting) && isSame(PAGES_PARTS, this.pagesOf, setting))
    )
      this.pages = this.makePages(setting);
    this.pagesOf = setting;
    const { pages } = this;
    if (pages && pages.signatures.length > 0) {
      const signature = encodeSignature(cpu!);
      for (const at of pages.signatures) pages.view.setUint32(at, signature, true);
    }
    return pages;
  }

  private makePages(setting: Setting): Pages | undefined {
    const [bsp, ap] = [this.page(setting, 'bsp'), this.page(setting, 'ap')];
    if (!bsp) return undefined;
    // At least two, because the second is also hashed alone.
    const count = Math.min(MOST_AT_ONCE, Math.max(2, setting.vcpus));
    const bytes = new Uint8Array(count * VMSA_SIZE - HEAD);
    bytes.set(bsp.subarray(HEAD));
    if (ap) for (let i = 1; i < count; i++) bytes.set(ap, i * VMSA_SIZE - HEAD);
    const state = this.prefixFor(setting).copy();
    state.update(bsp.subarray(0, HEAD));
    return {
      state,
      bytes,
      atOnce: bytes.subarray(0, Math.min(MOST_AT_ONCE, setting.vcpus) * VMSA_SIZE - HEAD),
      // The AP's page is a part of `bytes`, so that a signature written there is in every AP's page.
      ap: ap && bytes.subarray(VMSA_SIZE - HEAD, 2 * VMSA_SIZE - HEAD),
      signatures: setting.pages === 'generated' ? signatureOffsets(setting, count) : [],
      view: new DataView(bytes.buffer),
    };
  }

  private page(setting: Setting, role: Role): Uint8Array | undefined {
    const { pages, profile, features, firmware } = setting;
    const { vmsa } = this.facts;
    if (pages === 'files') return vmsa?.[role];
    if (pages === 'swapped') return vmsa?.[role === 'bsp' ? 'ap' : 'bsp'];
    const key = `${firmware} ${profile} ${features ?? ''} ${role}`;
    if (!this.made.has(key)) this.made.set(key, this.generate(setting, role));
    return this.made.get(key);
  }

  private generate(setting: Setting, role: Role): Uint8Array | undefined {
    const { profile, features, firmware } = setting;
    const { resetAddress } = this.facts.firmwares[firmware]!;
    if (needsOf(findProfile(profile)!, role).resetAddress && resetAddress === undefined) return undefined;
    if (features === undefined) return generateVmsa({ profile, role, cpu: NO_CPU, resetAddress }).bytes;
    const bytes = this.page({ ...setting, features: undefined }, role)!.slice();
    writeLeaf(bytes, SEV_FEATURES, BigInt(features));
    return bytes;
  }
}

/** The offsets of signatures in the bytes that are hashed at once. */
function signatureOffsets({ profile }: Setting, count: number): number[] {
  const found = findProfile(profile)!;
  return Array.from({ length: count }, (_, i) => i).flatMap((i) =>
    needsOf(found, i === 0 ? 'bsp' : 'ap').cpu ? [i * VMSA_SIZE + RDX.offset - HEAD] : [],
  );
}
