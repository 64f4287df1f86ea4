// A comparison in the page: what typed inputs ask for, what is said about wrong ones, and the order of the rows.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { groupByCause } from '../../../../src/core/vmsa/compare/causes';
import { comparePages, compareWithGenerated } from '../../../../src/core/vmsa/compare/compare';
import { generateVmsa, type VmsaRequest } from '../../../../src/core/vmsa/launch/generate';
import { PROFILES } from '../../../../src/core/vmsa/launch/profiles';
import {
  CUSTOM,
  formOf,
  parseAddress,
  parseNumber,
  readForm,
  withCpuName,
  withCpuPart,
  withFeature,
  withProfile,
  type Form,
} from '../../../../webview/vmsa/comparisonForm';
import { countLeaves, filterTree, flatten } from '../../../../webview/parts/rows';
import { comparisonTree, vmsaTree } from '../../../../webview/vmsa/vmsaTree';
import { decodePage } from '../../../../src/core/vmsa/vmsaPage';

const MILAN: VmsaRequest = { profile: 'sev-es', role: 'bsp', cpu: { family: 25, model: 1, stepping: 1 } };
const AP: VmsaRequest = { ...MILAN, role: 'ap', resetAddress: 0x80b004 };

describe('The controls of a comparison', () => {
  for (const request of [MILAN, AP]) {
    it(`ask for the request of an ${request.role} that they were made from`, () => {
      const expected = generateVmsa(request);
      assert.deepEqual(readForm(formOf(request)), { request, expected, errors: {} });
    });
  }

  it('keep name and numbers of the CPU together', () => {
    const form = formOf(MILAN);
    assert.equal(form.cpuName, 'EPYC-Milan');
    assert.equal(withCpuPart(form, 'stepping', '9').cpuName, CUSTOM);
    assert.equal(withCpuPart(form, 'family', '0x19').cpuName, 'EPYC-Milan');
    const { family, model, stepping } = withCpuName(form, 'EPYC-Genoa');
    assert.deepEqual([family, model, stepping], ['25', '17', '0']);
    assert.deepEqual(withCpuName(form, CUSTOM), { ...form, cpuName: CUSTOM });
  });

  const switches: [string, string, number, boolean, string | undefined][] = [
    ['SecureTSC on top of those of SNP', 'snp', 9, true, '0x201'],
    ['no SNPActive, of SNP', 'snp', 0, false, '0x0'],
    ['DebugSwap on top of those of SEV-ES', 'sev-es', 5, true, '0x20'],
    ['what is on already, which changes nothing', 'snp', 0, true, undefined],
    ['what a profile of its own has', 'snp-debugswap', 5, false, '0x1'],
  ];
  for (const [what, profile, lsb, on, wanted] of switches)
    it(`take SEV features one by one: ${what}`, () => {
      const form = withFeature(withProfile(formOf(MILAN), profile), lsb, on);
      const { request, expected, errors } = readForm(form);
      assert.deepEqual([errors, request!.features], [{}, wanted]);
      const back = withFeature(form, lsb, !on);
      if (wanted !== undefined) {
        assert.equal(decodePage(expected!.bytes).values.sev_features, BigInt(wanted));
        assert.equal(readForm(back).request!.features, undefined);
        // A profile is a preset: it brings its own.
        assert.equal(readForm(withProfile(form, profile)).request!.features, undefined);
      }
      // The request of a form makes the form, as a page that is drawn again has it.
      assert.deepEqual(readForm(formOf(request!)).request, request);
    });
  it('take SEV features that are typed, with reserved bits and by name', () => {
    for (const [features, wanted] of [
      ['0x40201', '0x40201'],
      ['SNPActive, SecureTSC', '0x201'],
      ['1', undefined],
    ] as const) {
      const { request } = readForm({ ...withProfile(formOf(MILAN), 'snp'), features });
      assert.equal(request!.features, wanted);
    }
    // A switch leaves reserved bits alone.
    const typed = { ...withProfile(formOf(MILAN), 'snp'), features: '0x40001' };
    assert.equal(readForm(withFeature(typed, 9, true)).request!.features, '0x40201');
  });

  const wrong: [string, Partial<Form>, string, RegExp][] = [
    ['SEV features of more than 64 bits', { features: '0x10000000000000000' }, 'features', /no set of SEV/],
    [
      'a SEV feature that nobody knows',
      { features: 'SNPActive,Turbo' },
      'features',
      /"SNPActive,Turbo" is no/,
    ],
    ['SEV features that are erased', { features: '' }, 'features', /no set of SEV features such as 0x201/],
    ['a family that CPUID cannot express', { family: '271' }, 'family', /family is 271.*0 to 270/],
    ['a model that is no number', { model: 'x1' }, 'model', /"x1" is not a number/],
    ['an empty stepping', { stepping: '' }, 'stepping', /Give a number/],
    ['an AP without a reset address', { role: 'ap' }, 'resetAddress', /needs the SEV-ES reset address/],
    ['a reset address beyond 32 bits', { role: 'ap', resetAddress: '0x100000000' }, 'resetAddress', /32-bit/],
    ['a reset address that is none', { role: 'ap', resetAddress: 'here' }, 'resetAddress', /"here" is not/],
    ['a profile that does not exist', { profile: 'sev-xy' }, 'profile', /no launch profile "sev-xy"/],
  ];
  for (const [what, change, control, sentence] of wrong) {
    it(`say what is wrong with ${what}, at its control`, () => {
      const { request, expected, errors } = readForm({ ...formOf(MILAN), ...change });
      assert.deepEqual([request, expected], [undefined, undefined]);
      assert.deepEqual(Object.keys(errors), [control]);
      assert.match(Object.values(errors)[0]!, sentence);
    });
  }

  it('ignore the reset address of a boot processor, which its page does not hold', () => {
    const { request, errors } = readForm({ ...formOf(MILAN), resetAddress: 'here' });
    assert.deepEqual([request, errors], [MILAN, {}]);
  });

  const typed: [string, Form, number][] = [
    ['a boot processor', formOf(MILAN), 1],
    ['an additional processor', formOf(AP), 1],
    ['an AP without its address, which only the page can tell', { ...formOf(AP), resetAddress: '' }, 1],
    ['a profile that does not exist', { ...formOf(MILAN), profile: 'sev-xy' }, 1],
    ['a text that is no number', { ...formOf(MILAN), model: 'x1' }, 0],
  ];
  for (const [what, form, count] of typed) {
    it(`generate the expected page ${count} times after a keystroke, for ${what}`, () => {
      const made: VmsaRequest[] = [];
      readForm(form, (request) => {
        made.push(request);
        return generateVmsa(request);
      });
      assert.equal(made.length, count);
    });
  }
  it('are the only place of the pages of the app that generates one', () => {
    const makers = readdirSync('webview', { recursive: true, encoding: 'utf8' }).filter(
      (file) => /\.tsx?$/.test(file) && readFileSync(join('webview', file), 'utf8').includes('generateVmsa'),
    );
    assert.deepEqual(makers, [join('vmsa', 'comparisonForm.ts')]);
  });

  it('read numbers as people write them', () => {
    assert.deepEqual(['25', ' 0x19 ', '', '-1', '1e3', '0x'].map(parseNumber), [25, 25, NaN, NaN, NaN, NaN]);
    assert.deepEqual(['0x80b004', '80b004', '', 'g'].map(parseAddress), [0x80b004, 0x80b004, undefined, NaN]);
  });
});

describe('The controls of a comparison follow the profile', () => {
  it('ask for nothing that the profile does not need, and for an address that it needs', () => {
    for (const { id, roles } of PROFILES) {
      const start = id === 'snp-linux-ap' ? '0x99050' : '0x80b004';
      const form = withProfile({ ...formOf(AP), resetAddress: start, entry: '0xffaea000' }, id);
      assert.ok((roles as readonly string[]).includes(form.role), id);
      const { request, errors } = readForm(form);
      assert.deepEqual(errors, {}, id);
      assert.equal(request?.profile, id);
      assert.doesNotThrow(() => generateVmsa(request));
    }
  });
  it('say that no Linux guest starts an AP where firmware does', () => {
    const { errors } = readForm(withProfile(formOf(AP), 'snp-linux-ap'));
    assert.match(errors.resetAddress!, /0x80b004; a Linux guest starts .* below 1 MiB/);
  });
  it('say at the control of the SVSM what is missing or wrong', () => {
    const svsm = withProfile(formOf(MILAN), 'snp-svsm');
    assert.deepEqual(Object.keys(readForm(svsm).errors), ['entry']);
    assert.match(readForm({ ...svsm, entry: 'there' }).errors.entry!, /"there" is not/);
  });
  it('do not look at the CPU where it does not matter', () => {
    const form = withProfile({ ...formOf(MILAN), family: 'none' }, 'snp-gce');
    assert.deepEqual(readForm(form).errors, {});
  });
});

const equalFields = (page: Uint8Array) => comparePages(decodePage(page), decodePage(page)).fields;

describe('The rows of a VMSA page', () => {
  it('hold every field once, arrays of zeros closed under a row of their own', () => {
    const { bytes } = generateVmsa(MILAN);
    const tree = vmsaTree(equalFields(bytes), false);
    assert.equal(countLeaves(tree), equalFields(bytes).length);
    const rows = flatten(tree, {});
    const xmm = rows.find((row) => row.node.id === 'fpreg_xmm')!;
    assert.equal(xmm.expanded, false);
    assert.equal(xmm.level, 2);
    bytes[0x470] = 1;
    const opened = flatten(vmsaTree(equalFields(bytes), false), {});
    assert.equal(opened.find((row) => row.node.id === 'fpreg_xmm')!.expanded, true);
  });
  it('open an array in which something differs, and mark what differs', () => {
    const { bytes } = generateVmsa(MILAN);
    const other = bytes.slice();
    other[0x470] = 1;
    const rows = flatten(vmsaTree(comparePages(decodePage(bytes), decodePage(other)).fields, true), {});
    const xmm0 = rows.find((row) => row.node.id === 'fpreg_xmm.xmm0')!.node;
    assert.ok(xmm0.differs && xmm0.cells[2]!.marked && xmm0.cells[4]!.marked);
    assert.equal(xmm0.cells.length, 6);
  });
});

/** The rows of a page beside the one that a request makes. */
const rowsOf = (bytes: Uint8Array, request: VmsaRequest) => {
  const comparison = compareWithGenerated(decodePage(bytes), generateVmsa(request));
  const { fields } = comparison;
  return { fields, tree: comparisonTree(fields, groupByCause(comparison), 'generated') };
};

describe('The rows of a comparison', () => {
  it('start with the differing fields by cause and hold every field once', () => {
    const { bytes } = generateVmsa(MILAN);
    bytes[0x470] = 1;
    bytes[0x310] = 0x12;
    bytes[0x3b0] = 0x20;
    const { fields: compared, tree } = rowsOf(bytes, MILAN);
    assert.equal(tree[0]!.id, 'group:Differences');
    const causes = tree[0]!.children;
    assert.ok(causes.every((node) => node.heading && node.id.startsWith('cause:')));
    const fields = causes.flatMap((node) => node.children);
    assert.deepEqual(fields.map((node) => node.id).sort(), ['fpreg_xmm.xmm0', 'rdx', 'sev_features']);
    assert.match(
      causes.find((node) => node.children[0]!.id === 'sev_features')!.cells[0]!.extra!,
      /Linux 6\.6/,
    );
    assert.equal(countLeaves(tree), compared.length);
    assert.ok(fields.every((node) => node.cells[2]!.marked && node.cells[3]!.marked));
  });

  it('show numbers without leading zeros and the layer in short words, and are found by the full forms', () => {
    const { bytes } = generateVmsa(MILAN);
    const { tree } = rowsOf(bytes, MILAN);
    const row = (id: string) => flatten(tree, {}).find((r) => r.node.id === id)!.node;
    const [, , actual, , rdxBy] = row('rdx').cells;
    assert.equal(actual!.text, '0xa00f11');
    assert.match(actual!.full!, /^0x0000000000a00f11 {2}EPYC-Milan \(QEMU\)/);
    assert.equal(rdxBy!.text, 'CPU model of the guest');
    assert.deepEqual(row('es_attrib').cells[4], {
      text: 'QEMU',
      extra: 'at CPU reset',
      full: 'QEMU, at CPU reset',
    });
    assert.deepEqual(row('cr2').cells[4], { text: 'nobody (zero)', full: 'nobody (zero)' });
    assert.equal(countLeaves(filterTree(tree, { text: '0x0000000000a00f11' })), 1);
  });

  it('have no section of differences for equal pages, and no expected values without an expected page', () => {
    const { bytes } = generateVmsa(MILAN);
    assert.equal(rowsOf(bytes, MILAN).tree[0]!.id, 'group:Segments');
    const tree = comparisonTree(equalFields(bytes), [], 'nothing');
    const rdx = flatten(tree, {}).find((r) => r.node.id === 'rdx')!;
    assert.deepEqual(rdx.node.cells.slice(3), [{ text: '–' }, { text: '' }]);
  });

  it('have no column for who sets a value when the other page is a file', () => {
    const { bytes } = generateVmsa(MILAN);
    const tree = comparisonTree(equalFields(bytes), [], 'file');
    assert.equal(flatten(tree, {}).find((r) => r.node.id === 'rdx')!.node.cells.length, 4);
  });
});
