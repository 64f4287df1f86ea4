// Builds the VMSA that a vCPU is launched with: the layers of a profile in order, each field with the trail of
// who wrote what.

import { findCpuModel } from './cpuModels';
import * as errors from '../errors';
import { encode, type Values } from '../struct';
import type { InitialValue, Layer } from './initial';
import { VMSA } from './layout';
import { findProfile, PROFILES, type ProfileId } from './profiles';
import { decodeSignature, encodeSignature, type CpuId } from './signature';

/** Boot processor (vCPU 0) or application processor (every other). */
export type Role = 'bsp' | 'ap';

/** Where an SVSM image starts, for profiles that launch one; the page of each vCPU is the same. */
export interface SvsmImage {
  /** Guest physical address of the first instruction. */
  readonly entry: number;
  readonly stack?: number;
  /** Guest physical address of the top-level page table, 0 when the image starts in 32-bit mode. */
  readonly pageTable?: number;
  /** Virtual top of memory. */
  readonly vtom?: number;
}

/** Everything that decides a generated page. */
export interface VmsaRequest {
  readonly profile: ProfileId;
  readonly role: Role;
  readonly cpu: CpuId;
  /** The address in OVMF's SEV-ES reset block; an AP needs it. */
  readonly resetAddress?: number | undefined;
  readonly svsm?: SvsmImage | undefined;
}

/** One write to a field. */
export interface Write {
  readonly layer: Layer;
  readonly value: number | bigint;
}

/** A generated page of 4096 bytes and, for each field that a layer names, its writes in order. */
export interface GeneratedVmsa {
  readonly bytes: Uint8Array;
  readonly trail: ReadonlyMap<string, readonly Write[]>;
}

/** QEMU's split: the low half of the address is IP, the high half the base of CS. */
export function splitResetAddress(address: number): { csBase: bigint; ip: bigint } {
  return { csBase: BigInt((address & 0xffff0000) >>> 0), ip: BigInt(address & 0xffff) };
}

/** The reset address that an AP's CS base and RIP came from. */
export function joinResetAddress(csBase: bigint, rip: bigint): bigint {
  return (csBase & 0xffff0000n) | (rip & 0xffffn);
}

function resolve(value: InitialValue, request: VmsaRequest): number | bigint {
  if (typeof value !== 'object') return value;
  switch (value.symbol) {
    case 'cpu signature':
      return BigInt(encodeSignature(request.cpu));
    case 'reset address: CS base':
      return splitResetAddress(request.resetAddress!).csBase;
    case 'reset address: IP':
      return splitResetAddress(request.resetAddress!).ip;
  }
}

/**
 * The initial page for a request.
 * @throws CheckError (usage) when the profile is unknown, the CPU cannot be encoded, or an AP has no reset
 *   address or one beyond 32 bits.
 */
export function generateVmsa(request: VmsaRequest): GeneratedVmsa {
  const profile = findProfile(request.profile);
  if (!profile)
    throw errors.unknownProfile(
      request.profile,
      PROFILES.map((p) => p.id),
    );
  const { resetAddress } = request;
  if (
    resetAddress === undefined
      ? request.role === 'ap'
      : !Number.isInteger(resetAddress) || resetAddress < 0 || resetAddress > 0xffffffff
  ) {
    throw errors.resetAddressNeeded(resetAddress);
  }
  const trail = new Map<string, Write[]>();
  for (const layer of profile.layers) {
    if (layer.apOnly && request.role !== 'ap') continue;
    for (const [field, value] of Object.entries(layer.values)) {
      trail.set(field, [...(trail.get(field) ?? []), { layer, value: resolve(value, request) }]);
    }
  }
  const values = Object.fromEntries([...trail].map(([field, writes]) => [field, writes.at(-1)!.value]));
  return { bytes: encode(VMSA, values as Partial<Values>), trail };
}

/** The numbers of a QEMU CPU model. @throws CheckError (usage) for a name that QEMU does not have. */
export function cpuByName(name: string): CpuId {
  const found = findCpuModel(name);
  if (!found) throw errors.unknownCpuModel(name);
  const { family, model, stepping } = found;
  return { family, model, stepping };
}

/**
 * The request that a page looks like it came from: its signature, its role by where it starts, its profile by
 * whether FPU state is in it. A good first guess for a comparison, not a proof.
 */
export function guessRequest(values: Values): VmsaRequest {
  const { family, model, stepping } = decodeSignature(values['rdx'] as bigint);
  const csBase = values['cs_base'] as bigint;
  const rip = values['rip'] as bigint;
  const isBsp = csBase === 0xffff0000n && rip === 0xfff0n;
  return {
    profile: values['mxcsr'] === 0 ? 'sev-es' : 'sev-es-init2',
    role: isBsp ? 'bsp' : 'ap',
    cpu: { family, model, stepping },
    ...(isBsp ? {} : { resetAddress: Number(joinResetAddress(csBase, rip)) }),
  };
}
