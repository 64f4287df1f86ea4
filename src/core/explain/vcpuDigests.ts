// What the search asks of a technology when it tries VMSA pages: digests of launches that go on from one state, with pages that differ in
// nothing but the CPU, and in how many there are.

import type { Hashes } from '../launch/hasher';

/** A launch digest, valid until the next one is computed: its bytes, or one character for each of them. */
export type Digest = string | Uint8Array;

/** A page that is the same for every CPU but for its signature, which is zero in it, where it has one. */
export interface PageForCpus {
  /** 4096 bytes. */
  readonly bytes: Uint8Array;
  readonly hasCpu: boolean;
}

/** The pages of a launch; `ap` is undefined when there can be no second vCPU. */
export interface LaunchPages {
  readonly bsp: PageForCpus;
  readonly ap: PageForCpus | undefined;
}

/** Digests of launches that go on from one state with these pages. */
export interface VcpuDigests {
  /** The digest with as many vCPUs as it was made for. @param signature of the CPU, for pages that have one */
  digest(signature: number): Digest;
  /** The number of vCPUs and the digest for `least` to `most` of them, as far as there are pages. */
  digests(signature: number, least: number, most: number): Iterable<readonly [number, Digest]>;
}

/**
 * Makes them for a state, pages and a number of vCPUs, of which some may be in the state already; it keeps what it has
 * hashed.
 */
export type VcpuDigestsOf<State> = (
  state: State,
  pages: LaunchPages,
  vcpus: number,
  loaded: number,
) => VcpuDigests;

/** The same for a runtime's hash functions. */
export type NewVcpuDigests<State> = (hashes: Hashes) => VcpuDigestsOf<State>;
