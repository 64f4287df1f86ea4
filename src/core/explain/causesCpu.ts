// Causes in the CPU whose signature the VMSA pages hold. Another one is another guest or another machine, not one that is less protected: what
// the guest may use is in CPUID, which the launch does not measure.

import { knownCpus, KVM_FALLBACK_SIGNATURE, modelsWithSignature } from '../vmsa/launch/cpuModels';
import { decodeSignature, encodeSignature, type CpuId } from '../vmsa/launch/signature';
import type { Alternative, LaunchCause, Tried } from './cause';
import { cpuVariants } from './cpuVariants';
import type { EditedValue, LaunchEdit } from './explanation';
import { baseText } from './otherBase';
import { FROM_PAGES } from './profileTraits';

/** The edit that names a CPU in a launch file: by model name, or by its numbers. */
export function cpuEdit(cpu: CpuId): LaunchEdit {
  const [named] = modelsWithSignature(encodeSignature(cpu));
  const { family, model, stepping } = cpu;
  const value: EditedValue = named?.name ?? { family, model, stepping };
  return { member: ['cpu'], value };
}

/** A CPU in a few words: its first QEMU name, and family/model/stepping. */
export function cpuText(cpu: CpuId): string {
  const numbers = `${cpu.family}/${cpu.model}/${cpu.stepping}`;
  const [named] = modelsWithSignature(encodeSignature(cpu));
  return named ? `${named.name} (${numbers})` : numbers;
}

/** The given CPU in words; for a page from a file, as read from the page. */
function givenCpu({ facts, given }: Tried): string {
  if (!given.cpu) return 'none';
  return facts.vmsa ? `${cpuText(given.cpu)}, by the file` : cpuText(given.cpu);
}

const PARTS = ['family', 'model', 'stepping'] as const;

/** The words for a CPU whose numbers are the given ones in another base. */
function cpuInBase(given: CpuId, found: CpuId): Pick<Alternative, 'why'> | undefined {
  const texts = PARTS.map((part) => baseText(given[part], found[part]));
  if (texts.some((text, i) => text === undefined && given[PARTS[i]!] !== found[PARTS[i]!])) return undefined;
  const said = texts.filter((text) => text !== undefined);
  return {
    why: `Numbers in another base: ${said.join(', and ')}. Family and model of the guest are in its VMSA.`,
  };
}

function cpuAlternatives(tried: Tried, cpus: readonly CpuId[]): Alternative[] {
  const { cpu: own } = tried.given;
  return cpus
    .filter((cpu) => !own || encodeSignature(cpu) !== encodeSignature(own))
    .map((cpu) => ({
      set: { ...FROM_PAGES, cpu },
      given: givenCpu(tried),
      found: cpuText(cpu),
      ...(own && cpuInBase(own, cpu)),
      edits: [cpuEdit(cpu)],
    }));
}

const CPU = { dimension: 'cpu', input: 'cpu', title: 'CPU' } as const;

/** The rows for the CPU. */
export const CPU_CAUSES: readonly LaunchCause[] = [
  {
    id: 'cpu-host',
    ...CPU,
    doc: 'The CPU of the host, where it is known.',
    why: "The VMSA holds the signature of the guest's CPU model; with host-passthrough that is the host's.",
    advice:
      'Give the CPU that the domain has, or name a CPU model in the domain instead of host-passthrough.',
    weight: 'mistake',
    prior: 88,
    alternatives: (tried) => (tried.facts.hostCpu ? cpuAlternatives(tried, [tried.facts.hostCpu]) : []),
  },
  {
    id: 'cpu-model',
    ...CPU,
    doc: 'Every CPU model of QEMU and every processor known with SEV, and no signature at all.',
    why: "The VMSA holds the signature of the guest's CPU model (RDX), not of the host: a named model has its own numbers, which often are not those of the processor that is sold under this name.",
    advice: 'Give the CPU model that the domain has, or set the one that you expect there.',
    weight: 'mistake',
    prior: 80,
    alternatives: (tried) =>
      cpuAlternatives(
        tried,
        [...knownCpus(), decodeSignature(KVM_FALLBACK_SIGNATURE), { family: 0, model: 0, stepping: 0 }].map(
          ({ family, model, stepping }) => ({ family, model, stepping }),
        ),
      ),
  },
  {
    id: 'cpu-numbers',
    ...CPU,
    doc: 'Neighbours of the given CPU: every stepping, extended parts that were left out or counted twice, hexadecimal taken for decimal.',
    why: 'Family and model count with their extended parts (family 0x19 is 25), and each processor comes in several steppings.',
    advice: "Give the numbers of the guest's CPU as lscpu prints them in the guest.",
    weight: 'mistake',
    prior: 50,
    alternatives: (tried) => (tried.given.cpu ? cpuAlternatives(tried, cpuVariants(tried.given.cpu)) : []),
  },
];
