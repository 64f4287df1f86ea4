// CPU models by name: QEMU's named models (target/i386/cpu.c, builtin_x86_defs) with the numbers they put into
// CPUID, and the silicon that has shipped (Linux ZEN_MODEL_STEP_UCODE, linux-firmware amd-ucode). They differ:
// QEMU's EPYC-Genoa is stepping 0, the shipped part is stepping 1.

import { hex } from '../hex';
import { decodeSignature, encodeSignature, type CpuId } from './signature';

/** A model that QEMU knows by name; its versions change feature bits, never these numbers. */
export interface CpuModel extends CpuId {
  readonly name: string;
  /** Versioned names and aliases with the same numbers. */
  readonly versions: readonly string[];
  readonly note?: string;
}

/** A shipped processor: its models share a range, the steppings listed are those seen. */
export interface Silicon {
  readonly codename: string;
  readonly family: number;
  readonly models: readonly [number, number];
  readonly sev: string;
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
  model('EPYC-Milan', [25, 1, 1], versions('EPYC-Milan', 3)),
  model('EPYC-Genoa', [25, 17, 0], versions('EPYC-Genoa', 2), 'shipped Genoa is stepping 1'),
  model('EPYC-Turin', [26, 0, 0], versions('EPYC-Turin', 1), 'shipped Turin is model 2 stepping 1'),
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
): Silicon => ({
  codename,
  family,
  models,
  sev,
});

/** Processors by family and range of models. */
const SILICON: readonly Silicon[] = [
  silicon('Naples (EPYC 7001)', 0x17, [0x00, 0x0f], 'SEV'),
  silicon('Rome (EPYC 7002)', 0x17, [0x30, 0x3f], 'SEV-ES'),
  silicon('Milan (EPYC 7003)', 0x19, [0x00, 0x0f], 'SEV-SNP'),
  silicon('Genoa (EPYC 9004)', 0x19, [0x10, 0x1f], 'SEV-SNP'),
  silicon('Trento', 0x19, [0x30, 0x3f], 'SEV-SNP'),
  silicon('MI300', 0x19, [0x80, 0x9f], 'unknown'),
  silicon('Bergamo or Siena (EPYC 97x4, 8004)', 0x19, [0xa0, 0xaf], 'SEV-SNP'),
  silicon('Turin (EPYC 9005)', 0x1a, [0x00, 0x0f], 'SEV-SNP'),
  silicon('Turin Dense (EPYC 9005)', 0x1a, [0x10, 0x1f], 'SEV-SNP'),
  silicon('Venice (6th generation EPYC)', 0x1a, [0x50, 0x57], 'SEV-SNP'),
  silicon('Hygon Dhyana', 0x18, [0x00, 0x0f], 'CSV'),
];

/** KVM leaves this in RDX when it knows no CPUID yet; some clouds launch with it. */
const KVM_FALLBACK_SIGNATURE = 0x600;

/** The model with this name or version of it; names are case sensitive, as in QEMU. */
export function findCpuModel(name: string): CpuModel | undefined {
  return CPU_MODELS.find((m) => m.name === name || m.versions.includes(name));
}

/** The QEMU models whose signature this is; several share one. */
export function modelsWithSignature(signature: number | bigint): CpuModel[] {
  return CPU_MODELS.filter((m) => BigInt(encodeSignature(m)) === BigInt(signature));
}

/** A CPU in words: `family 25 (0x19), model 1 (0x1), stepping 1`. */
export function describeCpuId({ family, model: m, stepping }: CpuId): string {
  return `family ${family} (${hex(family)}), model ${m} (${hex(m)}), stepping ${stepping}`;
}

/** A signature in words: the QEMU models that have it, its numbers, and the silicon that it belongs to. */
export function describeSignature(signature: number | bigint): string {
  if (BigInt(signature) === 0n) return 'no CPU signature';
  const id = decodeSignature(signature);
  const names = modelsWithSignature(signature).map((m) => m.name);
  const part = SILICON.find(
    (s) => s.family === id.family && id.model >= s.models[0] && id.model <= s.models[1],
  );
  return [
    ...(names.length > 0 ? [`${names.join(', ')} (QEMU)`] : []),
    ...(id.malformed ? ['not a signature that a CPU can have'] : []),
    describeCpuId(id),
    ...(part ? [part.codename] : []),
    ...(BigInt(signature) === BigInt(KVM_FALLBACK_SIGNATURE) ? ['KVM’s own default'] : []),
  ].join('; ');
}
