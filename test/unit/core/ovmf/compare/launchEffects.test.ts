// What a comparison says of launches: which guests only one of two images excludes, whether kernel hashes are enforced, and
// whether a CODE and a VARS file belong together. It says the same as the facts about each image.

import assert from 'node:assert/strict';
import { compareImages } from '../../../../../src/core/ovmf/compare/compare';
import { compareWhole } from '../../../../../src/core/ovmf/compare/compareWhole';
import { parseOvmf } from '../../../../../src/core/ovmf/image';
import { decompressSection } from '../../../../../src/node/decompress';
import { VERIFIER, firmware, type FirmwareToBuild } from '../../../../helpers/firmware';
import { variableVolume } from '../../../../../src/core/ovmf/volumes/build';
import { guided } from '../../../../helpers/volumes';

const read = (bytes: Uint8Array) => ({ bytes, image: parseOvmf(bytes).value });
const effectsOf = (a: Uint8Array, b: Uint8Array) => {
  const [left, right] = [read(a), read(b)];
  return compareImages(left, right, { volumes: compareWhole(left, right, decompressSection) }).effects;
};
/** Effects as `guests: text`. */
const linesOf = (a: FirmwareToBuild, b: FirmwareToBuild) =>
  effectsOf(firmware(a), firmware(b)).map(({ guests, text }) => `${guests.join(', ')}: ${text}`);

const CLOSED = (inner: Uint8Array) => guided('aaaaaaaa-0000-4000-8000-00000000000f', inner);
const cases: readonly [string, FirmwareToBuild, FirmwareToBuild, readonly string[], (readonly RegExp[])?][] =
  [
    [
      'a build that requires SMM',
      {},
      { files: ['AmdSevDxe', 'TdxDxe', 'PiSmmCore'] },
      [
        'SEV-ES: The second image excludes it: it requires SMM (PiSmmCore).',
        'SEV-SNP: The second image excludes it: it requires SMM (PiSmmCore).',
      ],
    ],
    [
      'a build that does not require SMM any more',
      { files: ['AmdSevDxe', 'TdxDxe', 'PiSmmCore'] },
      {},
      ['SEV-ES: Nothing in the second image excludes it. In the first: it requires SMM (PiSmmCore).'],
    ],
    [
      'TDX metadata that end behind the file',
      { tdxSections: true },
      {
        tdxSections: [
          {
            raw_data_offset: 1,
            raw_data_size: 0x10000,
            memory_address: 0xffff0000n,
            memory_size: 0x10000n,
            attributes: 1,
          },
          { type: 2, memory_size: 0x1000n },
        ],
      },
      [
        'TDX: Doubtful with the second image: BFV has content that ends 0x1 bytes behind the file, which QEMU does not check: the result is undefined.',
      ],
    ],
    ['what could not be looked at', {}, { pack: CLOSED }, [], [/excludes|Doubtful/]],
    [
      'a verifier that is gone',
      { driver: VERIFIER },
      { driver: VERIFIER.subarray(16) },
      [
        'SEV, SEV-ES, SEV-SNP: Kernel hashes are measured but no longer enforced: the second image has no hash verifier.',
      ],
    ],
    [
      'a verifier that is new',
      { driver: VERIFIER.subarray(16) },
      { driver: VERIFIER },
      [
        'SEV, SEV-ES, SEV-SNP: Kernel hashes are enforced: the second image has a hash verifier, the first has none.',
      ],
    ],
    [
      'a hash area without a verifier',
      { hashArea: { base: 0, size: 0 } },
      {},
      [
        'SEV, SEV-ES, SEV-SNP: Kernel hashes become possible. They are measured but not enforced. The first image: no hash area (its address is 0).',
      ],
    ],
    [
      'a verifier that may be in what was not decoded',
      { driver: VERIFIER },
      { pack: CLOSED },
      [],
      [/hashes are/],
    ],
    // Nobody measures pages of an SNP guest that cannot be.
    ['two 32-bit builds', { sec: 'IA32' }, { sec: 'IA32', seed: 2, resetAddress: 1 }, [], [/SEV-SNP|SEV-ES/]],
    [
      'two builds for TDX alone',
      { secFile: 'SecMain (TDX)' },
      { secFile: 'SecMain (TDX)', resetAddress: 1 },
      [': Neither image starts an SEV guest.'],
      [/^SEV/],
    ],
  ];

describe('Effects on what can be launched', () => {
  for (const [name, a, b, wanted, never = []] of cases) {
    it(`are told of ${name}`, () => {
      const lines = linesOf(a, b);
      for (const line of wanted) assert.ok(lines.includes(line), lines.join('\n'));
      for (const pattern of never) assert.ok(!lines.some((line) => pattern.test(line)), lines.join('\n'));
    });
  }

  const code = (size: number) =>
    firmware({ tdxSections: [{ type: 1, raw_data_size: size, memory_size: BigInt(size) }, { type: 2 }] });
  const pairs: readonly [string, Uint8Array, RegExp][] = [
    ['fits', code(0x4000), /The sizes fit: the CODE image wants a VARS file of 0x4000 bytes\.$/],
    [
      'does not',
      code(0x84000),
      /They do not belong together: the CODE image wants .* 0x84000 bytes, and this one has 0x4000\.$/,
    ],
    ['is not known', firmware(), /^A variable store is not measured: only the image of code is\.$/],
  ];
  for (const [name, image, wanted] of pairs) {
    it(`say whether a VARS file belongs to a CODE image, in either order: ${name}`, () => {
      const vars = variableVolume(0x4000, []);
      for (const effects of [effectsOf(image, vars), effectsOf(vars, image)]) {
        assert.deepEqual(
          effects.map(({ id }) => id),
          ['variables'],
        );
        assert.match(effects[0]!.text, wanted);
      }
    });
  }
});
