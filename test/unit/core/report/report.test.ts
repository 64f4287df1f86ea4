// Attestation reports: the layout of each version, products and their TCBs, values in JSON, and what is found at which bytes.

import assert from 'node:assert/strict';
import { leaves } from '../../../../src/core/binary/struct';
import { reportFindings } from '../../../../src/core/report/findings';
import {
  ATTESTATION_REPORT,
  layoutOf,
  REPORT_GROUPS,
  REPORT_SIZE,
  type ReportName,
} from '../../../../src/core/report/layout';
import { productOfCpu } from '../../../../src/core/report/products';
import {
  decodeReport,
  groupReportFields,
  reportFields,
  reportSummary,
} from '../../../../src/core/report/report';
import { reportFieldsJson, reportJson } from '../../../../src/core/report/reportJson';
import { REPORT_RULES, type ReportRule } from '../../../../src/core/report/rules';
import { seeded, randomBytes } from '../../../helpers/random';
import { filled, makeReport, padded, type Processor, type ReportParts } from './reports';

describe('The layout of an attestation report', () => {
  const offsets: [ReportName, number, number][] = [
    ['version', 0x000, 4],
    ['guest_svn', 0x004, 4],
    ['policy', 0x008, 8],
    ['family_id', 0x010, 16],
    ['image_id', 0x020, 16],
    ['vmpl', 0x030, 4],
    ['signature_algo', 0x034, 4],
    ['current_tcb', 0x038, 8],
    ['platform_info', 0x040, 8],
    ['key_info', 0x048, 4],
    ['report_data', 0x050, 64],
    ['measurement', 0x090, 48],
    ['host_data', 0x0c0, 32],
    ['id_key_digest', 0x0e0, 48],
    ['author_key_digest', 0x110, 48],
    ['report_id', 0x140, 32],
    ['report_id_ma', 0x160, 32],
    ['reported_tcb', 0x180, 8],
    ['cpuid_fam_id', 0x188, 1],
    ['chip_id', 0x1a0, 64],
    ['committed_tcb', 0x1e0, 8],
    ['current_build', 0x1e8, 1],
    ['committed_major', 0x1ee, 1],
    ['launch_tcb', 0x1f0, 8],
    ['launch_mit_vector', 0x1f8, 8],
    ['current_mit_vector', 0x200, 8],
    ['signature_r', 0x2a0, 72],
    ['signature_s', 0x2e8, 72],
  ];
  for (const [path, offset, size] of offsets) {
    it(`has ${path} at 0x${offset.toString(16)}`, () => {
      const leaf = leaves(ATTESTATION_REPORT).find((one) => one.path === path);
      assert.deepEqual({ offset: leaf?.offset, size: leaf?.size }, { offset, size });
    });
  }

  it('has CPUID from version 3 and mitigation vectors from version 5, and every byte in each', () => {
    for (const version of [0, 1, 2, 3, 4, 5, 6, 0xffffffff]) {
      const names = layoutOf(version).rows.map(({ name }) => name as string);
      assert.equal(names.includes('cpuid_fam_id'), version >= 3, `${version}`);
      assert.equal(names.includes('current_mit_vector'), version >= 5, `${version}`);
      assert.equal(layoutOf(version).size, REPORT_SIZE);
    }
  });

  it('has a heading for each field', () => {
    for (const version of [2, 3, 5])
      for (const { name, group } of layoutOf(version).rows)
        assert.ok((REPORT_GROUPS as readonly (string | undefined)[]).includes(group), name);
  });
});

describe('The product of a report', () => {
  const cpus: [number, number, string | undefined][] = [
    [0x19, 0x00, 'Milan'],
    [0x19, 0x0f, 'Milan'],
    [0x19, 0x10, 'Genoa'],
    [0x19, 0x1f, 'Genoa'],
    [0x19, 0x20, undefined],
    [0x19, 0xa0, 'Genoa'],
    [0x19, 0xaf, 'Genoa'],
    [0x19, 0xb0, undefined],
    [0x1a, 0x00, 'Turin'],
    [0x1a, 0x11, 'Turin'],
    [0x1a, 0x12, undefined],
    [0x1a, 0x50, 'Venice'],
    [0x1a, 0x57, 'Venice'],
    [0x1a, 0x58, undefined],
    [0x1a, 0x90, 'Venice'],
    [0x1a, 0xaf, 'Venice'],
    [0x1a, 0xc7, 'Venice'],
    [0x17, 0x31, undefined],
  ];
  for (const [family, model, name] of cpus)
    it(`is ${name ?? 'unknown'} for ${family.toString(16)}/${model.toString(16)}`, () => {
      assert.equal(productOfCpu(family, model)?.name, name);
    });

  it('is known by the identifier of the chip in version 2, which has no CPUID', () => {
    const of = (processor: Processor, parts: ReportParts = {}) =>
      decodeReport(makeReport(processor, { version: 2, ...parts })).product;
    assert.deepEqual(of('Milan').names, ['Milan', 'Genoa']);
    assert.equal(of('Milan').tcb, 'milan');
    assert.deepEqual(of('Turin').names, ['Turin']);
    assert.deepEqual(of('Milan', { chip_id: filled(64, 0) }).names, []);
    assert.equal(of('Milan', { chip_id: filled(64, 0) }).tcb, undefined);
  });

  const tcbs: [Processor, Record<string, number>][] = [
    ['Milan', { boot_loader: 4, tee: 0, snp: 0x18, microcode: 0xd9 }],
    ['Bergamo', { boot_loader: 4, tee: 0, snp: 0x18, microcode: 0xd9 }],
    ['Turin', { fmc: 1, boot_loader: 1, tee: 1, snp: 4, microcode: 0x51 }],
    ['Venice', { fmc: 1, tee: 2, snp: 3 }],
  ];
  for (const [processor, parts] of tcbs)
    it(`decides the parts of a TCB: ${processor}`, () => {
      const report = decodeReport(makeReport(processor));
      const { raw, ...rest } = reportFieldsJson(report)['reported_tcb'] as Record<string, unknown>;
      assert.deepEqual(rest, parts);
      assert.equal(raw, Buffer.from(report.values.reported_tcb).toString('hex'));
      const shown = reportFields(report).filter(({ name }) => name.startsWith('reported_tcb.'));
      for (const { name, value, offset } of shown) {
        const part = name.slice('reported_tcb.'.length);
        if (part in parts) assert.equal(value, parts[part]);
        assert.equal(report.bytes[offset], value instanceof Uint8Array ? value[0] : value, name);
      }
    });
});

describe('A report in JSON', () => {
  it('has the names that others have, in the order of the file', () => {
    const names = Object.keys(reportFieldsJson(decodeReport(makeReport('Turin'))));
    assert.equal(
      names.join(' '),
      'version guest_svn policy family_id image_id vmpl signature_algo current_tcb platform_info key_info report_data measurement host_data id_key_digest author_key_digest report_id report_id_ma reported_tcb cpuid_fam_id cpuid_mod_id cpuid_step chip_id committed_tcb current_build current_minor current_major committed_build committed_minor committed_major launch_tcb launch_mit_vector current_mit_vector signature_r signature_s',
    );
  });

  it('masks what names a machine or a guest on demand', () => {
    const bytes = makeReport('Milan', { report_id_ma: filled(32, 0x66) });
    const text = JSON.stringify(reportJson(decodeReport(bytes), true));
    for (const secret of ['5a5a5a5a', '44444444', '66666666']) assert.ok(!text.includes(secret), secret);
    assert.ok(JSON.stringify(reportJson(decodeReport(bytes))).includes('5a5a5a5a'));
  });
});

/** A policy that leaves nothing to the host. */
const STRICT = { policy: 0x3d20133n };

describe('Findings of a report', () => {
  it('are none for a report of each processor, but for the seed of Milan', () => {
    for (const processor of ['Genoa', 'Bergamo', 'Turin', 'Venice'] as const)
      assert.deepEqual(reportFindings(decodeReport(makeReport(processor, STRICT))), [], processor);
    const milan = reportFindings(decodeReport(makeReport('Milan', STRICT)));
    assert.deepEqual(
      milan.map(({ rule }) => rule),
      ['report-milan-seed'],
    );
  });

  const cases: [ReportRule, ReportParts, ReportName, Processor?][] = [
    ['report-version', { version: 1 }, 'version'],
    ['report-version', { version: 6 }, 'version'],
    ['report-reserved-set', { reserved_0x4c: padded('01', 4) }, 'reserved_0x4c'],
    ['report-reserved-set', { reserved_0x18b: padded('01', 21) }, 'reserved_0x18b'],
    ['report-reserved-set', { reserved_0x1eb: padded('01', 1) }, 'reserved_0x1eb'],
    ['report-reserved-set', { reserved_0x1ef: padded('01', 1) }, 'reserved_0x1ef'],
    ['report-reserved-set', { launch_mit_vector: 1n, version: 4 }, 'reserved_0x1f8'],
    ['report-reserved-set', { cpuid_fam_id: 0x19, version: 2 }, 'reserved_0x188'],
    ['report-reserved-set', { reserved_0x208: padded('01', 152), version: 5 }, 'reserved_0x208'],
    ['report-reserved-set', { reserved_0x330: padded('01', 368) }, 'reserved_0x330'],
    ['report-policy-bit-17', { policy: 0x10000n }, 'policy'],
    ['report-policy-reserved', { policy: 0x4030000n }, 'policy'],
    ['report-policy-reserved', { policy: (1n << 63n) | 0x30000n }, 'policy'],
    ['report-policy-debug', { policy: 0xb0000n }, 'policy'],
    ['report-policy-migration', { policy: 0x70000n }, 'policy'],
    ['report-policy-cxl', { policy: 0x230000n }, 'policy'],
    ['report-policy-lenient', {}, 'policy'],
    ['report-vmpl', { vmpl: 4 }, 'vmpl'],
    ['report-for-host', { vmpl: 0xffffffff }, 'vmpl'],
    ['report-algorithm', { signature_algo: 0 }, 'signature_algo'],
    ['report-algorithm', { signature_algo: 2 }, 'signature_algo'],
    ['report-signature-range', { signature_r: filled(72, 0) }, 'signature_r'],
    ['report-signature-range', { signature_s: filled(72, 1) }, 'signature_s'],
    ['report-key-info-reserved', { key_info: 0x20 }, 'key_info'],
    ['report-signing-key', { key_info: 7 << 2 }, 'key_info'],
    ['report-signing-key', { key_info: 2 << 2 }, 'key_info'],
    ['report-chip-key-masked', { key_info: 2 }, 'key_info'],
    ['report-platform-reserved', { platform_info: 0x125n }, 'platform_info'],
    ['report-alias-check', { platform_info: 0x5n }, 'platform_info'],
    ['report-product', { cpuid_mod_id: 0x70 }, 'cpuid_fam_id'],
    ['report-chip-masked', { chip_id: filled(64, 0), key_info: 2 }, 'chip_id'],
    ['report-chip-masked', { chip_id: filled(64, 0), key_info: 1 << 2 }, 'chip_id'],
    ['report-chip-zero', { chip_id: filled(64, 0) }, 'chip_id'],
    ['report-chip-id-length', { chip_id: filled(64, 1) }, 'chip_id', 'Turin'],
    ['report-author-key', { key_info: 1 }, 'author_key_digest'],
    [
      'report-author-key',
      { author_key_digest: filled(48, 1), id_key_digest: filled(48, 1) },
      'author_key_digest',
    ],
    ['report-author-without-id', { author_key_digest: filled(48, 1), key_info: 1 }, 'id_key_digest'],
    ['report-tcb-reserved', { launch_tcb: padded('04000000010018d9', 8) }, 'launch_tcb'],
    ['report-tcb-order', { reported_tcb: padded('05000000000018d9', 8) }, 'reported_tcb'],
    ['report-tcb-order', { committed_tcb: padded('04000000000019d9', 8) }, 'committed_tcb'],
    ['report-tcb-order', { launch_tcb: padded('04000000000018da', 8) }, 'launch_tcb'],
    ['report-provisional', { current_tcb: padded('04000000000018dc', 8) }, 'committed_tcb'],
    ['report-provisional', { current_build: 30 }, 'committed_tcb'],
    ['report-milan-seed', {}, 'chip_id', 'Milan'],
    ['report-mitigations', { current_mit_vector: 0x1fn }, 'current_mit_vector', 'Turin'],
  ];
  for (const [rule, parts, field, processor = 'Genoa'] of cases)
    it(`has ${rule} at ${field} for ${Object.keys(parts).join(' and ') || processor}`, () => {
      const found = reportFindings(decodeReport(makeReport(processor, parts))).find(
        (one) => one.rule === rule,
      );
      const leaf = [2, 3, 5]
        .flatMap((version) => leaves(layoutOf(version)))
        .find(({ path }) => path === field);
      assert.deepEqual([found?.offset, found?.size], [leaf?.offset, leaf?.size]);
    });

  // Those of tables of certificates are tried where such tables are read.
  it('try every rule', () => {
    const tried = new Set(cases.map(([rule]) => rule));
    assert.deepEqual(
      Object.keys(REPORT_RULES).filter(
        (rule) => !rule.startsWith('report-table-') && !tried.has(rule as ReportRule),
      ),
      [],
    );
  });

  it('claim nothing of reserved bytes of later versions', () => {
    const bytes = makeReport('Genoa', { ...STRICT, version: 6, reserved_0x208: filled(152, 1) });
    assert.deepEqual(
      reportFindings(decodeReport(bytes)).map(({ rule }) => rule),
      ['report-version'],
    );
  });
});

describe('Any 1184 bytes', () => {
  it('are decoded without an exception, every byte in one field', () => {
    const random = seeded(7);
    for (let i = 0; i < 300; i++) {
      const bytes = randomBytes(random, REPORT_SIZE);
      bytes.fill(0, 1, 4);
      bytes[0] = i % 8;
      const report = decodeReport(bytes);
      reportFindings(report);
      reportSummary(report);
      const fields = reportFields(report);
      assert.equal(groupReportFields(fields).flatMap((group) => group.fields).length, fields.length);
      const whole = fields.filter(({ name }) => !name.includes('.'));
      assert.equal(
        whole.reduce((at, { offset, size }) => (assert.equal(offset, at), at + size), 0),
        REPORT_SIZE,
      );
    }
  });
});
