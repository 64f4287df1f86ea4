// Every cause of a difference: two pages that differ in a known way, and the cause that each field must get.

import assert from 'node:assert/strict';
import { decode, encode } from '../../../../../src/core/binary/struct';
import { CAUSES, causesOf, groupByCause } from '../../../../../src/core/vmsa/compare/causes';
import { comparePages } from '../../../../../src/core/vmsa/compare/compare';
import { generateVmsa, type VmsaRequest } from '../../../../../src/core/vmsa/launch/generate';
import { VMSA, VMSA_SIZE, type VmsaValues } from '../../../../../src/core/vmsa/layout/layout';
import { PROFILES, type KnownProfile } from '../../../../../src/core/vmsa/launch/profiles';
import { few } from '../../../../helpers/hostile';
import { randomBytes, seeded } from '../../../../helpers/random';
import { MILAN, NAPLES, RESET, startOf, SVSM } from '../pages';
import { decodePage } from '../../../../../src/core/vmsa/vmsaPage';

const ALL: readonly KnownProfile[] = PROFILES;
type Id = VmsaRequest['profile'];

const page = (profile: Id, values: Partial<VmsaValues> = {}, request: Partial<VmsaRequest> = {}) =>
  encode(VMSA, {
    ...decode(
      VMSA,
      generateVmsa({
        profile,
        role: 'bsp',
        cpu: MILAN,
        resetAddress: startOf(profile),
        svsm: SVSM,
        ...request,
      }).bytes,
    ),
    ...values,
  });
const ap = (profile: Id, values: Partial<VmsaValues> = {}, resetAddress = RESET) =>
  page(profile, values, { role: 'ap', resetAddress });

const usual = page('sev-es');
const zeros = new Uint8Array(VMSA_SIZE);
const ones = (size: number) => new Uint8Array(size).fill(1);
const GHCB = encode(VMSA, { rax: 1n, guest_exit_info_1: 0x72n });

/** Name, both pages, and the names of the fields by cause, the most telling first. */
type Case = [string, Uint8Array, Uint8Array, Record<string, string>, RegExp?];

const cases: Case[] = [
  ['an equal page', usual, usual, {}],
  [
    'a GHCB',
    encode(VMSA, { guest_exit_info_1: 0x72n }),
    encode(VMSA, { efer: 0x1000n }),
    { 'ghcb-page': 'efer guest_exit_info_1' },
    /GHCB/,
  ],
  ['SNP against SEV-ES', page('snp-legacy'), usual, { 'snp-active': 'sev_features' }, /0x1 and 0x0/],
  [
    'SNP with DebugSwap against SEV-ES',
    page('snp-legacy-debugswap'),
    usual,
    { 'snp-active': 'sev_features' },
    /Other features differ, too: only 0x21 has DebugVirtualization \(0x20\)\./,
  ],
  [
    'DebugSwap',
    page('sev-es-debugswap'),
    usual,
    { 'debug-swap': 'sev_features' },
    /6\.6 to 6\.6\.23 and 6\.7 to 6\.7\.11.*debug_swap=0.*for SEV-ES/,
  ],
  ['DebugSwap of SNP', page('snp-debugswap'), page('snp'), { 'debug-swap': 'sev_features' }, /0\.0\.9/],
  [
    'SecureTSC',
    page('snp', { sev_features: 0x201n }),
    page('snp'),
    { 'sev-features': 'sev_features' },
    /only 0x201 has SecureTSC \(0x200\)\..*SecureTSC: secure-tsc=on \(Linux/,
  ],
  [
    'a reserved feature',
    page('snp', { sev_features: (1n << 63n) | 1n }),
    page('snp'),
    { 'sev-features': 'sev_features' },
    /only 0x8000000000000001 has bit 63 \(0x8000000000000000\); 0x8000000000000000 is reserved\./,
  ],
  [
    "sevctl's update",
    page('sev-es-init2', { x87_fop: 5 }),
    usual,
    { 'sevctl-update': 'mxcsr x87_fcw x87_fop' },
    /0x408/,
  ],
  ['KVM_SEV_INIT2', page('sev-es-init2'), usual, { 'fpu-state': 'mxcsr x87_fcw' }, /legacy-vm-type=off/],
  [
    'FPU state of SNP',
    page('snp-legacy'),
    page('snp'),
    { 'fpu-state': 'mxcsr x87_fcw' },
    /before Linux 6\.10/,
  ],
  [
    "sev-snp-measure's SVSM page",
    page('snp-svsm-measure'),
    page('snp-svsm'),
    { 'svsm-x87': 'x87_fcw' },
    /0x37f/,
  ],
  [
    'x87 state after RESET',
    page('sev-es-init2', { x87_fcw: 0x40, x87_ftw: 0x5555 }),
    page('sev-es-init2'),
    { 'x87-reset-value': 'x87_ftw x87_fcw' },
    /FNINIT/,
  ],
  [
    "KVM's default in RDX",
    page('sev-es', { rdx: 0x600n }),
    usual,
    { 'rdx-kvm-default': 'rdx' },
    /EC2 and GCE/,
  ],
  ["EC2's generations", page('snp-ec2'), page('snp-ec2-old'), { 'rdx-kvm-default': 'rdx' }],
  ['no signature', page('sev-es', { rdx: 0n }), usual, { 'rdx-zero': 'rdx' }, /0\.0\.13/],
  [
    'another CPU',
    page('sev-es', {}, { cpu: NAPLES }),
    usual,
    { 'cpu-signature': 'rdx' },
    /EPYC \(QEMU\).*EPYC-Milan \(QEMU\).*host-passthrough only/,
  ],
  [
    'another stepping',
    page('snp', {}, { cpu: { family: 25, model: 17, stepping: 0 } }),
    page('snp', {}, { cpu: { family: 25, model: 17, stepping: 1 } }),
    { 'cpu-signature': 'rdx' },
    /Only the stepping differs/,
  ],
  [
    'an IGVM launch',
    page('snp-coconut-igvm', { dr6: 0n }),
    page('snp-coconut-igvm', {
      dr6: 0xffff0ff0n,
      cs_attrib: 0x9b,
      cs_selector: 0xf000,
      efer: 0x1000n,
      cr0: 0x10n,
    }),
    { 'igvm-start': 'cs_selector cs_attrib efer cr0 dr6' },
    /igvmbuilder/,
  ],
  [
    'an SVSM launch',
    page('snp-svsm', { rip: 0xfff0n }),
    page('snp', { rip: 0xfff0n }),
    {
      'svsm-start':
        'es_selector es_attrib es_limit cs_selector cs_attrib cs_limit cs_base ss_selector ss_attrib ss_limit ds_selector ds_attrib ds_limit fs_selector fs_attrib fs_limit cr0',
    },
    /svsm=/,
  ],
  ['another SVSM image', page('snp-svsm', { rip: 0x1000n }), page('snp-svsm'), { 'svsm-entry': 'rip' }],
  [
    'another IGVM stack',
    page('snp-coconut-igvm', { rsp: 1n, cr3: 0n }),
    page('snp-coconut-igvm'),
    { 'svsm-entry': 'cr3 rsp' },
  ],
  [
    "libkrun's boot processor",
    page('sev-es-krun', {}),
    page('sev-es', { cs_attrib: 0x9a, ss_attrib: 0x92, tr_attrib: 0x83 }),
    { 'krun-start': 'rsp rbp rsi' },
    /0x8ff0/,
  ],
  [
    "libkrun's additional processors",
    ap('sev-es-krun'),
    ap('sev-es', { cs_attrib: 0x9a, ss_attrib: 0x92, tr_attrib: 0x83 }),
    { 'krun-start': 'cs_selector cs_base rip' },
    /0x91000/,
  ],
  [
    'a reset address of 24 bits',
    ap('sev-es', {}, 0x00ff_fff0),
    ap('sev-es', {}, 0x12ff_fff0),
    { 'reset-address-cut': 'cs_base' },
    /sevctl/,
  ],
  ['both roles', ap('sev-es'), usual, { role: 'cs_base rip' }, /at 0x0080b004/],
  [
    'another OVMF',
    ap('sev-es', {}, 0x00808004),
    ap('sev-es'),
    { 'reset-address': 'rip' },
    /0x00808004 in one page and at 0x0080b004/,
  ],
  [
    "EC2's attributes",
    page('snp-ec2', { rdx: 0xa00f11n }),
    page('snp-legacy'),
    { 'ec2-attributes': 'cs_attrib ss_attrib tr_attrib' },
    /0x92/,
  ],
  ["EC2's roles", page('snp-ec2', { cs_attrib: 0x9b }), page('snp-ec2'), { 'ec2-attributes': 'cs_attrib' }],
  [
    "KVM's attributes",
    page('kvm', { rdx: 0xa00f11n }),
    usual,
    { 'kvm-attributes': 'es_attrib cs_attrib ss_attrib ds_attrib fs_attrib gs_attrib tr_attrib' },
    /0x83/,
  ],
  ["GCE's PAT", page('snp-gce', { rdx: 0xa00f11n }), page('snp-legacy'), { 'gce-pat': 'g_pat' }, /Vanadium/],
  ['a host without machine checks', page('sev-es', { cr4: 0n }), usual, { 'host-mce': 'cr4' }, /mce=off/],
  ['CD and NW', page('sev-es', { cr0: 0x60000010n }), usual, { 'cache-bits': 'cr0' }, /QUIRK/],
  ['no SVME', page('sev-es', { efer: 0n }), usual, { 'efer-svme': 'efer' }],
  [
    'debug registers',
    page('sev-es', { dr7: 0x401n, dr0: 7n, dr0_addr_mask: 1n }),
    usual,
    { 'debug-registers': 'dr7 dr0 dr0_addr_mask' },
    /debugger/,
  ],
  ['VMPL 2', page('snp', { vmpl: 2 }), page('snp'), { vmpl: 'vmpl' }],
  ['SPEC_CTRL', page('sev-es', { spec_ctrl: 4 }), usual, { 'spec-ctrl': 'spec_ctrl' }],
  [
    'state of features',
    page('snp', { tsc_scale: 1n, virtual_tom: 1n << 40n, vintr_ctrl: 0x200n }),
    page('snp'),
    { 'feature-state': 'tsc_scale vintr_ctrl virtual_tom' },
  ],
  [
    'long mode',
    page('sev-es', { efer: 0x1d00n, cr0: 0x80050033n, cr4: 0x6f0n }),
    usual,
    { 'long-mode': 'efer cr4 cr0' },
  ],
  [
    'an AP that a Linux guest started',
    ap('snp-linux-ap', {}, 0x99050),
    ap('snp-linux-ap', { cs_selector: 0xf000, cs_base: 0x800000n, rip: 0xb004n }, 0x99050),
    { 'linux-ap-start': 'cs_selector cs_base rip' },
    /trampoline/,
  ],
  [
    'a guest that has run',
    page('sev-es', { rax: 1n, cr2: 5n, tlb_id: 3n, rflags: 0x246n }),
    usual,
    { 'guest-has-run': 'rflags rax cr2 tlb_id' },
    /too late/,
  ],
  [
    'reserved bytes',
    page('sev-es', { reserved_0xd8: ones(104) }),
    usual,
    { 'reserved-bytes': 'reserved_0xd8' },
  ],
  ['nothing known', page('sev-es', { ldtr_limit: 5, xcr0: 3n }), usual, { unknown: 'ldtr_limit xcr0' }],
  [
    'several at once',
    page('snp', { cr4: 0n, r8: 1n }, { cpu: NAPLES }),
    usual,
    {
      'snp-active': 'sev_features',
      'fpu-state': 'mxcsr x87_fcw',
      'cpu-signature': 'rdx',
      'host-mce': 'cr4',
      'guest-has-run': 'r8',
    },
  ],
];

const fieldsByCause = (a: Uint8Array, b: Uint8Array) =>
  groupByCause(comparePages(decodePage(a), decodePage(b))).map(({ cause, fields }) => [
    cause.id,
    fields.map((f) => f.actual.name).join(' '),
  ]);

describe('The cause of a difference', () => {
  for (const [name, a, b, wanted, text] of cases) {
    it(`is found for ${name}, whichever page is first`, () => {
      assert.deepEqual(fieldsByCause(a, b), Object.entries(wanted));
      assert.deepEqual(fieldsByCause(b, a), Object.entries(wanted));
      const [first] = groupByCause(comparePages(decodePage(a), decodePage(b)));
      if (text) assert.match(first!.cause.text, text);
    });
  }
  const whole: [string, Uint8Array, string][] = [
    ['zeros', zeros, 'empty-page'],
    ['erased flash', zeros.slice().fill(0xff), 'empty-page'],
    ['encrypted memory', randomBytes(seeded(5), VMSA_SIZE), 'encrypted-page'],
    ['a GHCB', GHCB, 'ghcb-page'],
    ['text', new TextEncoder().encode('EAX=00000000 '.repeat(316)).subarray(0, VMSA_SIZE), 'no-state'],
  ];
  for (const [name, bytes, id] of whole) {
    it(`is one for all fields against ${name}`, () => {
      assert.deepEqual(
        fieldsByCause(usual, bytes).map(([cause]) => cause),
        [id],
      );
    });
  }
  it('has a case for every row of its table, and a text of whole sentences', () => {
    const tried = new Set([
      ...cases.flatMap(([, , , wanted]) => Object.keys(wanted)),
      ...whole.map(([, , id]) => id),
    ]);
    assert.deepEqual(
      CAUSES.map(({ id }) => id).filter((id) => !tried.has(id)),
      [],
    );
    assert.equal(new Set(CAUSES.map(({ title }) => title)).size, CAUSES.length);
    for (const { doc } of CAUSES) assert.match(doc, /^\S.*\.$/);
  });
  it('is known for every field between the pages of any two profiles', () => {
    const pages = ALL.flatMap((p) => p.roles.map((role) => decodePage(page(p.id, {}, { role }))));
    for (const a of few(pages))
      for (const b of pages)
        for (const { cause, fields } of groupByCause(comparePages(a, b)))
          assert.notEqual(cause.id, 'unknown', fields.map((f) => f.actual.name).join(' '));
  });
  it('is one for each field that differs', () => {
    const random = seeded(9);
    for (let i = 0; i < 20; i++) {
      const compared = comparePages(
        decodePage(randomBytes(random, VMSA_SIZE)),
        decodePage(i % 2 ? usual : randomBytes(random, VMSA_SIZE)),
      );
      const differing = compared.fields.filter((f) => f.differs);
      assert.equal(groupByCause(compared).flatMap((g) => g.fields).length, differing.length);
      for (const field of differing) assert.ok(causesOf(compared).get(field)!.text.length > 0);
    }
  });
});
