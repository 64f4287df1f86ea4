// CPU models by name: QEMU's named models (target/i386/cpu.c, builtin_x86_defs) with the numbers they put
// into CPUID, and the silicon that has shipped (Linux ZEN_MODEL_STEP_UCODE, linux-firmware amd-ucode). The
// two differ: QEMU's EPYC-Genoa is stepping 0, the shipped part is stepping 1.

import { hex } from '../../binary/hex';
import { similarName } from '../../binary/similar';
import { decodeSignature, encodeSignature, type CpuId } from './signature';

/** A named QEMU model; its versions change feature bits, never these numbers. */
export interface CpuModel extends CpuId {
  readonly name: string;
  /** Versioned names and aliases with the same numbers. */
  readonly versions: readonly string[];
  readonly note?: string;
}

/** A processor that was made: its models share a range, and these are the numbers that have been seen. */
export interface Silicon {
  readonly codename: string;
  readonly family: number;
  readonly models: readonly [number, number];
  /** The most advanced of SEV, SEV-ES and SEV-SNP that it supports. */
  readonly sev: string;
  readonly seen: readonly SeenStepping[];
}

/** A model and stepping of a processor, with the name of the stepping if known. */
export interface SeenStepping {
  readonly model: number;
  readonly stepping: number;
  readonly name: string;
}

const versions = (name: string, n: number, ...aliases: string[]): string[] => [
  ...Array.from({ length: n }, (_, i) => `${name}-v${i + 1}`),
  ...aliases,
];

const model = (
  name: string,
  [family, modelNumber, stepping]: readonly [number, number, number],
  names: readonly string[],
  note?: string,
): CpuModel => ({ name, family, model: modelNumber, stepping, versions: names, ...(note && { note }) });

/** QEMU's models that an SEV guest may have, the likely ones first. */
export const CPU_MODELS: readonly CpuModel[] = [
  model('EPYC-Milan', [25, 1, 1], versions('EPYC-Milan', 4)),
  model('EPYC-Genoa', [25, 17, 0], versions('EPYC-Genoa', 3), 'shipped Genoa is stepping 1'),
  model('EPYC-Turin', [26, 0, 0], versions('EPYC-Turin', 2), 'shipped Turin is model 2 stepping 1'),
  model('EPYC-Rome', [23, 49, 0], versions('EPYC-Rome', 5)),
  model('EPYC', [23, 1, 2], versions('EPYC', 5, 'EPYC-IBPB')),
  model('Dhyana', [24, 0, 1], versions('Dhyana', 2), 'Hygon'),
  model('Opteron_G1', [15, 6, 1], versions('Opteron_G1', 1)),
  model('Opteron_G2', [15, 6, 1], versions('Opteron_G2', 1)),
  model(
    'Opteron_G3',
    [16, 2, 3],
    versions('Opteron_G3', 1),
    'libvirt lists 15/6 for this name; QEMU has 16/2/3',
  ),
  model('Opteron_G4', [21, 1, 2], versions('Opteron_G4', 1)),
  model('Opteron_G5', [21, 2, 0], versions('Opteron_G5', 1)),
  model('phenom', [16, 2, 3], versions('phenom', 1)),
  model('athlon', [6, 2, 3], versions('athlon', 1)),
  model('qemu64', [15, 107, 1], versions('qemu64', 1)),
  model('kvm64', [15, 6, 1], versions('kvm64', 1), 'Intel'),
  model('qemu32', [6, 6, 3], versions('qemu32', 1), 'Intel'),
  model('kvm32', [15, 6, 1], versions('kvm32', 1), 'Intel'),
];

const silicon = (
  codename: string,
  family: number,
  models: readonly [number, number],
  sev: string,
  ...seen: (readonly [model: number, stepping: number, name: string])[]
): Silicon => ({
  codename,
  family,
  models,
  sev,
  seen: seen.map(([modelNumber, stepping, name]) => ({ model: modelNumber, stepping, name })),
});

const SIMULATION = 'as simulated by AMD';

/** Processors by family and range of models; those that share a range are distinguished by stepping. */
export const SILICON: readonly Silicon[] = [
  silicon('Naples (EPYC 7001)', 0x17, [0x00, 0x0f], 'SEV', [1, 2, 'B2'], [1, 0, 'early']),
  silicon('Rome (EPYC 7002)', 0x17, [0x30, 0x3f], 'SEV-ES', [0x31, 0, 'B0']),
  silicon('Milan (EPYC 7003)', 0x19, [0x00, 0x0f], 'SEV-SNP', [1, 1, 'B1'], [1, 0, 'B0']),
  silicon('Milan-X (EPYC 7003X)', 0x19, [0x00, 0x0f], 'SEV-SNP', [1, 2, 'B2']),
  silicon('Trento', 0x19, [0x30, 0x3f], 'SEV-SNP', [0x31, 1, '']),
  silicon('Genoa (EPYC 9004)', 0x19, [0x10, 0x1f], 'SEV-SNP', [0x11, 1, 'B1'], [0x11, 0, 'B0']),
  silicon('Genoa-X (EPYC 9004X)', 0x19, [0x10, 0x1f], 'SEV-SNP', [0x11, 2, 'B2']),
  silicon(
    'Bergamo or Siena (EPYC 97x4, 8004)',
    0x19,
    [0xa0, 0xaf],
    'SEV-SNP',
    [0xa0, 2, 'A2'],
    [0xa0, 1, 'A1, Bergamo'],
  ),
  silicon('MI300', 0x19, [0x80, 0x9f], 'unknown', [0x90, 0, SIMULATION], [0x80, 0, SIMULATION]),
  silicon('Turin (EPYC 9005)', 0x1a, [0x00, 0x0f], 'SEV-SNP', [2, 1, 'B1 or C1'], [2, 0, 'B0']),
  silicon('Turin Dense (EPYC 9005)', 0x1a, [0x10, 0x1f], 'SEV-SNP', [0x11, 0, 'B0'], [0x10, 0, SIMULATION]),
  silicon(
    'Venice (6th generation EPYC)',
    0x1a,
    [0x50, 0x57],
    'SEV-SNP',
    [0x50, 0, SIMULATION],
    [0x51, 0, `dense, ${SIMULATION}`],
  ),
  silicon('Hygon Dhyana', 0x18, [0x00, 0x0f], 'CSV', [0, 1, '']),
];

/** The processor with these numbers: one that was seen with them, or else the first whose range they are in. */
function siliconOf({ family, model: m, stepping }: CpuId): Silicon | undefined {
  const near = SILICON.filter((s) => s.family === family && m >= s.models[0] && m <= s.models[1]);
  return near.find(({ seen }) => seen.some((s) => s.model === m && s.stepping === stepping)) ?? near[0];
}

/** KVM leaves this in RDX before it knows any CPUID; some clouds launch with it. */
export const KVM_FALLBACK_SIGNATURE = 0x600;

/** Finds a model by its name or by the name of a version; case sensitive, as in QEMU. */
export function findCpuModel(name: string): CpuModel | undefined {
  return CPU_MODELS.find((m) => m.name === name || m.versions.includes(name));
}

/** The name of a model that somebody probably meant. */
export const similarCpuModel = (name: string): string | undefined =>
  similarName(
    name,
    CPU_MODELS.flatMap((model) => [model.name, ...model.versions]),
  );

/** The QEMU models with this signature; several share one. */
export function modelsWithSignature(signature: number | bigint): CpuModel[] {
  return CPU_MODELS.filter((m) => BigInt(encodeSignature(m)) === BigInt(signature));
}

/** Every CPU on either list, each signature once: QEMU's models in their order, then the silicon. */
export function knownCpus(): CpuId[] {
  const all: CpuId[] = [
    ...CPU_MODELS,
    ...SILICON.flatMap(({ family, seen }) => seen.map((s) => ({ family, ...s }))),
  ];
  const bySignature = new Map<number, CpuId>();
  for (const { family, model: m, stepping } of all) {
    const id = { family, model: m, stepping };
    const signature = encodeSignature(id);
    if (!bySignature.has(signature)) bySignature.set(signature, id);
  }
  return [...bySignature.values()];
}

/** A CPU in words: `family 25 (0x19), model 1 (0x1), stepping 1`. */
export function describeCpuId({ family, model: m, stepping }: CpuId): string {
  return `family ${family} (${hex(family)}), model ${m} (${hex(m)}), stepping ${stepping}`;
}

/** A signature in words: the QEMU models with it, its numbers, and the matching silicon. */
export function describeSignature(signature: number | bigint): string {
  if (BigInt(signature) === 0n) return 'no CPU signature';
  const id = decodeSignature(signature);
  const names = modelsWithSignature(signature).map((m) => m.name);
  const part = siliconOf(id);
  return [
    ...(names.length > 0 ? [`${names.join(', ')} (QEMU)`] : []),
    ...(id.malformed ? ['not a signature that a CPU can have'] : []),
    describeCpuId(id),
    ...(part ? [part.codename] : []),
    ...(BigInt(signature) === BigInt(KVM_FALLBACK_SIGNATURE) ? ["KVM's own default"] : []),
  ].join('; ');
}
