// Every rule about VMSA pages: a good page, one thing changed, and the finding that it must give, with no other
// beside it.

import assert from 'node:assert/strict';
import { decode, encode } from '../../../../src/core/binary/struct';
import { generateVmsa, type VmsaRequest } from '../../../../src/core/vmsa/launch/generate';
import {
  VMSA,
  VMSA_SIZE,
  vmsaLeaf,
  type VmsaName,
  type VmsaValues,
} from '../../../../src/core/vmsa/layout/layout';
import { vmsaFindings } from '../../../../src/core/vmsa/checks';
import { LAUNCH_PROFILES } from '../../../../src/core/vmsa/launch/profiles';
import { VMSA_RULES, type VmsaRule } from '../../../../src/core/vmsa/rules';
import { randomBytes, seeded } from '../../../helpers/random';
import { MILAN, RESET, SVSM } from './pages';
import { decodePage } from '../../../../src/core/vmsa/vmsaPage';

const BSP: VmsaRequest = { profile: 'sev-es', role: 'bsp', cpu: MILAN };
const AP: VmsaRequest = { profile: 'sev-es', role: 'ap', cpu: MILAN, resetAddress: RESET };
const IGVM: VmsaRequest = { profile: 'snp-coconut-igvm', role: 'bsp', cpu: MILAN, svsm: SVSM };
const page = (request: VmsaRequest, values: Partial<VmsaValues> = {}) =>
  encode(VMSA, { ...decode(VMSA, generateVmsa(request).bytes), ...values });
const oneSet = (size: number, at: number) => Uint8Array.from({ length: size }, (_, i) => (i === at ? 1 : 0));

interface Case {
  readonly rule: VmsaRule;
  readonly name: string;
  /** The field that the finding is pinned to; the whole page without one. */
  readonly at?: VmsaName;
  readonly bytes: Uint8Array;
  readonly vcpu?: number;
  /** What the same change gives besides. */
  readonly also?: readonly VmsaRule[];
}

const change = (
  rule: VmsaRule,
  at: VmsaName,
  values: Partial<VmsaValues>,
  request: VmsaRequest = BSP,
  also: readonly VmsaRule[] = [],
): Case => ({
  rule,
  at,
  also,
  bytes: page(request, values),
  name: Object.entries(values)
    .map(
      ([field, value]) =>
        `${field} ${value instanceof Uint8Array ? 'set' : `0x${(value as bigint).toString(16)}`}`,
    )
    .join(', '),
});

const GHCB = encode(VMSA, {
  rax: 1n,
  guest_exit_info_1: 0x72n,
  reserved_0x3f0: oneSet(16, 3),
  reserved_0x7c8: oneSet(2104, 0xffa - 0x7c8),
});

const cases: readonly Case[] = [
  { rule: 'vmsa-all-zero', name: 'zeros', bytes: new Uint8Array(VMSA_SIZE) },
  { rule: 'vmsa-filled', name: 'erased flash', bytes: new Uint8Array(VMSA_SIZE).fill(0xff) },
  { rule: 'vmsa-encrypted', name: 'random bytes', bytes: randomBytes(seeded(3), VMSA_SIZE) },
  { rule: 'vmsa-ghcb', name: 'a GHCB', bytes: GHCB },
  { rule: 'vmsa-no-state', name: 'text', bytes: new Uint8Array(VMSA_SIZE).fill(0x20).fill(0x41, 9, 99) },
  change('vmsa-no-svme', 'efer', { efer: 0n }),
  change('vmsa-reserved-set', 'sev_features', { sev_features: 1n << 17n }),
  change('vmsa-reserved-set', 'rflags', { rflags: 0xan }),
  change('vmsa-reserved-set', 'reserved_0x7c8', { reserved_0x7c8: oneSet(2104, 9) }),
  change('vmsa-lma-without-lme', 'efer', { efer: 0x1c00n }, IGVM),
  change('vmsa-lma-without-paging', 'efer', { cr0: 0x31n }, IGVM),
  change('vmsa-lma-without-paging', 'efer', { cr4: 0x40n }, IGVM),
  change('vmsa-lme-without-pae', 'cr4', { efer: 0x1900n, cr4: 0x40n, cs_attrib: 0xc9b }, IGVM),
  change('vmsa-paging-without-pe', 'cr0', { cr0: 0x80000010n }),
  change('vmsa-lme-without-pe', 'cr0', { cr0: 0x80000010n, cr4: 0x60n, efer: 0x1100n }),
  change('vmsa-high-half', 'cr0', { cr0: 0x100000010n }, BSP, ['vmsa-reserved-set']),
  change('vmsa-high-half', 'dr6', { dr6: 0x1ffff0ff0n }, BSP, ['vmsa-reserved-set']),
  change('vmsa-nw-without-cd', 'cr0', { cr0: 0x20000010n }),
  change('vmsa-cs-l-and-d', 'cs_attrib', { cs_attrib: 0xe9b }, IGVM),
  change('vmsa-cs-l-without-lma', 'cs_attrib', { cs_attrib: 0x29b }),
  // Outside long mode L counts for nothing, so D beside it is no matter.
  change('vmsa-cs-l-without-lma', 'cs_attrib', { cs_attrib: 0x69b }),
  change('vmsa-cs-not-code', 'cs_attrib', { cs_attrib: 0x93 }),
  change('vmsa-cs-not-code', 'cs_attrib', { cs_attrib: 0x1b }),
  change('vmsa-tr-not-busy', 'tr_attrib', { tr_attrib: 0x89 }),
  change('vmsa-tr-not-busy', 'tr_attrib', { tr_attrib: 0x9b }),
  change('vmsa-cpl', 'cpl', { cpl: 3 }, BSP, ['vmsa-never-set']),
  change('vmsa-never-set', 'cpl', { cpl: 3, ss_attrib: 0xf3 }),
  change('vmsa-never-set', 'spec_ctrl', { spec_ctrl: 1 }),
  change('vmsa-cpl', 'cpl', { ss_attrib: 0xf3 }),
  change('vmsa-rip-beyond-limit', 'rip', { rip: 0x10000n }),
  { rule: 'vmsa-ap-at-reset-vector', name: 'vCPU 1 like vCPU 0', at: 'rip', bytes: page(BSP), vcpu: 1 },
  { rule: 'vmsa-bsp-elsewhere', name: 'vCPU 0 like vCPU 1', at: 'rip', bytes: page(AP), vcpu: 0 },
  change('vmsa-dr7', 'dr7', { dr7: 0x401n }),
  change('vmsa-fixed-ones', 'rflags', { rflags: 0n }),
  change('vmsa-fixed-ones', 'dr6', { dr6: 0xffff0000n }),
  change('vmsa-fixed-ones', 'dr7', { dr7: 1n }, BSP, ['vmsa-dr7']),
  change('vmsa-debug-zero', 'dr6', { dr6: 0n }),
  change('vmsa-debug-zero', 'dr7', { dr7: 0n }),
  change('vmsa-xcr0', 'xcr0', { xcr0: 0n }),
  change('vmsa-xcr0', 'xcr0', { xcr0: 5n }),
  change('vmsa-pat', 'g_pat', { g_pat: 0x0007040600070402n }),
  change('vmsa-pat', 'g_pat', { g_pat: 0x0307040600070406n }),
  change('vmsa-cpu-signature', 'rdx', { rdx: 0xf0a00f11n }),
  change('vmsa-snp-feature', 'sev_features', { sev_features: 0x8n }),
  change('vmsa-feature-conflict', 'sev_features', { sev_features: 0x19n }),
  change('vmsa-vtom', 'virtual_tom', { sev_features: 0x3n }),
  change('vmsa-feature-state', 'virtual_tom', { virtual_tom: 1n << 40n }),
  change('vmsa-feature-state', 'tsc_scale', { tsc_scale: 1n << 32n }),
  change('vmsa-feature-state', 'tsc_offset', { tsc_offset: 1n }),
  change('vmsa-feature-state', 'reg_prot_nonce', { reg_prot_nonce: 1n }),
  change('vmsa-feature-state', 'secure_avic_control', { secure_avic_control: 1n }),
  change('vmsa-feature-state', 'vintr_ctrl', { vintr_ctrl: 0x200n }),
  change('vmsa-feature-state', 'event_inj', { event_inj: 0x80000020n }),
  change('vmsa-vmpl', 'vmpl', { vmpl: 2 }),
  change('vmsa-has-run', 'tlb_id', { tlb_id: 5n, pcpu_id: 3n }),
  change('vmsa-has-run', 'guest_exit_code', { guest_exit_code: 0x403n }),
  change('vmsa-has-run', 'vintr_ctrl', { sev_features: 0x11n, vintr_ctrl: 1n << 63n }),
];

describe('A VMSA page', () => {
  for (const profile of LAUNCH_PROFILES) {
    for (const role of profile.roles) {
      it(`of ${profile.id}, ${role}, gives no error and no warning`, () => {
        const request = { profile: profile.id, role, cpu: MILAN, resetAddress: RESET, svsm: SVSM };
        const { bytes } = generateVmsa(request);
        for (const context of [undefined, { vcpu: role === 'bsp' ? 0 : 1 }]) {
          const bad = vmsaFindings(decodePage(bytes), context).filter((f) => f.severity !== 'info');
          assert.deepEqual(bad, []);
        }
      });
    }
  }
  // What pages of an IGVM file give in any case.
  const usual = (bytes: Uint8Array) =>
    decode(VMSA, bytes).cs_selector === 8 ? (['vmsa-debug-zero', 'vmsa-debug-zero'] as const) : [];

  for (const { rule, name, at, bytes, vcpu, also = [] } of cases) {
    it(`with ${name} gives ${rule}${at ? ` at ${at}` : ''}`, () => {
      const findings = vmsaFindings(decodePage(bytes), vcpu === undefined ? {} : { vcpu });
      const leaf = at === undefined ? { offset: 0, size: VMSA_SIZE } : vmsaLeaf(at);
      const found = findings.find((f) => f.rule === rule && f.offset === leaf.offset);
      assert.deepEqual([found?.offset, found?.size], [leaf.offset, leaf.size]);
      assert.equal(found?.severity, VMSA_RULES[rule].severity);
      assert.match(found.message, /[.?]$/);
      assert.deepEqual(findings.map((f) => f.rule).sort(), [rule, ...also, ...usual(bytes)].sort());
    });
  }
  it('names the byte of a reserved field that is set', () => {
    const [found] = vmsaFindings(decodePage(page(BSP, { reserved_0x7c8: oneSet(2104, 2103) })));
    assert.match(found!.message, /reserved but not zero: the byte at 0xfff is 0x01\./);
  });
  it('has a case for every rule of the table', () => {
    // Only a dump of a VMCB tells which features are allowed; the test of these has its case.
    const tried = new Set<string>([...cases.map(({ rule }) => rule), 'vmsa-feature-not-allowed']);
    assert.deepEqual(
      Object.keys(VMSA_RULES).filter((rule) => !tried.has(rule)),
      [],
    );
    for (const { doc } of Object.values(VMSA_RULES)) assert.match(doc, /^\S.*\.$/);
  });
  it('is told from encrypted memory for a thousand seeds, and never the other way round', () => {
    for (let seed = 0; seed < 1000; seed++) {
      const [first] = vmsaFindings(decodePage(randomBytes(seeded(seed), VMSA_SIZE)));
      assert.equal(first?.rule, 'vmsa-encrypted', `seed ${seed}`);
    }
    const text = new Uint8Array(VMSA_SIZE).map((_, i) => 0x20 + (i % 90));
    assert.ok(vmsaFindings(decodePage(text)).every((f) => f.rule !== 'vmsa-encrypted'));
  });
});
