// Which CPU a guest has, as its host says: the signature that its VMSAs hold.

import { findCpuModel } from '../vmsa/launch/cpuModels';
import type { CpuId } from '../vmsa/launch/signature';
import type { DomainConfig, HostFacts } from './facts';

/** The model of a CPU by its name; in mode host-model the one that the host has for that. */
function modelOf(
  { mode, model }: NonNullable<DomainConfig['cpu']>,
  { sev }: Pick<HostFacts, 'sev'>,
): string | undefined {
  return mode === 'custom' ? model : mode === 'host-model' ? sev?.hostModel : undefined;
}

/**
 * The CPU of a guest: the host's own in mode host-passthrough, one of QEMU's models in the modes custom and host-model. Undefined in
 * all other modes, which stand for a different CPU on each host, and where the host does not say what it has.
 */
export function cpuOfDomain(
  { cpu }: Pick<DomainConfig, 'cpu'>,
  host: Pick<HostFacts, 'cpu' | 'sev'>,
): CpuId | undefined {
  if (cpu?.mode === 'host-passthrough') return host.cpu.signature;
  const name = cpu && modelOf(cpu, host);
  const named = name === undefined ? undefined : findCpuModel(name);
  return named && { family: named.family, model: named.model, stepping: named.stepping };
}
