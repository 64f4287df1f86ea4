// Launch digests of an image with different VMSA pages. The state of the launch is kept after the firmware, after
// the kernel hashes, and up to the first block of the BSP's page that depends on the CPU, so that a
// hypothesis costs only what follows.

import type { Hashes } from '../launch/hasher';
import { encodeHashTable } from '../launch/kernelHashes';
import { firmwareLoads, vmsaLoad, type Load } from '../launch/loads';
import { sevDigestAfter, sevDigestsAfter, type SevState } from '../tech/sev/digest';
import { sevEs } from '../tech/sev/loads';
import { foldAll } from '../tech/technology';
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

/** The pages of a setting, and the state before they differ. Its loads are parts of pages: SEV hashes bytes, wherever they end. */
interface Pages {
  /** After the firmware, the kernel hashes and the head of the BSP's page. */
  readonly state: SevState;
  /** The rest of that page. */
  readonly rest: Load;
  /** The same, followed by as many other pages as the number of vCPUs needs and are hashed at once. */
  readonly atOnce: Load;
  /** Undefined when there can be no second vCPU. */
  readonly ap: Load | undefined;
  /** Offsets of signatures in the memory of the loads; empty where the CPU is not in the page. */
  readonly signatures: readonly number[];
  readonly memory: DataView;
}

type PrefixPart = 'firmware' | 'hashes' | 'kernel' | 'initrd' | 'cmdline';
type PagesPart = 'pages' | 'profile' | 'features' | 'vcpus';
const PREFIX_PARTS: readonly PrefixPart[] = ['firmware', 'hashes', 'kernel', 'initrd', 'cmdline'];
const PAGES_PARTS: readonly PagesPart[] = ['pages', 'profile', 'features', 'vcpus'];

const isSame = (parts: readonly (keyof Setting)[], a: Setting | undefined, b: Setting): boolean =>
  a !== undefined && parts.every((part) => a[part] === b[part]);

/** Computes launch digests, reusing what each has in common with the previous one. */
export class PageStates {
  private readonly images: (SevState | undefined)[] = [];
  private prefixOf: Setting | undefined;
  private prefix: SevState | undefined;
  private pagesOf: Setting | undefined;
  private pages: Pages | undefined;
  private readonly made = new Map<string, Uint8Array | undefined>();

  constructor(
    private readonly facts: LaunchFacts,
    private readonly hashes: Hashes,
  ) {}

  /** The launch digest without VMSA pages, as for plain SEV. */
  plainDigest(setting: Setting): string {
    return sevDigestAfter(this.prefixFor(setting));
  }

  /**
   * The launch digest with the pages of all vCPUs; undefined where there are no such pages.
   * @param cpu replaces the one of the setting
   */
  digest(setting: Setting, cpu = setting.cpu): string | undefined {
    const pages = this.pagesFor(setting, cpu);
    const { vcpus } = setting;
    if (!pages || (vcpus > 1 && !pages.ap)) return undefined;
    return sevDigestAfter(pages.state, pages.atOnce, pages.ap, vcpus - MOST_AT_ONCE);
  }

  /** The vCPU count and launch digest for `least` to `most` vCPUs, as far as there are pages. */
  *digests(setting: Setting, least: number, most: number): Generator<readonly [number, string]> {
    const pages = this.pagesFor(setting, setting.cpu);
    if (pages) yield* sevDigestsAfter(pages.state, pages.rest, pages.ap, [least, most]);
  }

  /** The state after firmware and kernel hashes. */
  private prefixFor(setting: Setting): SevState {
    if (!this.prefix || !isSame(PREFIX_PARTS, this.prefixOf, setting)) {
      const { firmware, hashes, kernel, initrd, cmdline } = setting;
      const kernelHashes = hashes && kernel ? encodeHashTable({ kernel, initrd, cmdline }) : undefined;
      this.prefix = foldAll(sevEs, this.imageState(firmware), sevEs.loads({ kernelHashes }, {}));
      this.prefixOf = setting;
    }
    return this.prefix;
  }

  private imageState(firmware: number): SevState {
    const { parts } = this.facts.firmwares[firmware]!;
    return (this.images[firmware] ??= foldAll(sevEs, sevEs.start(this.hashes), firmwareLoads(parts)));
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
      for (const at of pages.signatures) pages.memory.setUint32(at, signature, true);
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
    const until = (vcpus: number) => bytes.subarray(0, vcpus * VMSA_SIZE - HEAD);
    return {
      state: sevEs.fold(this.prefixFor(setting), vmsaLoad(0, bsp.subarray(0, HEAD))),
      rest: vmsaLoad(0, until(1)),
      atOnce: vmsaLoad(0, until(Math.min(MOST_AT_ONCE, setting.vcpus))),
      // All are parts of the same memory, so that a signature written there is in every page.
      ap: ap && vmsaLoad(1, until(2).subarray(VMSA_SIZE - HEAD)),
      signatures: setting.pages === 'generated' ? signatureOffsets(setting, count) : [],
      memory: new DataView(bytes.buffer),
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
