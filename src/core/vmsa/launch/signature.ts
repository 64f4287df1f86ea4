// The CPU signature, CPUID Fn0000_0001_EAX: family, model and stepping in one word (AMD64 Architecture
// Programmer's Manual volume 3, appendix E.3.2). At reset it is in RDX, and it is the guest's, not the host's.

import * as errors from '../errors';
import { bitValue } from '../../binary/describe';
import { SIGNATURE_BITS } from '../layout/bitsMsr';

/** Family, model and stepping with the extended parts added in, as people and libvirt write them. */
export interface CpuId {
  readonly family: number;
  readonly model: number;
  readonly stepping: number;
}

/** The encodable maximums: a base family of 0xf plus eight more bits, eight bits of model, four of stepping. */
export const CPU_ID_LIMITS: Readonly<Record<keyof CpuId, number>> = {
  family: 0xf + 0xff,
  model: 0xff,
  stepping: 0xf,
};

/** The signature of a CPU. @throws CheckError (usage) for a number that CPUID cannot express. */
export function encodeSignature(id: CpuId): number {
  for (const part of ['family', 'model', 'stepping'] as const) {
    const value = id[part];
    if (!Number.isInteger(value) || value < 0 || value > CPU_ID_LIMITS[part]) {
      throw errors.cpuOutOfRange(part, value, CPU_ID_LIMITS[part]);
    }
  }
  const { family, model, stepping } = id;
  const baseFamily = Math.min(family, 0xf);
  return (
    (((family - baseFamily) << 20) |
      ((model >> 4) << 16) |
      (baseFamily << 8) |
      ((model & 0xf) << 4) |
      stepping) >>>
    0
  );
}

/** A decoded signature: `malformed` when it has bits that no CPU sets, or extended parts that have no effect. */
export interface DecodedSignature extends CpuId {
  readonly malformed: boolean;
}

const bitNamed = (name: (typeof SIGNATURE_BITS)[number]['name'], signature: number | bigint) =>
  Number(
    bitValue(
      signature,
      SIGNATURE_BITS.find((b) => b.name === name)!,
    ),
  );

/** Decodes a signature by AMD's rule: the extended parts count only at base family 0xf. */
export function decodeSignature(signature: number | bigint): DecodedSignature {
  const base = bitNamed('BASE_FAMILY', signature);
  const extendedFamily = bitNamed('EXT_FAMILY', signature);
  const extendedModel = bitNamed('EXT_MODEL', signature);
  const extended = base === 0xf;
  const id = {
    family: base + (extended ? extendedFamily : 0),
    model: bitNamed('BASE_MODEL', signature) + (extended ? extendedModel << 4 : 0),
    stepping: bitNamed('STEPPING', signature),
  };
  const lost = BigInt(signature) !== BigInt(encodeSignature(id));
  return { ...id, malformed: lost };
}
