// CPU signatures: the worked examples of the CPUID specification and shipped parts, every legal number, and the
// refusal of numbers that CPUID cannot express.

import assert from 'node:assert/strict';
import {
  CPU_MODELS,
  describeSignature,
  findCpuModel,
  modelsWithSignature,
} from '../../../../../src/core/vmsa/launch/cpuModels';
import { decodeSignature, encodeSignature } from '../../../../../src/core/vmsa/launch/signature';

describe('A CPU signature', () => {
  const vectors: [number, number, number, number][] = [
    [23, 1, 2, 0x00800f12],
    [23, 49, 0, 0x00830f10],
    [25, 1, 1, 0x00a00f11],
    [25, 1, 2, 0x00a00f12],
    [25, 17, 0, 0x00a10f10],
    [25, 17, 1, 0x00a10f11],
    [25, 160, 2, 0x00aa0f02],
    [26, 0, 0, 0x00b00f00],
    [26, 2, 1, 0x00b00f21],
    [26, 17, 0, 0x00b10f10],
    [26, 80, 0, 0x00b50f00],
    [15, 6, 1, 0x00000f61],
    [16, 2, 3, 0x00100f23],
    [6, 2, 3, 0x00000623],
    [6, 0, 0, 0x00000600],
    [15, 107, 1, 0x00060fb1],
    [270, 255, 15, 0x0fff0fff],
    [0, 0, 0, 0],
  ];
  for (const [family, model, stepping, signature] of vectors) {
    it(`of ${family}/${model}/${stepping} is 0x${signature.toString(16)}, both ways`, () => {
      assert.equal(encodeSignature({ family, model, stepping }), signature);
      assert.deepEqual(decodeSignature(signature), { family, model, stepping, malformed: false });
    });
  }
  it('comes back for every family with an extended part', () => {
    for (let family = 0xf; family <= 0x10e; family++) {
      for (let model = 0; model <= 0xff; model += 5) {
        const id = { family, model, stepping: (family + model) & 0xf };
        assert.deepEqual(decodeSignature(encodeSignature(id)), { ...id, malformed: false });
      }
    }
  });

  const refused: [number, number, number, input: string][] = [
    [271, 0, 0, 'family'],
    [-1, 0, 0, 'family'],
    [25, 256, 0, 'model'],
    [25, 0, 16, 'stepping'],
    [25, 0.5, 0, 'model'],
    [Number.NaN, 0, 0, 'family'],
  ];
  for (const [family, model, stepping, input] of refused) {
    it(`cannot express ${family}/${model}/${stepping}`, () => {
      assert.throws(() => encodeSignature({ family, model, stepping }), {
        name: 'CheckError',
        kind: 'usage',
        code: 'cpu-out-of-range',
        at: { input },
        message: /CPUID can express 0 to/,
      });
    });
  }

  const malformed = [0x00001000, 0xf0000000, 0x000206a0, 0x00100600, 0x1_0000_0000n, 0xa00f11n | (1n << 40n)];
  for (const signature of malformed) {
    it(`0x${signature.toString(16)} is malformed`, () => assert.ok(decodeSignature(signature).malformed));
  }
});

describe('CPU models', () => {
  it('are found by name, version and alias, in the right case only', () => {
    assert.equal(findCpuModel('EPYC-Milan-v2')?.model, 1);
    assert.equal(findCpuModel('EPYC-IBPB')?.name, 'EPYC');
    assert.equal(findCpuModel('epyc'), undefined);
  });
  it('have names that no other model has', () => {
    const names = CPU_MODELS.flatMap((m) => [m.name, ...m.versions]);
    assert.equal(new Set(names).size, names.length);
  });
  it('are told apart from the silicon that they are named after', () => {
    assert.deepEqual(modelsWithSignature(0xa10f11), []);
    assert.match(describeSignature(0xa10f11), /stepping 1; Genoa/);
    assert.match(describeSignature(0xa10f10n), /^EPYC-Genoa \(QEMU\); family 25 .*; Genoa/);
    assert.match(describeSignature(0x600), /KVM/);
    assert.match(describeSignature(0x206a0), /not a signature/);
    assert.equal(describeSignature(0n), 'no CPU signature');
  });
});
