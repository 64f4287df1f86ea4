// Compares the results of hypotheses with the wanted value: by the first four bytes, then in full. Each
// launch digest is combined with every change to the HMAC's other inputs.

import { equalInConstantTime } from '../launch/hasher';
import type { Dimension } from './cause';
import type { Candidate } from './causes';
import type { LaunchFacts, NamedMeasurement } from './launchFacts';
import { MeasurementMac } from './measurementMac';
import type { Digest } from './vcpuDigests';
import type { Setting } from './setting';

/** The candidates that make up a hypothesis. */
export type Changes = readonly { readonly dimension: Dimension; readonly index: number }[];

/** A hypothesis that gives the wanted value. */
export interface Hit {
  readonly changes: Changes;
  /** `digest` when the launch digest itself equals the value that was taken for a measurement. */
  readonly what: 'measurement' | 'digest';
  /** 0 for the given value, then the others. */
  readonly target: number;
  readonly launchDigest: Uint8Array;
}

/** A candidate as a change to the HMAC's input. */
export interface MacChange {
  readonly changes: Changes;
  /** Applied to the first four bytes of the message as a big-endian word: `mask` keeps, `bits` sets. */
  readonly mask: number;
  readonly bits: number;
  readonly policy: number | undefined;
  readonly key: number | undefined;
  readonly nonce: number | undefined;
}

/** The HMAC's other inputs as given. */
export const NO_CHANGE: MacChange = {
  changes: [],
  mask: -1,
  bits: 0,
  policy: undefined,
  key: undefined,
  nonce: undefined,
};

/** The position of each part of the SEV firmware version in the first word of the message, as a shift. */
const SHIFTS = { apiMajor: 16, apiMinor: 8, buildId: 0 } as const;
const LAUNCH_MEASURE = 0x04;

/** The change that a candidate makes, in a dimension that does not affect launch digests. */
export function macChange(dimension: Dimension, { set }: Candidate, index: number): MacChange {
  let [mask, bits] = [-1, 0];
  for (const [name, shift] of Object.entries(SHIFTS)) {
    const value = set[name as keyof typeof SHIFTS];
    if (value === undefined) continue;
    mask &= ~(0xff << shift);
    bits |= value << shift;
  }
  const { policy, key, nonce } = set;
  return { changes: [{ dimension, index }], mask, bits, policy, key, nonce };
}

const wordOf = (bytes: Uint8Array): number =>
  (bytes[0]! << 24) | (bytes[1]! << 16) | (bytes[2]! << 8) | bytes[3]!;

/** The first word of a digest. */
const wordOfDigest = (digest: Digest): number =>
  typeof digest === 'string'
    ? (digest.charCodeAt(0) << 24) |
      (digest.charCodeAt(1) << 16) |
      (digest.charCodeAt(2) << 8) |
      digest.charCodeAt(3)
    : wordOf(digest);

const bytesOf = (digest: Digest): Uint8Array =>
  typeof digest === 'string'
    ? Uint8Array.from(digest, (character) => character.charCodeAt(0))
    : digest.slice();

/** The given measurement, then the others; none when a launch digest is wanted. */
const measurementsOf = ({
  wanted,
  others,
}: Pick<LaunchFacts, 'wanted' | 'others'>): Pick<NamedMeasurement, 'hmac' | 'mnonce'>[] =>
  wanted.kind === 'measurement' ? [wanted, ...others] : [];

/** The values that are looked for, the given one first. */
const targetsOf = (facts: Pick<LaunchFacts, 'wanted' | 'others'>): readonly Uint8Array[] =>
  facts.wanted.kind === 'digest' ? [facts.wanted.digest] : measurementsOf(facts).map(({ hmac }) => hmac);

/** Counts hypotheses and collects those that give a target value. */
export class Matcher {
  tried = 0;
  hits: Hit[] = [];
  private readonly mac: MeasurementMac | undefined;
  private readonly nonces: readonly Uint8Array[];
  /** Index of the nonce that is in the message now. */
  private nonce = -1;
  /** Indexes of targets by their first word. */
  private readonly byWord = new Map<number, number[]>();

  /**
   * @param keys as prepareKey leaves them, the TIK first; undefined when a launch digest is wanted
   * @param targets the values that are looked for
   */
  constructor(
    facts: Pick<LaunchFacts, 'wanted' | 'others'>,
    keys: Int32Array | undefined,
    private readonly targets = targetsOf(facts),
  ) {
    const { wanted } = facts;
    this.mac = wanted.kind === 'measurement' && keys ? new MeasurementMac(keys) : undefined;
    this.nonces = measurementsOf(facts).map(({ mnonce }) => mnonce);
    this.targets.forEach((target, i) => {
      const word = wordOf(target);
      this.byWord.set(word, [...(this.byWord.get(word) ?? []), i]);
    });
  }

  /**
   * Compares one launch digest, combined with each of `macs`.
   * @param outer a change that applies to all of `macs`
   */
  compare(
    digest: Digest,
    setting: Setting,
    changes: Changes,
    outer: MacChange,
    macs: readonly MacChange[],
  ): void {
    const { mac } = this;
    const word = wordOfDigest(digest);
    if (!mac) {
      // Without an HMAC, a policy change matters only for whether pages are measured.
      this.tried++;
      if (this.byWord.has(word))
        this.check(bytesOf(digest), digest, [...changes, ...macs[0]!.changes], 'digest');
      return;
    }
    if (this.byWord.has(word)) this.check(bytesOf(digest), digest, changes, 'digest');
    mac.setDigest(digest);
    const { apiMajor, apiMinor, buildId } = setting;
    const given = (LAUNCH_MEASURE << 24) | (apiMajor << 16) | (apiMinor << 8) | buildId;
    const head = (given & outer.mask) | outer.bits;
    const { policy = setting.policy, key = setting.key, nonce = setting.nonce } = outer;
    for (const m of macs) {
      const wanted = m.nonce ?? nonce;
      if (wanted !== this.nonce) mac.setNonce(this.nonces[(this.nonce = wanted)]!);
      const found = mac.compute((head & m.mask) | m.bits, m.policy ?? policy, m.key ?? key);
      if (this.byWord.has(found))
        this.check(mac.result(), digest, [...changes, ...outer.changes, ...m.changes], 'measurement');
    }
    this.tried += macs.length;
  }

  /** Compares in full when the first four bytes match. */
  private check(found: Uint8Array, digest: Digest, changes: Changes, what: Hit['what']): void {
    for (const target of this.byWord.get(wordOf(found))!) {
      if (equalInConstantTime(found, this.targets[target]!))
        this.hits.push({ changes, what, target, launchDigest: bytesOf(digest) });
    }
  }
}
