// Every form of text in which pages come, and dumps of registers.

import { EXPORTS } from '../../../src/core/vmsa/forms/exportPage';
import { PRINTERS } from '../../helpers/dumpPrinters';
import { PREFIXES, kernelLines, kernelLog } from '../../helpers/dumps';
import { controlLines, qemuLines, saveLines } from '../../helpers/registerDumps';
import { bytesOf, type Target } from '../target';
import { PAGES, marked, page, readPages } from '../pageChecks';

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

/** The targets of pages as text. */
export const DUMP_TARGETS: readonly Target[] = [...texts, pageJsons];
