// Tries the hypotheses of a unit: a launch digest for each that changes what was loaded, and for each launch digest the
// measurements of those that change the rest. What is found is compared by its first four bytes, then in full.

import { equalInConstantTime, type ForkableHasher } from '../measure/digest';
import { isSevEs } from '../measure/policy';
import type { Dimension } from './cause';
import { IN_DIGEST, isCompatible, OF_PAGES, type Candidate, type Space } from './causes';
import type { NamedMeasurement } from './launchFacts';
import { MeasurementMac } from './measurementMac';
import { PageStates } from './pageStates';
import type { Unit } from './plan';
import type { Setting } from './setting';

/** A hypothesis that comes to what was looked for. */
export interface Hit {
  /** The candidates that it is made of. */
  readonly changes: readonly { readonly dimension: Dimension; readonly index: number }[];
  /** `digest` when the launch digest itself is the value that was taken for a measurement. */
  readonly what: 'measurement' | 'digest';
  /** 0 for what was given, then the others. */
  readonly target: number;
  readonly launchDigest: Uint8Array;
}

/** What became of a unit. */
export interface UnitResult {
  readonly tried: number;
  readonly hits: readonly Hit[];
}

/** What a launch digest is combined with for the HMAC. */
interface MacInput {
  /** The first four bytes of the message, as a big-endian word. */
  readonly head: number;
  readonly policy: number;
  readonly key: number;
  readonly nonce: number;
}

/** A candidate as what it changes of a MacInput. */
interface MacChange extends Pick<Hit, 'changes'> {
  readonly set: Partial<Setting>;
  readonly mask: number;
  readonly bits: number;
  readonly policy: number | undefined;
  readonly key: number | undefined;
  readonly nonce: number | undefined;
}

const LAUNCH_MEASURE = 0x04;
type Changes = Hit['changes'];
const NO_CHANGE: MacChange = {
  changes: [],
  set: {},
  mask: -1,
  bits: 0,
  policy: undefined,
  key: undefined,
  nonce: undefined,
};

/** The byte that a number of the SEV firmware has in the head of the message, as a shift. */
const SHIFTS = { apiMajor: 16, apiMinor: 8, buildId: 0 } as const;

function macChange(dimension: Dimension, { set }: Candidate, index: number): MacChange {
  let [mask, bits] = [-1, 0];
  for (const [name, shift] of Object.entries(SHIFTS)) {
    const value = set[name as keyof typeof SHIFTS];
    if (value === undefined) continue;
    mask &= ~(0xff << shift);
    bits |= value << shift;
  }
  const { policy, key, nonce } = set;
  return { changes: [{ dimension, index }], set, mask, bits, policy, key, nonce };
}

const wordOf = (bytes: Uint8Array): number =>
  (bytes[0]! << 24) | (bytes[1]! << 16) | (bytes[2]! << 8) | bytes[3]!;

/** One thread's search through a space. */
export class Search {
  private readonly states: PageStates;
  private readonly mac: MeasurementMac | undefined;
  private readonly nonces: readonly Uint8Array[];
  private readonly targets: readonly Uint8Array[];
  /** Indexes of targets by their first word. */
  private readonly byWord = new Map<number, number[]>();
  private readonly macChanges = new Map<Dimension, readonly MacChange[]>();
  private tried = 0;
  private hits: Hit[] = [];

  /** @param keys as prepareKey leaves them, the TIK first; nothing when a launch digest is looked for */
  constructor(
    private readonly space: Space,
    keys: Int32Array | undefined,
    newHasher: () => ForkableHasher,
  ) {
    const { facts } = space;
    this.states = new PageStates(facts, newHasher);
    this.mac = facts.wanted.kind === 'measurement' && keys ? new MeasurementMac(keys) : undefined;
    const measurements: Pick<NamedMeasurement, 'hmac' | 'mnonce'>[] =
      facts.wanted.kind === 'measurement' ? [facts.wanted, ...facts.others] : [];
    this.nonces = measurements.map(({ mnonce }) => mnonce);
    this.targets =
      facts.wanted.kind === 'measurement' ? measurements.map(({ hmac }) => hmac) : [facts.wanted.digest];
    this.targets.forEach((target, i) => {
      const word = wordOf(target);
      this.byWord.set(word, [...(this.byWord.get(word) ?? []), i]);
    });
  }

  /** Tries all of a unit. */
  run({ first, second, from, to }: Unit): UnitResult {
    this.tried = 0;
    this.hits = [];
    if (first === undefined) this.sweep(this.space.given, [], false, NO_CHANGE, [NO_CHANGE]);
    else if (!IN_DIGEST[first]) this.runMacs(first, second, from, to);
    else if (first === 'vcpus') this.runCounts(this.space.given, [], second, from, to);
    else {
      for (let index = from; index < to; index++) {
        const { set } = this.space.candidates[first][index]!;
        const setting = { ...this.space.given, ...set };
        this.runDigest(setting, set, [{ dimension: first, index }], OF_PAGES.has(first), second);
      }
    }
    return { tried: this.tried, hits: this.hits };
  }

  /** One change of what was loaded, alone or with all candidates of a second part. */
  private runDigest(
    setting: Setting,
    set: Partial<Setting>,
    changes: Changes,
    ofPages: boolean,
    second: Dimension | undefined,
  ): void {
    if (second === undefined) this.sweep(setting, changes, ofPages, NO_CHANGE, [NO_CHANGE]);
    else if (second === 'vcpus')
      this.runCounts(setting, changes, undefined, 0, this.space.candidates.vcpus.length);
    else if (!IN_DIGEST[second]) this.sweep(setting, changes, ofPages, NO_CHANGE, this.macsOf(second));
    else {
      this.space.candidates[second].forEach((other, index) => {
        if (!isCompatible(set, other.set)) return;
        const both = [...changes, { dimension: second, index }];
        this.sweep({ ...setting, ...other.set }, both, ofPages || OF_PAGES.has(second), NO_CHANGE, [
          NO_CHANGE,
        ]);
      });
    }
  }

  /** Other numbers of vCPUs: each launch digest is on the way to the next. */
  private runCounts(
    setting: Setting,
    changes: Changes,
    second: Dimension | undefined,
    from: number,
    to: number,
  ): void {
    const macs = second === undefined ? [NO_CHANGE] : this.macsOf(second);
    const isMeasured = macs.filter(({ policy = setting.policy }) => isSevEs(policy));
    if (isMeasured.length === 0) return;
    const all = this.space.candidates.vcpus;
    const indexes = new Map(all.slice(from, to).map(({ set }, i) => [set.vcpus, from + i]));
    let vcpus = 0;
    for (const digest of this.states.digests(setting, all[to - 1]?.set.vcpus ?? 0)) {
      vcpus++;
      const index = indexes.get(vcpus);
      if (index === undefined) continue;
      const with_ = [...changes, { dimension: 'vcpus' as const, index }];
      this.compare(digest, setting, with_, NO_CHANGE, isMeasured);
    }
  }

  /** Changes of the HMAC only, alone or each with all of a second part. */
  private runMacs(first: Dimension, second: Dimension | undefined, from: number, to: number): void {
    const { given } = this.space;
    const some = this.macsOf(first).slice(from, to);
    if (second === undefined) this.sweep(given, [], false, NO_CHANGE, some);
    else for (const outer of some) this.sweep(given, [], false, outer, this.macsOf(second));
  }

  private macsOf(dimension: Dimension): readonly MacChange[] {
    let found = this.macChanges.get(dimension);
    if (!found) {
      found = this.space.candidates[dimension].map((candidate, i) => macChange(dimension, candidate, i));
      this.macChanges.set(dimension, found);
    }
    return found;
  }

  /**
   * One setting with each of `macs`, of which those that require SEV-ES have pages in their launch digest and the others have not.
   * @param ofPages whether the setting differs in pages, which plain SEV does not measure
   */
  private sweep(
    setting: Setting,
    changes: Changes,
    ofPages: boolean,
    outer: MacChange,
    macs: readonly MacChange[],
  ): void {
    const base = outer.policy ?? setting.policy;
    const withPages = macs.filter(({ policy = base }) => isSevEs(policy));
    const plain = ofPages ? [] : macs.filter(({ policy = base }) => !isSevEs(policy));
    const digest = withPages.length > 0 ? this.states.digest(setting) : undefined;
    if (digest) this.compare(digest, setting, changes, outer, withPages);
    if (plain.length > 0) this.compare(this.states.plainDigest(setting), setting, changes, outer, plain);
  }

  private compare(
    digest: Uint8Array,
    setting: Setting,
    changes: Changes,
    outer: MacChange,
    macs: readonly MacChange[],
  ): void {
    const { mac } = this;
    const word = wordOf(digest);
    if (!mac) {
      // Of a digest a change of policy says no more than whether it has pages.
      this.tried++;
      if (this.byWord.has(word))
        this.check(word, digest, digest, [...changes, ...macs[0]!.changes], 'digest');
      return;
    }
    if (this.byWord.has(word)) this.check(word, digest, digest, changes, 'digest');
    mac.setDigest(digest);
    const { head, policy, key, nonce } = this.inputOf(setting, outer);
    let loaded = -1;
    for (const m of macs) {
      const wanted = m.nonce ?? nonce;
      if (wanted !== loaded) mac.setNonce(this.nonces[(loaded = wanted)]!);
      const found = mac.compute((head & m.mask) | m.bits, m.policy ?? policy, m.key ?? key);
      if (this.byWord.has(found))
        this.check(found, mac.result(), digest, [...changes, ...outer.changes, ...m.changes], 'measurement');
    }
    this.tried += macs.length;
  }

  private inputOf(setting: Setting, outer: MacChange): MacInput {
    const { apiMajor, apiMinor, buildId, policy, key, nonce } = setting;
    const head = (LAUNCH_MEASURE << 24) | (apiMajor << 16) | (apiMinor << 8) | buildId;
    return {
      head: (head & outer.mask) | outer.bits,
      policy: outer.policy ?? policy,
      key: outer.key ?? key,
      nonce: outer.nonce ?? nonce,
    };
  }

  /** Four bytes agree: the rest decides. */
  private check(
    word: number,
    found: Uint8Array,
    launchDigest: Uint8Array,
    changes: Changes,
    what: Hit['what'],
  ): void {
    for (const target of this.byWord.get(word)!) {
      if (equalInConstantTime(found, this.targets[target]!))
        this.hits.push({ changes, what, target, launchDigest: launchDigest.slice() });
    }
  }
}
