// Every form in which memory is printed is read to the same page, with what carries it, or refused with a reason that
// names the place. Real programs print where they are on the machine; the others are in helpers.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LINE_FORMS, parseDumpLine } from '../../../../../src/core/vmsa/forms/dumpLine';
import { findPages } from '../../../../../src/core/vmsa/forms/findPages';
import { generateVmsa, type VmsaRequest } from '../../../../../src/core/vmsa/launch/generate';
import { PRINTERS } from '../../../../helpers/dumpPrinters';
import { KERNEL_STRUCT } from '../../../../helpers/dumps';
import { randomBytes, seeded } from '../../../../helpers/random';

const CPU = { family: 25, model: 1, stepping: 1 };
const page = (over: Partial<VmsaRequest> = {}) =>
  generateVmsa({ profile: 'sev-es', role: 'bsp', cpu: CPU, resetAddress: 0x80b004, ...over }).bytes;
const BSP = page();
const AP = page({ role: 'ap' });
const RANDOM = randomBytes(seeded(21), 4096);

const utf8 = (text: string | readonly string[]) =>
  new TextEncoder().encode(typeof text === 'string' ? text : text.map((line) => `${line}\n`).join(''));

function read(text: string | readonly string[] | Uint8Array) {
  const found = findPages(text instanceof Uint8Array ? text : utf8(text));
  if ('reason' in found) assert.fail(found.reason);
  return found;
}
function reason(text: string | readonly string[] | Uint8Array): string {
  const found = findPages(text instanceof Uint8Array ? text : utf8(text));
  return 'reason' in found ? found.reason : assert.fail(`read as ${found.title}`);
}
function gives(text: string | readonly string[] | Uint8Array, pages: readonly Uint8Array[], note?: RegExp) {
  const found = read(text);
  assert.equal(found.pages.length, pages.length);
  pages.forEach((p, i) => assert.equal(Buffer.compare(found.pages[i]!.bytes, p), 0, `page ${i}`));
  if (note) assert.match(found.pages[0]!.note ?? '', note);
  return found;
}
const xxd = (bytes: Uint8Array, base = 0) => PRINTERS["U-Boot's md.b"]!.print(bytes, BigInt(base));

describe('Dumps with addresses', () => {
  for (const [name, { unit, print }] of Object.entries(PRINTERS)) {
    it(`of ${name} are read`, () => {
      const littleEndian = unit > 2 ? /words of \d+ bytes were read as little-endian numbers/ : undefined;
      for (const base of [0n, 0x1000n, 0xffff888103c41000n, 0xfffffffffffff000n]) {
        gives(print(BSP, base), [BSP], littleEndian);
        gives(
          print(AP, base).map((line) => `${line}\r`),
          [AP],
          littleEndian,
        );
      }
    });
    it(`of ${name} of any bytes are read, or refused where their order is open`, () => {
      const lines = print(RANDOM, 0x1000n);
      const found = findPages(utf8(lines));
      if (!('reason' in found)) gives(lines, [RANDOM]);
      else assert.match(found.reason, /words of 8 bytes.*nothing in it tells which.*xxd -g 1/);
    });
  }

  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'sevscope-forms-'));
    writeFileSync(join(folder, 'page'), BSP);
    writeFileSync(join(folder, 'random'), RANDOM);
    writeFileSync(join(folder, 'struct'), BSP.subarray(0, KERNEL_STRUCT));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  const run = (command: string, name: string) => {
    const [program, ...args] = command.split(' ') as [string, ...string[]];
    return execFileSync(program, [...args, name], { cwd: folder, encoding: 'latin1' });
  };
  const byPrograms: [command: string, note: RegExp | undefined, random: boolean][] = [
    ['xxd -e', /words of 4 bytes were read as little-endian numbers: the characters/, true],
    ['xxd -e -g2', /little-endian/, true],
    ['xxd -e -g8 -c 32', /little-endian/, true],
    ['xxd -e -g16', /little-endian/, true],
    ['xxd -g3', undefined, true],
    ['xxd -c 11', undefined, true],
    ['xxd -c 8 -g1', undefined, true],
    ['xxd -d', undefined, true],
    ['xxd -i', undefined, true],
    ['hexdump', /words of 2 bytes were read as little-endian/, true],
    ['hexdump -C', undefined, true],
    ['od -t x2', /little-endian/, true],
    ['od -t x8z', /little-endian/, true],
    ['od -t x4 --endian=big', /words of 4 bytes were read in the order of memory: only so do EFER/, false],
    ['od -An -v -t x1', undefined, true],
    ['od -An -v -t x4', /little-endian numbers: only so do EFER/, false],
    ['od -j 0 -A n -v -t x2', /little-endian numbers/, false],
  ];
  for (const [command, note, random] of byPrograms) {
    it(`by ${command} are read`, function () {
      if (spawnSync(command.split(' ')[0]!, ['--help']).error) this.skip();
      gives(run(command, 'page'), [BSP], note);
      gives(run(command, 'struct'), [BSP], /1648 bytes; the rest of the page was filled up/);
      if (random) gives(run(command, 'random'), [RANDOM]);
      else if (!command.includes('big')) assert.match(reason(run(command, 'random')), /nothing in it tells/);
    });
  }
  const octal = [
    'od',
    'od -b',
    'od -c',
    'od -d',
    'od -t o4',
    'od -t u1',
    'hexdump -b',
    'hexdump -c',
    'hexdump -d',
    'xxd -b',
  ];
  for (const command of octal) {
    it(`by ${command} are refused by name`, function () {
      if (spawnSync(command.split(' ')[0]!, ['--help']).error) this.skip();
      assert.match(reason(run(command, 'page')), /octal, decimal or binary digits.*xxd/);
    });
  }
  it('by objdump and gdb are read', function () {
    if (['objdump', 'objcopy', 'gdb'].some((program) => spawnSync(program, ['--version']).error)) this.skip();
    const object = join(folder, 'page.o');
    execFileSync('objcopy', ['-I', 'binary', '-O', 'elf64-x86-64', join(folder, 'page'), object]);
    gives(execFileSync('objdump', ['-s', object], { encoding: 'latin1' }), [BSP]);
    const start = readStart(execFileSync('objdump', ['-t', object], { encoding: 'latin1' }));
    for (const what of ['x/4096xb', 'x/512xg', 'x/1024xw', 'x/2048xh']) {
      const printed = execFileSync('gdb', ['-q', '-batch', '-ex', `${what} &${start}`, object], {
        encoding: 'latin1',
      });
      gives(printed, [BSP]);
    }
    const array = ['-ex', 'set print elements 0', '-ex', `p/x (unsigned char[4096])${start}`];
    gives(execFileSync('gdb', ['-q', '-batch', ...array, object], { encoding: 'latin1' }), [BSP]);
    const decimal = execFileSync('gdb', ['-q', '-batch', '-ex', `x/4096ub &${start}`, object], {
      encoding: 'latin1',
    });
    assert.match(reason(decimal), /octal, decimal or binary/);
  });
  const readStart = (symbols: string) => /\S*page_start\b/.exec(symbols)![0];

  it('have a form of the table each, and all of the table are used', () => {
    const used = new Set(
      Object.values(PRINTERS).flatMap(({ print }) => {
        const line = utf8(print(BSP).at(-1)!);
        return parseDumpLine(line, 0, line.length, line.indexOf(0x3a) - 8)?.form.id ?? [];
      }),
    );
    const objdump = utf8(' 0010 00f09b00 ffff0000 0000ffff 00000000  ................');
    const od = utf8('0000020 f000 009b ffff 0000 0000 ffff 0000 0000');
    for (const line of [objdump, od]) used.add(parseDumpLine(line, 0, line.length, -1)!.form.id);
    assert.deepEqual([...used].sort(), LINE_FORMS.map((form) => form.id).sort());
  });
});

describe('The lines of a dump', () => {
  const lines = xxd(RANDOM);
  const edited = (edit: (copy: string[]) => void) => {
    const copy = [...lines];
    edit(copy);
    return copy;
  };
  it('that are there twice count once', () => {
    gives(
      edited((copy) => copy.splice(20, 0, copy[20]!, copy[7]!)),
      [RANDOM],
    );
    gives([...lines.slice(0, 100), ...lines.slice(60)], [RANDOM]);
  });
  it('may have prompts, prose, fences, quotes and colours around them', () => {
    const copy = [
      '$ xxd -g1 page.bin',
      ...lines.slice(0, 50),
      '--Type <RET> for more--',
      ...lines.slice(50),
      '$',
    ];
    gives(copy, [RANDOM]);
    gives(
      copy.map((line) => `> ${line}`),
      [RANDOM],
    );
    gives(
      copy.map((line) => `&gt; &gt; ${line}`),
      [RANDOM],
    );
    gives(
      copy.map((line) => `    ${line}`),
      [RANDOM],
    );
    gives(['The page is 0000 here:', '```text', ...copy, '```', 'dead beef'], [RANDOM]);
    gives(
      copy.map((line) => `\x1b[32m${line}\x1b[0m`),
      [RANDOM],
    );
    gives(
      copy.map((line) => line.replaceAll(' ', '\u00a0')),
      [RANDOM],
    );
    gives(copy.join('\r'), [RANDOM]);
  });
  it('that begin again are those of another page', () => {
    const found = gives([...xxd(BSP), '', ...xxd(AP), ...xxd(BSP), ...xxd(AP, 0x7000)], [BSP, AP, BSP, AP]);
    assert.deepEqual(
      found.pages.map(({ label, vcpu }) => [label, vcpu]),
      [
        ['launch 1, vCPU 0', 0],
        ['launch 1, vCPU 1', 1],
        ['launch 2, vCPU 0', 0],
        ['launch 2, vCPU 1', 1],
      ],
    );
  });
  it('can leave out what is above the structure of Linux', () => {
    gives(xxd(BSP.subarray(0, 2048)), [BSP], /2048 bytes; the rest of the page was filled up with zeros/);
  });
  const broken: [string, readonly string[], RegExp][] = [
    [
      'one missing',
      edited((copy) => copy.splice(20, 1)),
      /Line 21 of the hex dump does not follow.*16 bytes are missing/,
    ],
    ['the first missing', lines.slice(1), /starts at 0x010 of a page.*first lines may be missing/],
    ['their start missing', xxd(page()).slice(100), /starts at 0x640 of a page/],
    [
      'less than Linux uses',
      lines.slice(0, 100),
      /has 1600 bytes; a VMSA is one page of 4096, of which Linux uses 1648/,
    ],
    [
      'two in the wrong order',
      edited((copy) => copy.splice(20, 2, copy[21]!, copy[20]!)),
      /Line 21 .* 16 bytes are missing/,
    ],
    [
      'one with a byte too many',
      edited((copy) => (copy[9] = copy[9]!.replace(': ', ': 00 '))),
      /Line 11 .* goes back/,
    ],
    [
      'one with a byte too few',
      edited((copy) => (copy[9] = copy[9]!.replace(/: .. /, ': '))),
      /Line 11 .* 1 byte is missing/,
    ],
    [
      'other bytes for an address that was there',
      edited((copy) => copy.splice(21, 0, copy[20]!.replace(/: .. .. /, ': 12 34 '))),
      /Line 22 .* goes back to an address that was there already, with other bytes/,
    ],
    [
      'one with words',
      edited((copy) => (copy[30] = copy[30]!.replace(/(\w\w) (\w\w)/g, '$1$2'))),
      /Line 31 .* has words of 2 bytes/,
    ],
    ['two dumps, the first cut', [...lines.slice(0, 120), ...xxd(AP)], /Line 121 .* goes back/],
    [
      'two dumps, the second cut',
      [...lines, ...xxd(AP).slice(0, 120)],
      /from line 257 cannot be read.*has 1920 bytes/,
    ],
    ['an asterisk at the end', [...lines.slice(0, 200), '*'], /Line 201 .* no address follows/],
    ['an asterisk that ends between lines', [...lines.slice(0, 99), '*', '00000fe8: 00'], /follows a "\*"/],
    ['an end that comes too early', [...lines.slice(0, 255), '00001000'], /Line 256 .* 16 bytes are missing/],
  ];
  for (const [name, text, message] of broken) {
    it(`with ${name} are refused at their place`, () => assert.match(reason(text), message));
  }
  it('are refused when they start too late, even if so many are left that a page could be', () => {
    const two = xxd(new Uint8Array(Buffer.concat([RANDOM, RANDOM])));
    assert.match(reason(two.slice(100, 356)), /starts at 0x640 of a page/);
    gives(two.slice(256), [RANDOM]);
  });
});

describe('Text in UTF-16', () => {
  const utf16 = (text: string, bigEndian: boolean, mark: boolean) => {
    const bytes = Buffer.from((mark ? '\ufeff' : '') + text, 'utf16le');
    return new Uint8Array(bigEndian ? bytes.swap16() : bytes);
  };
  const text = `${xxd(BSP).join('\r\n')}\r\n`;
  const base64 = Buffer.from(BSP).toString('base64');
  for (const bigEndian of [false, true]) {
    for (const mark of [false, true]) {
      it(`is read in ${bigEndian ? 'big' : 'little'} endian ${mark ? 'with' : 'without'} a mark`, () => {
        gives(utf16(text, bigEndian, mark), [BSP]);
        gives(utf16(base64, bigEndian, mark), [BSP]);
        gives(utf16(`„Größe“ — ${text}`, bigEndian, mark), [BSP]);
      });
    }
  }
});
