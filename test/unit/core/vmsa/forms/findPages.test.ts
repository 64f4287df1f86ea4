// Pages are read from every form that they come in, and forms are told apart. Hostile bytes are in the tier that may take its
// time.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { ExportId } from '../../../../../src/core/vmsa/forms/exportForms';
import { findExport } from '../../../../../src/core/vmsa/forms/exportPage';
import { generateVmsa, type VmsaRequest } from '../../../../../src/core/vmsa/launch/generate';
import { findPages } from '../../../../../src/core/vmsa/forms/findPages';
import { SEVCTL_SIZE } from '../../../../../src/core/vmsa/forms/sevctlJson';
import { ANNOUNCED, KERNEL_STRUCT, PREFIXES, kernelLines, kernelLog } from '../../../../helpers/dumps';
import { few } from '../../../../helpers/hostile';
import { randomBytes, seeded } from '../../../../helpers/random';

const CPU = { family: 25, model: 1, stepping: 1 };
const page = (over: Partial<VmsaRequest> = {}) =>
  generateVmsa({ profile: 'snp', role: 'bsp', cpu: CPU, resetAddress: 0x80b004, ...over }).bytes;
const BSP = page();
const AP = page({ role: 'ap' });

const text = (lines: string | readonly string[], end = '\n') =>
  new TextEncoder().encode(typeof lines === 'string' ? lines : lines.map((l) => l + end).join(''));

function read(bytes: Uint8Array) {
  const found = findPages(bytes);
  if ('reason' in found) assert.fail(found.reason);
  return found;
}
function reason(bytes: Uint8Array): string {
  const found = findPages(bytes);
  return 'reason' in found ? found.reason : assert.fail(`read as ${found.title}`);
}
const same = (actual: Uint8Array | undefined, expected: Uint8Array, what?: string) => {
  assert.equal(Buffer.compare(actual!, expected), 0, what);
};

/** A page with every byte of the kernel's structure set at random, and zeros above it. */
function randomStruct(seed: number): Uint8Array {
  const bytes = new Uint8Array(4096);
  bytes.set(randomBytes(seeded(seed), KERNEL_STRUCT));
  return bytes;
}

describe('A kernel log', () => {
  for (const [name, prefix] of Object.entries(PREFIXES)) {
    it(`is read with the prefix of ${name}`, () => {
      for (const module of ['SEV: ', 'kvm_amd: ', '']) {
        for (const end of ['\n', '\r\n']) {
          const found = read(text(kernelLog([BSP, AP, randomStruct(1)], prefix, module), end));
          assert.equal(found.format, 'kernel-log');
          assert.deepEqual(
            found.pages.map((p) => p.label),
            ['vCPU 0', 'vCPU 1', 'vCPU 2'],
          );
          [BSP, AP, randomStruct(1)].forEach((p, i) => same(found.pages[i]!.bytes, p, `${name} ${i}`));
          assert.match(found.pages[0]!.note!, /1648 bytes.*filled up with zeros/);
        }
      }
    });
  }
  it('may hold other messages before, between and after the lines of a dump', () => {
    const lines = kernelLog([BSP, randomStruct(2)], PREFIXES['dmesg']!);
    const noise = [
      '[   12.400000] usb 1-1: new high-speed USB device number 12',
      '[   12.400001] Code: 48 89 c3 5b 41 5c 41 5d 41 5e 41 5f c3 cc cc cc cc 0f 0b 48 89 df e8',
      '[   12.400002] audit: type=1400 ab cd ef',
      '',
      '[   12.400003] ccp: 00000000: 00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff',
    ];
    const mixed = lines.flatMap((line, i) => [...(i % 7 === 3 ? noise : []), line]);
    const found = read(text([...noise, ...mixed, ...noise]));
    same(found.pages[0]!.bytes, BSP);
    same(found.pages[1]!.bytes, randomStruct(2));
  });
  it('takes no other dump after the end of the structure for a part of it', () => {
    const lines = kernelLog([BSP], PREFIXES['dmesg']!);
    const other = kernelLines(randomStruct(4)).map((l) => `[   13.000000] ${l}`);
    same(read(text([...lines, '[   12.900000] something else', ...other])).pages[0]!.bytes, BSP);
  });
  it('without the line that names the dump is read as it was copied', () => {
    for (const prefix of [PREFIXES['dmesg']!, PREFIXES['syslog']!, PREFIXES['no prefix']!]) {
      same(read(text(kernelLog([BSP], prefix).slice(1))).pages[0]!.bytes, BSP);
    }
  });
  const cut: [string, string[], RegExp][] = [
    ['no dump', [`SEV: ${ANNOUNCED}`, 'other'], /names the VMSA of vCPU 0, but no dump follows/],
    [
      'half a dump',
      kernelLog([BSP], PREFIXES['dmesg']!).slice(0, 64),
      /vCPU 0 has 1008 bytes in 63 lines; Linux prints 1648 in 103/,
    ],
    [
      'a line lost',
      kernelLog([BSP], PREFIXES['dmesg']!).filter((_, i) => i !== 50),
      /has 1632 bytes in 102 lines/,
    ],
    [
      'a part of its last line',
      [ANNOUNCED, ...kernelLines(randomStruct(3), 0x66b)].map((l) => `host kernel: ${l}`),
      /has 1632 bytes in 102 lines/,
    ],
    [
      'half of the second dump',
      kernelLog([BSP, AP], PREFIXES['dmesg']!).slice(0, 120),
      /vCPU 1 has 240 bytes in 15 lines/,
    ],
  ];
  for (const [name, lines, message] of cut) {
    it(`with ${name} gives a reason`, () => assert.match(reason(text(lines)), message));
  }
  it('is read or refused at every length', () => {
    const whole = text(kernelLog([BSP, AP], PREFIXES['syslog']!));
    // Every length around the ends of lines, and every seventh between.
    const lengths: number[] = [];
    for (let length = 0; length < whole.length; length += length % 80 < 3 ? 1 : 7) lengths.push(length);
    for (const length of few(lengths)) {
      const found = findPages(whole.subarray(0, length));
      if ('reason' in found) continue;
      assert.ok(found.pages.length <= 2);
      for (const p of found.pages) assert.equal(p.bytes.length, 4096);
    }
  });
});

describe('Bytes that could be several pages', () => {
  const concat = (...parts: Uint8Array[]) => Uint8Array.from(Buffer.concat(parts));
  it('are pages when each looks like one', () => {
    const found = read(concat(BSP, AP, new Uint8Array(4096)));
    assert.deepEqual([found.format, found.pages.length, found.pages[2]!.label], ['pages', 3, 'vCPU 2']);
    same(found.pages[1]!.bytes, AP);
    assert.equal(read(concat(...Array.from({ length: 512 }, () => AP))).pages.length, 512);
  });
  const no: [string, Uint8Array][] = [
    ['nothing', new Uint8Array()],
    ['zeros', new Uint8Array(8192)],
    ['erased flash', new Uint8Array(8192).fill(0xff)],
    ['random bytes', randomBytes(seeded(5), 16384)],
    ['a page and firmware', concat(BSP, new Uint8Array(4096).fill(0xff))],
    ['more pages than any guest', concat(...Array.from({ length: 513 }, () => AP))],
    ['a page and a half', concat(BSP, AP.subarray(0, 2048))],
  ];
  for (const [name, bytes] of no) {
    it(`are not pages when they are ${name}`, () => assert.ok(reason(bytes).length > 20));
  }
  it('are called what they are when they are something else, and cut short only when they are', () => {
    const whole = randomBytes(seeded(8), 700);
    for (const [bytes, what] of [
      [gzipSync(BSP), /It is gzip-compressed/],
      [Uint8Array.from(Buffer.concat([Buffer.from('PK\x03\x04'), whole])), /It is a ZIP/i],
      [whole.fill(0, 40, 60), /this is none of them/],
      [new Uint8Array(700), /this is none of them/],
      [BSP.subarray(0, 512), /It is cut short/],
      [BSP.subarray(0, 4095), /It is cut short/],
    ] as const)
      assert.match(reason(bytes), what);
  });
  it('are one page at 4096 whatever they are', () => {
    for (const bytes of [
      new Uint8Array(4096),
      new Uint8Array(4096).fill(0xff),
      randomBytes(seeded(6), 4096),
    ]) {
      const found = read(bytes);
      assert.equal(found.format, 'page');
      same(found.pages[0]!.bytes, bytes);
    }
  });
  it('are views of the file, so that a page shows what is changed there, and plain arrays of bytes', () => {
    const file = Buffer.from([...BSP, ...BSP]);
    const [first, second] = read(file).pages;
    file[BSP.length + 1] = 7;
    assert.deepEqual([first!.bytes[1], second!.bytes[1]], [0, 7]);
    assert.equal(Object.getPrototypeOf(first!.bytes), Uint8Array.prototype);
  });
});

describe('A text of another kind', () => {
  const numbers = Array.from(BSP, (b) => `${b}`.padStart(3));
  const digits = numbers.join('').replaceAll(' ', '').length;
  // As many digits as base64 has.
  const rows = [numbers.join(' '), '1'.repeat(4 - (digits % 4))];
  const record = (start: string) =>
    Array.from(
      { length: 256 },
      (_, i) => start + Buffer.from(BSP.subarray(16 * i, 16 * i + 16)).toString('hex'),
    );
  const cases: [string, readonly string[], RegExp][] = [
    ['decimal numbers', rows, /this is none of them/],
    ['words', Array<string>(60).fill('the quick brown fox jumps over the lazy dog'), /this is none of them/],
    ['Intel HEX', record(':10000000'), /Intel HEX or Motorola S-records.*objcopy/],
    ['S-records', record('S1130000'), /Intel HEX or Motorola S-records.*objcopy/],
  ];
  for (const [name, lines, message] of cases) {
    it(`such as ${name} is not called base64`, () => {
      assert.match(reason(text(lines)), message);
      assert.doesNotMatch(reason(text(lines)), /base64:/);
    });
  }
});

describe('A hex dump', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'sevscope-dump-'));
    writeFileSync(join(folder, 'generated'), BSP);
    writeFileSync(join(folder, 'random'), randomBytes(seeded(7), 4096));
    writeFileSync(join(folder, 'pages'), Buffer.concat([BSP, AP]));
    writeFileSync(join(folder, 'letters'), Buffer.alloc(4096, 'abcdef00 *|>'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  const commands = [
    ...['xxd', 'xxd -g1', 'xxd -g4', 'xxd -c 32', 'xxd -u', 'xxd -a', 'xxd -p'],
    ...['hexdump', 'hexdump -v', 'hexdump -C', 'hexdump -C -v', 'hexdump -x'],
    ...[
      'od -x',
      'od -t x1',
      'od -A x -t x1',
      'od -A x -t x1z -v',
      'od -A d -t x8',
      'od -t x4',
      'od -A x -t x2 -w32',
    ],
    ...['base64', 'base64 -w 0'],
  ];
  for (const command of commands) {
    const [program, ...args] = command.split(' ') as [string, ...string[]];
    it(`by ${command} is read back`, function () {
      if (spawnSync(program, ['--help']).error) this.skip();
      for (const [name, expected] of [
        ['generated', [BSP]],
        ['random', [randomBytes(seeded(7), 4096)]],
        ['pages', [BSP, AP]],
        ['letters', [Buffer.alloc(4096, 'abcdef00 *|>')]],
      ] as const) {
        const printed = execFileSync(program, [...args, join(folder, name)]);
        for (const bytes of [printed, Buffer.from(printed.toString('latin1').replaceAll('\n', '\r\n'))]) {
          const found = read(bytes);
          assert.equal(found.format, program === 'base64' ? 'base64' : 'hex-dump');
          assert.equal(found.pages.length, expected.length, name);
          expected.forEach((p, i) => same(found.pages[i]!.bytes, p, `${name} page ${i}`));
        }
      }
    });
  }
  for (const command of ['od', 'od -b', 'od -c', 'od -d', 'hexdump -b', 'hexdump -d', 'hexdump -o']) {
    const [program, ...args] = command.split(' ') as [string, ...string[]];
    it(`by ${command}, which is not hexadecimal, is refused instead of read wrong`, function () {
      if (spawnSync(program, ['--help']).error) this.skip();
      reason(execFileSync(program, [...args, join(folder, 'random')]));
    });
  }
  const digits = Buffer.from(BSP).toString('hex');
  const forms: [string, string][] = [
    ['digits in one line', digits],
    ['capital digits', digits.toUpperCase()],
    ['pairs', digits.replaceAll(/../g, '$& ')],
    ['a list of C', digits.replaceAll(/../g, '0x$&, ').replaceAll(/(.{72})/g, '$1\n')],
  ];
  for (const [name, dump] of forms) {
    it(`of ${name} is read`, () => same(read(text(dump)).pages[0]!.bytes, BSP));
  }
  it('of the kernel with offsets is read, and filled up', () => {
    const lines = kernelLines(BSP).map(
      (l, i) => `${(16 * i).toString(16).padStart(8, '0')}: ${l}  ................`,
    );
    const [only] = read(text(lines)).pages;
    same(only!.bytes, BSP);
    assert.match(only!.note!, /size of the kernel's structure/);
  });
  it('may start at another offset than zero', () => {
    const from = (base: number) =>
      kernelLines(BSP, 4096).map((l, i) => `${(base + 16 * i).toString(16).padStart(8, '0')}  ${l}`);
    same(read(text(from(0x12345000))).pages[0]!.bytes, BSP);
  });
  it('with a line missing names the line', () => {
    const lines = kernelLines(randomStruct(8), 4096).map(
      (l, i) => `${(16 * i).toString(16).padStart(8, '0')}: ${l}`,
    );
    lines.splice(20, 1);
    assert.match(reason(text(lines)), /Line 21 of the hex dump does not follow/);
  });
  it('of another number of bytes gives a reason', () => {
    assert.match(reason(text('00'.repeat(5000))), /holds 5000 bytes.*one page of 4096/);
    assert.match(reason(text('00'.repeat(100))), /holds 100 bytes/);
  });
});

describe('Base64', () => {
  const good = Buffer.from(BSP).toString('base64');
  it('of several pages is read', () => {
    const both = Buffer.concat([BSP, AP]).toString('base64');
    assert.equal(read(text(`\n  ${both}\r\n`)).pages.length, 2);
  });
  const bad: [string, string][] = [
    ['no padding', good.replaceAll('=', '')],
    ['a character too many', `${good}A`],
    ['other characters', good.replace('A', '-')],
    ['bits after the end', good.replace(/.==$/, 'B==')],
    ['armour', `-----BEGIN PAGE-----\n${good}\n-----END PAGE-----`],
    ['half a page', Buffer.from(BSP.subarray(0, 2048)).toString('base64')],
  ];
  for (const [name, dump] of bad) it(`with ${name} is refused`, () => assert.ok(reason(text(dump))));
});

describe('JSON of a page', () => {
  const written = (id: ExportId, page: Uint8Array) => findExport(id)!.write(page, 'x') as string;
  const [sevctl, own] = [written('sevctl', BSP), written('json', BSP)];
  const change = (from: string | RegExp, to: string) => text(sevctl.replace(from, to));
  const bad: [string, Uint8Array, RegExp][] = [
    ['a key missing', change('"rip": 65520,\n', ''), /"rip" is missing/],
    ['a key of a segment missing', change('"limit": 65535,\n', ''), /"es\.limit" is missing/],
    ['an unknown key', change('"rip":', '"riq": 1, "rip":'), /"riq" is not a key/],
    ['a key twice', change('"rip":', '"rip": 1, "rip":'), /"rip" is there twice/],
    ['a number too large', change('"cpl": 0', '"cpl": 256'), /"cpl" is 256; it has 8 bits/],
    ['a number below zero', change('"rip": 65520', '"rip": -1'), /"rip" is -1/],
    ['a fraction', change('"rip": 65520', '"rip": 1.5'), /"rip" is not a whole number/],
    ['a text for a number', change('"rip": 65520', '"rip": "65520"'), /"rip" is not a whole number/],
    [
      'an array too short',
      change(/"reserved_2": \[\s*0,/, '"reserved_2": ['),
      /"reserved_2" has 3 numbers; it takes 4/,
    ],
    ['an array for a number', change('"rip": 65520', '"rip": []'), /"rip"/],
    [
      'a number for an array',
      change(/"reserved_2": \[[^\]]*\]/, '"reserved_2": 0'),
      /is not an array; it takes 4/,
    ],
    ['a byte too large', change(/"reserved_2": \[\s*0,/, '"reserved_2": [256,'), /"reserved_2\[0\]" is 256/],
    ['its end missing', text(sevctl.slice(0, -3)), /begins like JSON, but is none: .*line \d+/],
    ['something after its end', text(`${sevctl}x`), /something after the end/],
    ['nothing of a page', text('{"a": 1}'), /neither what "sevctl/],
    ['a field of ours missing', text(own.replace('"name": "rip"', '"name": "rap"')), /"rip" is missing/],
    [
      'a value of ours too large',
      text(own.replace('"value": 147,', '"value": 65536,')),
      /"es_attrib" has no value of 2 bytes/,
    ],
    ['endless nesting', text('{"a":'.repeat(100_000)), /nested too deeply/],
    ['deep arrays', text(`{"es": ${'['.repeat(100_000)}`), /nested too deeply/],
  ];
  for (const [name, bytes, message] of bad) {
    it(`with ${name} is refused by name`, () => assert.match(reason(bytes), message));
  }
  it('of sevctl keeps every bit of a 64-bit number', () => {
    const bytes = new Uint8Array(4096).fill(0xff, 0, SEVCTL_SIZE);
    bytes[0x178] = 0xfe;
    const json = written('sevctl', bytes);
    assert.ok(json.includes('"rip": 18446744073709551614'));
    const found = read(text(json));
    assert.equal(found.format, 'sevctl-json');
    same(found.pages[0]!.bytes, bytes);
    assert.match(found.pages[0]!.note!, /ends at 0x408/);
  });
  it('may begin with a byte order mark', () => {
    same(read(Uint8Array.from([0xef, 0xbb, 0xbf, ...text(own)])).pages[0]!.bytes, BSP);
  });
});
