// The pattern of a number's texts takes what the parser takes: at each end of the range, and at random.

import assert from 'node:assert/strict';
import { count, number } from '../../../src/core/launch/inputKinds';
import { numberPattern } from '../../../src/app/numberPattern';
import { seeded } from '../../helpers/random';

const SEED = Number(process.env['SEED'] ?? 7);

describe('The pattern of a number', () => {
  for (const [least, most] of [
    [0, 0],
    [0, 1],
    [0, 9],
    [0, 15],
    [0, 16],
    [0, 255],
    [0, 270],
    [1, 4096],
    [1, 4095],
    [0, 0xffffffff],
  ] as const)
    it(`takes numbers from ${least} to ${most} and no others`, () => {
      const pattern = new RegExp(`^${numberPattern(least, most)}$`);
      const { parse } = least === 0 ? number(most) : count(most);
      const random = seeded(SEED);
      const numbers = [0, 1, 2, 9, 10, 11, most - 1, most, most + 1, most + 9, 10 * most, 16 * most]
        .concat(Array.from({ length: 400 }, () => random(Math.min(2 * most + 20, 2 ** 31))))
        .filter((n) => n >= 0);
      for (const n of numbers)
        for (const text of [
          `${n}`,
          `00${n}`,
          `0x${n.toString(16)}`,
          `0X0${n.toString(16).toUpperCase()}`,
          `${n}x`,
          `-${n}`,
          ` ${n}`,
          `${n}.5`,
        ])
          assert.equal(pattern.test(text), parse(text).ok, `SEED=${SEED} ${text}`);
      for (const text of ['', '0x', 'x', '\ufeff1', '1 ', '0x-1', '1e3', '0b1'])
        assert.equal(pattern.test(text), parse(text).ok, text);
    });
});
