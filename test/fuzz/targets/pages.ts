// VMSA pages: their bytes, every form of text in which they come, dumps of registers, and the values of their fields.

import assert from 'node:assert/strict';
import { parseExactJson } from '../../../src/core/binary/exactJson';
import { jsonText } from '../../../src/core/binary/json';
import { plainText, terminalText } from '../../../src/core/binary/plainText';
import { decode, encode, leaves } from '../../../src/core/binary/struct';
import { exactText } from '../../../src/core/binary/describe';
import { vmsaFindings } from '../../../src/core/vmsa/checks';
import {
  comparePages,
  compareWithGenerated,
  type ComparedField,
} from '../../../src/core/vmsa/compare/compare';
import { comparisonJson, comparisonMarkdown } from '../../../src/core/vmsa/compare/exportComparison';
import { describeDistance, identify } from '../../../src/core/vmsa/compare/identify';
import {
  applyPatch,
  changedFields,
  findVmsaLeaf,
  findVmsaLeaves,
  parseFieldValue,
  patchField,
} from '../../../src/core/vmsa/edit';
import { EXPORTS, findExport } from '../../../src/core/vmsa/forms/exportPage';
import { findForm } from '../../../src/core/vmsa/forms/exportForms';
import { findPages, type NotPages, type PagesRead } from '../../../src/core/vmsa/forms/findPages';
import { pageJson, partJson } from '../../../src/core/vmsa/forms/pageJson';
import { cpuByName, generateVmsa, type VmsaRequest } from '../../../src/core/vmsa/launch/generate';
import { findCpuModel } from '../../../src/core/vmsa/launch/cpuModels';
import { findProfile } from '../../../src/core/vmsa/launch/profiles';
import { decodeSignature, encodeSignature } from '../../../src/core/vmsa/launch/signature';
import { similarFields } from '../../../src/core/vmsa/layout/fieldNames';
import { VMSA } from '../../../src/core/vmsa/layout/layout';
import { stateSummary, vmsaFields, vmsaSummary } from '../../../src/core/vmsa/page';
import { knownFields, unknownByGroup } from '../../../src/core/vmsa/part';
import { knownFindings } from '../../../src/core/vmsa/partChecks';
import { pageKind, whyNoState } from '../../../src/core/vmsa/pageKind';
import { findFilePages } from '../../../src/host/vmsa/pages';
import { chooseState } from '../../../src/app/vmsaFile';
import { PRINTERS } from '../../helpers/dumpPrinters';
import { PREFIXES, kernelLines, kernelLog } from '../../helpers/dumps';
import { controlLines, qemuLines, saveLines } from '../../helpers/registerDumps';
import {
  assertPlain,
  assertSentence,
  bytesOf,
  readOrCode,
  textOf,
  type Outcome,
  type Target,
} from '../target';

const SIZE = 4096;
const CPU = { family: 25, model: 1, stepping: 1 };
const page = (over: Partial<VmsaRequest> = {}) =>
  generateVmsa({ profile: 'snp', role: 'bsp', cpu: CPU, resetAddress: 0x80b004, ...over }).bytes;
const marked = (bytes: Uint8Array) => {
  const copy = bytes.slice();
  for (let at = 0x1e0; at < 0x600; at += 16) copy.set([1, at >> 8, at & 0xff], at + 12);
  return copy;
};
const PAGES = () => [
  page(),
  page({ role: 'ap' }),
  page({ profile: 'sev-es' }),
  marked(page()),
  new Uint8Array(SIZE),
];
const TWO = () => new Uint8Array([...page(), ...page({ role: 'ap' })]);

/** Reads a page, judges it and writes it in every form, from which it is read again. */
export function checkPage(bytes: Uint8Array): string {
  const values = decode(VMSA, bytes);
  assert.deepEqual(encode(VMSA, values), bytes, 'encoding undoes decoding');
  const findings = vmsaFindings(bytes);
  for (const { offset, size, message } of findings) {
    assert.ok(offset >= 0 && size >= 0 && offset + size <= SIZE, `a finding at ${offset}, ${size} bytes`);
    assertSentence(message);
  }
  let at = 0;
  for (const { offset, size } of vmsaFields(bytes)) {
    assert.equal(offset, at, 'each byte is in one field');
    at += size;
  }
  assert.equal(at, SIZE);
  assertSentence(vmsaSummary(bytes));
  assertSentence(stateSummary(bytes));
  pageKind(bytes);
  whyNoState(bytes);
  return findings.map(({ rule }) => rule).join();
}

const pathOf = ({ actual }: ComparedField): string => actual.name;

const bytesOfPage: Target = {
  name: 'vmsa-pages',
  form: 'bytes',
  most: 2 * SIZE,
  seeds: () => [...PAGES(), TWO()],
  run(input) {
    const bytes =
      input.length >= SIZE ? input.slice(0, SIZE) : new Uint8Array(SIZE).fill(0).map((_, i) => input[i] ?? 0);
    const feature = `${checkPage(bytes)} ${assertFound(findPages(input))}`;
    const other = page();
    const fields = comparePages(bytes, other);
    const differing = fields.filter(({ differs }) => differs).map(pathOf);
    assert.deepEqual(
      comparePages(other, bytes)
        .filter(({ differs }) => differs)
        .map(pathOf),
      differing,
    );
    assert.equal(changedFields(bytes, other).length === 0, Buffer.compare(bytes, other) === 0);
    const names = { actual: 'a', expected: 'b' };
    assertPlain(terminalText(comparisonMarkdown(fields, names)));
    JSON.parse(jsonText(comparisonJson(fields, names)));
    compareWithGenerated(bytes, { profile: 'snp', role: 'bsp', cpu: CPU }, undefined);
    JSON.parse(jsonText(pageJson(bytes, 'x')));
    return { feature, result: differing };
  },
};

/** The forms that every byte of a page survives. */
const WHOLE_FORMS: readonly string[] = ['bin', 'json', 'hex', 'base64', 'csv', 'c'];

const exported: Target = {
  name: 'vmsa-exports',
  form: 'bytes',
  slow: true,
  most: SIZE,
  seeds: PAGES,
  run(input) {
    const bytes = new Uint8Array(SIZE);
    bytes.set(input.subarray(0, SIZE));
    const shown = [];
    for (const { id, write } of EXPORTS) {
      assert.equal(findForm(id)?.id, findExport(id)?.id);
      const written = write(bytes, 'page.vmsa');
      const text = typeof written === 'string' ? written : '';
      assertPlain(text.replaceAll('\r', ''));
      const found = findPages(typeof written === 'string' ? bytesOf(written) : written);
      if ('reason' in found) {
        assertSentence(found.reason);
        shown.push(`${id}!`);
        // A page of nothing is nothing in text, either.
        continue;
      }
      assert.equal(found.pages.length, 1, id);
      if (WHOLE_FORMS.includes(id))
        assert.deepEqual(found.pages[0]!.bytes, bytes, `${id} gives the page again`);
    }
    return { feature: shown.join(), result: shown };
  },
};

/** What must hold for whatever pages are read from. */
function assertFound(found: PagesRead | NotPages): string {
  if ('reason' in found) {
    assertSentence(found.reason);
    for (const { bytes, part, notes, label } of found.partial ?? []) {
      assert.equal(bytes.length, SIZE);
      notes.forEach(assertSentence);
      assertSentence(label);
      for (const { name } of knownFields(bytes, part)) assert.ok(part.known.has(name));
      for (const { message } of knownFindings(bytes, part)) assertSentence(message);
      unknownByGroup(part);
      JSON.parse(jsonText(partJson({ bytes, part, notes, label }, 'x', 'form')));
    }
    return `${found.format ?? ''} ${found.reason.replaceAll(/\d+/g, '#').slice(0, 60)} ${found.partial?.length ?? 0}`;
  }
  assert.ok(found.pages.length > 0 && found.pages.length <= 512);
  for (const { bytes, note, label } of found.pages) {
    assert.equal(bytes.length, SIZE, 'a whole page');
    if (note !== undefined) assertSentence(note);
    assertSentence(label);
  }
  return `${found.format} ${found.pages.length} ${found.pages[0]!.note?.replaceAll(/\d+/g, '#').slice(0, 60) ?? ''}`;
}

function readPages(input: Uint8Array): Outcome {
  const found = findPages(input);
  const feature = assertFound(found);
  findFilePages(input);
  const chosen = readOrCode(() => chooseState('x.log', found, 'reason' in found ? undefined : 0));
  return { feature, result: [found, chosen.code] };
}

/** As much of a page as keeps a dump short. */
const lines = (all: readonly string[]) => bytesOf(all.join('\n'));
/** As `hexdump` prints lines that are like the one before. */
function repeated(bytes: Uint8Array): string[] {
  const all = PRINTERS["U-Boot's md.b"]!.print(bytes);
  const same = (i: number) => i > 0 && all[i]!.slice(10) === all[i - 1]!.slice(10);
  return [...all.flatMap((line, i) => (!same(i) ? [line] : same(i - 1) ? [] : ['*'])), '00001000'];
}
const json = (bytes: Uint8Array) =>
  kernelLog([bytes], PREFIXES['no prefix']!).map((MESSAGE, i) =>
    JSON.stringify({ MESSAGE, _SOURCE_MONOTONIC_TIMESTAMP: `${1234567000 + i}` }),
  );
const printed = (id: string) => () =>
  PAGES()
    .slice(0, 4)
    .map((bytes) => {
      const written = EXPORTS.find((form) => form.id === id)!.write(bytes, 'page');
      return typeof written === 'string' ? bytesOf(written) : written;
    });

const forms: Readonly<
  Record<
    string,
    { readonly seeds: () => Uint8Array[]; readonly words: readonly string[]; readonly most?: number }
  >
> = {
  'kernel-logs': {
    seeds: () => Object.values(PREFIXES).map((prefix) => lines(kernelLog([marked(page())], prefix))),
    words: ['Virtual Machine Save Area (VMSA):', 'SEV: ', 'kvm_amd: ', '[   12.345678] ', '00', '*', '<7>'],
  },
  'hex-dumps': {
    seeds: () => [
      lines(repeated(page())),
      ...Object.values(PRINTERS).map(({ print }) => lines(print(marked(page()), 0x1000n).slice(0, 260))),
      lines(kernelLines(page())),
    ],
    words: ['0x', '00000000', ' ', '*', ':', '  |', '0000:', 'ffffffff'],
    most: 48 * 1024,
  },
  journals: {
    seeds: () => [lines(json(marked(page()))), lines([`[${json(page()).join(',')}]`])],
    words: ['MESSAGE', '_SOURCE_MONOTONIC_TIMESTAMP', '[83,69,86]', 'null', '\\u0000', '\\ud800'],
    most: 32 * 1024,
  },
  'register-dumps': {
    seeds: () => [
      lines([...controlLines(), ...saveLines(page())]),
      lines([...controlLines({ vcpu: 1 }), ...saveLines(page({ role: 'ap' }))]),
      lines(qemuLines(page(), 'legacy', true)),
      lines(qemuLines(page(), '64-bit')),
      lines([...qemuLines(page(), '64-bit'), '', ...qemuLines(page({ role: 'ap' }), '64-bit')]),
    ],
    words: [
      'VMCB Control Area:',
      'VMCB State Save Area:',
      'CPU#1',
      'RIP=',
      'EFER=',
      'vCPU',
      'allowed_sev_features:',
    ],
  },
  'source-code': {
    seeds: () => [
      ...printed('c')(),
      bytesOf(`unsigned char p[] = {${[...page()].map((b) => `0x${b.toString(16)}`).join(', ')}};`),
      bytesOf(`p = b'${[...page()].map((b) => `\\x${b.toString(16).padStart(2, '0')}`).join('')}'`),
    ],
    words: ['{', '}', '0x', '\\x', '\\000', '"', "b'", '/*', '*/', '//', '= {', '[0]', '.', 'ULL'],
    most: 32 * 1024,
  },
  tables: {
    seeds: () => [...printed('csv')(), ...printed('markdown')()],
    words: ['|', '`', ',', '"', 'rip', 'rax', 'cs_selector', '0x', '\r\n'],
    most: 96 * 1024,
  },
  base64: {
    seeds: printed('base64'),
    words: ['=', '==', 'AAAA', '-----BEGIN', '\r\n', '+', '/'],
  },
  'plain-hex': {
    seeds: () => [
      lines([Buffer.from(marked(page())).toString('hex')]),
      lines([Buffer.from(page().slice(0, 0x670)).toString('hex')]),
      lines(
        Buffer.from(page())
          .toString('hex')
          .match(/.{60}|.+$/g)!,
      ),
    ],
    words: ['00', '0x', ' ', '\n', ','],
  },
};

const texts = Object.entries(forms).map(([name, { seeds, words, most = 24 * 1024 }]): Target => ({
  name,
  form: 'text',
  most,
  seeds,
  words,
  run: readPages,
}));

const pageJsons: Target = {
  name: 'page-json',
  form: 'json',
  slow: true,
  most: 128 * 1024,
  seeds: () => [...printed('sevctl')().slice(0, 2), ...printed('json')().slice(0, 1)],
  words: ['rip', 'rax', 'fields', 'value', 'kind', 'vmsa', '0xffffffffffffffff', 'name'],
  run: readPages,
};

const identified: Target = {
  name: 'identified-pages',
  form: 'bytes',
  slow: true,
  most: SIZE,
  seeds: PAGES,
  run(input) {
    const bytes = new Uint8Array(SIZE);
    bytes.set(input.subarray(0, SIZE));
    const { exact, withFeatures, nearest, tried, notState } = identify(bytes);
    const all = [...exact, ...withFeatures, ...nearest];
    for (const one of all) assertSentence(describeDistance(one));
    for (const { differing } of exact) assert.equal(differing.length, 0);
    const feature = [exact.length, withFeatures.length, nearest.length, notState ?? ''].join();
    return { feature, result: [tried, all.map(describeDistance)] };
  },
};

const fieldTexts: Target = {
  name: 'field-values',
  form: 'text',
  most: 400,
  seeds: () =>
    ['0', '0x80b004', '18446744073709551615', '00ff', '0x00ff', '00:ff:01', '1_000', ' 5 '].map(bytesOf),
  words: ['0x', '_', ':', ' ', 'ff'],
  run(input) {
    const text = textOf(input);
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

export const PAGE_TARGETS: readonly Target[] = [
  bytesOfPage,
  exported,
  ...texts,
  pageJsons,
  identified,
  fieldTexts,
  names,
  exactJson,
];
