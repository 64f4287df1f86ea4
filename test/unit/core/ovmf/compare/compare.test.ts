// Comparisons of images: built ones with one thing changed, equal and cut ones, Debian's own, and anything at all.

import assert from 'node:assert/strict';
import type { BuildOvmfOptions } from '../../../../../src/core/ovmf/build';
import { DEFAULT_SEV_SECTIONS, buildOvmf } from '../../../../../src/core/ovmf/build';
import { compareImages } from '../../../../../src/core/ovmf/compare/compare';
import {
  comparisonLines,
  imageComparisonJson,
  imageComparisonMarkdown,
} from '../../../../../src/core/ovmf/compare/exportComparison';
import { parseOvmf } from '../../../../../src/core/ovmf/image';
import { seeds } from '../../../../helpers/hostile';
import { randomBytes, seeded } from '../../../../helpers/random';
import { codePaths, imagePaths, readImage } from '../../../../helpers/realImages';
import { cheaply } from '../../../../helpers/promptly';

const SIZE = 0x10000;
const NAMES = { a: 'a', b: 'b' };
const read = (bytes: Uint8Array, fileSize?: number) => ({
  bytes,
  image: parseOvmf(bytes, fileSize === undefined ? {} : { fileSize }).value,
});
const compare = (a: Uint8Array, b: Uint8Array) => compareImages(read(a), read(b));
const brief = ({ changes }: ReturnType<typeof compare>) =>
  changes.map(({ kind, what, path }) => `${kind} ${what} ${path.join('/')}`);

const TABLE = 'GUIDed table';
const LIST = 'SEV metadata';
const ALWAYS = ['image-bytes', 'snp-pages'];
const UNKNOWN = '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0';
const sections = DEFAULT_SEV_SECTIONS;
const withSections = (change: (list: typeof sections) => typeof sections): BuildOvmfOptions => ({
  sevSections: change(sections),
});

interface Case {
  readonly name: string;
  readonly a?: BuildOvmfOptions;
  readonly b?: BuildOvmfOptions;
  readonly breakIt?: (image: Uint8Array) => void;
  /** Changes that there must be. */
  readonly changes: readonly string[];
  /** No others may be there, apart from those of filler around the table and of lengths. */
  readonly exact?: true;
  readonly effects: readonly string[];
  /** What an effect must say. */
  readonly says?: RegExp;
}

const cases: readonly Case[] = [
  {
    name: 'a byte of code',
    breakIt: (image) => (image[0x1000]! ^= 1),
    changes: ['changed image image'],
    exact: true,
    effects: ALWAYS,
    says: /1 page of the image differs\./,
  },
  {
    name: 'the reset address',
    b: { resetAddress: 0x808004 },
    changes: [`changed field ${TABLE}/SEV-ES reset block/reset_addr`],
    exact: true,
    effects: [...ALWAYS, 'reset-address'],
    says: /0x00808004 instead of 0x0080b004/,
  },
  {
    name: 'no reset block',
    b: { resetAddress: false },
    changes: [`removed entry ${TABLE}/SEV-ES reset block`],
    effects: [...ALWAYS, 'reset-address'],
    says: /at no known address instead of 0x0080b004/,
  },
  {
    name: 'the secret area',
    b: { secretArea: { base: 0x80c000, size: 0xc00 } },
    changes: [`changed field ${TABLE}/SEV secret block/base`],
    exact: true,
    effects: ALWAYS,
  },
  {
    name: 'the hash area to another place in its page',
    b: { hashArea: { base: 0x810800, size: 0x400 } },
    changes: [`changed field ${TABLE}/SEV hash table block/base`],
    exact: true,
    effects: [...ALWAYS, 'hash-area'],
    says: /0x800 instead of 0xc00/,
  },
  {
    name: 'the hash area to the same place in another page',
    b: { hashArea: { base: 0x80cc00, size: 0x400 } },
    changes: [`changed field ${TABLE}/SEV hash table block/base`],
    exact: true,
    effects: ALWAYS,
  },
  {
    name: 'an empty hash area',
    b: { hashArea: { base: 0, size: 0 } },
    changes: [
      `changed field ${TABLE}/SEV hash table block/base`,
      `changed field ${TABLE}/SEV hash table block/size`,
    ],
    exact: true,
    effects: [...ALWAYS, 'kernel-hashes'],
    says: /kernel hashes is refused/,
  },
  {
    name: 'a hash area where there was none',
    a: { hashArea: false },
    changes: [`added entry ${TABLE}/SEV hash table block`],
    effects: [...ALWAYS, 'kernel-hashes'],
    says: /become possible/,
  },
  {
    name: 'an entry that nobody knows',
    b: { extraEntries: [{ guid: UNKNOWN, data: new Uint8Array(5) }] },
    changes: [`added entry ${TABLE}/${UNKNOWN}`, `changed field ${TABLE}/footer/length`],
    effects: ALWAYS,
  },
  {
    name: 'the size of a section',
    b: withSections((list) => list.map((s, i) => (i === 1 ? { ...s, size: 0x4000 } : s))),
    changes: [`changed field ${LIST}/1: SNP_SEC_MEM/size`],
    exact: true,
    effects: [...ALWAYS, 'snp-sections'],
    says: /1 metadata section removed, 1 added/,
  },
  {
    name: 'kernel hashes before the last section',
    b: withSections((list) => [...list.slice(0, 5), list[6]!, list[5]!]),
    changes: [`moved section ${LIST}/5: SNP_KERNEL_HASHES`, `moved section ${LIST}/6: SNP_SEC_MEM`],
    exact: true,
    effects: [...ALWAYS, 'snp-sections'],
    says: /same sections in another order/,
  },
  {
    name: 'one section less',
    b: withSections((list) => list.filter(({ type }) => type !== 4)),
    changes: [`removed section ${LIST}/4: SVSM_CAA`, `changed field ${LIST}/ASEV header/count`],
    effects: [...ALWAYS, 'snp-sections'],
  },
  {
    name: 'a section of no bytes more',
    b: withSections((list) => [...list, { type: 4 }]),
    changes: [`added section ${LIST}/7: SVSM_CAA`],
    effects: ALWAYS,
  },
  {
    name: 'no SEV metadata',
    b: { sevSections: false },
    changes: [`removed metadata ${LIST}`, `removed entry ${TABLE}/SEV metadata offset`],
    effects: [...ALWAYS, 'snp-sections'],
    says: /second image has no SEV metadata/,
  },
  {
    name: 'TDX metadata where there were none',
    b: { tdxSections: true },
    changes: ['added metadata TDX metadata', `added entry ${TABLE}/TDX metadata offset`],
    effects: ALWAYS,
  },
  {
    name: 'IGVM metadata that differ',
    a: { igvmSections: true },
    b: { igvmSections: [{ start: 0x812000, size: 0x2000, type: 0x100 }] },
    changes: ['changed field IGVM metadata/0: PARAM_AREA/size'],
    effects: ALWAYS,
  },
  {
    name: 'the first jump',
    breakIt: (image) => (image[image.length - 32] = 0xe9),
    changes: ['changed field AP jump slot/bytes'],
    exact: true,
    effects: ALWAYS,
  },
  {
    name: 'twice the size',
    a: { size: SIZE },
    b: { size: 2 * SIZE },
    changes: ['changed image image'],
    effects: ALWAYS,
    says: /the first page has another address/,
  },
  {
    name: 'no table at all',
    b: { form: 'none' },
    changes: [`removed table ${TABLE}`, `removed metadata ${LIST}`],
    effects: [...ALWAYS, 'reset-address', 'snp-sections', 'kernel-hashes'],
  },
];

describe('Comparison of OVMF images', function () {
  this.timeout(20_000);

  for (const { name, a, b, breakIt, changes, exact, effects, says } of cases) {
    it(`${name} is found with its effects`, () => {
      const first = buildOvmf({ size: SIZE, ...a });
      const second = buildOvmf({ size: SIZE, ...b });
      breakIt?.(second);
      const found = compare(first, second);
      assert.equal(found.equal, false);
      const all = brief(found);
      assert.deepEqual(
        changes.filter((change) => !all.includes(change)),
        [],
        all.join('\n'),
      );
      if (exact) assert.deepEqual(all, changes);
      assert.deepEqual(found.effects.map(({ id }) => id).sort(), [...effects].sort());
      assert.match(found.effects.map(({ text }) => text).join('\n'), says ?? /./);
      // Each effect has a change that it comes from.
      const named = new Set(found.changes.flatMap((change) => change.effects));
      if (effects.length > 0 && name !== 'no table at all')
        assert.deepEqual([...named].sort(), [...effects].sort());
    });
  }

  it('an image equals itself', () => {
    const image = buildOvmf({ size: SIZE, tdxSections: true, igvmSections: true });
    const found = compare(image, image.slice());
    assert.deepEqual([found.equal, found.changes, found.effects], [true, [], []]);
    assert.deepEqual(comparisonLines(found, NAMES), ['a equals b. No byte differs.']);
  });

  it('an image and its tail have the same table, and only more before it', () => {
    const image = buildOvmf({ size: SIZE });
    const found = compare(image, image.slice(-0x1000));
    assert.deepEqual(brief(found), ['changed image image']);
    assert.deepEqual(found.differences.ranges, [{ a: 0, size: SIZE - 0x1000 }]);
  });

  it('a part of a file that was not given is not taken for equal without saying so', () => {
    const image = buildOvmf({ size: SIZE });
    const found = compareImages(read(image), read(image.slice(-0x1000), SIZE));
    assert.deepEqual([found.equal, found.differences.complete], [true, false]);
    assert.match(comparisonLines(found, NAMES)[0]!, /in the part that was given/);
  });

  it('bytes that differ are merged when near, counted when many, and at most a thousand are listed', () => {
    const a = new Uint8Array(0x20000);
    const b = a.slice();
    for (const at of [0, 16, 40, 0x1ffff]) b[at] = 1;
    assert.deepEqual(compare(a, b).differences, {
      ranges: [
        { a: 0, b: 0, size: 17 },
        { a: 40, b: 40, size: 1 },
        { a: 0x1ffff, b: 0x1ffff, size: 1 },
      ],
      total: 3,
      bytes: 4,
      pages: 2,
      complete: true,
    });
    for (let at = 0; at < b.length; at += 32) b[at] = 1;
    const { ranges, total } = compare(a, b).differences;
    // The three near the start are one now, and the last stands alone.
    assert.deepEqual([ranges.length, total], [1000, 4096]);
  });

  it('seeded pairs of random and broken images are compared to the end', () => {
    const base = buildOvmf({ size: 0x800, tdxSections: true, igvmSections: true });
    const some = (seed: number) => {
      const below = seeded(seed);
      if (below(4) === 0) return randomBytes(below, below(300));
      const image = base.slice(below(3) === 0 ? below(base.length) : 0);
      for (let n = below(6); n > 0 && image.length > 0; n--)
        image[Math.max(image.length - 1 - below(700), 0)] = below(256);
      return image;
    };
    for (const seed of seeds(2000)) {
      const [a, b] = [some(seed), some(seed + 5000)];
      try {
        const found = compare(a, b);
        assert.equal(found.equal, Buffer.compare(a, b) === 0);
        assert.equal(found.changes.length > 0, !found.equal);
        comparisonLines(found, NAMES);
        imageComparisonMarkdown(found, NAMES);
        imageComparisonJson(found, NAMES);
      } catch (error) {
        throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
      }
    }
  });

  it('a table full of entries of one name is compared in time', () => {
    const full = (seed: number) => {
      const image = randomBytes(seeded(seed), 0x20000);
      image.set(buildOvmf({ size: 0x1000 }).subarray(-50), image.length - 50);
      image.set([0xff, 0xff], image.length - 50);
      for (let at = image.length - 69; at >= image.length - 32 - 0xffff; at -= 19)
        image.set([19, 0, ...new Uint8Array(16)], at + 1);
      return image;
    };
    const assertCheap = cheaply(2000);
    compare(full(1), full(2));
    assertCheap();
  });

  it("Debian's images differ from one another, and equal themselves", function () {
    if (codePaths.length < 2) this.skip();
    const [first, ...others] = codePaths.map((path) => ({ path, bytes: readImage(path) }));
    for (const { path, bytes } of others) {
      const found = compare(first!.bytes, bytes);
      const same = Buffer.compare(first!.bytes, bytes) === 0;
      assert.equal(found.equal, same, path);
      assert.equal(found.changes.length > 0, !same, path);
    }
    assert.equal(compare(first!.bytes, first!.bytes).equal, true);
  });

  it('variables are told not to be measured', function () {
    // Empty stores of two builds can be equal.
    const [a, b] = imagePaths.filter((path) => /OVMF_VARS_4M\.(ms\.)?fd$/.test(path));
    if (a === undefined || b === undefined) this.skip();
    const found = compare(readImage(a), readImage(b));
    assert.deepEqual(
      found.effects.map(({ id, guests }) => [id, guests]),
      [['variables', []]],
    );
  });
});
