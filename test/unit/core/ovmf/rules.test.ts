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
import { soundTdx, tdxCases } from './tdxCases';
import { lintOvmf } from '../../../../src/core/ovmf/lint';
import { firmware } from '../../../helpers/firmware';
import { assertWhole } from '../../../helpers/wholeness';

const cases = [...tableCases, ...metadataCases, ...tdxCases];

describe('Rules about OVMF images', () => {
  it('an image as built by default, and one with every list, give no finding', () => {
    const lists = soundTdx.map((tdxSections) => ({ tdxSections, size: SIZE }));
    for (const options of [{}, ALL, { size: SIZE }, { ...ALL, size: SIZE, seed: 7 }, ...lists]) {
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

  it('OVMF without a table gives before-tables instead of no-table, told by its SEC phase alone', () => {
    const rules = (image: Uint8Array) => lintOvmf(image).findings.map(({ rule, offset }) => [rule, offset]);
    const image = firmware({ form: 'none', files: ['AmdSevDxe'] });
    assert.deepEqual(rules(image), [['before-tables', image.length - 48]]);
    // With TdxDxe it is a build that had a table; without the signature of the last file its end is damaged, too.
    assert.deepEqual(rules(firmware({ form: 'none' })), [['no-table', image.length - 48]]);
    assert.deepEqual(rules(image.fill(0, -32)), [['no-table', image.length - 48]]);
    assert.equal(lintOvmf(image).value.facts.kind, 'damaged');
    assert.deepEqual(rules(firmware({ form: 'none', sec: false })), [['no-table', image.length - 48]]);
  });

  it('firmware for Arm behind a variable store is called that, and nothing is said of where it is mapped', () => {
    const image = firmware({ form: 'none', sec: 'AARCH64', variables: 0x2000 }).fill(0, -32);
    const { value, findings } = lintOvmf(image);
    assert.deepEqual([findings[0]?.rule, value.facts.words], ['other-processor', '']);
  });

  it('every rule of the table has a case', () => {
    const tried = new Set<OvmfRule>([...cases.map(({ rule }) => rule), 'before-tables']);
    assert.deepEqual(
      Object.keys(OVMF_RULES).filter((rule) => !tried.has(rule as OvmfRule)),
      [],
    );
  });

  it('every rule has a text that ends as a sentence', () => {
    for (const { doc } of Object.values(OVMF_RULES)) assert.match(doc, /^[A-Z].*\.$/);
  });
});
