// CPUs that the given numbers may have meant: neighbours, and the same numbers misread.

import { inOtherBase } from './otherBase';
import { CPU_ID_LIMITS, encodeSignature, type CpuId } from '../vmsa/launch/signature';

/** Families that omit the extended part or count it twice, are written in the other base, or are adjacent. */
function families(n: number): number[] {
  return [n, n + 0xf, n - 0xf, ...inOtherBase(n), n + 1, n - 1];
}

/** The same for models, with every extended part that may have been omitted. */
function models(n: number): number[] {
  const extended = Array.from({ length: 16 }, (_, part) => (part << 4) | (n & 0xf));
  return [n, ...inOtherBase(n), n + 1, n - 1, n >> 4, ...extended];
}

const isPossible = (cpu: CpuId): boolean =>
  (['family', 'model', 'stepping'] as const).every(
    (part) => cpu[part] >= 0 && cpu[part] <= CPU_ID_LIMITS[part],
  );

/** The CPUs that the given one may stand for, each signature once, without the given one's. */
export function cpuVariants(given: CpuId): CpuId[] {
  const steppings = Array.from({ length: CPU_ID_LIMITS.stepping + 1 }, (_, stepping) => ({
    ...given,
    stepping,
  }));
  const others = families(given.family).flatMap((family) =>
    models(given.model).map((model) => ({ family, model, stepping: given.stepping })),
  );
  const seen = new Set([encodeSignature(given)]);
  return [...steppings, ...others].filter(isPossible).filter((cpu) => {
    const signature = encodeSignature(cpu);
    return !seen.has(signature) && seen.add(signature);
  });
}
