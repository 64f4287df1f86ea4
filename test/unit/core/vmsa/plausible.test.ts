// What is no processor state is called that, whatever it is, and is given no launch; what is one stays one, also when
// it is damaged.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { identify } from '../../../../src/core/vmsa/compare/identify';
import { generateVmsa } from '../../../../src/core/vmsa/launch/generate';
import { VMSA_SIZE } from '../../../../src/core/vmsa/layout/layout';
import { PROFILES, type KnownProfile } from '../../../../src/core/vmsa/launch/profiles';
import { vmsaSummary } from '../../../../src/core/vmsa/page';
import { pageKind, whyNoState } from '../../../../src/core/vmsa/pageKind';
import { shiftOf } from '../../../../src/core/vmsa/plausible';
import { seeds } from '../../../helpers/hostile';
import { randomBytes, seeded } from '../../../helpers/random';
import { MILAN, startOf, SVSM } from './pages';
import { decodePage } from '../../../../src/core/vmsa/vmsaPage';

const ALL: readonly KnownProfile[] = PROFILES;
const PAGES = ALL.flatMap(({ id, roles }) =>
  roles.map((role) => ({
    name: `${id} ${role}`,
    bytes: generateVmsa({ profile: id, role, cpu: MILAN, resetAddress: startOf(id), svsm: SVSM }).bytes,
  })),
);
const text = (words: string) =>
  new TextEncoder().encode(words.repeat(Math.ceil(VMSA_SIZE / words.length))).subarray(0, VMSA_SIZE);

/** A page whose bytes are moved by `by`, with zeros in the gap. */
function shifted(page: Uint8Array, by: number): Uint8Array {
  const moved = new Uint8Array(VMSA_SIZE);
  if (by > 0) moved.set(page.subarray(0, VMSA_SIZE - by), by);
  else moved.set(page.subarray(-by));
  return moved;
}

describe('Bytes that are no processor state', () => {
  const cases: [string, Uint8Array, string, RegExp][] = [
    ['zeros', new Uint8Array(VMSA_SIZE), 'zero', /^All 4096 bytes are zero/],
    ['erased flash', new Uint8Array(VMSA_SIZE).fill(0xff), 'filled', /^All 4096 bytes are the same/],
    ['random bytes', randomBytes(seeded(7), VMSA_SIZE), 'encrypted', /random.*encrypted, or noise/],
    ['prose', text('The guest is launched with these pages. '), 'noise', /^No register/],
    ['digits', text('00000000 0000ffff 00009300\n'), 'noise', /^No register/],
    [
      'small numbers',
      Uint8Array.from({ length: VMSA_SIZE }, (_, i) => (i % 4 === 0 ? 1 + (i % 3) : 0)),
      'noise',
      /^No register/,
    ],
    ['a counter', Uint8Array.from({ length: VMSA_SIZE }, (_, i) => i), 'encrypted', /random/],
  ];
  for (const [name, bytes, kind, words] of cases) {
    it(`are said to be ${kind}, for ${name}, and get no launch`, () => {
      const not = whyNoState(decodePage(bytes));
      assert.equal(not?.kind, kind);
      assert.match(not.text, words);
      assert.match(vmsaSummary(decodePage(bytes)), /^no processor state/);
      const { exact, withFeatures, nearest, tried, notState } = identify(decodePage(bytes));
      assert.deepEqual([exact, withFeatures, nearest, tried, notState], [[], [], [], 0, not.text]);
    });
  }
  it('are never a page, for ten thousand seeds, with and without the zeros at the end of every page', () => {
    for (const seed of seeds(10_000)) {
      const random = seeded(seed);
      const words = Uint32Array.from({ length: VMSA_SIZE / 4 }, () => random(2 ** 32));
      const bytes = new Uint8Array(words.buffer);
      assert.notEqual(pageKind(bytes), 'vmsa', `${seed}`);
      assert.notEqual(pageKind(bytes.fill(0, 0x7c8)), 'vmsa', `${seed}`);
    }
  });
  it('are never a page, for any page of a program', () => {
    const program = readFileSync(process.execPath).subarray(0, 16 << 20);
    for (let at = 0; at + VMSA_SIZE <= program.length; at += VMSA_SIZE)
      assert.notEqual(pageKind(program.subarray(at, at + VMSA_SIZE)), 'vmsa', `${at}`);
  });
});

describe('A page that is shifted', () => {
  for (const by of [1, 4, 8, 16, 24, 64, 512, 2048, -1, -4, -8, -16]) {
    it(`by ${by} bytes is said to be`, () => {
      for (const { name, bytes } of PAGES) {
        const moved = shifted(bytes, by);
        assert.equal(shiftOf(moved), by, name);
        const where = by > 0 ? 'too far on' : 'too early';
        const count = Math.abs(by) === 1 ? '1 byte' : `${Math.abs(by)} bytes`;
        assert.ok(identify(decodePage(moved)).notState?.includes(`its fields are ${count}`), name);
        assert.ok(identify(decodePage(moved)).notState?.includes(where), name);
      }
    });
  }
});

describe('A page of registers', () => {
  it('stays one when its end is missing, or some of its bytes are damaged', () => {
    const random = seeded(9);
    for (const { name, bytes } of PAGES) {
      assert.equal(pageKind(bytes), 'vmsa', name);
      for (const end of [0x200, 0x400, 0x670]) {
        const cut = new Uint8Array(VMSA_SIZE);
        cut.set(bytes.subarray(0, end));
        assert.equal(pageKind(cut), 'vmsa', `${name}, ${end}`);
      }
      for (let i = 0; i < 100; i++) {
        const damaged = bytes.slice();
        for (let j = 0; j < 16; j++) damaged[random(0x400)] = random(256);
        assert.equal(pageKind(damaged), 'vmsa', `${name}, ${i}`);
      }
    }
  });
  it('stays one beside random bytes in its reserved end', () => {
    for (const { name, bytes } of PAGES) {
      const page = bytes.slice();
      page.set(randomBytes(seeded(2), VMSA_SIZE - 0x7c8), 0x7c8);
      assert.equal(pageKind(page), 'vmsa', name);
    }
  });
});
