// The JSON with the hashes of an SNP launch: what is refused, by the member that is wrong, and what is said of members that are left out
// or not known, with what follows from that.

import assert from 'node:assert/strict';
import { readSnpInputs } from '../../../../../src/core/tech/snp/inputs';

const WHOLE = {
  ovmf_sections: [{ gpa: 0x800000, size: 0x9000, section_type: 1 }],
  base_cmdline: 'quiet',
  ovmf_hash: '11'.repeat(48),
  kernel_hash: '22'.repeat(32),
  initrd_hash: '33'.repeat(32),
  sev_hashes_table_gpa: 0x810c00,
  sev_es_reset_eip: 0x80b004,
  vcpus: 2,
  vcpu_type: 'EPYC-Milan',
  guest_features: 1,
};
type Change = Readonly<Partial<Record<string, unknown>>>;
const KEY = Buffer.from('0123456789abcdef').toString('base64');
const read = (change: Change) => readSnpInputs(JSON.stringify({ ...WHOLE, ...change }));
const NO_KERNEL = { kernel_hash: undefined, base_cmdline: undefined, initrd_hash: undefined };

describe('The hashes of an SNP launch', () => {
  const said: readonly [string, Change, readonly (readonly [RegExp, isUsual: boolean])[]][] = [
    ['all of them', {}, []],
    [
      'no command line',
      { base_cmdline: undefined },
      [[/base_cmdline is missing: .*empty command line/, false]],
    ],
    ['no initrd', { initrd_hash: undefined }, [[/initrd_hash is missing: .*without an initrd/, true]]],
    ['an initrd of null', { initrd_hash: null }, [[/initrd_hash is missing/, true]]],
    ['no kernel', NO_KERNEL, [[/kernel_hash is missing: .*without kernel hashes\.$/, true]]],
    [
      'no kernel beside its command line',
      { kernel_hash: undefined, initrd_hash: undefined },
      [[/kernel_hash is missing.*, and base_cmdline has no effect\.$/, false]],
    ],
    [
      'no kernel beside the rest',
      { kernel_hash: '' },
      [[/kernel_hash is missing.*, and base_cmdline and initrd_hash have no effect\.$/, false]],
    ],
    ['no features', { guest_features: undefined }, [[/guest_features is missing/, true]]],
    [
      'a name with a mistake',
      {
        kernel_hash: undefined,
        kernelhash: WHOLE.kernel_hash,
        initrd_hash: undefined,
        base_cmdline: undefined,
      },
      [
        [/^"kernelhash" is no member .* no effect\. Did you mean kernel_hash\?$/, false],
        [/kernel_hash is missing/, true],
      ],
    ],
    [
      'more than that',
      { app_id: 1 },
      [[/^"app_id" is no member that is known, and has no effect\.$/, false]],
    ],
    [
      'much more than that',
      Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`zzz${i}`, i])),
      [...Array.from({ length: 5 }, () => [/^"zzz\d"/, false] as const), [/^4 more members/, false]],
    ],
  ];
  for (const [name, change, remarks] of said)
    it(`with ${name}`, () => {
      const found = read(change);
      assert.ok(found.ok);
      assert.deepEqual(
        found.remarks.map(({ isUsual }) => isUsual),
        remarks.map(([, isUsual]) => isUsual),
        JSON.stringify(found.remarks),
      );
      for (const [i, [text]] of remarks.entries()) assert.match(found.remarks[i]!.text, text);
    });

  const refused: readonly [string, Change, string, RegExp][] = [
    ['no digest of the firmware', { ovmf_hash: undefined }, 'ovmf_hash', /^is missing; wanted 96/],
    ['a short digest of it', { ovmf_hash: '11' }, 'ovmf_hash', /^is not 96/],
    ['no sections', { ovmf_sections: undefined }, 'ovmf_sections', /^is missing/],
    [
      'a section without gpa',
      { ovmf_sections: [{ size: 1, section_type: 1 }] },
      'ovmf_sections',
      /^is not a list/,
    ],
    ['a reset address as text', { sev_es_reset_eip: '0x80b004' }, 'sev_es_reset_eip', /^is not a number/],
    ['no place for the hashes', { sev_hashes_table_gpa: undefined }, 'sev_hashes_table_gpa', /^is missing/],
    ['a number as command line', { base_cmdline: 1 }, 'base_cmdline', /^is not a text/],
    ['a short hash of the kernel', { kernel_hash: '22' }, 'kernel_hash', /^is not 64/],
    ['a short hash of the initrd', { initrd_hash: '22' }, 'initrd_hash', /^is not 64/],
    ['vCPUs as text', { vcpus: '2' }, 'vcpus', /^is not a number/],
    ['a CPU as number', { vcpu_type: 1 }, 'vcpu_type', /^is not the name of a CPU/],
    ['features as text', { guest_features: '1' }, 'guest_features', /^is not a number/],
  ];
  for (const [name, change, member, why] of refused)
    it(`is refused with ${name}`, () => {
      const found = read(change);
      assert.ok(!found.ok);
      assert.equal(found.member, member);
      assert.match(found.why, why);
    });
  it('needs no place for hashes without a kernel', () => {
    assert.ok(read({ ...NO_KERNEL, sev_hashes_table_gpa: undefined }).ok);
  });
  const texts: readonly (readonly [name: string, text: string, why: RegExp])[] = [
    ['nothing', ' \n', /^it is empty$/],
    [
      'a name that is there twice',
      '{"ovmf_hash": "00", "ovmf_hash": "01"}',
      /"ovmf_hash" is there twice, line 1/,
    ],
    ['a key as a name that is there twice', `{"${KEY}": 1, "${KEY}": 1}`, /\(a key is there twice/],
    ['JSON that breaks', '{\n"vcpus": 1,\n}', /line 3/],
  ];
  for (const [name, text, why] of texts)
    it(`is refused as ${name}`, () => {
      const found = readSnpInputs(text);
      assert.ok(!found.ok);
      assert.match(found.why, why);
    });
  it('is read behind a byte order mark', () => {
    assert.deepEqual(readSnpInputs(`\ufeff${JSON.stringify(WHOLE)}`).ok, true);
  });
  for (const text of ['', '[]', '1', '{', 'null'])
    it(`is refused as ${JSON.stringify(text)}`, () => {
      const found = readSnpInputs(text);
      assert.ok(!found.ok);
      assert.equal(found.member, undefined);
    });
});
