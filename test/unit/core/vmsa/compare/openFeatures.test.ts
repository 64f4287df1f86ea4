// SEV features are an open set: a page with others than its profile has is that launch's, each feature is named, and
// what no vCPU can run with is not identified but said.

import assert from 'node:assert/strict';
import { decode, encode } from '../../../../../src/core/binary/struct';
import { describeDistance, identify } from '../../../../../src/core/vmsa/compare/identify';
import { featureConflicts } from '../../../../../src/core/vmsa/compare/openFeatures';
import { generateVmsa, type VmsaRequest } from '../../../../../src/core/vmsa/launch/generate';
import { SEV_FEATURES } from '../../../../../src/core/vmsa/layout/bitsSev';
import { VMSA, type VmsaValues } from '../../../../../src/core/vmsa/layout/layout';
import { MILAN, RESET, SVSM, UNHEARD_OF } from '../pages';
import { decodePage } from '../../../../../src/core/vmsa/vmsaPage';

const page = (request: VmsaRequest, values: Partial<VmsaValues>) =>
  encode(VMSA, { ...decode(VMSA, generateVmsa(request).bytes), ...values });

const SNP: VmsaRequest = { profile: 'snp', role: 'bsp', cpu: MILAN };
const SNP_AP: VmsaRequest = { profile: 'snp', role: 'ap', cpu: MILAN, resetAddress: RESET };
const ES: VmsaRequest = { profile: 'sev-es', role: 'bsp', cpu: MILAN };
const IGVM: VmsaRequest = { profile: 'snp-coconut-igvm', role: 'bsp', cpu: MILAN, svsm: SVSM };
const LINUX_AP: VmsaRequest = { profile: 'snp-linux-ap', role: 'ap', cpu: MILAN, resetAddress: 0x99050 };

describe('A page with other SEV features', () => {
  const cases: [VmsaRequest, Partial<VmsaValues>, string, string][] = [
    [SNP, { sev_features: 0x201n }, 'snp bsp', 'With SecureTSC (0x200) on top.'],
    [SNP, { sev_features: 0x9n }, 'snp bsp', 'With RestrictedInjection (0x8) on top.'],
    [
      SNP_AP,
      { sev_features: 0x211n },
      'snp ap',
      'With AlternateInjection (0x10) and SecureTSC (0x200) on top.',
    ],
    // The profile with DebugSwap is nearer than the one without.
    [SNP, { sev_features: 0x221n }, 'snp-debugswap bsp', 'With SecureTSC (0x200) on top.'],
    [
      ES,
      { sev_features: 0x1040n },
      'sev-es bsp',
      'With PreventHostIBS (0x40) and IbsVirtualization (0x1000) on top.',
    ],
    [IGVM, { sev_features: 0x9n }, 'snp-coconut-igvm bsp', 'Without DebugVirtualization (0x20).'],
    [
      IGVM,
      { sev_features: 0x209n },
      'snp-coconut-igvm bsp',
      'With SecureTSC (0x200) on top, without DebugVirtualization (0x20).',
    ],
    // The state of a feature that is on comes with it.
    [
      IGVM,
      { sev_features: 0x2bn, virtual_tom: 1n << 46n },
      'snp-coconut-igvm bsp',
      'With vTOM (0x2) on top.',
    ],
    [LINUX_AP, { sev_features: 0x81n }, 'snp-linux-ap ap', 'With BTBIsolation (0x80) on top.'],
    [
      LINUX_AP,
      { sev_features: 0x201n, tsc_scale: 1n << 32n, tsc_offset: 77n },
      'snp-linux-ap ap',
      'With SecureTSC (0x200) on top.',
    ],
  ];
  for (const [request, values, wanted, words] of cases) {
    it(`0x${values.sev_features!.toString(16)} is ${wanted}: ${words}`, () => {
      const { exact, withFeatures, nearest } = identify(decodePage(page(request, values)));
      assert.deepEqual([exact, nearest], [[], []]);
      const [first, ...rest] = withFeatures;
      assert.equal(`${first!.profile.id} ${first!.role}`, wanted);
      assert.equal(describeDistance(first!), words);
      // Others have as many features more or less, and are of the same technology.
      for (const { profile } of rest) assert.equal(profile.mode, first!.profile.mode);
    });
  }
  it('is named for every single feature of SEV-SNP that is not the profile of its own', () => {
    for (const { name, lsb } of SEV_FEATURES) {
      if (name === 'RSVD' || name === 'SNPActive' || name === 'DebugVirtualization') continue;
      const bit = 1n << BigInt(lsb);
      const [found] = identify(decodePage(page(SNP, { sev_features: 1n | bit }))).withFeatures;
      assert.equal(describeDistance(found!), `With ${name} (0x${bit.toString(16)}) on top.`);
    }
  });

  const refused: [VmsaRequest, bigint, RegExp][] = [
    [SNP, 1n | (1n << 18n), /sev_features: 0x40000 is reserved\.$/],
    [SNP, 1n | (1n << 63n), /0x8000000000000000 is reserved\.$/],
    [SNP, 0x19n, /RestrictedInjection and AlternateInjection exclude each other\.$/],
    [ES, 0x200n, /an SEV-ES guest cannot have SecureTSC\.$/],
    [ES, 0x20an, /an SEV-ES guest cannot have vTOM, RestrictedInjection, and SecureTSC\.$/],
  ];
  for (const [request, features, words] of refused) {
    it(`0x${features.toString(16)} for ${request.profile} is no launch's: ${words.source}`, () => {
      const { exact, withFeatures, nearest } = identify(
        decodePage(page(request, { sev_features: features })),
      );
      assert.deepEqual([exact, withFeatures], [[], []]);
      assert.equal(nearest[0]!.profile.id, request.profile);
      assert.match(describeDistance(nearest[0]!), words);
    });
  }
  it('is not one whose other fields differ, or whose CPU nobody knows', () => {
    const others: [VmsaRequest, Partial<VmsaValues>][] = [
      [SNP, { sev_features: 0x201n, rbx: 1n }],
      // State of a feature that is off.
      [SNP, { sev_features: 0x9n, tsc_scale: 5n }],
      [{ ...SNP, cpu: UNHEARD_OF }, { sev_features: 0x201n }],
    ];
    for (const [request, values] of others) {
      const { exact, withFeatures, nearest } = identify(decodePage(page(request, values)));
      assert.deepEqual([exact, withFeatures], [[], []]);
      assert.equal(nearest[0]!.profile.id, 'snp');
    }
  });
  it('is nearer to every page of its own technology than to one of the other', () => {
    const { nearest } = identify(decodePage(page(SNP, { sev_features: 0x201n, rbx: 1n })));
    const modes = nearest.map(({ profile }) => profile.mode);
    assert.deepEqual(modes.slice(0, 3), ['sev-snp', 'sev-snp', 'sev-snp']);
  });
});

describe('Features that a vCPU can have', () => {
  it('are those of every profile', () => {
    for (const features of [0n, 0x20n, 1n, 0x21n, 0x29n, 0x2bn, 0x201n])
      assert.deepEqual(featureConflicts(features), []);
  });
});
