// SEV features are an open set: a page with others than its profile has is that launch's, each feature is named, and
// what no vCPU can run with is not identified but said.

import assert from 'node:assert/strict';
import { decode, encode } from '../../../../../src/core/binary/struct';
import { describeDistance, identify } from '../../../../../src/core/vmsa/compare/identify';
import { featureConflicts } from '../../../../../src/core/vmsa/compare/openFeatures';
import { generateVmsa, guessRequest, type VmsaRequest } from '../../../../../src/core/vmsa/launch/generate';
import { findProfile } from '../../../../../src/core/vmsa/launch/profiles';
import { SEV_FEATURES } from '../../../../../src/core/vmsa/layout/bitsSev';
import {
  namesOfFeatures,
  parseFeatures,
  type FeaturesText,
} from '../../../../../src/core/vmsa/layout/features';
import { VMSA, type VmsaValues } from '../../../../../src/core/vmsa/layout/layout';
import { MILAN, RESET, SVSM, UNHEARD_OF } from '../pages';
import { decodePage } from '../../../../../src/core/vmsa/vmsaPage';

const page = (request: VmsaRequest, values: Partial<VmsaValues>) =>
  encode(VMSA, { ...decode(VMSA, generateVmsa(request).bytes), ...values });

const SNP: VmsaRequest = { profile: 'snp', role: 'bsp', cpu: MILAN };
const SNP_AP: VmsaRequest = { profile: 'snp', role: 'ap', cpu: MILAN, resetAddress: RESET };
const ES: VmsaRequest = { profile: 'sev-es', role: 'bsp', cpu: MILAN };
const IGVM: VmsaRequest = { profile: 'snp-coconut-igvm', role: 'bsp', cpu: MILAN, svsm: SVSM };
const KRUN: VmsaRequest = { profile: 'sev-es-krun', role: 'bsp', cpu: MILAN };
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

  // The technology of a launch is SNPActive, whatever else is in the page; each bit that differs is named.
  const snpBit: [what: string, VmsaRequest, Partial<VmsaValues>, profile: string, words: RegExp][] = [
    ['a register', SNP, { sev_features: 0x201n, rbx: 1n }, 'snp', /: with SecureTSC \(0x200\) on top\)/],
    [
      'VMPL',
      SNP,
      { sev_features: 0x9n, vmpl: 2 },
      'snp',
      /: with RestrictedInjection \(0x8\) on top\).*vmpl/,
    ],
    [
      'VMPL of a guest under an SVSM',
      { profile: 'snp-coconut-guest', role: 'bsp', cpu: MILAN },
      { sev_features: 0x209n, vmpl: 1 },
      'snp-coconut-guest',
      /: with RestrictedInjection \(0x8\) and SecureTSC \(0x200\) on top\).*vmpl/,
    ],
    [
      'an SVSM with state of no feature',
      { profile: 'snp-svsm', role: 'bsp', cpu: MILAN, svsm: SVSM },
      { sev_features: 0x109n, tsc_offset: 1n },
      'snp-svsm',
      /: with RestrictedInjection \(0x8\) and VmplSSS \(0x100\) on top\)/,
    ],
    [
      'reserved bits beside named ones',
      SNP,
      { sev_features: (1n << 18n) | (1n << 63n) | 0x201n },
      'snp',
      /: with SecureTSC \(0x200\), bit 18 \(0x40000\), and bit 63 \(0x8000000000000000\) on top\)/,
    ],
    [
      'every bit',
      SNP,
      { sev_features: 2n ** 64n - 1n },
      'sev-snp',
      /vTOM \(0x2\), ReflectVC \(0x4\), .*bit 17/,
    ],
    // No SNP launch is like these, and a launch of SEV-ES is, but for the bit.
    ['the registers of libkrun', KRUN, { sev_features: 0x201n }, 'sev-snp', /SecureTSC \(0x200\)/],
    ['KVM alone', { ...ES, profile: 'kvm' }, { sev_features: 0x211n }, 'sev-snp', /AlternateInjection/],
    ['no such bit', SNP, { sev_features: 0x200n }, 'sev-es', /: with SecureTSC \(0x200\) on top\)/],
    ['reserved bits of SEV-ES', ES, { sev_features: 0x40020n }, 'sev-es', /bit 18 \(0x40000\) on top\)/],
  ];
  for (const [what, request, values, wanted, words] of snpBit)
    it(`is of the technology of its bit with ${what}: 0x${values.sev_features!.toString(16)}`, () => {
      const decoded = decodePage(page(request, values));
      const { nearest, exact, withFeatures } = identify(decoded);
      assert.deepEqual([exact, withFeatures], [[], []]);
      const mode = values.sev_features! & 1n ? 'sev-snp' : 'sev-es';
      for (const { profile } of nearest) assert.equal(profile.mode, mode);
      const [first] = nearest;
      assert.ok(first!.profile.id === wanted || first!.profile.mode === wanted, first!.profile.id);
      assert.match(describeDistance(first!), words);
      assert.equal(findProfile(guessRequest(decoded).profile)!.mode, mode);
    });
  it('that has run for long is compared with a launch of its technology', () => {
    const registers = Object.fromEntries(
      [
        'rax',
        'rbx',
        'rcx',
        'rsi',
        'rdi',
        'rbp',
        'rsp',
        'r8',
        'r9',
        'r10',
        'r11',
        'r12',
        'r13',
        'r14',
        'r15',
      ].map((name, i) => [name, BigInt(i + 1)]),
    ) as unknown as Partial<VmsaValues>;
    for (const sev_features of [0x201n, 0x20n])
      assert.equal(
        guessRequest(decodePage(page(SNP, { ...registers, sev_features, cr3: 1n, efer: 0x1d01n }))).profile,
        sev_features & 1n ? 'snp' : 'sev-es',
      );
  });
});

describe('SEV features of a generated page', () => {
  const sets: [VmsaRequest, FeaturesText][] = [
    [SNP, '0x201'],
    [SNP_AP, '0x8000000000000001'],
    [SNP, '0x0'],
    [ES, '0x20'],
    [IGVM, '0x9'],
  ];
  for (const [request, features] of sets)
    it(`${features} are in that of ${request.profile}, and nothing else changes`, () => {
      const made = generateVmsa({ ...request, features });
      assert.deepEqual(made.bytes, page(request, { sev_features: BigInt(features) }));
      assert.match(made.trail.get('sev_features')!.at(-1)!.layer.title, /asked for these SEV features/);
    });
});

describe('SEV features are read', () => {
  const texts: [string, bigint | undefined][] = [
    ['0x201', 0x201n],
    ['513', 0x201n],
    ['SNPActive', 1n],
    ['SNPActive,SecureTSC', 0x201n],
    ['snp-active + secure-tsc', 0x201n],
    ['SNP_ACTIVE,DEBUG_SWAP', 0x21n],
    ['DebugVirtualization', 0x20n],
    ['0x1,SecureAVIC', 0x10001n],
    ['0xffffffffffffffff', 2n ** 64n - 1n],
    ['0x10000000000000000', undefined],
    ['', undefined],
    ['SNPActive,', undefined],
    ['SNPActive SecureTSC', undefined],
    [' 1', undefined],
    ['1 ', undefined],
    ['TSC', undefined],
    ['-1', undefined],
    ['1.5', undefined],
    ['RSVD', undefined],
  ];
  for (const [text, wanted] of texts)
    it(`from "${text}"`, () => {
      assert.equal(parseFeatures(text), wanted);
    });
  it('by every name that they are shown with', () => {
    for (const bits of [0x1n, 0x201n, 0x21ffffn & ~0x1e0000n])
      assert.equal(parseFeatures(namesOfFeatures(bits).join(',')), bits);
  });
});

describe('Features that a vCPU can have', () => {
  it('are those of every profile', () => {
    for (const features of [0n, 0x20n, 1n, 0x21n, 0x29n, 0x2bn, 0x201n])
      assert.deepEqual(featureConflicts(features), []);
  });
});
