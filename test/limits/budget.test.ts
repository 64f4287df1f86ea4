// The walk of an image pays for its work before it is done: hostile images end within the budget with a finding that says so,
// the work grows with their size and no faster, and real firmware comes through whole.

import assert from 'node:assert/strict';
import type { CompressionMethod } from '../../src/core/ovmf/volumes/compressions';
import { Budget, WALK_LIMITS } from '../../src/core/ovmf/volumes/budget';
import type { Decompress } from '../../src/core/ovmf/volumes/tree';
import { verifiesKernelHashes } from '../../src/core/ovmf/volumes/verifier';
import { allNodes, parseVolumes } from '../../src/core/ovmf/volumes/volumes';
import { lintOvmf } from '../../src/core/ovmf/lint';
import { compareWhole } from '../../src/core/ovmf/compare/compareWhole';
import { parseFirmware } from '../../src/core/ovmf/firmwareFile';
import { undecoded } from '../../src/core/ovmf/volumes/undecoded';
import { decompressSection } from '../../src/node/decompress';
import { BOMBS, around } from '../helpers/bombs';
import { SECTIONS } from '../helpers/compressions';
import { largeImage } from '../helpers/largeImage';
import { armPaths, codePaths, imagePaths, readImage } from '../helpers/realImages';
import { file, section, utf16, volume } from '../../src/core/ovmf/volumes/build';
import { assertWholeTree } from '../unit/core/ovmf/volumes/wholeTree';

const MIB = 2 ** 20;
const decompress = decompressSection;

/** What a walk took of a budget without limits. */
function workFor(bytes: Uint8Array): { steps: number; memory: number } {
  const budget = new Budget(1e12, 1e12, 1e12);
  parseVolumes(bytes, { decompress, budget });
  return { steps: 1e12 - budget.steps, memory: 1e12 - budget.memory };
}

describe('The budget of a walk', () => {
  for (const [kind, build] of Object.entries(BOMBS)) {
    it(`holds for ${kind}, with twice the work for twice the size`, () => {
      const [half, whole] = [workFor(build(MIB / 8)), workFor(build(MIB / 4))];
      for (const of of ['steps', 'memory'] as const)
        assert.ok(whole[of] <= 2.2 * half[of] + 500_000, `${of}: ${half[of]}, then ${whole[of]}`);
    });
    it(`ends ${kind} of 2 MiB in a whole tree, with few findings`, () => {
      const budget = new Budget();
      const bytes = build(2 * MIB);
      const parsed = parseVolumes(bytes, { decompress, budget });
      assertWholeTree(parsed);
      assert.ok(budget.steps >= 0 && budget.memory >= 0 && budget.parts >= 0);
      const count = (rule: string) => parsed.findings.filter((one) => one.rule === rule).length;
      for (const { rule } of parsed.findings) assert.ok(count(rule) <= 101, rule);
      const isCut = [...allNodes(parsed.value)].some(({ node }) => node.undecoded?.why === 'limits');
      assert.equal(
        isCut,
        parsed.findings.some(({ rule }) => rule === 'volume-limits'),
      );
    });
  }
  it('that is used up leaves what is unknown unknown, and says from where', () => {
    const image = volume({
      size: 0x1000,
      files: [
        file({ guid: '4de79437-abd2-427f-b835-d5b172d2045b', type: 5, body: section(0x15, utf16('Dxe')) }),
      ],
    });
    const whole = 1e6 - new Budget(1e6).steps + workFor(image).steps;
    for (let steps = 0; steps < whole; steps += 997) {
      const parsed = parseVolumes(image, { budget: new Budget(steps) });
      assertWholeTree(parsed);
      const limit = parsed.findings.find(({ rule }) => rule === 'volume-limits');
      assert.match(limit?.message ?? '', /0x[0-9a-f]+ bytes from 0x[0-9a-f]+ on/, `${steps} steps`);
      assert.ok(undecoded(parsed.value).some(({ why }) => why === 'limits'));
      assert.notEqual(verifiesKernelHashes(parsed.value), false);
    }
    assert.deepEqual(parseVolumes(image, { budget: new Budget(whole) }).findings, []);
  });
  it('is charged for each byte of each header of each compression over all values', function () {
    this.timeout(120_000);
    for (const [method, build] of Object.entries(SECTIONS) as [
      CompressionMethod,
      (b: Uint8Array) => Uint8Array,
    ][]) {
      const plain = around(
        file({
          guid: 'aaaaaaaa-0000-4000-8000-000000000001',
          type: 2,
          body: build(section(0x15, utf16('name'))),
        }),
      );
      const header = method === 'uefi' ? 0x48 + 0x18 + 9 : 0x48 + 0x18 + 24;
      for (let at = header; at < header + 18; at++) {
        for (let value = 0; value < 256; value++) {
          const bytes = Buffer.from(plain);
          bytes[at] = value;
          const budget = new Budget();
          let [asked, given] = [0, 0];
          const counting: Decompress = (m, data, size, b) => {
            [asked, given] = [asked + size, given + data.length];
            return decompress(m, data, size, b);
          };
          const { findings } = parseVolumes(bytes, { decompress: counting, budget });
          const what = `${method}, byte ${at - header} = ${value}`;
          assert.ok(asked <= MIB && given <= 1000, `${what}: ${asked} bytes asked for`);
          assert.ok(
            WALK_LIMITS.steps - budget.steps < 80 * MIB,
            `${what}: ${WALK_LIMITS.steps - budget.steps} steps`,
          );
          assert.ok(findings.length <= 3, what);
        }
      }
    }
  });
  it('says of an LZMA header what it has and what firmware has', () => {
    const bytes = Buffer.from(
      around(
        file({
          guid: 'aaaaaaaa-0000-4000-8000-000000000001',
          type: 2,
          body: SECTIONS.lzma(section(0x15, utf16('name'))),
        }),
      ),
    );
    bytes[0x48 + 0x18 + 24] = 0xdd;
    const [found] = parseVolumes(bytes, { decompress }).findings.filter(
      ({ rule }) => rule === 'section-decompression',
    );
    assert.match(found?.message ?? '', /0xdd.*lc 5 and lp 4.*0x5d \(lc 3, lp 0, pb 2\)/);
  });
  it('is shared by the two walks of a comparison, which says what was not looked at', () => {
    const bomb = BOMBS['signatures with headers that are added up']!(24 * MIB);
    const small = volume({
      size: 0x1000,
      files: [file({ guid: 'aaaaaaaa-0000-4000-8000-000000000001', type: 5, body: new Uint8Array(40) })],
    });
    const of = (bytes: Uint8Array) => ({ bytes, image: parseFirmware(bytes).value });
    const compared = compareWhole(of(Buffer.concat([small, bomb])), of(small), decompress);
    for (const which of ['first', 'second'])
      assert.match(compared?.unread.join(' ') ?? '', new RegExp(`The ${which} image:[^.]*not read`));
  });
});

describe('Real firmware', () => {
  const paths = [...imagePaths, ...armPaths];
  for (const path of paths) {
    it(`${path} is read with less than half of the budget`, () => {
      const budget = new Budget();
      const { value, findings } = parseVolumes(readImage(path), { decompress, budget });
      assert.deepEqual(
        findings.filter(({ rule }) => rule === 'volume-limits' || rule === 'section-decompression'),
        [],
      );
      assert.deepEqual(undecoded(value), []);
      for (const limit of ['steps', 'memory', 'parts'] as const)
        assert.ok(budget[limit] > WALK_LIMITS[limit] / 2, limit);
    });
  }
  for (const size of [16, 64]) {
    it(`four times in a flash of ${size} MiB, otherwise erased, is read whole`, function () {
      if (codePaths[0] === undefined) this.skip();
      const { findings, value } = lintOvmf(largeImage(readImage(codePaths[0]), size * MIB), { decompress });
      assert.deepEqual(
        findings.filter(({ rule }) => rule === 'volume-limits'),
        [],
      );
      assert.deepEqual(undecoded(value.volumes), []);
    });
  }
});
