// How much each difference matters: every cause of the table, and every value of those whose weight depends on it.

import assert from 'node:assert/strict';
import { LAUNCH_CAUSES, searchSpace } from '../../../../src/core/explain/causes';
import type { Dimension } from '../../../../src/core/explain/cause';
import type { Weight } from '../../../../src/core/explain/explanation';
import type { LaunchFacts } from '../../../../src/core/explain/launchFacts';
import { FEATURE_EFFECTS, heaviest, isBelow, weighFeatures } from '../../../../src/core/explain/weights';
import { SEV_FEATURES } from '../../../../src/core/vmsa/layout/bitsSev';
import { factsOf, svsm } from '../../../helpers/planted';

/** The guest is the same, or has more; an input or the guest's configuration is another; the guest lacks what its owner asked for. */
const WEIGHT_OF: Readonly<Record<Weight, readonly string[]>> = {
  benign: [
    ...['fpu-state', 'debug-swap', 'fpu-and-debug-swap', 'sev-features', 'snp-fpu-state', 'vmm-generation'],
    ...['snp-debug-swap', 'guest-features', 'svsm-no-fpu-state'],
  ],
  mistake: [
    ...['firmware-code-part', 'firmware-with-variables', 'kernel-initrd-swapped', 'cmdline-text'],
    ...['cpu-count-in-cmdline', 'cpu-count-only-in-cmdline', 'vmm', 'vmsa-files-swapped', 'vmsa-files'],
    ...['cpu-host', 'cpu-model', 'cpu-numbers', 'vcpus', 'snp-vmm', 'page-order', 'hash-section-order'],
    ...['vars-size', 'vars-size-other', 'svsm-fcw', 'svsm-vmpl', 'policy', 'keys-swapped', 'key-file-order'],
    ...['api-minor', 'build-id', 'api-major', 'stale-measurement', 'digest-for-measurement'],
    ...['digest-of-file', 'digest-of-other-technology'],
  ],
  serious: [
    ...['firmware-beside', 'kernel-hashes-off', 'initrd-missing', 'cmdline-missing', 'svsm-unused'],
    ...['svsm-not-given', 'svsm-beside'],
  ],
};

describe('The weight of a cause', () => {
  for (const [weight, ids] of Object.entries(WEIGHT_OF))
    it(`is ${weight} for ${ids.join(', ')}`, () => {
      assert.deepEqual(
        LAUNCH_CAUSES.filter((cause) => cause.weight === weight)
          .map(({ id }) => id)
          .sort(),
        [...ids].sort(),
      );
    });
  it('is the heaviest of several', () => {
    assert.equal(heaviest(['benign', 'mistake']), 'mistake');
    assert.equal(heaviest(['serious', 'benign', 'mistake']), 'serious');
    assert.equal(heaviest([]), 'benign');
  });
});

describe('Features that a guest has in place of others', () => {
  const bit = (name: string) => 1n << BigInt(SEV_FEATURES.find((row) => row.name === name)!.lsb);
  const base = 1n;
  for (const [name, effect] of Object.entries(FEATURE_EFFECTS))
    it(`weigh by ${name}, which ${effect}`, () => {
      const [without, having] = name === 'SNPActive' ? [0n, 1n] : [base, base | bit(name)];
      const lost = weighFeatures(having, without);
      const gained = weighFeatures(without, having);
      assert.deepEqual(
        [lost.weight, gained.weight],
        {
          protects: ['serious', 'benign'],
          offers: ['benign', 'benign'],
          moves: ['serious', 'serious'],
        }[effect],
      );
      assert.deepEqual(
        [lost.lost, gained.unasked],
        [effect === 'offers' ? [] : [name], effect === 'moves' ? [name] : []],
      );
    });
  it('weigh most where nobody knows what a bit does', () => {
    assert.deepEqual(weighFeatures(1n, 1n | (1n << 40n)), {
      weight: 'serious',
      lost: [],
      unasked: ['bit 40'],
    });
  });
  it('weigh as the worst of two', () => {
    const [swap, restricted] = [bit('DebugVirtualization'), bit('RestrictedInjection')];
    assert.equal(weighFeatures(base | restricted, base | swap).weight, 'serious');
    assert.equal(weighFeatures(base, base | swap | restricted).weight, 'benign');
  });
});

describe('The weight of a value', () => {
  type Row = readonly [title: string, facts: LaunchFacts, Dimension, found: RegExp, Weight];
  const platform = { apiMajor: 1, apiMinor: 55, buildId: 24, policy: 0x1f_01_00_07 };
  const es = factsOf({ platform });
  const snp = factsOf({
    ...({ technology: 'snp', keys: undefined, others: [], profile: 'snp', features: 0x209n } as const),
    wanted: { kind: 'digest', digest: new Uint8Array(48) },
    svsms: [svsm('beside', 'svsm.bin', 5, 0x40)],
    cmdline: 'quiet docker_compose_hash=11',
  });
  const rows: readonly Row[] = [
    ['an older API', es, 'apiMinor', /^54$/, 'serious'],
    ['a newer API', es, 'apiMinor', /^56$/, 'mistake'],
    ['an older build', es, 'buildId', /^23$/, 'serious'],
    ['a build in another base', es, 'buildId', /^18$/, 'mistake'],
    ['an older major version', es, 'apiMajor', /^0$/, 'serious'],
    ['a policy without NODBG', es, 'policy', /^0x1f010006 /, 'serious'],
    ['a policy with NOSEND', es, 'policy', /^0x1f01000f /, 'mistake'],
    ['a policy without its least version', es, 'policy', /^0x7 /, 'serious'],
    ['a policy with a greater least version', es, 'policy', /^0x37010007 /, 'mistake'],
    ['a CPU', es, 'cpu', /EPYC-Genoa/, 'mistake'],
    ['an ES feature unasked', es, 'profile', /^0x40 \(PreventHostIBS\)/, 'benign'],
    ['an ES feature that moves events', es, 'profile', /^0x4 /, 'serious'],
    ['DebugSwap besides', snp, 'features', /^0x229 /, 'benign'],
    ['no SecureTSC', snp, 'features', /^0x9 /, 'serious'],
    ['vTOM', snp, 'features', /^0x20b /, 'serious'],
    ['no dstack values', snp, 'cmdline', /without what dstack/, 'serious'],
    ['a space', snp, 'cmdline', /with a space at its end/, 'mistake'],
    ['no initrd', snp, 'initrd', /^none$/, 'serious'],
    ['vCPUs', snp, 'vcpus', /^2$/, 'mistake'],
  ];
  for (const [title, facts, dimension, found, weight] of rows)
    it(`is ${weight} for ${title}`, () => {
      const one = searchSpace(facts).candidates[dimension].find((candidate) => found.test(candidate.found));
      assert.ok(one, 'it is tried');
      assert.equal(one.weight ?? one.cause.weight, weight);
      // What is said fits it.
      if (weight === 'serious')
        assert.doesNotMatch(one.why ?? one.cause.why, /no less protected|is the same/);
    });
  it('knows a version below another', () => {
    assert.deepEqual(
      [
        [1, 2, 1, 3],
        [1, 3, 1, 3],
        [1, 4, 1, 3],
        [0, 9, 1, 0],
        [2, 0, 1, 9],
      ].map(([a, b, c, d]) => isBelow([a!, b!], [c!, d!])),
      [true, false, false, true, false],
    );
  });
});
