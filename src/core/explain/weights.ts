// How much a difference matters, by what it does to the protection of the guest: AMD64 Architecture Programmer's Manual volume 2, sections
// 15.34 to 15.36, for features, SEV API specification for the policy. What each cause is by itself stands in its row.

import { SEV_FEATURES, type SevFeature } from '../vmsa/layout/bitsSev';
import type { Weight } from './explanation';

/** From the least on. */
export const WEIGHTS: readonly Weight[] = ['benign', 'mistake', 'serious'];

/** The one that matters most. */
export const heaviest = (weights: readonly Weight[]): Weight =>
  weights.toSorted((a, b) => WEIGHTS.indexOf(b) - WEIGHTS.indexOf(a))[0] ?? 'benign';

/**
 * What a feature is to the guest. `protects`: without it the host can do more. `offers`: something to use, which protects from nobody.
 * `moves`: other software than the guest's kernel decides over its memory or its events.
 */
type Effect = 'protects' | 'offers' | 'moves';

/** Every feature. */
export const FEATURE_EFFECTS: Readonly<Record<SevFeature, Effect>> = {
  SNPActive: 'protects',
  vTOM: 'moves',
  ReflectVC: 'moves',
  RestrictedInjection: 'protects',
  AlternateInjection: 'protects',
  // The guest has breakpoints of its own; DR7 is swapped with it or without.
  DebugVirtualization: 'offers',
  PreventHostIBS: 'protects',
  BTBIsolation: 'protects',
  VmplSSS: 'protects',
  SecureTSC: 'protects',
  VmgexitParameter: 'offers',
  PmcVirtualization: 'offers',
  IbsVirtualization: 'offers',
  GuestInterceptControl: 'offers',
  VmsaRegProt: 'protects',
  SmtProtection: 'protects',
  SecureAVIC: 'protects',
  IbpbOnEntry: 'protects',
};

/** How much each effect matters for a guest that lacks the feature, and for one that has it unasked. */
const OF_EFFECT: Readonly<Record<Effect, { readonly lost: Weight; readonly gained: Weight }>> = {
  protects: { lost: 'serious', gained: 'benign' },
  offers: { lost: 'benign', gained: 'benign' },
  moves: { lost: 'serious', gained: 'serious' },
};

/** What the features of a guest mean that has `found` in place of `given`. */
export interface FeatureWeight {
  readonly weight: Weight;
  /** The features that make it serious, by name or number. */
  readonly lost: readonly string[];
  readonly unasked: readonly string[];
}

/** Weighs other features than the given ones; nobody knows what reserved bits do. */
export function weighFeatures(given: bigint, found: bigint): FeatureWeight {
  const bits = Array.from({ length: 64 }, (_, lsb) => lsb).filter(
    (lsb) => ((given ^ found) >> BigInt(lsb)) & 1n,
  );
  const all = bits.map((lsb) => {
    const row = SEV_FEATURES.find((bit) => bit.lsb === lsb && bit.name !== 'RSVD');
    const isLost = ((given >> BigInt(lsb)) & 1n) === 1n;
    const effect = row && FEATURE_EFFECTS[row.name as SevFeature];
    const weight: Weight = effect ? OF_EFFECT[effect][isLost ? 'lost' : 'gained'] : 'serious';
    return { name: row?.name ?? `bit ${lsb}`, isLost, weight };
  });
  const serious = all.filter(({ weight }) => weight === 'serious');
  return {
    weight: heaviest(all.map(({ weight }) => weight)),
    lost: serious.filter(({ isLost }) => isLost).map(({ name }) => name),
    unasked: serious.filter(({ isLost }) => !isLost).map(({ name }) => name),
  };
}

/** Whether a version is below another, in the order of its parts. */
export const isBelow = (found: readonly number[], given: readonly number[]): boolean => {
  const at = found.findIndex((part, i) => part !== given[i]);
  return at >= 0 && found[at]! < given[at]!;
};
