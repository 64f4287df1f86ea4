// VMSA pages: every byte owned, generated values and who sets them, decoding of any page without an exception,
// comparison, and fields by all of their names.

import assert from 'node:assert/strict';
import { decode, encode, leaves } from '../../../../src/core/binary/struct';
import { groupByCause } from '../../../../src/core/vmsa/compare/causes';
import { comparePages, compareWithGenerated, setBy } from '../../../../src/core/vmsa/compare/compare';
import { findVmsaLeaf, findVmsaLeaves } from '../../../../src/core/vmsa/edit';
import { generateVmsa, guessRequest, type VmsaRequest } from '../../../../src/core/vmsa/launch/generate';
import { describeDistance, identify } from '../../../../src/core/vmsa/compare/identify';
import {
  GROUPS,
  VMSA,
  VMSA_SIZE,
  type VmsaValues,
  type VmsaWord,
} from '../../../../src/core/vmsa/layout/layout';
import { vmsaFindings } from '../../../../src/core/vmsa/checks';
import { groupFields, vmsaFields, vmsaSummary } from '../../../../src/core/vmsa/page';
import { few } from '../../../helpers/hostile';
import { randomBytes, seeded } from '../../../helpers/random';
import { decodePage } from '../../../../src/core/vmsa/vmsaPage';

const MILAN = { family: 25, model: 1, stepping: 1 };
const BSP: VmsaRequest = { profile: 'sev-es', role: 'bsp', cpu: MILAN };
const AP: VmsaRequest = { profile: 'sev-es', role: 'ap', cpu: MILAN, resetAddress: 0x0080b004 };

describe('The VMSA layout', () => {
  // Offsets that Linux asserts in svm.h (struct sev_es_save_area), and table B-4 of the manual.
  const offsets: [string, number, number][] = [
    ['es_selector', 0x000, 2],
    ['tr_base', 0x098, 8],
    ['vmpl', 0x0ca, 1],
    ['cpl', 0x0cb, 1],
    ['efer', 0x0d0, 8],
    ['xss', 0x140, 8],
    ['cr0', 0x158, 8],
    ['dr7', 0x160, 8],
    ['rflags', 0x170, 8],
    ['rip', 0x178, 8],
    ['rsp', 0x1d8, 8],
    ['rax', 0x1f8, 8],
    ['g_pat', 0x268, 8],
    ['pkru', 0x2e8, 4],
    ['tsc_scale', 0x2f0, 8],
    ['rcx', 0x308, 8],
    ['rdx', 0x310, 8],
    ['r15', 0x378, 8],
    ['sev_features', 0x3b0, 8],
    ['xcr0', 0x3e8, 8],
    ['mxcsr', 0x408, 4],
    ['x87_fcw', 0x410, 2],
    ['fpreg_x87.st7_sign_exponent', 0x46e, 2],
    ['fpreg_xmm.xmm15', 0x560, 16],
    ['fpreg_ymm.ymm15_hi', 0x660, 16],
    ['lbr_stack.lbr0_from', 0x670, 8],
    ['ic_ibs_extd_ctl', 0x7c0, 8],
    ['reserved_0x7c8', 0x7c8, 2104],
  ];
  for (const [path, offset, size] of offsets) {
    it(`has ${path} at 0x${offset.toString(16)}`, () => {
      const leaf = leaves(VMSA).find((l) => l.path === path);
      assert.deepEqual([leaf?.offset, leaf?.size], [offset, size]);
    });
  }
  it('has 151 rows that cover 4096 bytes, each under a heading', () => {
    assert.equal(VMSA.rows.length, 151);
    assert.equal(VMSA.size, VMSA_SIZE);
    for (const r of VMSA.rows) assert.ok((GROUPS as readonly string[]).includes(r.group ?? ''), r.name);
  });
});

describe('A generated VMSA', () => {
  const hexOf = (request: VmsaRequest, field: VmsaWord) =>
    decode(VMSA, generateVmsa(request).bytes)[field].toString(16);
  const values: [VmsaRequest, VmsaWord, string, string][] = [
    [BSP, 'rdx', 'a00f11', 'cpu-signature'],
    [BSP, 'cs_base', 'ffff0000', 'amd-init'],
    [BSP, 'rip', 'fff0', 'amd-init'],
    [AP, 'cs_base', '800000', 'ovmf-reset-block'],
    [AP, 'rip', 'b004', 'ovmf-reset-block'],
    [AP, 'cs_selector', 'f000', 'amd-init'],
    [BSP, 'es_attrib', '93', 'qemu'],
    [BSP, 'cs_attrib', '9b', 'qemu'],
    [BSP, 'ldtr_attrib', '82', 'kvm'],
    [BSP, 'tr_attrib', '8b', 'qemu'],
    [BSP, 'efer', '1000', 'kvm'],
    [BSP, 'cr4', '40', 'kvm'],
    [BSP, 'cr0', '10', 'kvm'],
    [BSP, 'g_pat', '7040600070406', 'amd-init'],
    [{ ...BSP, profile: 'sev-es-init2' }, 'mxcsr', '1f80', 'qemu'],
    [{ ...BSP, profile: 'sev-es-init2' }, 'x87_fcw', '37f', 'qemu'],
    [{ ...AP, resetAddress: 0xfffffff0 }, 'cs_base', 'ffff0000', 'ovmf-reset-block'],
    [{ ...AP, resetAddress: 0xfffffff0 }, 'rip', 'fff0', 'ovmf-reset-block'],
  ];
  for (const [request, field, value, layer] of values) {
    it(`has ${field} 0x${value} from ${layer} (${request.profile}, ${request.role})`, () => {
      assert.equal(hexOf(request, field), value);
      assert.equal(generateVmsa(request).trail.get(field)?.at(-1)?.layer.id, layer);
    });
  }
  it('remembers what earlier layers had written', () => {
    const trail = generateVmsa(BSP).trail.get('tr_attrib')!;
    assert.deepEqual(
      trail.map((w) => [w.layer.id, w.value]),
      [
        ['kvm', 0x83],
        ['qemu', 0x8b],
      ],
    );
  });
  it('differs between the two SEV-ES profiles in MXCSR and FCW only', () => {
    for (const request of [BSP, AP]) {
      const differing = comparePages(
        decodePage(generateVmsa(request).bytes),
        decodePage(generateVmsa({ ...request, profile: 'sev-es-init2' }).bytes),
      ).fields;
      assert.deepEqual(
        differing.filter((f) => f.differs).map((f) => f.actual.name),
        ['mxcsr', 'x87_fcw'],
      );
    }
  });
});

describe('Decoding a page', () => {
  it('never throws and shows each leaf, whatever the bytes', () => {
    const random = seeded(7);
    const pages = [
      new Uint8Array(VMSA_SIZE),
      new Uint8Array(VMSA_SIZE).fill(0xff),
      ...Array.from({ length: 40 }, () => randomBytes(random, VMSA_SIZE)),
    ];
    for (const page of few(pages)) {
      const fields = vmsaFields(decodePage(page));
      assert.equal(fields.length, leaves(VMSA).length);
      assert.equal(groupFields(fields).flatMap((g) => g.fields).length, fields.length);
      for (const f of vmsaFindings(decodePage(page)))
        assert.ok(f.offset >= 0 && f.offset + f.size <= VMSA_SIZE);
      vmsaSummary(decodePage(page));
      guessRequest(decodePage(page));
      for (const candidate of identify(decodePage(page)).nearest)
        assert.ok(describeDistance(candidate).length > 0);
      groupByCause(compareWithGenerated(decodePage(page), generateVmsa(BSP)));
    }
  });
  const page = (values: Partial<VmsaValues>) =>
    encode(VMSA, { ...decode(VMSA, generateVmsa(BSP).bytes), ...values });
  const meanings: [string, Partial<VmsaValues>, string | RegExp][] = [
    ['cs_attrib', {}, 'TYPE=code, execute/read, accessed; S=code or data; P'],
    ['tr_attrib', {}, /busy 32\/64-bit TSS/],
    ['cs_attrib', { cs_attrib: 0xa9b }, /L; G=4 KiB units/],
    ['efer', {}, 'SVME'],
    ['cr0', { cr0: 0x80000031n }, 'PE ET NE PG'],
    ['g_pat', {}, 'PA0=WB PA1=WT PA2=UC- PA3=UC PA4=WB PA5=WT PA6=UC- PA7=UC'],
    ['sev_features', { sev_features: 0x21n }, 'SNPActive DebugVirtualization'],
    ['sev_features', { sev_features: 1n << 40n }, 'reserved bits set: 0x10000000000'],
    ['rflags', { rflags: 0x8n }, 'reserved bits set: 0x8'],
    ['guest_exit_code', { guest_exit_code: 0x403n }, 'CODE=VMGEXIT'],
    ['rdx', {}, /^EPYC-Milan \(QEMU\); family 25 \(0x19\), model 1 \(0x1\), stepping 1; Milan/],
    ['rip', {}, 'starts at 0xfffffff0 (cs_base + rip)'],
    ['xss', {}, ''],
    ['x87_ftw', { x87_ftw: 0x05 }, 'abridged form: in use R0 R2'],
    ['x87_ftw', { x87_ftw: 0xffff }, /TAG0=empty .*TAG7=empty/],
    ['cr3', { cr3: 0x12345000n }, 'BASE=0x12345000'],
    ['virtual_tom', { virtual_tom: 1n << 46n }, 'VIRTUAL_TOM=0x400000000000'],
    ['secure_avic_control', { secure_avic_control: 0xfee00001n }, 'SECURE_AVIC_EN BACKING_PAGE=0xfee00000'],
  ];
  for (const [name, values, meaning] of meanings) {
    it(`says of ${name}: ${String(meaning)}`, () => {
      const found = vmsaFields(decodePage(page(values))).find((f) => f.name === name)!.meaning;
      if (typeof meaning === 'string') assert.equal(found, meaning);
      else assert.match(found, meaning);
    });
  }
});

describe('A summary', () => {
  const svsm = { entry: 0xffaea000 };
  const summaries: [VmsaRequest, RegExp][] = [
    [BSP, /^boot processor \(BSP\); EPYC-Milan/],
    [AP, /^additional processor \(AP\), reset address 0x0080b004; EPYC-Milan/],
    [{ ...BSP, profile: 'snp-svsm', svsm }, /^starts in 32-bit mode at 0xffaea000; EPYC-Milan/],
    [
      { ...BSP, profile: 'snp-coconut-igvm', svsm },
      /^starts in 64-bit mode at 0xffaea000; no CPU signature$/,
    ],
  ];
  for (const [request, summary] of summaries) {
    it(`of ${request.profile}, ${request.role}, says where it starts`, () =>
      assert.match(vmsaSummary(decodePage(generateVmsa(request).bytes)), summary));
  }
});

describe('A field', () => {
  const names: [string, string][] = [
    ['SEV_FEATURES', 'sev_features'],
    ['sw_exit_code', 'guest_exit_info_1'],
    ['guest_exitinfo1', 'guest_exit_info_1'],
    ['valid_bitmap', 'reserved_0x3f0'],
    ['x87_state_gpa', 'x87_dp'],
    ['pl0_ssp', 'vmpl0_ssp'],
    ['dbgctrl', 'dbgctl'],
    ['cs.attrib', 'cs_attrib'],
    ['cs.flags', 'cs_attrib'],
    ['gdt.limit', 'gdtr_limit'],
    ['reserved_0x298', 'reserved_0x298'],
    ['reserved_7b', 'reserved_0x2e4'],
    ['reserved_2e0', 'spec_ctrl'],
    ['guest_tsc_scale', 'tsc_scale'],
    ['reserved_8', 'reg_prot_nonce'],
    ['reserved_0x320', 'secure_avic_control'],
    ['vtom', 'virtual_tom'],
    ['fpreg_xmm.xmm0', 'fpreg_xmm.xmm0'],
  ];
  for (const [name, path] of names) {
    it(`${path} is found by the name ${name}`, () => assert.equal(findVmsaLeaf(name)?.path, path));
  }
  it('is one of several for the name of an array of old, in which they lie', () => {
    const paths = findVmsaLeaves('reserved_11').map((leaf) => leaf.path);
    assert.deepEqual([paths[0], paths.at(-1), paths.length], ['sev_features', 'event_inj', 7]);
    assert.deepEqual(
      findVmsaLeaves('reserved_0x2f0').map((leaf) => leaf.path),
      ['tsc_scale', 'tsc_offset', 'reg_prot_nonce'],
    );
    assert.equal(findVmsaLeaf('reserved_11'), undefined);
    assert.deepEqual(findVmsaLeaves('nothing'), []);
  });
  it("has a name of libvirt's that is its own or that of the array it lies in, one after the other", () => {
    const arrays = VMSA.rows.filter((r) => r.offset < 0x408).map((r) => r.aliases?.['libvirt'] ?? r.name);
    const runs = arrays.filter((name, i) => name !== arrays[i - 1]);
    assert.equal(new Set(runs).size, runs.length);
    assert.equal(runs.length, 103);
  });
});

describe('A comparison', () => {
  it('names the fields that differ and the layer that sets the expected value', () => {
    const actual = encode(VMSA, {
      ...decode(VMSA, generateVmsa(BSP).bytes),
      sev_features: 0x20n,
      tr_attrib: 0x83,
    });
    const differing = compareWithGenerated(decodePage(actual), generateVmsa(BSP)).fields.filter(
      (f) => f.differs,
    );
    assert.deepEqual(
      differing.map((f) => [f.actual.name, f.actual.raw, f.expected.raw, setBy(f)]),
      [
        ['tr_attrib', '0x0083', '0x008b', 'QEMU, at CPU reset'],
        ['sev_features', '0x0000000000000020', '0x0000000000000000', 'nobody (zero)'],
      ],
    );
  });
});
