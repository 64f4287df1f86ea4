// No bytes make the readers of VMSA pages throw or slow: mutations of every form, and files of 64 MiB that look like one.

import assert from 'node:assert/strict';
import { EXPORTS } from '../../src/core/vmsa/forms/exportPage';
import { generateVmsa, type VmsaRequest } from '../../src/core/vmsa/launch/generate';
import { findPages } from '../../src/core/vmsa/forms/findPages';
import { ANNOUNCED, PREFIXES, kernelLog } from '../helpers/dumps';
import { seeded } from '../helpers/random';
import { cheaply } from '../helpers/promptly';

const CPU = { family: 25, model: 1, stepping: 1 };
const page = (over: Partial<VmsaRequest> = {}) =>
  generateVmsa({ profile: 'snp', role: 'bsp', cpu: CPU, resetAddress: 0x80b004, ...over }).bytes;
const BSP = page();
const AP = page({ role: 'ap' });
const text = (lines: string | readonly string[]) =>
  new TextEncoder().encode(typeof lines === 'string' ? lines : lines.map((l) => `${l}\n`).join(''));

describe('What is no page, or nearly one', () => {
  const forms: [string, Uint8Array][] = [
    ['kernel log', text(kernelLog([BSP, AP], PREFIXES['syslog']!))],
    ...(['json', 'sevctl', 'hex', 'base64', 'csv', 'markdown', 'c'] as const).map(
      (id): [string, Uint8Array] => {
        return [id, text(EXPORTS.find((e) => e.id === id)!.write(BSP, 'x') as string)];
      },
    ),
  ];
  const COUNT: Readonly<Record<string, number>> = { json: 300 };
  for (const [name, bytes] of forms) {
    it(`mutations of ${name} are read or refused, never thrown at`, () => {
      const count = COUNT[name] ?? 2000;
      for (let seed = 0; seed < count; seed++) {
        const random = seeded(seed);
        const mutated = bytes.slice(random(4) === 0 ? random(bytes.length) : 0);
        for (let i = random(4); i >= 0; i--) {
          const at = random(mutated.length);
          if (random(3) === 0) mutated.copyWithin(at, random(mutated.length), random(mutated.length));
          else mutated[at] = random(2) === 0 ? random(256) : '\n {}[]",:*0f'.charCodeAt(random(12));
        }
        try {
          const found = findPages(mutated);
          if ('reason' in found) assert.ok(found.reason.length > 10);
          else for (const p of found.pages) assert.equal(p.bytes.length, 4096);
        } catch (error) {
          assert.fail(`seed ${seed}: ${String(error)}`);
        }
      }
    });
  }
  const fill = (pattern: string) => {
    const bytes = new Uint8Array(2 ** 26);
    const unit = new TextEncoder().encode(pattern);
    bytes.set(unit);
    // What is there is copied behind itself, because a loop over 64 MiB takes longer than what is tested.
    for (let n = unit.length; n < bytes.length; n *= 2) bytes.copyWithin(n, 0, n);
    return bytes;
  };
  const large: [string, () => Uint8Array][] = [
    ...[
      'a',
      '00 ',
      '\n',
      'V',
      'g',
      '{',
      '"',
      `${ANNOUNCED} `,
      ANNOUNCED + '\n',
      '[ 1.2] 00\n',
      '00000000: 00\n*\n',
      ...[
        '> ',
        '```\n',
        '[0, ',
        '{0x00, ',
        "b'",
        "b'\\x00",
        '\x1b[0m',
        '\u00a0',
        'a\0',
        'dead: beef\n',
        '0x0: 0x0\n',
      ],
      ...['{"MESSAGE": "00"}\n', '{"MESSAGE": "', ' MESSAGE=00\n', '/*', '[/**/'],
      ...[
        'offset,size,name,',
        'offset,size,name,""\n',
        '| offset | field | value | meaning |\n',
        '.a = {1},',
      ],
    ].map((p): [string, () => Uint8Array] => [JSON.stringify(p), () => fill(p)]),
    ['zeros', () => new Uint8Array(2 ** 26)],
    [
      'garbage text',
      () => {
        const bytes = fill('0123456789abcdefghijklmnop \n[]:;#');
        for (let i = 0; i < bytes.length; i += 7) bytes[i] = 33 + ((i >> 9) % 90);
        return bytes;
      },
    ],
  ];
  for (const [name, make] of large) {
    it(`64 MiB of ${name} take bounded time`, () => {
      const bytes = make();
      const assertCheap = cheaply(2000);
      findPages(bytes);
      assertCheap();
    });
  }
});
