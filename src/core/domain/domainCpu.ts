// Which CPU a guest has, as its host says: the signature that its VMSAs hold.

import { findCpuModel } from '../vmsa/launch/cpuModels';
import type { CpuId } from '../vmsa/launch/signature';
import type { DomainConfig, HostFacts } from './facts';

/**
 * The CPU of a guest: the host's own in mode host-passthrough, one of QEMU's models in mode custom. Undefined in all other modes,
 * which stand for a different CPU on each host, and where the host does not say what it has.
 */
export function cpuOfDomain(
  { cpu }: Pick<DomainConfig, 'cpu'>,
  host: Pick<HostFacts, 'cpu'>,
): CpuId | undefined {
  if (cpu?.mode === 'host-passthrough') return host.cpu.signature;
  const named = cpu?.model === undefined || cpu.mode !== 'custom' ? undefined : findCpuModel(cpu.model);
  return named && { family: named.family, model: named.model, stepping: named.stepping };
}
