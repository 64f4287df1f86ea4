// The CPUs that the user chose recently, kept across windows.

import type { Memento } from 'vscode';
import { encodeSignature, type CpuId } from '../../core/vmsa/launch/signature';

const KEY = 'recentCpus';
const MOST = 5;

function isCpu(value: unknown): value is CpuId {
  try {
    encodeSignature(value as CpuId);
    return true;
  } catch {
    return false;
  }
}

/** Latest first, at most five. */
export class RecentCpus {
  constructor(private readonly memory: Memento) {}

  list(): CpuId[] {
    const stored = this.memory.get<unknown>(KEY);
    return Array.isArray(stored) ? stored.filter(isCpu).slice(0, MOST) : [];
  }

  async add({ family, model, stepping }: CpuId): Promise<void> {
    const signature = encodeSignature({ family, model, stepping });
    const others = this.list().filter((cpu) => encodeSignature(cpu) !== signature);
    await this.memory.update(KEY, [{ family, model, stepping }, ...others].slice(0, MOST));
  }
}
