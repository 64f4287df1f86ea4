// Kernel logs as people get them: with each kind of time, structured, quoted, of several launches, without their
// headings; and pages in source code and in tables of fields.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import type { ExportId } from '../../../../../src/core/vmsa/forms/exportForms';
import { findExport } from '../../../../../src/core/vmsa/forms/exportPage';
import { findPages } from '../../../../../src/core/vmsa/forms/findPages';
import { generateVmsa, type VmsaRequest } from '../../../../../src/core/vmsa/launch/generate';
import { KERNEL_STRUCT, PREFIXES, kernelLog, type Prefix } from '../../../../helpers/dumps';
import { randomBytes, seeded } from '../../../../helpers/random';

const CPU = { family: 25, model: 1, stepping: 1 };
const page = (over: Partial<VmsaRequest> = {}) =>
  generateVmsa({ profile: 'snp', role: 'bsp', cpu: CPU, resetAddress: 0x80b004, ...over }).bytes;
const BSP = page();
const AP = page({ role: 'ap' });
const RANDOM = randomBytes(seeded(31), 4096);
const STRUCT = RANDOM.slice().fill(0, KERNEL_STRUCT);

const bytesOf = (text: string | readonly string[]) =>
  new TextEncoder().encode(typeof text === 'string' ? text : text.map((line) => `${line}\n`).join(''));
function reason(text: string | readonly string[]): string {
  const found = findPages(bytesOf(text));
  return 'reason' in found ? found.reason : assert.fail(`read as ${found.title}`);
}
function gives(text: string | readonly string[], pages: readonly Uint8Array[]) {
  const found = findPages(bytesOf(text));
  if ('reason' in found) assert.fail(found.reason);
  assert.equal(found.pages.length, pages.length);
  pages.forEach((p, i) => assert.equal(Buffer.compare(found.pages[i]!.bytes, p), 0, `page ${i}`));
  return found;
}
const labels = (text: readonly string[], pages: readonly Uint8Array[]) =>
  gives(text, pages).pages.map((p) => p.label);

const DMESG = PREFIXES['dmesg']!;
const PLAIN = PREFIXES['no prefix']!;
const ISO: Prefix = (i) => `2024-11-05T10:01:02,${567893 + 3 * i}+01:00 `;

describe('A kernel log with several dumps', () => {
  it('has the launches that its boot processors begin', () => {
    assert.deepEqual(labels(kernelLog([BSP, AP, AP], DMESG), [BSP, AP, AP]), ['vCPU 0', 'vCPU 1', 'vCPU 2']);
    assert.deepEqual(labels(kernelLog([BSP, AP, BSP, AP, BSP], DMESG), [BSP, AP, BSP, AP, BSP]), [
      'launch 1, vCPU 0',
      'launch 1, vCPU 1',
      'launch 2, vCPU 0',
      'launch 2, vCPU 1',
      'launch 3, vCPU 0',
    ]);
    assert.deepEqual(labels(kernelLog([AP, AP, BSP, AP], DMESG), [AP, AP, BSP, AP]), [
      'earlier launch, AP 1 of the log',
      'earlier launch, AP 2 of the log',
      'launch 1, vCPU 0',
      'launch 1, vCPU 1',
    ]);
  });
  const headless = (lines: readonly string[]) => lines.filter((line) => !line.includes('VMSA'));
  it('is read without the lines that name them, by the number of lines', () => {
    for (const prefix of Object.values(PREFIXES)) {
      gives(headless(kernelLog([BSP, AP], prefix)), [BSP, AP]);
      gives(
        kernelLog([BSP, AP], prefix).filter((_, i) => i !== 104),
        [BSP, AP],
      );
    }
  });
  const log = kernelLog([BSP, AP], DMESG);
  const bare = headless(log);
  const broken: [string, readonly string[], RegExp][] = [
    [
      'a line lost',
      log.filter((_, i) => i !== 60),
      /vCPU 0 has 1632 bytes in 102 lines; Linux prints 1648 in 103, so that lines are missing/,
    ],
    ['a line lost of the second', log.filter((_, i) => i !== 160), /vCPU 1 has 1632 bytes/],
    [
      'a line twice',
      [...log.slice(0, 9), log[8]!, ...log.slice(9)],
      /vCPU 0 has 1664 bytes in 104 lines.*twice/,
    ],
    [
      'each line twice',
      log.flatMap((line, i) => (i < 104 ? [line, ...(i > 0 ? [line] : [])] : [])),
      /vCPU 0 has 3296 bytes/,
    ],
    ['no headings and a line lost', bare.filter((_, i) => i !== 60), /The dump has 3280 bytes in 205 lines/],
    [
      'no headings and the lines of both mixed',
      [...bare.slice(0, 50), ...bare.slice(52), bare[3]!, bare[3]!],
      /out of order|3296 bytes/,
    ],
    [
      'its lines backwards',
      [...kernelLog([BSP], DMESG).slice(1).reverse(), ...kernelLog([AP], DMESG).reverse()],
      /out of order|no dump follows/,
    ],
    [
      'the lines of two guests that were started at once',
      kernelLog([BSP], PLAIN).flatMap((line, i) => [line, kernelLog([AP], PLAIN)[i]!]),
      /next header comes before any of its bytes/,
    ],
    [
      'words behind its bytes',
      kernelLog([BSP], DMESG).map((line) => `${line}<br>`),
      /do not end with their bytes/,
    ],
    [
      'its line ends written out, as in JSON of other programs',
      [JSON.stringify({ stdout: kernelLog([BSP], DMESG).join('\n') })],
      /do not end with their bytes/,
    ],
    [
      'two lines in the wrong order',
      [...log.slice(0, 20), log[21]!, log[20]!, ...log.slice(22)],
      /out of order: line 22 of the log is older/,
    ],
    [
      'lines in the wrong order by ISO times',
      kernelLog([BSP], ISO).map((line, i, all) => (i === 30 ? all[31]! : i === 31 ? all[30]! : line)),
      /line 32 of the log is older/,
    ],
  ];
  for (const [name, lines, message] of broken) {
    it(`with ${name} is refused`, () => assert.match(reason(lines), message));
  }
});

describe('A kernel log in another form', () => {
  const messages = kernelLog([BSP, AP], PLAIN, 'kvm_amd: ');
  const entry = (MESSAGE: string, i: number) => ({
    __CURSOR: `s=0;i=${i}`,
    __REALTIME_TIMESTAMP: `${1730797262000000 + i}`,
    MESSAGE,
    _SOURCE_MONOTONIC_TIMESTAMP: `${1234567893 + i}`,
    _TRANSPORT: 'kernel',
  });
  const noise = (i: number) => entry(`a "quoted" message \\ with {braces} and 00 11 \u00e9\n${i}`, i);
  const entries = messages.flatMap((message, i) => [
    entry(message, 2 * i),
    ...(i % 9 === 4 ? [noise(2 * i + 1)] : []),
  ]);
  const fields = (indent: string) => (e: object) =>
    Object.entries(e).map(([key, value]) => `${indent}${key}=${String(value).split('\n')[0]!}`);
  const forms: [string, (all: typeof entries) => string][] = [
    [
      'CSV',
      (all) =>
        all
          .map((e) => {
            const time = `2024-11-05T10:01:02.${e._SOURCE_MONOTONIC_TIMESTAMP.slice(-6)}`;
            return `"${time}","host","${e.MESSAGE.replaceAll('"', '""')}"`;
          })
          .join('\n'),
    ],
    ['journalctl -o json', (all) => all.map((e) => `${JSON.stringify(e)}\n`).join('')],
    ['journalctl -o json-pretty', (all) => all.map((e) => `${JSON.stringify(e, null, '\t')}\n`).join('')],
    ['journalctl -o json-seq', (all) => all.map((e) => `\x1e${JSON.stringify(e)}\n`).join('')],
    ['journalctl -o json-sse', (all) => all.map((e) => `data: ${JSON.stringify(e)}\n\n`).join('')],
    ['a JSON array of them', (all) => JSON.stringify(all)],
    [
      'journalctl -o verbose',
      (all) =>
        all
          .map((e) => `Tue 2024-11-05 10:01:02.123456 CET [s=1;i=2]\n${fields('    ')(e).join('\n')}\n`)
          .join(''),
    ],
    ['journalctl -o export', (all) => all.map((e) => `${fields('')(e).join('\n')}\n\n`).join('')],
    [
      'dmesg --json',
      (all) =>
        JSON.stringify(
          {
            dmesg: all.map((e) => ({
              pri: 7,
              time: Number(e._SOURCE_MONOTONIC_TIMESTAMP) / 1e6,
              msg: e.MESSAGE,
            })),
          },
          null,
          3,
        ),
    ],
  ];
  for (const [name, form] of forms) {
    it(`of ${name} is read`, () => {
      const found = gives(form(entries), [BSP, AP]);
      assert.equal(found.format, 'kernel-log');
      gives(form(entries).replaceAll('\n', '\r\n'), [BSP, AP]);
    });
    it(`of ${name} with a message lost, or two in the wrong order, is refused`, () => {
      assert.match(reason(form(entries.filter((_, i) => i !== 40))), /has 1632 bytes in 102 lines/);
      const [before, after] = [entries.slice(0, 20), entries.slice(22)];
      assert.match(reason(form([...before, entries[21]!, entries[20]!, ...after])), /out of order/);
    });
  }
  it('with the times of dmesg --time-format iso is read, though they end in digits', () => {
    gives(kernelLog([BSP, AP, STRUCT], ISO, 'kvm_amd: '), [BSP, AP, STRUCT]);
  });
  it('that is quoted, fenced, coloured or in UTF-16 is read', () => {
    const lines = kernelLog([BSP, AP], DMESG);
    gives(
      lines.map((line) => `> > ${line}`),
      [BSP, AP],
    );
    gives(['Here it is:', '', '```', ...lines, '```', 'Thanks!'], [BSP, AP]);
    gives(
      lines.map((line) => `\x1b[32m${line.slice(0, 14)}\x1b[0m${line.slice(14)}`),
      [BSP, AP],
    );
    gives(
      lines.map((line) => line.replaceAll(/[<>]/g, '&gt;')),
      [BSP, AP],
    );
    const found = findPages(new Uint8Array(Buffer.from(`\ufeff${lines.join('\r\n')}`, 'utf16le')));
    assert.ok(!('reason' in found) && found.pages.length === 2);
  });
});

describe('Plain digits', () => {
  const digits = Buffer.from(BSP).toString('hex');
  const random = Buffer.from(RANDOM).toString('hex');
  const read: [string, string][] = [
    ['pairs with colons', digits.replaceAll(/..(?=.)/g, '$&:')],
    [
      "pairs with dashes, as .NET's BitConverter writes them",
      digits.toUpperCase().replaceAll(/..(?=.)/g, '$&-'),
    ],
    ['escapes of a shell', digits.replaceAll(/../g, '\\x$&')],
    ['lines in quotation', digits.replaceAll(/.{60}/g, '> $&\n')],
    ['words in the order of memory', digits.replaceAll(/.{8}/g, '$& ')],
    ['words of numbers', digits.replaceAll(/(..)(..)(..)(..)/g, '$4$3$2$1 ')],
  ];
  for (const [name, text] of read) it(`in ${name} are read`, () => gives(text, [BSP]));
  const refused: [string, string, RegExp][] = [
    ['words of any bytes', random.replaceAll(/.{8}/g, '$& '), /words of 4 bytes.*nothing in it tells/],
    [
      'groups of different sizes',
      `${digits.slice(0, 4)} ${digits.slice(4).replaceAll(/../g, '$& ')}`,
      /groups of different sizes/,
    ],
    [
      'a line lost',
      digits
        .replaceAll(/.{60}/g, '$&\n')
        .split('\n')
        .filter((_, i) => i !== 9)
        .join('\n'),
      /holds 4066 bytes/,
    ],
    [
      'an attestation report',
      `02000000000000000000030000000000${'00'.repeat(1168)}`,
      /attestation report, version 2; its measurement is at 0x90/,
    ],
  ];
  for (const [name, text, message] of refused) {
    it(`of ${name} are refused`, () => assert.match(reason(text), message));
  }
  it('of base64 may be wrapped, quoted or fenced', () => {
    const wrapped = Buffer.from(BSP).toString('base64').replaceAll(/.{76}/g, '$&\r\n');
    gives(wrapped, [BSP]);
    gives(`> ${wrapped.replaceAll('\n', '\n> ')}`, [BSP]);
    gives(`The page:\n\`\`\`\n${wrapped}\n\`\`\`\n`, [BSP]);
  });
});

describe('An attestation report', () => {
  const report = new Uint8Array(1184);
  report.set([3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3]);
  it('is named in each form', () => {
    const hexDump = findExport('hex')!.write(report, '') as string;
    const response = new Uint8Array(4000);
    response.set([0, 0, 0, 0, 0xa0, 4]);
    response.set(report, 32);
    const forms = [report, bytesOf(hexDump), bytesOf(Buffer.from(report).toString('base64')), response];
    for (const bytes of forms) {
      const found = findPages(bytes);
      assert.ok('reason' in found && found.format !== undefined);
      assert.match(
        found.reason,
        /is an SEV-SNP attestation report, version 3; its measurement is at 0x[9b]0/,
      );
    }
  });
});

describe('Source code', () => {
  const list = (bytes: Uint8Array, item: (b: number) => string, separator = ', ') =>
    Array.from(bytes, item).join(separator);
  const hex = (b: number) => `0x${b.toString(16)}`;
  const pair = (b: number) => b.toString(16).padStart(2, '0');
  const numbers = (bytes: Uint8Array, unit: number) =>
    Array.from(
      { length: bytes.length / unit },
      (_, i) => `0x${[...bytes.subarray(unit * i, unit * i + unit)].reverse().map(pair).join('')}`,
    );
  const read: [string, (bytes: Uint8Array) => string][] = [
    [
      'C',
      (b) =>
        `#include <x.h>\n/* don't { */\nstatic const u8 page[4096] = {\n\t${list(b, (v) => `0x${pair(v)}`, ',')},\n};\nint n = 4096;\n`,
    ],
    ['C with comments', (b) => `u8 page[] = { // page\n${list(b, (v) => `${hex(v)}U /* ${v} */`, ',\n')} };`],
    ['Rust', (b) => `const PAGE: [u8; 4096] = [${list(b, (v) => `0x${pair(v)}_u8`)}];`],
    ["Rust's {:?}", (b) => `[${list(b, String)}]`],
    ["Rust's {:02x?}", (b) => `[${list(b, pair)}]`],
    ['Go', (b) => `var page = []byte{${list(b, hex)}}`],
    ["Go's %v", (b) => `[${list(b, String, ' ')}]`],
    ['JSON', (b) => JSON.stringify({ vcpu: 0, page: [...b] }, null, 2)],
    ["Java's Arrays.toString", (b) => `[${list(b, (v) => String((v << 24) >> 24))}]`],
    ['Python', (b) => `page = b'${list(b, (v) => `\\x${pair(v)}`, '')}'\n`],
    [
      'Python in parts',
      (b) =>
        `page = (\n${Array.from({ length: 64 }, (_, i) => `    b"${list(b.subarray(64 * i, 64 * i + 64), (v) => `\\x${pair(v)}`, '')}"`).join('\n')}\n)\n`,
    ],
    ['digits in a string', (b) => `page = bytes.fromhex("${list(b, pair, '')}")`],
    ['base64 in a string', (b) => `{"vmsa": "${Buffer.from(b).toString('base64')}"}`],
  ];
  for (const [name, write] of read) {
    it(`of ${name} is read`, () => {
      gives(write(BSP), [BSP]);
      gives(write(RANDOM), [RANDOM]);
      gives(`${write(BSP)}\n\n${write(AP)}`, [BSP, AP]);
    });
  }
  it('has words, too, which are little-endian', () => {
    for (const unit of [2, 4, 8]) gives(`u64 page[] = { ${numbers(BSP, unit).join('ULL, ')}ULL };`, [BSP]);
    gives(`{${numbers(BSP.subarray(0, KERNEL_STRUCT), 8).join(',')}}`, [BSP]);
  });
  it("by Python's repr is read", function () {
    if (spawnSync('python3', ['--version']).error) this.skip();
    const program = 'import sys; print(repr(sys.stdin.buffer.read()))';
    for (const bytes of [BSP, RANDOM])
      gives(execFileSync('python3', ['-c', program], { input: bytes, encoding: 'utf8' }), [bytes]);
  });
  const bytes = [...BSP].map(hex);
  const broken: [string, string, RegExp][] = [
    ['a number lost', `{ ${bytes.slice(1).join(', ')} }`, /line 1 has 4095 numbers/],
    ['its end lost', `u8 x[] = {\n${bytes.join(', ')}`, /line 1 breaks off after 4096 numbers/],
    ['an ellipsis', `[${[...BSP].slice(0, 1000).join(', ')}, ...]`, /breaks off after 1000 numbers/],
    [
      'octal numbers',
      `{ ${[...BSP].map((v) => `0${v.toString(8)}`).join(', ')} }`,
      /decimal, octal or hexadecimal/,
    ],
    [
      'one pair without 0x',
      `{ ${bytes.join(', ').replace('0x93', '93')}, 0a }`,
      /decimal, octal or hexadecimal/,
    ],
    ['an element after words', `"${Buffer.from(BSP).toString('hex').slice(2)}ab00"\n"`, /string/],
    [
      'two lists, the second broken',
      `{ ${bytes.join(', ')} }\n{ ${bytes.slice(9).join(', ')} }`,
      /line 2 has 4087 numbers/,
    ],
    [
      'an escape that languages read differently',
      `b'${'\\x00'.repeat(4094)}\\01'`,
      /escapes that languages read differently/,
    ],
  ];
  for (const [name, text, message] of broken) {
    it(`with ${name} is refused`, () => assert.match(reason(text), message));
  }
});

describe('Exports that name the fields', () => {
  const write = (id: ExportId, bytes: Uint8Array) => findExport(id)!.write(bytes, 'a | b */ name') as string;
  const without = (text: string, line: RegExp) => {
    const lines = text.split('\n');
    lines.splice(
      lines.findIndex((l) => line.test(l)),
      1,
    );
    return lines.join('\n');
  };
  const odd = BSP.slice();
  odd[0x300] = 1;
  odd[0x900] = 2;
  for (const id of ['csv', 'markdown', 'c'] as const) {
    it(`as ${id} are read, two of them as two pages, quoted and in other line ends`, () => {
      for (const bytes of [BSP, odd, new Uint8Array(4096)]) gives(write(id, bytes), [bytes]);
      gives(write(id, BSP) + write(id, AP), [BSP, AP]);
      gives(write(id, BSP).replaceAll('\r\n', '\n').replaceAll('\n', '\r\n'), [BSP]);
      gives(`> ${write(id, BSP).replaceAll('\n', '\n> ')}`, [BSP]);
    });
  }
  it('as CSV of a spreadsheet are read', () => {
    gives(write('csv', BSP).replaceAll(/^(\w+),(\w+),([\w.]+),([\w ]+),(\w+),/gm, '$1;$2;$3;$4;$5;'), [BSP]);
  });
  const broken: [string, string, RegExp][] = [
    ['CSV without a row', without(write('csv', BSP), /,rip,/), /the field "rip" is missing/],
    [
      'CSV with a row twice',
      write('csv', BSP).replace(/0x178,8,rip[^\r]*\r\n/, '$&$&'),
      /"rip" is there twice/,
    ],
    [
      'CSV with a number too large',
      write('csv', BSP).replace('0x0093', '0x10093'),
      /"es_attrib" has no value of 2 bytes/,
    ],
    [
      'Markdown without a row',
      without(write('markdown', BSP), /`rip`/),
      /has \d+ fields and says that there are \d+/,
    ],
    ['Markdown with another row', write('markdown', BSP).replace('`rip`', '`rap`'), /not a field/],
    [
      'Markdown with a field elsewhere',
      write('markdown', BSP).replace('| 0x178', '| 0x170'),
      /"rip" is not at 0x170/,
    ],
    ['C without a member', without(write('c', BSP), /\.rip/), /has \d+ members and says that there are \d+/],
    ['C without its end', without(write('c', BSP), /^};/), /does not end/],
    [
      'C without its comment',
      write('c', BSP).replace(/\/\* All other.*/, ''),
      /comment at its end is missing/,
    ],
    ['C without a row of its comment', without(write('c', odd), /^ \* 0x300/), /has 1 of 2 rows/],
    ['C with another member', write('c', BSP).replace('.rip', '.rap'), /no member "rap"/],
  ];
  for (const [name, text, message] of broken) {
    it(`as ${name} are refused`, () => assert.match(reason(text), message));
  }
});
