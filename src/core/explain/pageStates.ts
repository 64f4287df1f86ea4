// Launch digests of images with different VMSA pages. The state of the launch is kept after the firmware and after each
// stage before the first vCPU, so that a hypothesis costs only what follows.

import type { Hashes } from '../launch/hasher';
import { encodeHashTable } from '../launch/kernelHashes';
import { firmwareLoads, PAGE_SIZE } from '../launch/loads';
import { foldAll } from '../tech/technology';
import { needsOf } from '../vmsa/launch/generate';
import { findProfile } from '../vmsa/launch/profiles';
import { encodeSignature, type CpuId } from '../vmsa/launch/signature';
import type { LaunchFacts } from './launchFacts';
import { agreeIn, type SearchTechnology } from './searchTechnology';
import { searchTechnologyOf } from './searchTechnologies';
import type { Setting } from './setting';
import { SettingPages } from './settingPages';
import { sizeOf, svsmPlace } from './svsmPlaces';
import type { Digest, VcpuDigests, VcpuDigestsOf } from './vcpuDigests';

const isSameImage = agreeIn('firmware');
const hasSamePages = agreeIn('pages', 'profile', 'features', 'fields', 'vcpus');

/** The pages of an image. */
const pagesOf = (bytes: Uint8Array): Uint8Array[] =>
  Array.from({ length: bytes.length / PAGE_SIZE }, (_, i) =>
    bytes.subarray(i * PAGE_SIZE, (i + 1) * PAGE_SIZE),
  );

/** A state, and the setting that it is one of. */
interface Kept<State> {
  readonly setting: Setting;
  readonly state: State | undefined;
}

/** The digests of a setting's pages, and what they need. */
interface Vcpus {
  readonly digests: VcpuDigests;
  readonly hasCpu: boolean;
  readonly hasAp: boolean;
}

/** Computes launch digests, reusing what each has in common with the previous one. */
export class PageStates<State = unknown> {
  private readonly technology: SearchTechnology<State>;
  private readonly vcpuDigests: VcpuDigestsOf<State>;
  private readonly images: (State | undefined)[] = [];
  /** After each stage. */
  private readonly kept: (Kept<State> | undefined)[] = [];
  private vcpusOf: Setting | undefined;
  private vcpus: Vcpus | undefined;
  private stateOfVcpus: State | undefined;
  private readonly knownState: State | undefined;
  private readonly pages: SettingPages;
  /** The SHA-384 of each page of an SVSM image, by its index. */
  private readonly svsmContents: Uint8Array[][] = [];

  constructor(
    private readonly facts: LaunchFacts,
    private readonly hashes: Hashes,
  ) {
    this.technology = searchTechnologyOf(facts) as SearchTechnology<State>;
    this.pages = new SettingPages(facts);
    this.vcpuDigests = this.technology.newVcpuDigests(hashes);
    const { known } = facts;
    this.knownState = known && this.technology.stateOf?.(hashes, known.digest);
  }

  /** The launch digest without VMSA pages, as for plain SEV; undefined where no VMM launches this. */
  plainDigest(setting: Setting): Digest | undefined {
    const state = this.stateBefore(setting);
    return state === undefined ? undefined : this.technology.technology.digest(state);
  }

  /**
   * The launch digest with the pages of all vCPUs; undefined where there are no such pages.
   * @param cpu replaces the one of the setting
   */
  digest(setting: Setting, cpu = setting.cpu): Digest | undefined {
    const vcpus = this.vcpusFor(setting);
    if (!vcpus || (vcpus.hasCpu && !cpu) || (setting.vcpus > 1 && !vcpus.hasAp)) return undefined;
    return vcpus.digests.digest(signatureOf(cpu));
  }

  /** The vCPU count and launch digest for `least` to `most` vCPUs, as far as there are pages. */
  *digests(setting: Setting, least: number, most: number): Generator<readonly [number, Digest]> {
    const vcpus = this.vcpusFor(setting);
    if (vcpus && (setting.cpu || !vcpus.hasCpu))
      yield* vcpus.digests.digests(signatureOf(setting.cpu), least, most);
  }

  /** Whether the CPU is in the pages that a setting has when they are generated. */
  measuresCpu({ profile }: Setting): boolean {
    return needsOf(findProfile(profile)!, 'bsp').cpu;
  }

  /** The state before the first vCPU; undefined where no VMM launches this. */
  private stateBefore(setting: Setting): State | undefined {
    if (this.knownState !== undefined) return this.knownState;
    const { firmware, hashes, kernel, initrd, cmdline } = setting;
    const { kept } = this;
    const place = svsmPlace(this.facts, setting);
    if (setting.svsm !== undefined && !place) return undefined;
    let state: State | undefined = this.imageState(firmware);
    const { image } = place?.svsm ?? this.facts.firmwares[firmware]!;
    const svsm = place && { gpa: BigInt(place.base), contents: this.contentsOf(setting.svsm!) };
    const { stages } = this.technology;
    let isKept = kept[0] !== undefined && isSameImage(kept[0].setting, setting);
    for (const [i, stage] of stages.entries()) {
      const before = kept[i];
      isKept &&= before !== undefined && stage.isSame(before.setting, setting);
      if (isKept) state = before!.state;
      else {
        const kernelHashes =
          hashes && kernel && !svsm ? encodeHashTable({ kernel, initrd, cmdline }) : undefined;
        state = state === undefined ? undefined : stage.after(state, { setting, image, kernelHashes, svsm });
        kept[i] = { setting, state };
      }
    }
    return state;
  }

  private imageState(firmware: number): State | undefined {
    const { technology } = this.technology;
    const { parts } = this.facts.firmwares[firmware]!;
    if (!this.technology.loadsFirmware(sizeOf({ parts }))) return undefined;
    return (this.images[firmware] ??= foldAll(
      technology,
      technology.start(this.hashes),
      firmwareLoads(parts),
    ));
  }

  private contentsOf(index: number): Uint8Array[] {
    return (this.svsmContents[index] ??= pagesOf(this.facts.svsms[index]!.bytes).map((page) =>
      this.hashes.sha384(page),
    ));
  }

  private vcpusFor(setting: Setting): Vcpus | undefined {
    if (this.vcpusOf === setting) return this.vcpus;
    const state = this.stateBefore(setting);
    const isSame = this.vcpusOf && hasSamePages(this.vcpusOf, setting);
    if (!isSame || this.stateOfVcpus !== state) this.vcpus = this.makeVcpus(setting, state);
    this.stateOfVcpus = state;
    this.vcpusOf = setting;
    return this.vcpus;
  }

  private makeVcpus(setting: Setting, state: State | undefined): Vcpus | undefined {
    const [bsp, ap] = [this.pages.of(setting, 'bsp'), this.pages.of(setting, 'ap')];
    if (!bsp || state === undefined) return undefined;
    const loaded = this.facts.known?.vcpus ?? 0;
    if (setting.vcpus < loaded) return undefined;
    const digests = this.vcpuDigests(state, { bsp, ap }, setting.vcpus, loaded);
    return { digests, hasCpu: bsp.hasCpu, hasAp: ap !== undefined };
  }
}

/** The signature of a CPU; 0 where there is none, and none is needed. */
const signatureOf = (cpu: CpuId | undefined): number => (cpu ? encodeSignature(cpu) : 0);
