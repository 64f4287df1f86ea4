// SEV features as a set of bits that is open: each has a name or, if it is reserved, its number. People name them as the
// manual, Linux or QEMU does.

import { hex, parseUnsigned } from '../../binary/hex';
import { similarName } from '../../binary/similar';
import { conjunction } from '../../binary/words';
import { FEATURE_ROWS, type SevFeature } from './bitsSev';

/** SEV features in hexadecimal with 0x, for JSON, which has no number of 64 bits. */
export type FeaturesText = `0x${string}`;

const NAMED = FEATURE_ROWS.map(({ name, lsb }) => ({ name, bit: 1n << BigInt(lsb) }));

/** The bit that makes a guest one of SEV-SNP. */
export const SNP_ACTIVE = NAMED.find(({ name }) => name === 'SNPActive')!.bit;

/** One SEV feature of a set. */
export interface FeatureBit {
  readonly lsb: number;
  readonly bit: bigint;
  /** Absent for a reserved bit. */
  readonly name: SevFeature | undefined;
}

/** All bits that are set in 64, from the lowest. */
export function bitsOfFeatures(features: bigint): FeatureBit[] {
  const bits: FeatureBit[] = [];
  for (let lsb = 0; lsb < 64; lsb++) {
    const bit = 1n << BigInt(lsb);
    if (features & bit) bits.push({ lsb, bit, name: NAMED.find((one) => one.bit === bit)?.name });
  }
  return bits;
}

/** The names of the features that are set; reserved bits have none. */
export const namesOfFeatures = (features: bigint): SevFeature[] =>
  bitsOfFeatures(features).flatMap(({ name }) => name ?? []);

/** The bits that have no name. */
export const reservedFeatures = (features: bigint): bigint =>
  NAMED.reduce((rest, { bit }) => rest & ~bit, features);

/** A feature as people read it: its name, or which bit it is. */
export const nameOfFeature = ({ name, lsb }: FeatureBit): string => name ?? `bit ${lsb}`;

/** A set of features, bit by bit: `SecureTSC (0x200) and bit 18 (0x40000)`; an empty text for none. */
export const describeFeatures = (features: bigint): string =>
  conjunction(bitsOfFeatures(features).map((one) => `${nameOfFeature(one)} (${hex(one.bit)})`));

/** A set of features for JSON. */
export const featuresText = (features: bigint): FeaturesText => `0x${features.toString(16)}`;

/** `SECURE_TSC`, `secure-tsc` and `SecureTSC` are one name. */
const folded = (name: string) => name.toLowerCase().replace(/[-_]/g, '');

const BY_NAME: ReadonlyMap<string, bigint> = new Map(
  FEATURE_ROWS.flatMap(({ name, lsb, also }) =>
    [name, ...(also === undefined ? [] : [also])].map((one) => [folded(one), 1n << BigInt(lsb)] as const),
  ),
);

const LONGEST = 1024;

const partsOf = (text: string): string[] => text.split(/ ?[,+] ?/);

/** The feature that was probably meant by the first name in a text that is none. */
export function similarFeature(text: string): SevFeature | undefined {
  const names = FEATURE_ROWS.map(({ name }) => name);
  const unknown = partsOf(text.slice(0, LONGEST)).find(
    (part) => parseUnsigned(part) === undefined && !BY_NAME.has(folded(part)),
  );
  return unknown === undefined ? undefined : similarName(unknown, names);
}

/**
 * Reads SEV features: numbers in decimal or 0x form and names, whatever their case, between commas or plus signs.
 * Undefined for a text that is none, and for more than 64 bits.
 */
export function parseFeatures(text: string): bigint | undefined {
  if (text.length > LONGEST) return undefined;
  const bits = partsOf(text).map((part) => parseUnsigned(part) ?? BY_NAME.get(folded(part)));
  const all = bits.reduce<bigint | undefined>(
    (sum, bit) => (sum === undefined || bit === undefined ? undefined : sum | bit),
    0n,
  );
  return all !== undefined && all < 2n ** 64n ? all : undefined;
}
