// Tries the hypotheses of a unit: computes a launch digest for each that changes what is loaded, and for each
// launch digest the measurements of those that change the rest.

import type { Hashes } from '../launch/hasher';
import type { Dimension } from './cause';
import { hasEffect, IN_DIGEST, isCompatible, OF_PAGES, type SearchSpace } from './causes';
import { macChange, Matcher, NO_CHANGE, type Changes, type Hit, type MacChange } from './matcher';
import { PageStates } from './pageStates';
import type { Unit } from './plan';
import { searchTechnologyOf } from './searchTechnologies';
import type { SearchTechnology } from './searchTechnology';
import type { Setting } from './setting';

/** The result of a unit. */
export interface UnitResult {
  readonly tried: number;
  readonly hits: readonly Hit[];
}

const UNCHANGED: readonly MacChange[] = [NO_CHANGE];

/** One thread's search through a space. */
export class Search {
  private readonly technology: SearchTechnology;
  private readonly states: PageStates;
  private readonly matcher: Matcher;
  private readonly macChanges = new Map<Dimension, readonly MacChange[]>();

  /**
   * @param keys as prepareKey leaves them, the TIK first; undefined when a launch digest is wanted
   * @param targets values to look for in place of the given one
   */
  constructor(
    private readonly space: SearchSpace,
    keys: Int32Array | undefined,
    hashes: Hashes,
    targets?: readonly Uint8Array[],
  ) {
    this.technology = searchTechnologyOf(space.facts);
    this.states = new PageStates(space.facts, hashes);
    this.matcher = new Matcher(space.facts, keys, targets);
  }

  /** Tries all of a unit. */
  run({ first, second, from, to }: Unit): UnitResult {
    const { matcher, space } = this;
    matcher.tried = 0;
    matcher.hits = [];
    if (first === undefined) this.sweep(space.given, [], false, NO_CHANGE, UNCHANGED);
    else if (!IN_DIGEST[first]) this.runMacs(first, second, from, to);
    else if (first === 'cpu' && !this.states.measuresCpu(space.given))
      return { tried: 0, hits: [] }; // The pages of some VMMs are the same for every CPU.
    else if (first === 'vcpus') this.runCounts(space.given, [], second, from, to);
    else for (let index = from; index < to; index++) this.runDigest(first, index, second);
    return { tried: matcher.tried, hits: matcher.hits };
  }

  /** One change to what is loaded, alone or with all candidates of a second dimension. */
  private runDigest(first: Dimension, index: number, second: Dimension | undefined): void {
    const { given, candidates } = this.space;
    const { set } = candidates[first][index]!;
    const setting = { ...given, ...set };
    if (!hasEffect(first, setting) || (second !== undefined && !hasEffect(second, setting))) return;
    const changes = [{ dimension: first, index }];
    const ofPages = OF_PAGES.has(first);
    if (second === undefined) this.sweep(setting, changes, ofPages, NO_CHANGE, UNCHANGED);
    else if (second === 'vcpus') {
      if (set.vcpus === undefined) this.runCounts(setting, changes, undefined, 0, candidates.vcpus.length);
    } else if (second === 'cpu') this.runCpus(setting, set, changes);
    else if (!IN_DIGEST[second]) this.sweep(setting, changes, ofPages, NO_CHANGE, this.macsOf(second));
    else {
      candidates[second].forEach((other, otherIndex) => {
        if (!isCompatible(set, other.set)) return;
        const both = [...changes, { dimension: second, index: otherIndex }];
        const isOfPages = ofPages || OF_PAGES.has(second);
        this.sweep({ ...setting, ...other.set }, both, isOfPages, NO_CHANGE, UNCHANGED);
      });
    }
  }

  /** Other CPUs: only the signature in the pages differs. */
  private runCpus(setting: Setting, set: Partial<Setting>, changes: Changes): void {
    const generated = { ...setting, pages: 'generated' } as const;
    if (!this.technology.measuresVcpus(setting.policy) || !isCompatible(set, { pages: 'generated' })) return;
    if (!this.states.measuresCpu(generated)) return;
    this.space.candidates.cpu.forEach(({ set: { cpu } }, index) => {
      const digest = this.states.digest(generated, cpu);
      const both = [...changes, { dimension: 'cpu' as const, index }];
      if (digest !== undefined) this.matcher.compare(digest, generated, both, NO_CHANGE, UNCHANGED);
    });
  }

  /** Other vCPU counts: the hash of each is a prefix of the next. */
  private runCounts(
    setting: Setting,
    changes: Changes,
    second: Dimension | undefined,
    from: number,
    to: number,
  ): void {
    const macs = second === undefined ? UNCHANGED : this.macsOf(second);
    const measured = macs.filter(({ policy = setting.policy }) => this.technology.measuresVcpus(policy));
    if (measured.length === 0) return;
    // Candidates are in ascending order of count, without the given one.
    const some = this.space.candidates.vcpus.slice(from, to);
    const indexes = new Map(some.map(({ set }, i) => [set.vcpus, from + i]));
    const [least, most] = [some[0]?.set.vcpus ?? 0, some.at(-1)?.set.vcpus ?? 0];
    for (const [vcpus, digest] of this.states.digests(setting, least, most)) {
      const index = indexes.get(vcpus);
      if (index === undefined) continue;
      const both = [...changes, { dimension: 'vcpus' as const, index }];
      this.matcher.compare(digest, setting, both, NO_CHANGE, measured);
    }
  }

  /** Changes that affect only the HMAC, each alone or with all of a second dimension. */
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
   * One setting with each of `macs`: those whose policy requires SEV-ES use the launch digest with
   * pages, the others the one without.
   * @param ofPages whether the setting changes pages, which plain SEV does not measure
   */
  private sweep(
    setting: Setting,
    changes: Changes,
    ofPages: boolean,
    outer: MacChange,
    macs: readonly MacChange[],
  ): void {
    const { states, matcher } = this;
    const base = outer.policy ?? setting.policy;
    const withPages = macs.filter(({ policy = base }) => this.technology.measuresVcpus(policy));
    const plain = ofPages ? [] : macs.filter(({ policy = base }) => !this.technology.measuresVcpus(policy));
    const digest = withPages.length > 0 ? states.digest(setting) : undefined;
    if (digest !== undefined) matcher.compare(digest, setting, changes, outer, withPages);
    const without = plain.length > 0 ? states.plainDigest(setting) : undefined;
    if (without !== undefined) matcher.compare(without, setting, changes, outer, plain);
  }
}
