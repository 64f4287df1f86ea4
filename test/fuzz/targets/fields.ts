// The values and names of fields, CPUs and profiles, and the JSON that keeps numbers exact.

import assert from 'node:assert/strict';
import { parseExactJson } from '../../../src/core/binary/exactJson';
import { plainText } from '../../../src/core/binary/plainText';
import { leaves } from '../../../src/core/binary/struct';
import { exactText } from '../../../src/core/binary/describe';
import {
  applyPatch,
  findVmsaLeaf,
  findVmsaLeaves,
  parseFieldValue,
  patchField,
} from '../../../src/core/vmsa/edit';
import { cpuByName } from '../../../src/core/vmsa/launch/generate';
import { findCpuModel } from '../../../src/core/vmsa/launch/cpuModels';
import { findProfile } from '../../../src/core/vmsa/launch/profiles';
import { decodeSignature, encodeSignature } from '../../../src/core/vmsa/launch/signature';
import { similarFields } from '../../../src/core/vmsa/layout/fieldNames';
import { featuresText, parseFeatures } from '../../../src/core/vmsa/layout/features';
import { VMSA } from '../../../src/core/vmsa/layout/layout';
import { bytesOf, readOrCode, textOf, type Target } from '../target';
import { SIZE } from '../pageChecks';

const fieldTexts: Target = {
  name: 'field-values',
  form: 'text',
  most: 400,
  seeds: () =>
    [
      '0',
      '0x80b004',
      '18446744073709551615',
      '00ff',
      '0x00ff',
      '00:ff:01',
      '1_000',
      ' 5 ',
      'SNPActive,secure-tsc + 0x20',
    ].map(bytesOf),
  words: ['0x', '_', ':', ' ', 'ff', ',', 'SecureTSC'],
  run(input) {
    const text = textOf(input);
    const features = parseFeatures(text);
    if (features !== undefined)
      assert.equal(parseFeatures(featuresText(features)), features, `${text} is a set that can be written`);
    const seen = leaves(VMSA).map((leaf) => {
      const read = readOrCode(() => parseFieldValue(leaf, text));
      if (read.code !== undefined) return read.code;
      const { value } = read;
      const written = exactText(value, leaf.size);
      assert.deepEqual(parseFieldValue(leaf, written), value, `${leaf.path}: ${written} is the same value`);
      const bytes = new Uint8Array(SIZE);
      const patch = patchField(bytes, leaf, value);
      if (patch) {
        applyPatch(bytes, patch, 'after', 0);
        assert.equal(patchField(bytes, leaf, value), undefined);
        applyPatch(bytes, patch, 'before', 0);
        assert.ok(bytes.every((byte) => byte === 0));
      }
      return 'ok';
    });
    return { feature: [...new Set(seen)].sort().join(), result: seen };
  },
};

const names: Target = {
  name: 'names',
  form: 'text',
  most: 60,
  seeds: () =>
    [
      'rip',
      'RAX',
      'cs_selector',
      'EPYC-Milan',
      'EPYC-Milan-v2',
      'snp',
      'sev-es',
      'g_pat',
      'x87_regs',
      '0x00a00f11',
      '25',
    ].map(bytesOf),
  words: ['EPYC', '-v1', '_', 'sev', 'snp', 'constructor', '__proto__', 'toString'],
  run(input) {
    const text = textOf(input);
    const found = findVmsaLeaves(text);
    const one = findVmsaLeaf(text);
    assert.equal(one !== undefined, found.length === 1);
    const similar = similarFields(text);
    const cpu = readOrCode(() => cpuByName(text));
    assert.equal(cpu.code === undefined, findCpuModel(text) !== undefined);
    const profile = findProfile(text);
    const number = Number(text);
    if (Number.isInteger(number) && number >= 0 && number < 2 ** 32) {
      const id = decodeSignature(number);
      const back = readOrCode(() => encodeSignature(id));
      if (back.code === undefined) {
        const { family, model, stepping } = decodeSignature(back.value);
        assert.deepEqual([family, model, stepping], [id.family, id.model, id.stepping]);
      }
    }
    const feature = `${found.length} ${similar.length} ${cpu.code ?? 'cpu'} ${profile?.id ?? ''}`;
    return { feature, result: similar };
  },
};

const exactJson: Target = {
  name: 'exact-json',
  form: 'text',
  most: 2000,
  seeds: () =>
    [
      '{"a": [1, -2, 0.5, "x\\u00e9\\n"], "b": null, "c": {"d": true}}',
      '18446744073709551615',
      '[[[]]]',
      '"\\ud83d\\ude00"',
    ].map(bytesOf),
  words: ['{', '}', '[', ']', '"', '\\u', 'null', 'true', '1e5', '-', '"a":', '__proto__'],
  run(input) {
    const text = textOf(input);
    const read = parseExactJson(text);
    let valid = true;
    try {
      JSON.parse(text);
    } catch {
      valid = false;
    }
    const problem = 'problem' in read ? plainText(read.problem) : '';
    if (!('problem' in read)) assert.ok(valid, 'what is read is JSON');
    return { feature: `${valid} ${problem.replaceAll(/\d+/g, '#').slice(0, 40)}`, result: read };
  },
};

/** The targets of values and names. */
export const FIELD_TARGETS: readonly Target[] = [fieldTexts, names, exactJson];
