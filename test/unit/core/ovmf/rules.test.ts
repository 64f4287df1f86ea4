// Every rule about OVMF images: a valid image is built, one thing is broken, and the finding is named with its
// place and with no other beside it.

import assert from 'node:assert/strict';
import { buildOvmf } from '../../../../src/core/ovmf/build';
import { parseFirmware } from '../../../../src/core/ovmf/firmwareFile';
import type { OvmfRule } from '../../../../src/core/ovmf/rules';
import { OVMF_RULES } from '../../../../src/core/ovmf/rules';
import { metadataCases } from './metadataCases';
import { ALL, SIZE } from './ruleCase';
import { tableCases } from './tableCases';
import { assertWhole } from '../../../helpers/wholeness';

const cases = [...tableCases, ...metadataCases];

describe('Rules about OVMF images', () => {
  it('an image as built by default, and one with every list, give no finding', () => {
    for (const options of [{}, ALL, { size: SIZE }, { ...ALL, size: SIZE, seed: 7 }]) {
      const parsed = parseFirmware(buildOvmf(options));
      assert.deepEqual(parsed.findings, []);
      assertWhole(parsed);
    }
  });

  for (const { name, rule, back, size, build, breakIt, fileSize, also = [], amongOthers } of cases) {
    it(`${name} gives ${rule} at its place`, () => {
      const built = buildOvmf({ size: SIZE, ...build });
      const image = breakIt?.(built) ?? built;
      const parsed = parseFirmware(image, fileSize === undefined ? {} : { fileSize });
      const whole = fileSize ?? image.length;
      const found = parsed.findings.find((finding) => finding.rule === rule);
      assert.deepEqual({ rule, at: found?.offset, size: found?.size }, { rule, at: whole - back, size });
      assert.equal(found?.severity, OVMF_RULES[rule].severity);
      if (!amongOthers) assert.deepEqual(parsed.findings.map((f) => f.rule).sort(), [rule, ...also].sort());
      assertWhole(parsed);
    });
  }

  it('every rule of the table has a case', () => {
    const tried = new Set(cases.map(({ rule }) => rule));
    assert.deepEqual(
      Object.keys(OVMF_RULES).filter((rule) => !tried.has(rule as OvmfRule)),
      [],
    );
  });

  it('every rule has a text that ends as a sentence', () => {
    for (const { doc } of Object.values(OVMF_RULES)) assert.match(doc, /^[A-Z].*\.$/);
  });
});
