// The x86 branch filter: what encoders make of code becomes that code again.

import assert from 'node:assert/strict';
import { undoX86Filter } from '../../../../../src/core/ovmf/volumes/x86Filter';
import { bounded, seeds } from '../../../../helpers/hostile';
import { seeded } from '../../../../helpers/random';
import { applyX86Filter } from '../../../../helpers/x86Filter';

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

/** Code and what `xz --x86` (5.4.1) makes of it, also where opcodes stand close to one another. */
const vectors: readonly (readonly [string, string, string])[] = [
  ['a call', '90909090e810000000909090', '90909090e819000000909090'],
  ['a call back', '9090909090e8f0ffffff909090', '9090909090e8faffffff909090'],
  ['a jump', 'e9000100000000000000000000', 'e9050100000000000000000000'],
  ['a far target', '90e81000001290909090', '90e81000001290909090'],
  ['an opcode in a target', '9090e8e8000000e9000000009090', '9090e8ef000000e90c0000009090'],
  [
    'opcodes close together, 1',
    'ffb70eeeffe900f0ff00e8ffe9e9e9e9e8e9e900e9e9ffe8ffe9e80000e800ffe9ffe8e8b7e80000ffff00e87d000080e8bce8e800e90000005affffffffe8e8ffb0ffe9ff1000e9ffe8ffe91e00ff00ffff00ffe8c1ffffe9ff00e8ff11008f',
    'ffb70eeeffe90af0ff00e8ffe9e9e9e9e8e9e900e9e9ffe8ffe9e80000e800ffe9ffe80fb8e80000ffff00e87d000080e8f1e8e800e90000005affffffffe82b00b1ffe9ff1000e9ffe84dea1e00ff00ffff00ffe8c1ffffe95c01e8ff11008f',
  ],
  [
    'opcodes close together, 2',
    '000000ff00ff9300ffff0058000000e9b900ffe900ffe90000e9ffffe9e900ff00ff00ff00e9e8ff8ed1ffe8e8000000ffd1ffe900e90000ff0000ffe900ffff00ffffff00ffe9e8ffe9e845e800e9f2e900ff000000e8000000ffff00e800ff',
    '000000ff00ff9300ffff0058000000e9b900ffe918ffe90000e9ffffe90a01ff00ff00ff00e9e82a8fd1ffe818010000ffd1ffe938e90000ff0000ffe941ffff00ffffff00ffe9e8ffe9e845e800e945ea00ff000000e85b0000ffff00e800ff',
  ],
  [
    'opcodes close together, 3',
    'ffe8db00f6ffff00ee00ff00ff00e9ff00ffe8002bff00e8ffe83fe9ff00e900ffe8e8ffff0000ff00e8e8ffffffe8ffe900000000004478ffe9ffffe8e800e9ff003700e8ffffe8fbe9000000b2ffffff97dd0000ffffe8e8e9e8ffe8ff0000',
    'ffe8e100f6ffff00ee00ff00ff00e9ff00ffe8172bff00e8ffe85de9ff00e900ffe80e0000ff00ff00e816000000e832ea00000000004478ffe9ffffe82901e9ff003700e8ffffe847ea000000b2ffffff97dd0000ffffe844eae8ffe8ff0000',
  ],
  [
    'opcodes close together, 4',
    'ffe9ffe8bfc5e9e88e52ffe8e8b000ffffffe800ffffe8ff00ff00ffffe900e8e9e9e8ffe8e8e7e9e8e8e9e8e8ffffcbe882ffffe8e9e9e8a0e8002600ffff0000ff06ffe500e9ff2c8600e9ffff2b0000ffe86600e8d7ff0000ff49ffff0036',
    'ffe9ffe8bfc5e9f38e52ffe8f8b000ffffffe800ffffe81a01ff00ffffe900e80deae8ffe8e8e7e9e8e8e9e8e8ffffcbe882ffffe8e9e9e8a0e8002600ffff0000ff06ffe500e94a2d8600e94f002c0000ffe86600e831000100ff49ffff0036',
  ],
  [
    'opcodes close together, 5',
    '000000e9ff00e8e8e842ff00e9e9e900e9ff00ffffdee800e900e9e800ffe840ffe9e8ffffe90000b600b47f00ffe949ffe8e9e8e9fff02effe85ee8ff00000000ff004b00ff00e8e8000000e813ff00ffe800ffffff5bffffe8e9e90089e9ff',
    '000000e9ff00e8f3e842ff00e9e9fb00e9ff00ffffdee800e91de9e800ffe840ffe9e82600ea0000b600b47f00ffe949ffe81fe9e9fff02effe89ce8ff00000000ff004b00ff00e834010000e864ff00ffe856ffffff5bffffe8e9e90089e9ff',
  ],
  [
    'opcodes close together, 6',
    'd3e900ffff00000000e9e8e800ff00ffffe8e90060ffe9f4e8ffe8000000ffa5ff0034e900e9ffe900ffe8e9ff00ffe83b0000e9ff00000000e8ff00e9e8ff00c5e80042e800e800ffe8e9e8000000e8ffdee9ffd3ff070000ff00ffe9e900e8',
    'd3e906ffff00000000e9f6e800ff00ffffe8ff0060ffe9f4e81ce9000000ffa5ff0034e900e929ea00ffe8180001ffe83b0000e93701000000e8ff00e9e8ff00c5e84642e800e800ffe837e9000000e853dfe9ffd3ff070000ff00ffe9e900e8',
  ],
];

describe('The x86 filter', () => {
  for (const [name, plain, filtered] of vectors) {
    it(`is undone as xz undoes it: ${name}`, () => {
      assert.equal(
        Buffer.from(undoX86Filter(hex(filtered))).toString('hex'),
        Buffer.from(hex(plain)).toString('hex'),
      );
    });
  }
  it('leaves bytes alone that hold no branch, and few bytes', () => {
    for (const bytes of [new Uint8Array(), hex('e8'), hex('e8 00 00 00'), hex('90 90 90 90 90 90')]) {
      assert.deepEqual(undoX86Filter(bytes.slice()), bytes);
    }
  });
  it('is undone where branches are far apart', () => {
    for (const seed of seeds(200)) {
      const below = seeded(seed);
      const code = Uint8Array.from({ length: 400 }, () => below(0xe0));
      for (let at = 3; at + 5 < code.length; at += 8 + below(9)) {
        code.set([0xe8 + below(2), below(0xe0), below(0xe0), below(0xe0), [0, 0xff, 0x12][below(3)]!], at);
      }
      assert.deepEqual(undoX86Filter(applyX86Filter(code)), code, `SEED=${seed}`);
    }
  });
  it('ends, whatever the bytes are', () => {
    for (const seed of seeds(300)) {
      const below = seeded(seed);
      const bytes = Uint8Array.from({ length: 2000 }, () => [0xe8, 0xe9, 0, 0xff, 1, 0xfe][below(6)]!);
      bounded(`SEED=${seed}`, () => assert.equal(undoX86Filter(bytes).length, 2000));
    }
  });
});
