// What the search asks of a technology: whether there are vCPUs to measure, the states of a launch before them, and their digests.

import type { LaunchImage } from '../launch/loads';
import type { Hashes } from '../launch/hasher';
import type { TechnologyId } from '../launch/inputs';
import type { Technology } from '../tech/technology';
import type { KnownProfile } from '../vmsa/launch/profiles';
import type { Setting } from './setting';
import type { NewVcpuDigests } from './vcpuDigests';

/** An SVSM image as it is loaded. */
export interface SvsmPages {
  readonly gpa: bigint;
  /** The SHA-384 of each page, 48 bytes. */
  readonly contents: readonly Uint8Array[];
}

/** What stages go on from: an image, as far as it decides what is loaded besides its own bytes. */
export interface StageLaunch {
  readonly setting: Setting;
  readonly image: LaunchImage;
  /** The 176 bytes that are measured for a kernel. */
  readonly kernelHashes: Uint8Array | undefined;
  /** An SVSM image, whose metadata are those above. */
  readonly svsm: SvsmPages | undefined;
}

/** A part of what is loaded between the firmware and the first vCPU. */
export interface Stage<State> {
  /** Whether two settings have the same part, when all before it is the same. */
  isSame(a: Setting, b: Setting): boolean;
  /** The state after it; undefined when no VMM launches this. */
  after(state: State, launch: StageLaunch): State | undefined;
}

/** One technology, or two that differ only in whether vCPUs are measured. */
export interface SearchTechnology<State = unknown> {
  /** The inputs of these are varied. */
  readonly ids: readonly TechnologyId[];
  readonly technology: Technology<State>;
  /** The launches that it searches among, the usual one first. */
  readonly profiles: readonly KnownProfile[];
  /** Those with an SVSM image. */
  readonly svsmProfiles?: readonly KnownProfile[];
  /** Whether an image of so many bytes can be launched. */
  loadsFirmware(size: number): boolean;
  /** The state after loads that have this digest, where a digest is a state. */
  stateOf?(hashes: Hashes, digest: Uint8Array): State;
  /** Whether launches under this policy measure their vCPUs. */
  measuresVcpus(policy: number): boolean;
  /** In the order of loading. */
  readonly stages: readonly Stage<State>[];
  readonly newVcpuDigests: NewVcpuDigests<State>;
}

/** Whether two settings agree in these parts. */
export const agreeIn =
  (...parts: readonly (keyof Setting)[]) =>
  (a: Setting, b: Setting): boolean =>
    parts.every((part) => a[part] === b[part]);
