// Why a host does not launch a domain: what libvirt lists, for how many guests there is room, and SEV-ES beside SNP.

import assert from 'node:assert/strict';
import type { SevCapabilities } from '../../../../src/core/domain/facts';
import { whyNotLaunched, type LaunchWish } from '../../../../src/core/domain/launchable';
import { judgeDomain } from '../../../../src/core/domain/rules';
import { questionWith, WAYS } from './cleanQuestion';

const SEV: LaunchWish = { type: 'sev', sevEs: false };
const SEV_ES: LaunchWish = { type: 'sev', sevEs: true };
const SNP: LaunchWish = { type: 'sev-snp', sevEs: undefined };

/** A host of today with all of it, with a change. */
const host = (change: Partial<SevCapabilities> = {}): SevCapabilities => ({
  sev: true,
  cbitpos: 51,
  reducedPhysBits: 1,
  maxGuests: 410,
  maxEsGuests: 99,
  types: ['sev', 'sev-snp'],
  hostModel: 'EPYC-Milan',
  ...change,
});
/** One of libvirt before 10.5, which lists no types. */
const old = (change: Partial<SevCapabilities> = {}) => host({ types: [], ...change });

type Case = [
  title: string,
  wish: LaunchWish,
  host: SevCapabilities | undefined,
  why?: RegExp,
  isCertain?: boolean,
];
const CASES: Case[] = [
  ['SEV on a host that has it', SEV, host()],
  ['SEV-SNP on a host that has it', SNP, host()],
  ['SEV-ES on a host without SNP', SEV_ES, host({ types: ['sev'] })],
  ['anything on a host that says nothing', SEV_ES, undefined],
  ['TDX, of which nothing is known', { type: 'tdx', sevEs: undefined }, host({ types: [] })],
  ['no launch security', { type: undefined, sevEs: undefined }, host({ types: [] })],
  [
    'SEV-ES beside SNP',
    SEV_ES,
    host(),
    /AMD-SB-3023.*LAUNCH_START ret=1 fw_error=21 'Feature not supported'/,
    false,
  ],
  ['SEV-ES without ASIDs', SEV_ES, host({ maxEsGuests: 0 }), /no ASIDs for them \(maxESGuests is 0/, true],
  ['SEV without ASIDs', SEV, host({ maxGuests: 0 }), /no ASIDs for them \(maxGuests is 0/, true],
  ['SEV where only SEV-ES has ASIDs', SEV_ES, host({ maxGuests: 0, types: ['sev'] })],
  ['SEV-ES where the host does not say how many', SEV_ES, host({ maxEsGuests: undefined, types: ['sev'] })],
  [
    'SEV-ES that is not listed',
    SEV_ES,
    host({ types: ['sev-snp'] }),
    /launches no SEV-ES guests: libvirt lists sev-snp/,
    true,
  ],
  [
    'SEV that is not listed',
    SEV,
    host({ types: ['tdx'] }),
    /launches no SEV guests: libvirt lists tdx/,
    true,
  ],
  ['SEV-SNP that is not listed', SNP, host({ types: ['sev'] }), /launches no SEV-SNP guests/, true],
  ['SEV on an old libvirt', SEV, old()],
  [
    'SEV on an old libvirt without it',
    SEV,
    old({ sev: false }),
    /launches no SEV guests: libvirt lists none/,
    true,
  ],
  ['SEV-ES on an old libvirt without ASIDs', SEV_ES, old({ maxEsGuests: 0 }), /maxESGuests/, true],
  ['SEV-SNP on an old libvirt, which could not say', SNP, old({ sev: false })],
];

describe('Whether a host launches', () => {
  for (const [title, wish, capabilities, why, isCertain] of CASES) {
    it(title, () => {
      const found = whyNotLaunched(wish, capabilities);
      if (!why) {
        assert.equal(found, undefined);
        return;
      }
      assert.match(found!.found, why);
      assert.equal(found!.isCertain, isCertain);
      const hasSnp = capabilities!.types.includes('sev-snp');
      assert.match(found!.advice, hasSnp ? /^Launch it with SEV-SNP/ : /^Launch it on a host that can\./);
    });
  }

  const off = { state: { name: 'shut off', reason: 'failed to start' }, info: null } as const;
  const judged = (sev: SevCapabilities, running = false) =>
    new Map(
      judgeDomain(questionWith({ ...(!running && off), host: { sev } }), WAYS).map((rule) => [rule.id, rule]),
    );

  it('is said of a domain of SEV-ES that is off', () => {
    const rules = judged(host({ maxEsGuests: 0 }));
    assert.deepEqual(
      [rules.get('domain-active')!.kind, rules.get('host-launches-it')!.kind],
      ['state', 'config'],
    );
    assert.match(rules.get('domain-active')!.advice, /no ASIDs for them .*Launch it with SEV-SNP/);
    assert.equal(judged(host({ types: ['sev'] })).get('host-launches-it')!.outcome, 'passed');
  });
  it('is only a warning where it depends on the firmware', () => {
    const rule = judged(host()).get('host-launches-it')!;
    assert.deepEqual([rule.outcome, rule.warning], ['skipped', true]);
    assert.match(rule.reason, /AMD-SB-3023/);
  });
  it('is plain of a domain that runs', () => {
    assert.equal(judged(host({ maxEsGuests: 0 }), true).get('host-launches-it')!.outcome, 'passed');
  });
});
